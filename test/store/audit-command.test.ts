import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { CHECKS } from '../../src/cli/audit/checks.ts';
import { runAudit } from '../../src/cli/audit.ts';
import { SYSTEM, sealAudit } from '../../src/journal/audit/index.ts';
import { openDistributor, runDistribution } from '../../src/lead/distribution/index.ts';
import { receiveLead } from '../../src/lead/intake/index.ts';
import { refundAssignment } from '../../src/lead/returns/index.ts';
import { createSource } from '../../src/market/sources/index.ts';
import { openAdminSql, type Sql } from '../../src/platform/admin-sql.ts';
import type { Tx } from '../../src/platform/db.ts';
import { testApp } from '../support/app.ts';
import { type FreshDatabase, freshDatabase } from '../support/database.ts';
import { somebody } from '../support/lead.ts';
import { seedNiche, seedProvider, seedSubscription } from '../support/market.ts';

let database: FreshDatabase;
let app: Awaited<ReturnType<typeof testApp>>;
let superuser: Sql;

/** A market that has sold: three equal providers, one with a cap that is used up, one without money. */
beforeAll(async () => {
  database = await freshDatabase();
  superuser = openAdminSql(database.superuserUrl);
  app = await testApp(database, { MX_CHECK: '0' });
  const market = await seedNiche(app, {
    policy: { confirmation: 'source_attested', approval: 'auto' },
    levels: [{ pricePerLead: '10.00', maxProviders: 2 }],
  });
  const seeds: [balance: bigint, caps: { window: 'day'; kind: 'count'; value: string }[]][] = [
    [100_000n, []],
    [100_000n, []],
    [100_000n, []],
    [100_000n, [{ window: 'day', kind: 'count', value: '3' }]],
    [500n, []],
  ];
  for (const [balance, caps] of seeds) {
    const provider = await seedProvider(app, { balance });
    await seedSubscription(app, { providerId: provider.id, levelId: market.level.id, caps });
  }
  const { token } = await createSource(
    app,
    { name: 'audit', type: 'api', campaignId: market.campaignId, attested: true, ratePerMinute: 1_000_000 },
    SYSTEM,
  );
  for (let lead = 0; lead < 20; lead += 1) {
    await receiveLead(app, { origin: { kind: 'source', token }, body: { answers: somebody() } });
    if (lead % 7 === 6) await runDistribution(openDistributor(app));
  }
  await runDistribution(openDistributor(app));
  const [one] = await superuser<{ id: string }[]>`select min(id::text) as id from assignments`;
  await refundAssignment(app, { assignmentId: one!.id, reason: 'test' }, SYSTEM);
  // A transaction of another test on the same server may hold the horizon back.
  const sealed = async () => expect(await sealAudit(app)).toBeGreaterThan(0);
  await vi.waitFor(sealed, { timeout: 15_000, interval: 5 });
});
afterAll(async () => {
  await superuser?.end();
  await app?.close();
  await database?.[Symbol.asyncDispose]();
});

test('a market that has sold is clean, and the audit says what it compared', async () => {
  const lines: string[] = [];
  const result = await runAudit({ ownerUrl: database.ownerUrl, print: (line) => lines.push(line) });
  expect(result.findings).toEqual([]);
  expect(result.clean).toBe(true);
  expect(lines.at(-1)).toBe('Nothing is wrong.');
  const shares = result.checked.find(({ id }) => id === 'I8');
  expect(shares?.note).toMatch(
    /^20 decisions: 3 subscriptions in 1 groups of equals compared; 2 had conditions/,
  );
  const [sold] = await superuser`select count(*)::int as n from assignments`;
  expect(sold?.n).toBe(40);
});

/** What is done to the database behind the program's back, which rule notices, and what it says of the row. */
const damages: [rule: string, statement: string, says: RegExp][] = [
  ['every acknowledged lead is there', `update lead_receipts set lead_id = gen_random_uuid() where id = (select min(id::text)::uuid from lead_receipts)`, /not there/],
  ['every lead is final, parked, or has a next step', `alter table leads drop constraint leads_due_unless_final, drop constraint leads_ended_when_final, drop constraint leads_assigned_means_distributed; update leads set state = 'approved' where id = (select min(id::text)::uuid from leads)`, /has no next step/],
  ['a lead counts its assignments rightly', `update leads set n_assigned = 9 where id = (select min(id::text)::uuid from leads)`, /says 9 assignments; there are 2/],
  ['a lead goes to a provider one time', `alter table assignments drop constraint assignments_once_per_provider; update assignments set lead_id = (select min(lead_id::text)::uuid from assignments)`, /was given \d+ times/],
  ['a rejected lead is never sold', `update audit_log set action = 'lead.rejected' where action = 'lead.approved' and entity_id = (select min(lead_id::text) from assignments)`, /was rejected and went to 2 providers/],
  ['an assignment is billed one time, at its price', `update assignments set charged_amount = 999 where id = (select max(id::text)::uuid from assignments)`, /its price is 999; booked was 1000/],
  ['an assignment is billed one time, at its price', `delete from transfers where cause = (select max(cause) from transfers where kind = 'charge')`, /nothing was booked/],
  ['an assignment is billed one time, at its price', `update assignments set state = 'charged', refunded_at = null where state = 'refunded'`, /it is charged; booked were 0 holds, 1 charges, 0 releases, 1 refunds/],
  ['held money ends with its delivery, and says why', `update assignments set state = 'held' where id = (select max(id::text)::uuid from assignments)`, /is held and its delivery is not there/],
  ['held money ends with its delivery, and says why', `update assignments set state = 'released' where id = (select max(id::text)::uuid from assignments)`, /says no reason/],
  ['held money ends with its delivery, and says why', `update assignments set state = 'released', release_reason = 'late' where id = (select max(id::text)::uuid from assignments); insert into deliveries (id, assignment_id, lead_id, provider_id, endpoint_id, state, due_at) select id, id, lead_id, provider_id, id, 'pending', now() from assignments where id = (select max(id::text)::uuid from assignments)`, /is released and its delivery is pending/],
  ['held money ends with its delivery, and says why', `update assignments set state = 'released', release_reason = 'unresolved' where id = (select max(id::text)::uuid from assignments)`, /certainly did not arrive/],
  ['held money ends with its delivery, and says why', `update assignments set state = 'released', release_reason = 'refused' where id = (select max(id::text)::uuid from assignments); insert into deliveries (id, assignment_id, lead_id, provider_id, endpoint_id, state, ended_at, unknown_seen) select id, id, lead_id, provider_id, id, 'refused', now(), true from assignments where id = (select max(id::text)::uuid from assignments)`, /released as refused and may have arrived/],
  ['held money ends with its delivery, and says why', `update assignments set hold_ended_at = now() where id = (select max(id::text)::uuid from assignments)`, /captured and no attempt was taken/],
  ['what never arrived was given back where its level says so', `update level_versions set refund_undelivered = true; insert into deliveries (id, assignment_id, lead_id, provider_id, endpoint_id, state, ended_at) select id, id, lead_id, provider_id, id, 'dead', now() from assignments where id = (select max(id::text)::uuid from assignments)`, /its delivery is dead, and its price was not given back/],
  ['a wallet equals the sums of its transfers, in one currency', `update wallets set available = available + 1 where id = (select min(id::text)::uuid from wallets)`, /its transfers add up to/],
  ['the chain of each wallet has no gap and no wrong step', `update transfers set memo = 'forged' where kind = 'refund'`, /its hash is not right/],
  ['a refund is never more than its charge', `update transfers set amount = 5000 where kind = 'refund'`, /was charged 1000 and refunded 5000/],
  ['no cap and no budget was exceeded', `update subscription_versions set caps = '[{"window": "week", "kind": "spend", "value": "2500"}]' where caps <> '[]'`, /brings the spending to 3000 of the week/],
  ['no cap and no budget was exceeded', `update subscription_versions set caps = '[{"window": "day", "kind": "count", "value": "2"}]' where caps <> '[]'`, /is number 3 of the day/],
  ['no lead went to more providers than promised', `update assignments set max_shared = 1`, /went to 2 providers; promised were at most 1/],
  ['no lead went to more providers than promised', `update level_versions set max_providers = 1`, /its maximum is 1/],
  ['a lead is sold once; freed seats go to one more each, two times at most', `update decisions set kind = 'second' where seq = (select max(decision_seq) from assignments)`, /one freed seat was given to more than one/],
  ['a lead is sold once; freed seats go to one more each, two times at most', `insert into second_offers (assignment_id, lead_id, niche_id, level_id) select id, lead_id, niche_id, level_id from assignments where id = (select max(id::text)::uuid from assignments where state = 'charged')`, /its seat is offered again, and it is charged/],
  ['a lead is sold once; freed seats go to one more each, two times at most', `update decisions set kind = 'by_hand' where seq = 1`, /was taken by hand and says no reason/],
  ['a lead is sold once; freed seats go to one more each, two times at most', `update decisions set kind = 'purchase', n_assigned = 1 where seq = (select max(decision_seq) from assignments)`, /is a purchase, and its campaign sold none/],
  ['every delivery ended with a reason or has a next time', `insert into deliveries (id, assignment_id, lead_id, provider_id, endpoint_id, state, ended_at) select id, id, id, id, id, 'dead', now() from wallets limit 1`, /is dead and says no reason/],
  ['attempts are numbered without a gap', `insert into attempts (id, delivery_id, number, endpoint_id, provider_id, lead_id, started_at, duration_ms, outcome) select gen_random_uuid(), id, n, id, id, id, now(), 1, 'retry' from (select id from wallets limit 1) w, unnest(array[1, 3]) as n`, /2 attempts with 2 numbers from 1 to 3/],
  ['what is delivered was taken by the endpoint', `insert into deliveries (id, assignment_id, lead_id, provider_id, endpoint_id, state, ended_at) select id, id, id, id, id, 'delivered', now() from wallets limit 1`, /no attempt was taken/],
  ['every state of a lead stands in the audit log', `delete from audit_log where action = 'lead.distributed'`, /names it 0 times/],
  ['the audit log and its seals are whole', `update audit_log set description = 'forged' where action = 'lead.distributed'`, /was changed/],
  ['the decisions of each niche are a whole chain', `update decisions set record = record || '\\x00' where seq = 5`, /its hash is not right/],
  ['the decisions of each niche are a whole chain', `delete from decisions where seq = 20`, /should end at 20 and ends at 19/],
  ['an idempotency key had its one effect', `insert into idempotency_keys values ('x:wallet.credit', 'k', 'x', 201, jsonb_build_object('transfer_id', gen_random_uuid()))`, /is not there/],
]; // biome-ignore format: one line per damage

test.each(damages)('%s: noticed after "%s"', async (rule, statement, says) => {
  const undone = new Error('undone');
  const found: string[] = [];
  const work = superuser.begin(async (tx) => {
    await tx`set local session_replication_role = replica`;
    await tx.unsafe(statement);
    for (const check of CHECKS.filter((one) => one.rule === rule)) {
      const result = await check.run(tx as unknown as Tx, 20);
      found.push(
        ...('findings' in result ? result.findings : result).map(({ row, text }) => `${row}: ${text}`),
      );
    }
    throw undone;
  });
  await expect(work).rejects.toBe(undone);
  expect(found.join('\n')).toMatch(says);
  expect(found.length).toBeLessThanOrEqual(20);
});

test('shares that are not equal are noticed, with both subscriptions and the decision', async () => {
  // The program alternates. Records that say otherwise are made by giving one decision's record to another.
  const undone = new Error('undone');
  let found: string[] = [];
  const work = superuser.begin(async (tx) => {
    await tx`set local session_replication_role = replica`;
    const rows = await tx`select seq from decisions order by seq desc limit 12`;
    await tx`
      update decisions set record = (select record from decisions where seq = ${rows[0]?.seq})
      where seq in ${tx(rows.map(({ seq }) => seq))}`;
    const check = CHECKS.find(({ id }) => id === 'I8')!;
    const result = await check.run(tx as unknown as Tx, 20);
    found = ('findings' in result ? result.findings : result).map(({ row, text }) => `${row}: ${text}`);
    throw undone;
  });
  await expect(work).rejects.toBe(undone);
  expect(found.join()).toMatch(/level .* after decision \d+ subscription .* had \d+, its equal .* had \d+/);
});

test('the command names what it found, and is not clean then', async () => {
  await superuser`set session_replication_role = replica`;
  const [wallet] = await superuser`
    update wallets set available = available + 1 where id = (select min(id::text)::uuid from wallets) returning id`;
  const lines: string[] = [];
  const { clean } = await runAudit({ ownerUrl: database.ownerUrl, print: (line) => lines.push(line) });
  await superuser`update wallets set available = available - 1 where id = ${wallet?.id}`;
  await superuser`set session_replication_role = default`;
  expect(clean).toBe(false);
  expect(lines.at(-1)).toBe('1 findings.');
  expect(lines.at(-2)).toContain(`I3   wallet ${wallet?.id}: available is`);
});
