import { afterAll, beforeAll, expect, it } from 'vitest';
import { runChecks } from '../../src/lead/checks/index.ts';
import { receiveLead } from '../../src/lead/intake/index.ts';
import {
  approveLead,
  attestLead,
  confirmLead,
  expireConfirmations,
  rejectLead,
  releaseLead,
  remindOfApprovals,
  resendConfirmation,
  runReview,
} from '../../src/lead/review/index.ts';
import { testApp } from '../support/app.ts';
import { type FreshDatabase, freshDatabase } from '../support/database.ts';
import {
  confirmLinkOf,
  engine,
  type OpenNiche,
  openNiche,
  somebody,
  stateOf,
  trailOf,
} from '../support/lead.ts';

let database: FreshDatabase;
let app: Awaited<ReturnType<typeof testApp>>;
let withChecks: Awaited<ReturnType<typeof testApp>>;
const operator = { id: '01890000-0000-7000-8000-000000000001', role: 'operator' } as const;

beforeAll(async () => {
  database = await freshDatabase();
  app = await testApp(database, { MX_CHECK: '0' });
  withChecks = await testApp(database, { MX_CHECK: '1' });
});
afterAll(async () => {
  await app.close();
  await withChecks.close();
  await database[Symbol.asyncDispose]();
});

const sendForm = async (niche: OpenNiche, answers = somebody(), of = app) =>
  receiveLead(of, {
    origin: { kind: 'form' },
    body: { niche: niche.slug, answers, consent: { accepted: true, text_version: 1 } },
  });
const overdue = (leadId: string) =>
  app.db.tx(
    engine,
    (tx) => tx`update leads set due_at = clock_timestamp() - interval '1 second' where id = ${leadId}`,
  );
const mailsOf = async (leadId: string): Promise<number> => {
  const [row] = await app.db.tx(
    engine,
    (tx) => tx`select count(*)::int as count from messages where lead_id = ${leadId}`,
  );
  return row?.count as number;
};

it('a confirmed lead waits for approval, is approved by an operator, and may be sold for seven days', async () => {
  const niche = await openNiche(app, { preset: 'exchange' });
  const { leadId } = await sendForm(niche);
  const token = await confirmLinkOf(app, leadId);
  expect(await confirmLead(app, { token })).toEqual({ leadId, state: 'pending_approval', already: false });
  expect(await confirmLead(app, { token })).toMatchObject({ already: true });
  await approveLead(app, { leadId }, operator);
  expect(await trailOf(app, leadId)).toEqual([
    ...[
      'lead.received',
      'lead.pending_confirmation',
      'lead.checking',
      'lead.pending_approval',
      'lead.approved',
    ],
  ]);
  const [lead] = await app.db.tx(
    engine,
    (tx) => tx`
      select due_at <= clock_timestamp() as due, ready_at = confirmed_at as ready, approved_by,
        expires_at - ready_at = interval '7 days' as offered from leads where id = ${leadId}`,
  );
  expect(lead).toEqual({ due: true, ready: true, approved_by: operator.id, offered: true });
});

it('of two forms with the same person the first confirmed one wins', async () => {
  const niche = await openNiche(app, { preset: 'exchange' });
  const person = somebody();
  const first = await sendForm(niche, person);
  const second = await sendForm(niche, { ...person, name: 'Ada King' });
  expect([first.state, second.state]).toEqual(['pending_confirmation', 'pending_confirmation']);
  const tokens = [await confirmLinkOf(app, first.leadId), await confirmLinkOf(app, second.leadId)];
  const states = await Promise.all(tokens.map((token) => confirmLead(app, { token: token as string })));
  expect(states.map(({ state }) => state).sort()).toEqual(['pending_approval', 'quarantined']);
  const third = await sendForm(niche, { ...person, name: 'Augusta Ada' });
  expect(third).toMatchObject({ state: 'quarantined', reason: 'duplicate' });
});

it('a stranger who types somebody’s address blocks nobody', async () => {
  const niche = await openNiche(app, { preset: 'exchange' });
  const person = somebody();
  await sendForm(niche, { ...person, name: 'A Stranger' });
  const own = await sendForm(niche, person);
  expect(await confirmLead(app, { token: await confirmLinkOf(app, own.leadId) })).toMatchObject({
    state: 'pending_approval',
  });
});

it('a lead that nobody confirms expires, and a late click is told how to ask again', async () => {
  const niche = await openNiche(app, { preset: 'exchange' });
  const { leadId } = await sendForm(niche);
  const token = await confirmLinkOf(app, leadId);
  await overdue(leadId);
  expect(await expireConfirmations(app)).toBe(1);
  expect(await stateOf(app, leadId)).toBe('expired');
  await expect(confirmLead(app, { token })).rejects.toMatchObject({
    code: 'confirmation_expired',
    status: 410,
    details: [{ field: 'token', message: expect.stringContaining(`/${niche.slug}`) }],
  });
  await expect(confirmLead(app, { token: `${token}x` })).rejects.toMatchObject({
    code: 'confirmation_invalid',
  });
  await expect(confirmLead(app, { token: '' })).rejects.toMatchObject({ code: 'confirmation_invalid' });
});

it('a new link replaces the old one, at most once in ten minutes', async () => {
  const niche = await openNiche(app, { preset: 'exchange' });
  const { leadId, receipt } = await sendForm(niche);
  const old = await confirmLinkOf(app, leadId);
  await resendConfirmation(app, { receipt });
  await resendConfirmation(app, { receipt });
  await resendConfirmation(app, { receipt: 'nothing' });
  expect(await mailsOf(leadId)).toBe(2);
  await expect(confirmLead(app, { token: old })).rejects.toMatchObject({ code: 'confirmation_expired' });
  const token = await confirmLinkOf(app, leadId);
  expect(await confirmLead(app, { token })).toMatchObject({ state: 'pending_approval' });
});

it('an automatic rule approves from its score on, and leaves the rest to an operator', async () => {
  const sure = await openNiche(app, { policy: { approval: 'auto_if', approvalScore: 100 } });
  const post = (token: string, more: object) =>
    receiveLead(app, { origin: { kind: 'source', token }, body: { answers: somebody({ ...more }) } });
  expect(await post(sure.token, {})).toMatchObject({ state: 'approved' });
  expect(await post(sure.token, { name: 'Aaa Aaa' })).toMatchObject({ state: 'pending_approval' });
});

it('an operator attests where the campaign says so, and only there', async () => {
  const own = await openNiche(app, { preset: 'exchange', policy: { confirmation: 'admin_attested' } });
  const mine = await sendForm(own);
  expect(await mailsOf(mine.leadId)).toBe(0);
  expect(await attestLead(app, { leadId: mine.leadId }, operator)).toMatchObject({
    state: 'pending_approval',
  });
  const other = await sendForm(await openNiche(app, { preset: 'exchange' }));
  const refused = attestLead(app, { leadId: other.leadId }, operator);
  await expect(refused).rejects.toMatchObject({ code: 'lead_not_waiting', status: 409 });
});

it('release overrides one named check and is no approval; rejection ends a lead for good', async () => {
  const niche = await openNiche(app, { preset: 'exchange' });
  const bad = somebody({ phone: '+49 900 1234567', email: `ada-${process.pid}@mailinator.com` });
  const { leadId } = await sendForm(niche, bad);
  await expect(releaseLead(app, { leadId, check: 'shape' }, operator)).rejects.toMatchObject({
    code: 'lead_check_not_failed',
  });
  expect(await releaseLead(app, { leadId, check: 'disposable_domain' }, operator)).toMatchObject({
    state: 'quarantined',
  });
  const [left] = await app.db.tx(engine, (tx) => tx`select reason from leads where id = ${leadId}`);
  expect(left?.reason).toBe('phone_type_refused');
  expect(await releaseLead(app, { leadId }, operator)).toMatchObject({ state: 'pending_confirmation' });
  expect(await mailsOf(leadId)).toBe(1);
  expect(await rejectLead(app, { leadId, reason: 'Not a person' }, operator)).toMatchObject({
    state: 'rejected',
  });
  await expect(approveLead(app, { leadId }, operator)).rejects.toMatchObject({ code: 'lead_ended' });
  await expect(confirmLead(app, { token: await confirmLinkOf(app, leadId) })).rejects.toMatchObject({
    code: 'confirmation_expired',
  });
});

it('release does not sell a person again who was sold while the lead was in quarantine', async () => {
  const niche = await openNiche(app);
  const source = { kind: 'source', token: niche.token } as const;
  const person = somebody();
  const stopped = await receiveLead(app, {
    origin: source,
    body: { answers: { ...person, phone: '+49 900 1234567' } },
  });
  expect(stopped).toMatchObject({ state: 'quarantined', reason: 'phone_type_refused' });
  expect(await receiveLead(app, { origin: source, body: { answers: person } })).toMatchObject({
    state: 'approved',
  });
  const { leadId } = stopped;
  expect(await releaseLead(app, { leadId }, operator)).toMatchObject({ state: 'quarantined' });
  const [left] = await app.db.tx(engine, (tx) => tx`select reason from leads where id = ${leadId}`);
  expect(left?.reason).toBe('duplicate');
  expect(await releaseLead(app, { leadId, check: 'duplicate' }, operator)).toMatchObject({
    state: 'approved',
  });
});

it('leads in quarantine and unsold leads whose time is up expire', async () => {
  const niche = await openNiche(app);
  const source = { kind: 'source', token: niche.token } as const;
  const stopped = await receiveLead(app, {
    origin: source,
    body: { answers: somebody({ phone: '+49 900 1234567' }) },
  });
  const unsold = await receiveLead(app, { origin: source, body: { answers: somebody() } });
  await overdue(stopped.leadId);
  await app.db.tx(
    engine,
    (tx) => tx`
      update leads set state = 'unsold', due_at = clock_timestamp() - interval '1 second',
        expires_at = clock_timestamp() - interval '1 second' where id = ${unsold.leadId}`,
  );
  expect(await runReview(app)).toBe(2);
  expect([await stateOf(app, stopped.leadId), await stateOf(app, unsold.leadId)]).toEqual([
    'expired',
    'expired',
  ]);
});

it('a lead that waits for an approval warns once and then alarms', async () => {
  const niche = await openNiche(app, { policy: { approval: 'manual' } });
  const { leadId } = await receiveLead(app, {
    origin: { kind: 'source', token: niche.token },
    body: { answers: somebody() },
  });
  const waited = (minutes: number) =>
    app.db.tx(
      engine,
      (tx) => tx`
        update leads set due_at = clock_timestamp(), ready_at = clock_timestamp() - ${minutes}::int * interval '1 minute'
        where id = ${leadId}`,
    );
  const said = () =>
    app.lines.filter((line) => line.leadId === leadId && String(line.msg).includes('review.overdue'));
  await waited(15);
  expect(await remindOfApprovals(app)).toBe(1);
  expect(await remindOfApprovals(app)).toBe(0);
  await waited(26);
  expect(await remindOfApprovals(app)).toBe(1);
  expect(said().map(({ alarm }) => alarm)).toEqual([false, true]);
});

it('outside checks run after intake: a pass approves, a failure quarantines, no answer lets the lead on', async () => {
  const niche = await openNiche(withChecks);
  const post = async (domain: string) => {
    const answers = somebody({ email: `ada.${Math.random().toString(36).slice(2)}@${domain}` });
    return receiveLead(withChecks, { origin: { kind: 'source', token: niche.token }, body: { answers } });
  };
  const leads = [
    await post('good.example.com'),
    await post('bad.example.com'),
    await post('slow.example.com'),
  ];
  expect(leads.map(({ state }) => state)).toEqual(['checking', 'checking', 'checking']);
  const adapter = {
    name: 'mx',
    stage: 'after_confirmation',
    weight: 30,
    run: async ({ email }: { email: string }) => {
      if (email.includes('slow')) throw new Error('no answer');
      const good = email.includes('good');
      return {
        check: 'mx',
        weight: 30,
        result: good ? ('pass' as const) : ('fail' as const),
        reason: 'null_mx',
      };
    },
  } as const;
  expect(await runChecks(withChecks, [adapter])).toBe(3);
  expect(await Promise.all(leads.map(({ leadId }) => stateOf(app, leadId)))).toEqual([
    ...['approved', 'quarantined', 'approved'],
  ]);
  const [bad] = await app.db.tx(
    engine,
    (tx) => tx`select reason, stopped_at from leads where id = ${leads[1]?.leadId as string}`,
  );
  expect(bad).toEqual({ reason: 'null_mx', stopped_at: 'pending_approval' });
  const released = await releaseLead(
    withChecks,
    { leadId: leads[1]?.leadId as string, check: 'mx' },
    operator,
  );
  expect(released).toMatchObject({ state: 'pending_approval' });
});

it('a mail domain that was asked lately needs no further question', async () => {
  const niche = await openNiche(withChecks);
  await app.db.tx(
    engine,
    (tx) =>
      tx`insert into mx_cache (domain, accepts_mail) values ('known.example.com', true), ('dead.example.com', false)`,
  );
  const post = (domain: string) =>
    receiveLead(withChecks, {
      origin: { kind: 'source', token: niche.token },
      body: { answers: somebody({ email: `ada@${domain}` }) },
    });
  expect(await post('known.example.com')).toMatchObject({ state: 'approved' });
  expect(await post('dead.example.com')).toMatchObject({ state: 'quarantined', reason: 'no_mail_server' });
});
