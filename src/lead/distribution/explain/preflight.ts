import { type Currency, formatMoney } from '../../../kernel/money.ts';
import { holidayAt, isOpen, nextOpening, windowAt } from '../../../kernel/time.ts';
import {
  capKey,
  capsToday,
  fullCapOf,
  type ProviderFacts,
  providerCapKey,
  type SubscriptionFacts,
} from '../facts.ts';
import type { Filter } from '../filters.ts';
import type { Cap, ProviderCaps, Subscription } from '../rules.ts';
import type { Demand } from './demand.ts';

/**
 * Everything that would keep leads away from a subscription at this moment, one sentence each. Pure: it asks the same
 * questions as the engine, but all of them and not only the first that fails.
 */

export type PreflightFacts = {
  clockMs: number;
  currency: string;
  /** `stopped`: an operator's stop switch holds for it, or for everything. */
  niche: { name: string; active: boolean; stopped: boolean };
  level: { name: string; active: boolean };
  subscription: Subscription;
  /** The least that a lead costs it now. */
  price: bigint;
  facts: SubscriptionFacts;
  provider: ProviderFacts;
  /** Caps over all subscriptions of the company. */
  providerCaps: ProviderCaps | undefined;
  endpoint: {
    name: string;
    state: 'active' | 'disabled';
    breakerState: 'closed' | 'open' | 'half_open';
    last: { at: Date; outcome: string; status: number | null } | null;
  } | null;
  /** Fields that its rules name and the niche's form in use does not have. */
  lacking: { required: string[]; filters: string[] };
  demand: Demand;
  days: number;
};

/** `bad` keeps every lead away now; `unsure` may, or nobody can say yet; `good` does not. */
export type CheckState = 'good' | 'unsure' | 'bad';
/** Where it is put right. */
export type Place = 'niche' | 'form' | 'provider' | 'subscription' | 'money' | 'endpoint';
export type PreflightCheck = {
  check: string;
  state: CheckState;
  title: string;
  sentence: string;
  place: Place;
  /** When it passes by itself. */
  passesAt: Date | null;
};

export function preflight(of: PreflightFacts): PreflightCheck[] {
  return [
    switches(of),
    pauses(of),
    endpoint(of),
    hours(of),
    ...capChecks(of),
    money(of),
    fields(of),
    match(of),
  ];
}

const good = (check: string, title: string, sentence: string, place: Place): PreflightCheck => ({
  check,
  state: 'good',
  title,
  sentence,
  place,
  passesAt: null,
});
const bad = (of: PreflightCheck, passesAt: Date | null = null): PreflightCheck => ({
  ...of,
  state: 'bad',
  passesAt,
});

function switches({ niche, level, provider }: PreflightFacts): PreflightCheck {
  const say = (sentence: string, place: Place) => good('switched_on', 'Switched on', sentence, place);
  if (!niche.active) return bad(say(`The niche ${niche.name} is switched off.`, 'niche'));
  if (!level.active) return bad(say(`The level ${level.name} is switched off.`, 'niche'));
  if (!provider.active) return bad(say('The company is not active.', 'provider'));
  if (niche.stopped) return bad(say(`The operator has stopped the niche ${niche.name} for now.`, 'niche'));
  if (provider.stopped) return bad(say('The operator has stopped this company.', 'provider'));
  return say('Niche, level, company and subscription are active.', 'subscription');
}

function pauses({ facts, provider, clockMs }: PreflightFacts): PreflightCheck {
  const runs = (one: { paused: boolean; pausedUntilMs: number | null }) =>
    one.paused && (one.pausedUntilMs === null || one.pausedUntilMs > clockMs);
  const paused = (what: string, untilMs: number | null, place: Place) =>
    bad(
      good(
        'not_paused',
        'Paused',
        `${what} is paused${untilMs === null ? ' until somebody resumes it' : ''}.`,
        place,
      ),
      untilMs === null ? null : new Date(untilMs),
    );
  if (runs(provider)) return paused('The whole company', provider.pausedUntilMs, 'provider');
  if (runs(facts)) return paused('This subscription', facts.pausedUntilMs, 'subscription');
  return good(
    'not_paused',
    'Not paused',
    'Neither the company nor this subscription is paused.',
    'subscription',
  );
}

const OUTCOME_WORDS: Record<string, string> = {
  delivered: 'was taken',
  refused: 'was refused',
  retry: 'was not taken',
  unknown: 'had no answer',
};

function endpoint({ endpoint: one, facts }: PreflightFacts): PreflightCheck {
  const say = (sentence: string) => good('endpoint', 'Delivery', sentence, 'endpoint');
  if (one === null) return say('Leads are shown in the portal and announced by mail.');
  if (one.state === 'disabled') return bad(say(`The endpoint ${one.name} is switched off.`));
  const last = one.last
    ? ` Its last attempt ${OUTCOME_WORDS[one.last.outcome] ?? 'failed'}${one.last.status ? ` (${one.last.status})` : ''}.`
    : '';
  if (one.breakerState !== 'closed') {
    const retryAt = facts.endpointRetryAtMs === null ? null : new Date(facts.endpointRetryAtMs);
    return {
      ...bad(say(`The endpoint ${one.name} is failing, so it attracts no leads until it answers.${last}`)),
      passesAt: retryAt,
    };
  }
  if (one.last === null) {
    return { ...say(`Nothing was sent to the endpoint ${one.name} yet: send a test.`), state: 'unsure' };
  }
  return say(`The endpoint ${one.name} works.${last}`);
}

function hours({ subscription, clockMs }: PreflightFacts): PreflightCheck {
  const { schedule, offHours, away } = subscription;
  const say = (sentence: string) => good('hours', 'Business hours', sentence, 'subscription');
  const now = away.find(({ fromMs, toMs }) => clockMs >= fromMs && clockMs < toMs);
  if (now) return bad(say('Away now; leads go to others.'), new Date(now.toMs));
  if (schedule === null) return say('Leads are taken at any time.');
  if (isOpen(schedule, clockMs)) return say('Open now.');
  const holiday = holidayAt(schedule, clockMs);
  const closed = holiday === null ? 'Closed now' : `Closed today: ${holiday}`;
  if (offHours === 'hold') return say(`${closed}; leads are taken all the same and delivered at opening.`);
  const opening = nextOpening(schedule, clockMs);
  return bad(say(opening ? `${closed}; leads go to others.` : 'The hours never open: change them.'), opening);
}

const amount = (minor: bigint, currency: string): string =>
  `${formatMoney({ amount: minor, currency: currency as Currency })} ${currency}`;

const WINDOW_TITLES: Record<Cap['window'], string> = {
  hour: 'This hour',
  day: 'Today',
  week: 'This week',
  month: 'This month',
  total: 'In all',
};

function capChecks(of: PreflightFacts) {
  const { subscription, price, facts, provider, providerCaps, clockMs, currency } = of;
  const { caps, timezone } = subscription;
  const own = capsToday(caps, clockMs, timezone).map((cap) => ({
    cap,
    zone: timezone,
    used: facts.used.get(capKey(cap, clockMs, timezone)) ?? 0n,
    whole: false,
  }));
  const zone = providerCaps?.timezone ?? 'UTC';
  const shared = capsToday(providerCaps?.caps ?? [], clockMs, zone).map((cap) => ({
    cap,
    zone,
    used: provider.used.get(providerCapKey(cap, clockMs, zone, currency)) ?? 0n,
    whole: true,
  }));
  return [...own, ...shared].map((one) => capCheck(one, { price, clockMs, currency }));
}

type CapUse = { cap: Cap; zone: string; used: bigint; whole: boolean };

/** One cap with its use. `whole`: over all subscriptions of the company. */
function capCheck(
  { cap, zone, used, whole }: CapUse,
  { price, clockMs, currency }: { price: bigint; clockMs: number; currency: string },
): PreflightCheck {
  const words =
    cap.kind === 'count'
      ? `${used} of ${cap.value} leads`
      : `${amount(used, currency)} of ${amount(cap.value, currency)}`;
  const title = `${cap.kind === 'count' ? 'Cap' : 'Budget'}${whole ? ' of the whole company' : ''}`;
  const check = good(
    `${whole ? 'company_' : ''}cap_${cap.kind}_${cap.window}`,
    title,
    `${WINDOW_TITLES[cap.window]}: ${words}.`,
    whole ? 'provider' : 'subscription',
  );
  const full = fullCapOf({ caps: [cap], timezone: zone }, () => used, price, clockMs);
  if (!full) return check;
  if (full.roomAtMs !== null) {
    const sentence = `${check.sentence} It is spread over its time, and the next one is not due yet.`;
    return bad({ ...check, sentence }, new Date(full.roomAtMs));
  }
  const next = cap.kind === 'count' ? 1n : price;
  const ends = cap.window === 'total' ? null : new Date(windowAt(cap.window, clockMs, zone).endMs);
  const sentence = `${check.sentence} There is no room for one more.`;
  return bad({ ...check, sentence }, cap.value < next ? null : ends);
}

function money({ price: least, provider, currency }: PreflightFacts): PreflightCheck {
  const has = provider.available + provider.creditLimit;
  const price = amount(least, currency);
  const credit = provider.creditLimit > 0n ? ', credit included' : '';
  const say = (sentence: string) => good('money', 'Money', sentence, 'money');
  if (has < least) {
    return bad(say(`A lead costs ${price}; there is ${amount(has, currency)}${credit}.`));
  }
  const leads = has / least;
  return say(`Enough for ${leads} ${leads === 1n ? 'lead' : 'leads'} at ${price}${credit}.`);
}

function fields({ lacking }: PreflightFacts): PreflightCheck {
  const say = (sentence: string) => good('fields', 'Fields of the form', sentence, 'subscription');
  const list = (names: string[]) => names.map((name) => `"${name}"`).join(', ');
  if (lacking.required.length > 0) {
    return bad(
      say(`It needs ${list(lacking.required)}, which the form does not ask for: no lead can have it.`),
    );
  }
  if (lacking.filters.length > 0) {
    return {
      ...say(`It filters by ${list(lacking.filters)}, which the form no longer asks for.`),
      state: 'unsure',
    };
  }
  return say('The form asks for everything it needs.');
}

/** Whether anything of the last weeks would have matched; blames one rule when one is enough to keep all away. */
function match({ demand, days, subscription }: PreflightFacts): PreflightCheck {
  const say = (sentence: string) => good('match', 'Matching leads', sentence, 'subscription');
  const since = `the last ${Math.round(days)} days`;
  if (demand.looked === 0) return { ...say(`No lead came in the niche in ${since}.`), state: 'unsure' };
  if (demand.matching > 0) return say(`Leads of ${since} match its filters.`);
  const alone = demand.byFilter.indexOf(demand.looked);
  const filter = alone === -1 ? undefined : subscription.filters[alone]?.filter;
  if (filter) return bad(say(`No lead of ${since} passes its filter on ${fieldWords(filter)}.`));
  const [check] = Object.entries(demand.keptAway).find(([, count]) => count === demand.looked) ?? [];
  return bad(say(`No lead of ${since} passes ${CHECK_WORDS[check ?? ''] ?? 'its rules taken together'}.`));
}

const fieldWords = (filter: Filter): string => filter.field.replaceAll('_', ' ');
const CHECK_WORDS: Record<string, string> = {
  country: 'its countries',
  campaign: 'its campaigns',
  filter: 'all of its filters',
  required_fields: 'its required fields',
};
