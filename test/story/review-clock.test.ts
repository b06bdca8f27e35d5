import { afterAll, beforeAll, expect, it } from 'vitest';
import { endLateChecks } from '../../src/lead/checks/end-late-checks.ts';
import { receiveLead } from '../../src/lead/intake/index.ts';
import { alarmOfStuck, releaseLead, remindOfApprovals, runReview } from '../../src/lead/review/index.ts';
import type { CampaignPolicy } from '../../src/market/campaigns/index.ts';
import { testApp } from '../support/app.ts';
import { type FreshDatabase, freshDatabase } from '../support/database.ts';
import { engine, openNiche, somebody, stateOf, trailOf } from '../support/lead.ts';

/** What happens to a lead when nobody does anything about it. */

let database: FreshDatabase;
let app: Awaited<ReturnType<typeof testApp>>;
let withChecks: Awaited<ReturnType<typeof testApp>>;
let strict: Awaited<ReturnType<typeof testApp>>;
const operator = { id: '01890000-0000-7000-8000-000000000001', role: 'operator' } as const;

beforeAll(async () => {
  database = await freshDatabase();
  app = await testApp(database, { MX_CHECK: '0' });
  withChecks = await testApp(database, { MX_CHECK: '1' });
  strict = await testApp(database, { MX_CHECK: '1', CHECKING_LATE: 'quarantine' });
  await app.db.tx({ role: 'operator' }, async (tx) => {
    for (const [name, role, status] of [
      ['ann', 'admin', 'active'],
      ['otto', 'operator', 'active'],
      ['gone', 'operator', 'suspended'],
      ['fin', 'finance', 'active'],
    ] as const) {
      await tx`
        insert into users (id, email, role, status, password_hash)
        values (${crypto.randomUUID()}, ${`${name}@example.org`}, ${role}, ${status}, 'x')`;
    }
  });
});
afterAll(async () => {
  await app.close();
  await withChecks.close();
  await strict.close();
  await database[Symbol.asyncDispose]();
});

const send = async (policy: Partial<CampaignPolicy>, of = app, more: object = {}) => {
  const niche = await openNiche(of, { policy });
  const body = { answers: somebody(), ...more };
  const { leadId } = await receiveLead(of, { origin: { kind: 'source', token: niche.token }, body });
  return { leadId, niche };
};
const ready = (leadId: string, minutes: number) =>
  app.db.tx(
    engine,
    (tx) => tx`
      update leads set due_at = clock_timestamp(), ready_at = clock_timestamp() - ${minutes}::int * interval '1 minute'
      where id = ${leadId}`,
  );
const warnings = () =>
  app.db.tx(
    engine,
    (tx) => tx<{ recipient: string; params: { count: number; minutes: number } }[]>`
      select recipient, params from messages where template = 'approval-waiting' order by due_at, recipient`,
  );

it('leads that wait for 15 minutes are told to the staff in one mail, once each', async () => {
  const leads = [await send({ approval: 'manual' }), await send({ approval: 'manual' })];
  const test = await send({ approval: 'manual' }, app, { test: true });
  for (const { leadId } of [...leads, test]) await ready(leadId, 16);
  expect(await remindOfApprovals(app)).toBe(3);
  const told = [
    { recipient: 'ann@example.org', params: expect.objectContaining({ count: 2, minutes: 16 }) },
    { recipient: 'otto@example.org', params: expect.objectContaining({ count: 2, minutes: 16 }) },
  ];
  expect([...(await warnings())]).toEqual(told);
  for (const { leadId } of leads) await ready(leadId, 40);
  expect(await remindOfApprovals(app)).toBe(2);
  expect([...(await warnings())]).toEqual(told);
});

it('after 25 minutes a campaign that says so approves by itself, as the system, and others only alarm', async () => {
  const approves = await send({ approval: 'manual', lateApproval: 'approve' });
  const alerts = await send({ approval: 'manual' });
  for (const { leadId } of [approves, alerts]) await ready(leadId, 24);
  expect(await remindOfApprovals(app)).toBe(2);
  for (const { leadId } of [approves, alerts]) expect(await stateOf(app, leadId)).toBe('pending_approval');
  for (const { leadId } of [approves, alerts]) await ready(leadId, 25);
  expect(await remindOfApprovals(app)).toBe(2);
  expect(await stateOf(app, alerts.leadId)).toBe('pending_approval');
  const [lead] = await app.db.tx(
    engine,
    (tx) => tx`
      select state, approved_by, due_at <= clock_timestamp() as due, expires_at > clock_timestamp() as offered
      from leads where id = ${approves.leadId}`,
  );
  expect(lead).toEqual({ state: 'approved', approved_by: 'system', due: true, offered: true });
  expect((await trailOf(app, approves.leadId)).at(-1)).toBe('lead.approved');
  const [row] = await app.db.tx(
    engine,
    (tx) => tx`
      select actor_role, actor_id, description from audit_log
      where entity_id = ${approves.leadId} and action = 'lead.approved'`,
  );
  expect(row).toEqual({
    actor_role: 'system',
    actor_id: null,
    description: expect.stringContaining('within 25 minutes'),
  });
});

it('after a release from quarantine the time to approve begins anew', async () => {
  const { leadId } = await send({ approval: 'manual', lateApproval: 'approve' }, strict);
  await app.db.tx(engine, async (tx) => {
    await tx`
      update leads set due_at = clock_timestamp() - interval '10 minutes',
        ready_at = clock_timestamp() - interval '3 days' where id = ${leadId}`;
  });
  expect(await endLateChecks(strict)).toBe(1);
  expect(await releaseLead(app, { leadId }, operator)).toMatchObject({ state: 'pending_approval' });
  await app.db.tx(engine, (tx) => tx`update leads set due_at = clock_timestamp() where id = ${leadId}`);
  expect(await remindOfApprovals(app)).toBe(1);
  expect(await stateOf(app, leadId)).toBe('pending_approval');
});

it('checks that take longer than 5 minutes pass or stop the lead, by setting, and leave their verdict', async () => {
  const late = async (of: typeof app) => {
    const { leadId } = await send({ approval: 'auto' }, of);
    expect(await stateOf(app, leadId)).toBe('checking');
    expect(await endLateChecks(of)).toBe(0);
    await app.db.tx(
      engine,
      (tx) => tx`update leads set due_at = clock_timestamp() - interval '301 seconds' where id = ${leadId}`,
    );
    expect(await endLateChecks(of)).toBe(1);
    const [row] = await app.db.tx(
      engine,
      (tx) => tx`
        select l.state, l.reason, v.verdict->>'result' as result from leads l
          join lead_checks c on c.lead_id = l.id and c.stage = 'after_confirmation'
          cross join jsonb_array_elements(c.verdicts) as v (verdict)
        where l.id = ${leadId} and v.verdict->>'check' = 'time_limit'`,
    );
    return row;
  };
  expect(await late(withChecks)).toEqual({ state: 'approved', reason: null, result: 'unknown' });
  expect(await late(strict)).toEqual({ state: 'quarantined', reason: 'checks_too_late', result: 'fail' });
});

it('a lead whose niche was switched off after its approval ends when it is no longer offered', async () => {
  const { leadId, niche } = await send({ approval: 'auto' });
  await app.db.tx({ role: 'operator' }, async (tx) => {
    await tx`update niches set active = false, archived_at = clock_timestamp() where id = ${niche.nicheId}`;
  });
  await runReview(app);
  expect(await stateOf(app, leadId)).toBe('approved');
  await app.db.tx(engine, async (tx) => {
    await tx`
      update leads set due_at = clock_timestamp() - interval '7 days', expires_at = clock_timestamp()
      where id = ${leadId}`;
  });
  await runReview(app);
  const [lead] = await app.db.tx(engine, (tx) => tx`select state, reason from leads where id = ${leadId}`);
  expect(lead).toEqual({ state: 'expired', reason: 'not_sold' });
});

it('a lead that intake left half done is alarmed about after a minute, and then every hour', async () => {
  const { leadId } = await send({ approval: 'auto' });
  const received = (seconds: number) =>
    app.db.tx(
      engine,
      (tx) => tx`
        update leads set state = 'received', due_at = clock_timestamp(),
          submitted_at = clock_timestamp() - ${seconds}::int * interval '1 second' where id = ${leadId}`,
    );
  await received(50);
  expect(await alarmOfStuck(app)).toBe(0);
  await received(61);
  expect([await alarmOfStuck(app), await alarmOfStuck(app)]).toEqual([1, 0]);
  expect(app.lines.filter((line) => line.leadId === leadId && line.msg === 'intake.stuck')).toHaveLength(1);
});
