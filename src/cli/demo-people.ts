import { setTimeout as wait } from 'node:timers/promises';
import type { Api } from './demo-api.ts';
import type { Market, MarketNiche } from './demo-market.ts';
import { type Person, personOf } from './demo-person.ts';

/**
 * The demo's people. Half of them fill in the public form and click the link in the mail they get (their mailbox is the
 * development mailbox); the other half come through a partner's page, which posts them with its source token.
 */
export type People = {
  /** Leads that intake took. */
  posted: () => number;
  /** What intake refused; nobody here types nonsense, so each one is a fault. */
  refused: () => string[];
  /** All are posted and every link is clicked; never without a total. */
  done: Promise<void>;
  stop: () => Promise<void>;
};

export type PeopleOptions = {
  api: Api;
  market: Market;
  perSecond: number;
  /** How many in all; without it they keep coming. */
  total?: number;
  /** Time between the mail and the click, at most. */
  clickWithinMs: number;
};

/** People who are typing, waiting for mail or clicking at the same time. */
const AT_ONCE_MAX = 60;
const MAIL_LOOKS_MAX = 120;
const MAIL_LOOK_MS = 150;
const REFUSED_KEPT_MAX = 20;
/** Once in so many, a page sends a person again whom it has sent before: a duplicate. */
const AGAIN_EVERY = 56;
/** Who comes again came this many leads before, by the same page. */
const AGAIN_AFTER = 28;

type Sender = PeopleOptions & { run: string; refused: string[]; posted: number; stopped: AbortSignal };

export function startPeople(options: PeopleOptions): People {
  const stopping = new AbortController();
  const sender: Sender = {
    ...options,
    run: Math.random().toString(36).slice(2, 6),
    refused: [],
    posted: 0,
    stopped: stopping.signal,
  };
  const under = new Set<Promise<void>>();
  const send = async () => {
    const startedAt = performance.now();
    for (let number = 0; number < (options.total ?? Number.POSITIVE_INFINITY); number += 1) {
      const dueInMs = startedAt + (number * 1_000) / options.perSecond - performance.now();
      if (dueInMs > 0) await wait(dueInMs, undefined, { signal: sender.stopped }).catch(() => {});
      while (under.size >= AT_ONCE_MAX) await Promise.race(under);
      if (sender.stopped.aborted) return;
      const one: Promise<void> = live(sender, number)
        .catch((error: Error) => complain(sender, error.message))
        .finally(() => under.delete(one));
      under.add(one);
    }
  };
  const sent = send();
  return {
    posted: () => sender.posted,
    refused: () => sender.refused,
    done: sent.then(() => Promise.all(under)).then(() => {}),
    stop: async () => {
      stopping.abort();
      await sent;
      await Promise.all(under);
    },
  };
}

async function live(sender: Sender, number: number): Promise<void> {
  const niche = sender.market.niches[number % 2]!;
  const again = number % AGAIN_EVERY === AGAIN_AFTER + 3;
  const person = personOf(sender.run, again ? number - AGAIN_AFTER : number, niche.slug);
  if (number % 4 < 2) await throughForm(sender, niche, person);
  else await throughSource(sender, niche, person);
}

/** As a browser posts it: percent-encoded fields. Then the person waits for the mail and clicks. */
async function throughForm(sender: Sender, niche: MarketNiche, person: Person): Promise<void> {
  const consent = { 'consent[accepted]': 'on', 'consent[text_version]': niche.consentVersion };
  const fields = { niche: niche.slug, utm_source: 'demo', locale: 'en-GB', ...consent, ...person };
  const form = new URLSearchParams();
  for (const [name, value] of Object.entries(fields)) form.set(name, String(value));
  const { status, body } = await sender.api.send('POST', '/api/v1/leads', form.toString());
  if (status !== 202) return complain(sender, `the form was answered ${status}: ${JSON.stringify(body)}`);
  sender.posted += 1;
  await clickLink(sender, String(person.email));
}

type Mail = { template: string; links: string[] };

async function clickLink(sender: Sender, email: string): Promise<void> {
  const path = `/dev/mail.json?to=${encodeURIComponent(email)}`;
  for (let looks = 0; looks < MAIL_LOOKS_MAX && !sender.stopped.aborted; looks += 1) {
    const mails = await sender.api.call<Mail[]>('GET', path);
    const link = mails.flatMap(({ links }) => links).find((one) => new URL(one).pathname === '/confirm');
    if (link === undefined) {
      await wait(MAIL_LOOK_MS);
      continue;
    }
    await wait(Math.random() * sender.clickWithinMs, undefined, { signal: sender.stopped }).catch(() => {});
    const token = new URL(link).searchParams.get('token');
    const { status, body } = await sender.api.send('POST', '/api/v1/leads/confirm', { token });
    if (status >= 300) complain(sender, `the click was answered ${status}: ${JSON.stringify(body)}`);
    return;
  }
  complain(sender, 'the mail with the link never came');
}

async function throughSource(sender: Sender, niche: MarketNiche, person: Person): Promise<void> {
  const lead = {
    answers: person,
    consent: { accepted: true, given_at: new Date().toISOString() },
    attribution: { source: 'comparison-page', utm_medium: 'referral' },
  };
  const { status, body } = await sender.api.send('POST', `/api/v1/inbound/${niche.sourceToken}`, lead);
  if (status !== 202) return complain(sender, `the source was answered ${status}: ${JSON.stringify(body)}`);
  sender.posted += 1;
}

function complain(sender: Pick<Sender, 'refused'>, what: string): void {
  if (sender.refused.length < REFUSED_KEPT_MAX) sender.refused.push(what.slice(0, 300));
}
