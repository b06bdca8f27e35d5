import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SYSTEM } from '../../src/journal/audit/index.ts';
import { rulesAt } from '../../src/lead/distribution/distribute-batch.ts';
import { openFactsReader } from '../../src/lead/distribution/facts-kept.ts';
import { type Distributor, openDistributor, runDistribution } from '../../src/lead/distribution/index.ts';
import { windowsOf } from '../../src/lead/distribution/read-facts.ts';
import { lockTurn, readFacts } from '../../src/lead/distribution/store.ts';
import { receiveLead } from '../../src/lead/intake/index.ts';
import { refundAssignment } from '../../src/lead/returns/index.ts';
import {
  editProvider,
  pauseProvider,
  readProvider,
  resumeProvider,
} from '../../src/market/providers/index.ts';
import { createSource } from '../../src/market/sources/index.ts';
import { endStop, setStop } from '../../src/market/stops/index.ts';
import { pause, resume } from '../../src/market/subscriptions/index.ts';
import { openAdminSql, type Sql } from '../../src/platform/admin-sql.ts';
import { testApp } from '../support/app.ts';
import { type FreshDatabase, freshDatabase } from '../support/database.ts';
import { somebody } from '../support/lead.ts';
import {
  payIn,
  type SeededNiche,
  seedEndpoint,
  seedNiche,
  seedProvider,
  seedSubscription,
} from '../support/market.ts';

/**
 * A worker keeps the facts of a niche in memory and reads only what somebody else changed. Whatever happens between two
 * batches: what it decides on is what it would have read.
 */
const PROVIDERS = 6;
let database: FreshDatabase;
let app: Awaited<ReturnType<typeof testApp>>;
let root: Sql;
let niche: SeededNiche;
let token: string;
let keeper: Distributor;
let other: Distributor;
const providers: string[] = [];
const endpoints: string[] = [];
const subscriptions: string[] = [];

beforeAll(async () => {
  database = await freshDatabase();
  app = await testApp(database, { MX_CHECK: '0', DISTRIBUTION_BATCH_MAX: '20' });
  root = openAdminSql(database.superuserUrl);
  keeper = openDistributor(app);
  other = openDistributor(app);
  niche = await seedNiche(app, {
    policy: { confirmation: 'source_attested' as const, approval: 'auto' as const },
    levels: [
      { maxProviders: 2, pricePerLead: '10.00' },
      { maxProviders: 3, pricePerLead: '4.00', strategy: 'least_loaded_today' },
      { maxProviders: 3, pricePerLead: '2.00', strategy: 'weighted' },
    ],
  });
  const origin = {
    type: 'api' as const,
    campaignId: niche.campaignId,
    attested: true,
    ratePerMinute: 1_000_000,
  };
  token = (await createSource(app, { name: 'flood', ...origin }, SYSTEM)).token;
  for (let n = 0; n < PROVIDERS; n += 1) {
    const { id } = await seedProvider(app, { balance: BigInt(3_000 + n * 2_000) });
    providers.push(id);
    const { endpoint } = await seedEndpoint(app, { providerId: id, url: 'http://127.0.0.1:9/leads' });
    endpoints.push(endpoint.id);
    for (const level of niche.levels.slice(n % 2)) {
      const caps = [
        { window: 'day' as const, kind: 'count' as const, value: String(10 + n), gives_back: true },
        { window: 'week' as const, kind: 'spend' as const, value: '20000' },
      ];
      const one = {
        providerId: id,
        levelId: level.id,
        endpointId: n % 3 ? endpoint.id : null,
        weight: 1 + n,
      };
      const ratio = n === 4 ? { premiumRatio: 50, ratioMode: 'hard' as const } : {};
      subscriptions.push((await seedSubscription(app, { ...one, caps: n % 2 ? caps : [], ...ratio })).id);
    }
    const { version } = (await app.db.tx({ role: 'operator' }, (tx) => readProvider(tx, id)))!;
    const over = [
      { window: 'day' as const, kind: 'spend' as const, value: '90.00', currency: 'EUR' as const },
    ];
    if (n === 5) await editProvider(app, { id, expected: version, edit: { caps: over } as never }, SYSTEM);
  }
});
afterAll(async () => {
  await root?.end();
  await app?.close();
  await database?.[Symbol.asyncDispose]();
});

const whom = fc.nat(PROVIDERS - 1);
const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('leads' as const), n: fc.integer({ min: 1, max: 30 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('leads elsewhere' as const), n: fc.integer({ min: 1, max: 9 }) }),
  },
  ...(
    [
      'pay',
      'pause',
      'resume',
      'pause provider',
      'resume provider',
      'stop',
      'go on',
      'refund',
      'breaker',
    ] as const
  ).map((one) => ({ weight: 1, arbitrary: fc.record({ do: fc.constant(one), n: whom }) })),
);
type Step = typeof step extends fc.Arbitrary<infer One> ? One : never;

const flood = async (distributor: Distributor, leads: number) => {
  const emails = Array.from({ length: leads }, () => `${randomBytes(6).toString('hex')}@example.com`);
  await Promise.all(
    emails.map((email) =>
      receiveLead(app, {
        origin: { kind: 'source', token },
        body: { answers: somebody({ budget: 100, email }) },
      }),
    ),
  );
  while ((await runDistribution(distributor)) > 0);
};

async function take({ do: what, n }: Step): Promise<void> {
  const providerId = providers[n % PROVIDERS]!;
  const id = subscriptions[n % subscriptions.length]!;
  switch (what) {
    case 'leads':
      return flood(keeper, n);
    case 'leads elsewhere':
      return flood(other, n);
    case 'pay':
      return payIn(app, providerId, 1_500n);
    case 'pause':
      return void (await pause(app, { id, until: null }, SYSTEM));
    case 'resume':
      return void (await resume(app, id, SYSTEM));
    case 'pause provider':
      return void (await pauseProvider(app, { id: providerId, until: null }, SYSTEM));
    case 'resume provider':
      return void (await resumeProvider(app, providerId, SYSTEM));
    case 'stop':
      return void (await setStop(
        app,
        { scope: 'provider', scopeId: providerId, reason: 'test' },
        SYSTEM,
      ).catch(() => undefined));
    case 'go on': {
      const [stop] = await root`
        select id from stop_switches where scope_id = ${providerId} and released_at is null`;
      if (stop) await endStop(app, { id: stop.id, reason: 'test' }, SYSTEM);
      return;
    }
    case 'refund': {
      const [last] = await root`
        select id from assignments where provider_id = ${providerId} and state = 'charged'
        order by assigned_at desc, id limit 1`;
      const why = { reason: 'invalid_phone' as const, adminOnlyMemo: undefined };
      if (last) await refundAssignment(app, { assignmentId: last.id, ...why } as never, SYSTEM);
      return;
    }
    case 'breaker':
      await root`
        update endpoints set breaker_state = case breaker_state when 'open' then 'closed' else 'open' end,
          probe_at = case breaker_state when 'open' then null else clock_timestamp() + interval '1 hour' end
        where id = ${endpoints[n % PROVIDERS]!}`;
  }
}

/** What the next batch of the keeper would decide on, and what the database says. */
async function bothReadings() {
  return app.db.tx({ role: 'engine' }, async (tx) => {
    const turn = (await lockTurn(tx, niche.niche.id))!;
    const rules = await rulesAt(keeper, tx, niche.niche.id, turn.configVersion);
    const windows = windowsOf(rules, turn.clock.getTime());
    const ids = rules.subscriptions.map(({ id }) => id);
    const kept = keeper.facts.get(niche.niche.id);
    const of = { nicheId: niche.niche.id, asOf: turn.asOf, candidates: ids, size: ids.length, windows, kept };
    const decidedOn = await openFactsReader(of).read(tx);
    const read = await readFacts(tx, { of: { ids }, ...windows });
    const byId = (rows: typeof read) => new Map(rows.map((row) => [row.id, row]));
    return { decidedOn: byId(decidedOn), read: byId(read), kept: kept?.rows.size ?? 0 };
  });
}

describe('facts kept from batch to batch', () => {
  it('are the facts of the database, whatever was changed between the batches', async () => {
    let keptOnce = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 10 }), async (steps) => {
        for (const one of steps) {
          await take(one);
          const { decidedOn, read, kept } = await bothReadings();
          expect(decidedOn).toEqual(read);
          keptOnce = Math.max(keptOnce, kept);
        }
      }),
      { numRuns: 8, endOnFailure: true },
    );
    expect(keptOnce).toBeGreaterThan(PROVIDERS);
  });
});
