import { afterAll, beforeAll, expect, test } from 'vitest';
import { runVerify } from '../../src/cli/verify.ts';
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

const DAY_MS = 86_400_000;

test.each([
  { maxAgeDays: 5, looks: 'when the days are over', sold: [1, 1] },
  { maxAgeDays: 1, looks: 'no more: it would be too old then', sold: [1, 0] },
])('a lead of a person that somebody had lately is looked at again $looks', async ({ maxAgeDays, sold }) => {
  const market = await openMarket(app);
  await market.buyer({ personWindowDays: 2, maxAgeMs: maxAgeDays * DAY_MS });
  const first = await market.submit();
  await runDistribution(openDistributor(app));
  const second = await market.submit();
  await root`
    update lead_contacts c set phone_hash = o.phone_hash
    from lead_contacts o where o.lead_id = ${first} and c.lead_id = ${second}`;
  await runDistribution(openDistributor(app));
  const [look] = await root<{ atEnd: boolean; inDays: number }[]>`
    select due_at = expires_at as "atEnd",
      (extract(epoch from due_at - (select assigned_at from assignments where lead_id = ${first})) / 86400)::float8 as "inDays"
    from leads where id = ${second}`;
  if (sold[1] === 1) expect(look!.inDays).toBeCloseTo(2, 6);
  else expect(look!.atEnd).toBe(true);
  // As if three days had gone by.
  await root`update assignments set assigned_at = assigned_at - interval '3 days' where lead_id = ${first}`;
  await root`
    update leads set due_at = due_at - interval '3 days', ready_at = ready_at - interval '3 days' where id = ${second}`;
  await runDistribution(openDistributor(app));
  const had = await Promise.all([first, second].map((lead) => assignmentsOf(app, lead)));
  expect(had.map((of) => of.length)).toEqual(sold);
});

test('a lead that found its person in the same batch is looked at again when the days are over, too', async () => {
  const market = await openMarket(app);
  await market.buyer({ personWindowDays: 2, maxAgeMs: 5 * DAY_MS });
  const leads = [await market.submit(), await market.submit()];
  await root`
    update lead_contacts c set email_hash = o.email_hash
    from lead_contacts o where o.lead_id = ${leads[0]!} and c.lead_id = ${leads[1]!}`;
  await runDistribution(openDistributor(app));
  const [look] = await root<{ inDays: number }[]>`
    select (extract(epoch from l.due_at - a.assigned_at) / 86400)::float8 as "inDays"
    from leads l cross join assignments a where l.id = ${leads[1]!} and a.lead_id = ${leads[0]!}`;
  expect(look!.inDays).toBeCloseTo(2, 6);
  const { findings } = await runVerify({
    ownerUrl: database.ownerUrl,
    day: new Date().toISOString().slice(0, 10),
    print: () => {},
  });
  expect(findings.filter(({ leadId }) => leads.includes(leadId ?? ''))).toEqual([]);
});
