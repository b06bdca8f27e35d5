import { afterAll, beforeAll, expect, it } from 'vitest';
import { SYSTEM } from '../../src/journal/audit/index.ts';
import { openDistributor, runDistribution } from '../../src/lead/distribution/index.ts';
import { receiveLead } from '../../src/lead/intake/index.ts';
import { markBad, refundAssignment } from '../../src/lead/returns/index.ts';
import { rejectLead } from '../../src/lead/review/index.ts';
import { createSource } from '../../src/market/sources/index.ts';
import { readWallets } from '../../src/money/ledger/index.ts';
import { testApp } from '../support/app.ts';
import { type FreshDatabase, freshDatabase } from '../support/database.ts';
import { engine, somebody, stateOf } from '../support/lead.ts';
import { seedEndpoint, seedNiche, seedProvider, seedSubscription } from '../support/market.ts';

let database: FreshDatabase;
let app: Awaited<ReturnType<typeof testApp>>;
const operator = { id: '01890000-0000-7000-8000-000000000001', role: 'operator' } as const;

beforeAll(async () => {
  database = await freshDatabase();
  app = await testApp(database, { MX_CHECK: '0', DB_POOL_MAX: '10' });
});
afterAll(async () => {
  await app.close();
  await database[Symbol.asyncDispose]();
});

type Sold = { leadId: string; providerIds: string[]; assignments: { id: string; providerId: string }[] };

/** A lead that `count` providers bought for 10.00 each, of 50.00 they had. */
async function soldLead(
  count: number,
  billOn: 'assigned' | 'accepted' = 'assigned',
  test = false,
): Promise<Sold> {
  const { campaignId, level } = await seedNiche(app, {
    policy: { confirmation: 'source_attested', approval: 'auto' },
    levels: [{ maxProviders: count, billOn }],
  });
  const { token } = await createSource(
    app,
    { name: 'story', type: 'api', campaignId, attested: true, ratePerMinute: null },
    SYSTEM,
  );
  const providerIds: string[] = [];
  for (let made = 0; made < count; made += 1) {
    const provider = await seedProvider(app, { balance: 5_000n });
    // Money is held only where a receiver can accept; nothing is sent here.
    const hook = { providerId: provider.id, url: 'http://127.0.0.1:9/hook' };
    const endpointId = billOn === 'accepted' ? (await seedEndpoint(app, hook)).endpoint.id : null;
    await seedSubscription(app, { providerId: provider.id, levelId: level.id, endpointId });
    providerIds.push(provider.id);
  }
  const body = { answers: somebody(), ...(test ? { test: true } : {}) };
  const { leadId } = await receiveLead(app, { origin: { kind: 'source', token }, body });
  await runDistribution(openDistributor(app));
  const assignments = await app.db.tx(
    engine,
    (tx) => tx<{ id: string; providerId: string }[]>`
      select id, provider_id as "providerId" from assignments where lead_id = ${leadId} order by id`,
  );
  expect(assignments).toHaveLength(count);
  return { leadId, providerIds, assignments: [...assignments] };
}

const availableOf = (providerIds: string[]): Promise<bigint[]> =>
  app.db.tx(engine, async (tx) => {
    const wallets = await readWallets(tx, providerIds, 'EUR');
    return providerIds.map((id) => wallets.find(({ providerId }) => providerId === id)?.available ?? 0n);
  });
const transfersOf = (leadId: string, kind: string): Promise<number> =>
  app.db.tx(engine, async (tx) => {
    const rows = await tx`select 1 from transfers where lead_id = ${leadId} and kind = ${kind}`;
    return rows.length;
  });
const statesOf = (leadId: string): Promise<string[]> =>
  app.db.tx(engine, async (tx) => {
    const rows = await tx<{ state: string }[]>`select state from assignments where lead_id = ${leadId}`;
    return rows.map(({ state }) => state);
  });

it('a lead that is bad for all is refunded to everybody, and twenty callers at once refund it one time', async () => {
  const { leadId, providerIds } = await soldLead(3);
  expect(await availableOf(providerIds)).toEqual([4_000n, 4_000n, 4_000n]);
  const calls = Array.from({ length: 20 }, () => markBad(app, { leadId, reason: 'Wrong number' }, operator));
  const done = await Promise.all(calls);
  expect(done.filter(({ already }) => !already)).toEqual([
    expect.objectContaining({ refunded: 3, released: 0, already: false }),
  ]);
  expect(await availableOf(providerIds)).toEqual([5_000n, 5_000n, 5_000n]);
  expect(await transfersOf(leadId, 'refund')).toBe(3);
  expect(await statesOf(leadId)).toEqual(['refunded', 'refunded', 'refunded']);
  expect(await stateOf(app, leadId)).toBe('bad_lead');
  const [mails] = await app.db.tx(
    engine,
    (tx) =>
      tx`select count(*)::int as count from messages where lead_id = ${leadId} and template = 'lead-refunded'`,
  );
  expect(mails?.count).toBe(3);
});

it('one assignment is refunded in full and one time, the lead stays as it is, and the rest follows with the verdict', async () => {
  const { leadId, providerIds, assignments } = await soldLead(2);
  const [first] = assignments;
  const refund = () =>
    refundAssignment(app, { assignmentId: first?.id as string, reason: 'Goodwill' }, operator);
  const all = await Promise.all(Array.from({ length: 10 }, refund));
  expect(all.filter(({ already }) => !already)).toHaveLength(1);
  expect(await stateOf(app, leadId)).toBe('distributed');
  expect(await transfersOf(leadId, 'refund')).toBe(1);
  expect(await markBad(app, { leadId, reason: 'Wrong number' }, operator)).toMatchObject({ refunded: 1 });
  expect(await availableOf(providerIds)).toEqual([5_000n, 5_000n]);
});

it('held money is freed and never refunded', async () => {
  const { leadId, providerIds } = await soldLead(1, 'accepted');
  expect(await statesOf(leadId)).toEqual(['held']);
  expect(await markBad(app, { leadId, reason: 'Wrong number' }, operator)).toMatchObject({
    refunded: 0,
    released: 1,
  });
  expect(await availableOf(providerIds)).toEqual([5_000n]);
  expect(await transfersOf(leadId, 'refund')).toBe(0);
});

it('a lead that somebody has cannot be rejected, and one that nobody has cannot be marked bad', async () => {
  const { leadId } = await soldLead(1);
  await expect(rejectLead(app, { leadId, reason: 'late' }, operator)).rejects.toMatchObject({
    code: 'lead_already_distributed',
    status: 409,
  });
  const { campaignId } = await seedNiche(app, {
    policy: { confirmation: 'source_attested', approval: 'auto' },
  });
  const { token } = await createSource(
    app,
    { name: 'story', type: 'api', campaignId, attested: true, ratePerMinute: null },
    SYSTEM,
  );
  const open = await receiveLead(app, { origin: { kind: 'source', token }, body: { answers: somebody() } });
  await expect(markBad(app, { leadId: open.leadId, reason: 'x' }, operator)).rejects.toMatchObject({
    code: 'lead_not_distributed',
  });
});

it('a test lead is taken back without moving money', async () => {
  const { leadId, providerIds } = await soldLead(1, 'assigned', true);
  expect(await markBad(app, { leadId, reason: 'Only a test' }, operator)).toMatchObject({ refunded: 1 });
  expect(await availableOf(providerIds)).toEqual([5_000n]);
  expect(await transfersOf(leadId, 'refund')).toBe(0);
});

it('the provider sees the person only while the assignment is charged', async () => {
  const { leadId, providerIds, assignments } = await soldLead(1);
  const seen = () =>
    app.db.tx({ role: 'provider', providerId: providerIds[0] as string }, async (tx) => {
      const rows = await tx`select 1 from lead_contacts where lead_id = ${leadId}`;
      return rows.length;
    });
  expect(await seen()).toBe(1);
  await refundAssignment(app, { assignmentId: assignments[0]?.id as string, reason: 'Goodwill' }, operator);
  expect(await seen()).toBe(0);
});
