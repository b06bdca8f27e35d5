import { expect, test } from 'vitest';
import { buildServer } from '../../src/api/server.ts';
import { runAudit } from '../../src/cli/audit.ts';
import { newId } from '../../src/kernel/ids.ts';
import type { App } from '../../src/platform/app.ts';
import { withDatabase } from '../../src/platform/database-url.ts';
import { testApp } from '../support/app.ts';
import { type FreshDatabase, freshDatabase } from '../support/database.ts';
import { value } from '../support/embedded.ts';
import { type Answer, type Send, signedInAs } from '../support/http.ts';
import { engine } from '../support/lead.ts';
import { sumsOf } from '../support/ledger-sums.ts';
import { seedProvider, seedSubscription } from '../support/market.ts';
import { type OpenMarket, openMarket } from '../support/open-market.ts';
import { type Random, seeded } from '../support/random.ts';
import { until } from '../support/until.ts';
import { startWorkers, type Workers } from '../support/workers.ts';

/**
 * Sixteen workers, each with its own connections, sell the leads of five niches to the same ten providers. There is
 * money for a part of the leads only, so that every wallet is wanted by several niches at once until it is empty.
 */

const A = '/api/v1/admin';
const WORKERS = 16;
const PROVIDERS = 10;
const SEATS = 3;
/** A lead of each niche costs so much, in minor units. */
const PRICES = [1_000, 700, 500, 1_200, 400];
const LEADS_PER_NICHE = 60;
/** Half of the leads have each; half of the providers want the large ones only. */
const BUDGETS = [100, 900];
const LARGE = { kind: 'range' as const, field: 'budget', min: 500, missing: 'fail' as const };
/** All of it together sells no half of the leads once: some of each kind must stay. */
const BALANCE = 10_000n;
const SETTINGS = { MX_CHECK: '0', DISTRIBUTION_BATCH_MAX: '5' };
const LIMIT_MS = 40_000;
const BUSY_TRIES = 5;

type Provider = { id: string; large: boolean; subscriptionIds: string[] };
type Exchange = {
  app: App;
  admin: Send;
  workers: Workers;
  markets: OpenMarket[];
  providers: Provider[];
  /** Ends every connection and returns how many deadlocks the server saw in this database. */
  close(): Promise<number>;
  ownerUrl: string;
  [Symbol.asyncDispose](): Promise<void>;
};

const minor = (amount: number): string => (amount / 100).toFixed(2);

async function openExchange(): Promise<Exchange> {
  const database = await freshDatabase();
  const app = await testApp(database, { ...SETTINGS, DB_POOL_MAX: '12', RATE_SESSION_PER_MINUTE: '100000' });
  const api = await buildServer(app);
  const { send: admin } = await signedInAs({ api, app }, 'admin');
  const markets: OpenMarket[] = [];
  for (const price of PRICES) {
    markets.push(await openMarket(app, { levels: [{ pricePerLead: minor(price), maxProviders: SEATS }] }));
  }
  const providers: Provider[] = [];
  for (let n = 0; n < PROVIDERS; n += 1) {
    const { id } = await seedProvider(app, { balance: BALANCE });
    const large = n % 2 === 0;
    const subscriptionIds: string[] = [];
    for (const { level } of markets) {
      const terms = { providerId: id, levelId: level.id, filters: large ? [LARGE] : [] };
      subscriptionIds.push((await seedSubscription(app, terms)).id);
    }
    providers.push({ id, large, subscriptionIds });
  }
  const workers = await startWorkers(database, WORKERS, SETTINGS);
  let closed: Promise<void> | undefined;
  const close = () => {
    closed ??= (async () => {
      await workers[Symbol.asyncDispose]();
      await api.server.close();
      await app.close();
    })();
    return closed;
  };
  return {
    ...{ app, admin, workers, markets, providers, ownerUrl: database.ownerUrl },
    // The server counts a deadlock when the connection that met it reports: at the latest when it closes.
    close: () => close().then(() => deadlocksIn(database)),
    [Symbol.asyncDispose]: async () => {
      await close();
      await database[Symbol.asyncDispose]();
    },
  };
}

const deadlocksIn = async ({ superuserUrl, name }: FreshDatabase): Promise<number> =>
  Number(
    await value(
      withDatabase(superuserUrl, 'postgres'),
      `select deadlocks::int from pg_stat_database where datname = '${name}'`,
    ),
  );

/** All leads come in, in every niche at the same time. */
async function submitAll({ markets }: Exchange): Promise<void> {
  await Promise.all(
    markets.map(async (market) => {
      for (let n = 0; n < LEADS_PER_NICHE; n += 1)
        await market.submit({ budget: BUDGETS[n % BUDGETS.length] });
    }),
  );
}

/** No lead is due, and nothing has changed that somebody has still to look at. */
const isQuiet = (app: App): Promise<boolean> =>
  app.db.tx(engine, async (tx) => {
    const [row] = await tx<{ left: number }[]>`
      select (
        (select count(*) from subscriptions where flagged_at is not null)
        + (select count(*) from leads where state = 'approved' or (state = 'unsold' and due_at <= clock_timestamp()))
      )::int as left`;
    return row!.left === 0;
  });
const quiet = ({ app }: Exchange) => until(() => isQuiet(app), LIMIT_MS);

/** Unsold leads beside a wallet that could pay them: money that was left lying. */
const leftLying = ({ app }: Exchange): Promise<object[]> =>
  app.db.tx(
    engine,
    (tx) => tx<object[]>`
      select l.id as lead, s.id as subscription, w.available, coalesce(v.price_override, x.price_per_lead) as price
      from leads l
      join lead_contacts c on c.lead_id = l.id
      join subscriptions s on s.niche_id = l.niche_id and s.active and not s.paused
      join providers p on p.id = s.provider_id and not p.paused
      join wallets w on w.provider_id = s.provider_id
      join subscription_versions v on v.subscription_id = s.id and v.to_version is null
      join level_versions x on x.level_id = s.level_id and x.to_version is null
      where l.state = 'unsold' and w.available >= coalesce(v.price_override, x.price_per_lead)
        and (c.answers::jsonb ->> 'budget')::int >= coalesce((v.filters -> 0 ->> 'min')::int, 0)
      limit 5`,
  );

type Unsold = { id: string; budget: number; row: string };
/** `row` is another one as soon as anybody has written to the lead. */
const unsoldLeads = ({ app }: Exchange): Promise<Unsold[]> =>
  app.db.tx(
    engine,
    (tx) => tx<Unsold[]>`
      select l.id, (c.answers::jsonb ->> 'budget')::int as budget, l.xmin::text as row
      from leads l join lead_contacts c on c.lead_id = l.id where l.state = 'unsold'`,
  );

const boughtBy = ({ app }: Exchange, providerId: string): Promise<number> =>
  app.db.tx(engine, async (tx) => {
    const [row] = await tx<{ n: number }[]>`
      select count(*)::int as n from assignments where provider_id = ${providerId}`;
    return row!.n;
  });

/** The answer of whoever asks again when the database was busy. */
async function patient(ask: () => Promise<Answer>): Promise<Answer> {
  for (let tries = 1; ; tries += 1) {
    const answer = await ask();
    if (answer.status !== 503 || tries === BUSY_TRIES) return answer;
  }
}

const deposit = ({ admin }: Exchange, providerId: string, amount: number) =>
  patient(() => {
    const body = { amount: minor(amount), currency: 'EUR', reason: 'top-up' };
    return admin('POST', `${A}/providers/${providerId}/credit`, body, { 'idempotency-key': newId() });
  });

/** Nothing was sold twice or for too little, nothing is missing, and nobody stood in another's way for good. */
async function booksAreRight(exchange: Exchange): Promise<void> {
  const { app, workers } = exchange;
  expect(workers.troubles).toEqual([]);
  const shared = await app.db.tx(
    engine,
    (tx) => tx`
      select lead_id from assignments group by lead_id
      having count(*) > ${SEATS} or count(*) > count(distinct provider_id)`,
  );
  expect([...shared]).toEqual([]);
  // No batch spent what was gone meanwhile and had to be taken apart.
  expect(workers.said('leads.decide_in_halves')).toEqual([]);
  const sums = await sumsOf(app);
  expect(sums.available + sums.held).toBe(sums.paidIn - sums.takenOut - sums.charged + sums.refunded);
  expect(await exchange.close()).toBe(0);
  const { findings } = await runAudit({ ownerUrl: exchange.ownerUrl, print: () => {} });
  expect(findings).toEqual([]);
}

test('sixteen workers use up the money of ten wallets in five niches, and a deposit sells what waited for it', async () => {
  await using exchange = await openExchange();
  await submitAll(exchange);
  await quiet(exchange);
  expect(await leftLying(exchange)).toEqual([]);

  const before = await unsoldLeads(exchange);
  const payer = exchange.providers.find(({ large }) => large)!;
  const bought = await boughtBy(exchange, payer.id);
  expect(before.filter(({ budget }) => budget >= LARGE.min)).not.toEqual([]);
  expect((await deposit(exchange, payer.id, 5_000)).status).toBe(201);
  await until(async () => (await boughtBy(exchange, payer.id)) > bought, LIMIT_MS);
  await quiet(exchange);
  expect(await leftLying(exchange)).toEqual([]);

  // It wants large leads only: nobody has looked at the small ones.
  const after = await unsoldLeads(exchange);
  const small = (leads: Unsold[]) => leads.filter(({ budget }) => budget < LARGE.min);
  const byId = (a: Unsold, b: Unsold) => (a.id < b.id ? -1 : 1);
  expect(small(before)).not.toEqual([]);
  expect(small(after).sort(byId)).toEqual(small(before).sort(byId));
  expect(after.length).toBeLessThan(before.length);
  await booksAreRight(exchange);
});

const PEOPLE = 3;
const ACTS_PER_PERSON = 30;

async function patch({ admin }: Exchange, url: string, change: object): Promise<Answer> {
  const shown = await patient(() => admin('GET', url));
  expect(shown.status, JSON.stringify(shown.body)).toBe(200);
  const { version } = shown.body.data;
  return patient(() => admin('PATCH', url, { ...change, version }));
}

const someAssignment = ({ app }: Exchange, random: Random): Promise<string | undefined> =>
  app.db.tx(engine, async (tx) => {
    const rows = await tx<{ id: string }[]>`select id from assignments where state = 'charged' order by id`;
    return rows.length === 0 ? undefined : random.one(rows).id;
  });

type Act = (exchange: Exchange, random: Random) => Promise<Answer | undefined>;
const anyProvider = ({ providers }: Exchange, random: Random) => random.one(providers);
const subscriptionUrl = (exchange: Exchange, random: Random) =>
  `${A}/subscriptions/${random.one(anyProvider(exchange, random).subscriptionIds)}`;
const post = (url: (exchange: Exchange, random: Random) => string): Act => {
  return (exchange, random) => {
    const at = url(exchange, random);
    return patient(() => exchange.admin('POST', at));
  };
};

const ACTS: Record<string, Act> = {
  'money comes in': (exchange, random) =>
    deposit(exchange, anyProvider(exchange, random).id, 100 * (1 + random.below(30))),
  'an assignment is refunded': async (exchange, random) => {
    const id = await someAssignment(exchange, random);
    const body = { reason: 'wrong number' };
    return id === undefined
      ? undefined
      : patient(() => exchange.admin('POST', `${A}/assignments/${id}/refund`, body));
  },
  'a subscription pauses': post((...of) => `${subscriptionUrl(...of)}/pause`),
  'a subscription goes on': post((...of) => `${subscriptionUrl(...of)}/resume`),
  'a provider pauses': post((...of) => `${A}/providers/${anyProvider(...of).id}/pause`),
  'a provider goes on': post((...of) => `${A}/providers/${anyProvider(...of).id}/resume`),
  'an own price changes': (exchange, random) =>
    patch(exchange, subscriptionUrl(exchange, random), {
      price_override: random.one([null, '2.00', '6.00']),
    }),
  'a price of a level changes': (exchange, random) =>
    patch(exchange, `${A}/competition-levels/${random.one(exchange.markets).level.id}`, {
      price_per_lead: random.one(['3.00', '8.00', '11.00']),
    }),
  'filters change': (exchange, random) =>
    patch(exchange, subscriptionUrl(exchange, random), {
      filters: random.one([[], [{ kind: 'range', field: 'budget', min: 500 }]]),
    }),
};

/** What people may be told who do this at the same time. */
const EXPECTED = new Set(['version_stale', 'assignment_not_charged']);

test('deposits, refunds and edits in the middle leave no money lying and no lead unsold that could be paid', async () => {
  const random = seeded();
  console.log(`many-workers: FAULT_SEED=${random.seed}`);
  await using exchange = await openExchange();
  const unexpected: string[] = [];
  const person = async () => {
    for (let n = 0; n < ACTS_PER_PERSON; n += 1) {
      const name = random.one(Object.keys(ACTS));
      const answer = await ACTS[name]!(exchange, random);
      if (!answer || answer.status < 300 || EXPECTED.has(answer.body.code)) continue;
      unexpected.push(`${name}: ${answer.status} ${JSON.stringify(answer.body)}`);
    }
  };
  await Promise.all([submitAll(exchange), ...Array.from({ length: PEOPLE }, person)]);
  expect(unexpected).toEqual([]);
  for (const { id, subscriptionIds } of exchange.providers) {
    for (const at of [`providers/${id}`, ...subscriptionIds.map((one) => `subscriptions/${one}`)]) {
      expect((await patient(() => exchange.admin('POST', `${A}/${at}/resume`))).status).toBe(200);
    }
  }
  await quiet(exchange);
  expect(await leftLying(exchange)).toEqual([]);
  await booksAreRight(exchange);
});
