import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  decodeRecord,
  makeSeeds,
  openDistributor,
  runDistribution,
} from '../../src/lead/distribution/index.ts';
import { lockProviders } from '../../src/money/ledger/index.ts';
import { openAdminSql, type Sql } from '../../src/platform/admin-sql.ts';
import { testApp } from '../support/app.ts';
import { type FreshDatabase, freshDatabase } from '../support/database.ts';
import { engine } from '../support/lead.ts';
import { seedProvider, seedSubscription } from '../support/market.ts';
import { assignmentsOf, openMarket } from '../support/open-market.ts';
import { until } from '../support/until.ts';

/** A provider that wants no second lead of one person, and niches that decide at the same moment. */
let database: FreshDatabase;
let root: Sql;
let app: Awaited<ReturnType<typeof testApp>>;
beforeAll(async () => {
  database = await freshDatabase();
  app = await testApp(database, { MX_CHECK: '0' });
  root = openAdminSql(database.superuserUrl);
  await makeSeeds(app);
});
afterAll(async () => {
  await root?.end();
  await app?.close();
  await database?.[Symbol.asyncDispose]();
});

const waiting = async () =>
  (await root`select from pg_stat_activity where datname = ${database.name} and wait_event_type = 'Lock'`)
    .length;

test('two niches that decide about one person at once give a provider one of the leads', async () => {
  const { id: providerId } = await seedProvider(app, { balance: 100_000n });
  const niches = await Promise.all([openMarket(app), openMarket(app)]);
  for (const { level } of niches)
    await seedSubscription(app, { providerId, levelId: level.id, personWindowDays: 30 });
  const person = { email: 'one.person@example.org', phone: '+49 30 90180000' };
  const leads = await Promise.all(niches.map((niche) => niche.submit(person)));
  const rounds: Promise<number>[] = [];
  await app.db.tx(engine, async (tx) => {
    await lockProviders(tx, [providerId]);
    for (const _ of niches) rounds.push(runDistribution(openDistributor(app)));
    // Both have decided, and wait for the provider.
    await until(async () => (await waiting()) === 2);
  });
  await Promise.all(rounds);
  const sold = (await Promise.all(leads.map((lead) => assignmentsOf(app, lead)))).flat();
  expect(sold).toHaveLength(1);
});

test.each(['phone_hash', 'email_hash'])(
  'two leads of one batch that share only their %s are of one person, and a third that shares nothing is not',
  async (shared) => {
    const market = await openMarket(app);
    await market.buyer({ personWindowDays: 30 });
    const leads: string[] = [];
    for (let n = 0; n < 3; n += 1) leads.push(await market.submit());
    const [first, second] = leads;
    await root`
      update lead_contacts c set ${root(shared)} = o.${root(shared)}
      from lead_contacts o where o.lead_id = ${first!} and c.lead_id = ${second!}`;
    await runDistribution(openDistributor(app));
    const sold = await Promise.all(leads.map((lead) => assignmentsOf(app, lead)));
    expect(sold.map((of) => of.length)).toEqual([1, 0, 1]);
    const [verdict] = await root<
      { record: Buffer }[]
    >`select record from decisions where lead_id = ${second!}`;
    expect(decodeRecord(verdict!.record).verdicts).toMatchObject([{ verdict: 'same_person' }]);
  },
);
