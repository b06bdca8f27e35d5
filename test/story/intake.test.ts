import { afterAll, beforeAll, expect, it } from 'vitest';
import { sendDueMessages } from '../../src/journal/messages/index.ts';
import { receiveLead } from '../../src/lead/intake/index.ts';
import { confirmLead, resendConfirmation } from '../../src/lead/review/index.ts';
import { testApp } from '../support/app.ts';
import { type FreshDatabase, freshDatabase } from '../support/database.ts';
import { confirmLinkOf, countOf, engine, openNiche, somebody, stateOf, trailOf } from '../support/lead.ts';

let database: FreshDatabase;
let app: Awaited<ReturnType<typeof testApp>>;

beforeAll(async () => {
  database = await freshDatabase();
  app = await testApp(database, { MX_CHECK: '0' });
});
afterAll(async () => {
  await app.close();
  await database[Symbol.asyncDispose]();
});

const post = (token: string, body: unknown) => receiveLead(app, { origin: { kind: 'source', token }, body });

it('a lead of an attested source is stored and approved in one step, and each state it passed is on record', async () => {
  const niche = await openNiche(app);
  const received = await post(niche.token, { answers: somebody(), attribution: { utm_source: 'news' } });
  expect(received).toMatchObject({ state: 'approved', reason: null, replayed: false });
  expect(await trailOf(app, received.leadId)).toEqual([
    'lead.received',
    'lead.checking',
    'lead.pending_approval',
    'lead.approved',
  ]);
  const [lead] = await app.db.tx(
    engine,
    (tx) => tx`
      select l.state, l.due_at <= clock_timestamp() as due, l.ready_at = l.submitted_at as ready,
        l.expires_at - l.ready_at = interval '7 days' as expires, l.lead_type, l.score, l.country, c.name, c.phone,
        c.answers, a.utm_source, a.source_name, s.text_version, s.method, r.outcome, k.stage
      from leads l join lead_contacts c on c.lead_id = l.id join lead_attribution a on a.lead_id = l.id
        join consents s on s.lead_id = l.id join lead_receipts r on r.lead_id = l.id
        join lead_checks k on k.lead_id = l.id
      where l.id = ${received.leadId}`,
  );
  expect(lead).toMatchObject({
    ...{ state: 'approved', due: true, ready: true, expires: true, country: 'DE', lead_type: 'premium' },
    ...{
      name: 'Ada Lovelace',
      utm_source: 'news',
      source_name: 'facebook_ads',
      method: 'source',
      text_version: 1,
    },
    ...{ outcome: 'approved', stage: 'intake' },
  });
});

it('the same submission within a minute is the same lead, and twenty at once are one', async () => {
  const niche = await openNiche(app);
  const answers = somebody();
  const all = await Promise.all(Array.from({ length: 20 }, () => post(niche.token, { answers })));
  expect(new Set(all.map(({ leadId }) => leadId)).size).toBe(1);
  expect(all.filter(({ replayed }) => !replayed)).toHaveLength(1);
});

it('a person who asked already is quarantined as a duplicate, by e-mail or by phone, and not in another niche group', async () => {
  const niche = await openNiche(app);
  const first = somebody();
  await post(niche.token, { answers: first });
  const sameMail = await post(niche.token, {
    answers: somebody({ email: String(first.email).toUpperCase() }),
  });
  expect(sameMail).toMatchObject({ state: 'quarantined', reason: 'duplicate' });
  const samePhone = await post(niche.token, { answers: somebody({ phone: first.phone }) });
  expect(samePhone).toMatchObject({ state: 'quarantined', reason: 'duplicate' });
  const elsewhere = await openNiche(app);
  expect(await post(elsewhere.token, { answers: first })).toMatchObject({ state: 'approved' });
});

it('of many different forms with one person at once, exactly one goes on', async () => {
  const niche = await openNiche(app);
  const email = String(somebody().email);
  const all = await Promise.all(
    Array.from({ length: 12 }, () => post(niche.token, { answers: somebody({ email }) })),
  );
  expect(all.filter(({ state }) => state === 'approved')).toHaveLength(1);
  expect(all.filter(({ reason }) => reason === 'duplicate')).toHaveLength(11);
});

it('a bad number stops a lead in quarantine, which remembers where it was stopped', async () => {
  const niche = await openNiche(app);
  const bad = await post(niche.token, { answers: somebody({ phone: '+49 900 1234567' }) });
  expect(bad).toMatchObject({ state: 'quarantined', reason: 'phone_type_refused' });
  const [lead] = await app.db.tx(engine, (tx) => tx`select stopped_at from leads where id = ${bad.leadId}`);
  expect(lead).toEqual({ stopped_at: 'checking' });
});

it('a refused submission of a known source leaves nothing but its receipt, which can be read with the key', async () => {
  const niche = await openNiche(app);
  const before = await app.db.tx(engine, async (tx) => [
    await countOf(tx, 'leads'),
    await countOf(tx, 'lead_contacts'),
  ]);
  const refused = await post(niche.token, { answers: { email: 'nobody' } }).catch((error: unknown) => error);
  expect(refused).toMatchObject({ code: 'input_invalid', status: 422 });
  expect((refused as { details: { field: string }[] }).details.map(({ field }) => field)).toContain(
    'answers.email',
  );
  const after = await app.db.tx(engine, async (tx) => [
    await countOf(tx, 'leads'),
    await countOf(tx, 'lead_contacts'),
  ]);
  expect(after).toEqual(before);
  const [receipt] = await app.db.tx(
    engine,
    (tx) => tx`select id, lead_id, outcome, body_enc from lead_receipts where outcome = 'input_invalid'`,
  );
  expect(receipt).toMatchObject({ lead_id: null, outcome: 'input_invalid' });
  const place = { table: 'lead_receipts', row: receipt?.id as string, column: 'body_enc' };
  expect(JSON.parse(app.secrets.decryptText(receipt?.body_enc as Buffer, place))).toEqual({
    answers: { email: 'nobody' },
  });
});

it('an Idempotency-Key answers with the present outcome and refuses another input', async () => {
  const niche = await openNiche(app);
  const send = (answers: object) =>
    receiveLead(app, {
      origin: { kind: 'source', token: niche.token },
      body: { answers },
      idempotencyKey: 'key-1',
    });
  const answers = somebody();
  const first = await send(answers);
  expect(await send(answers)).toEqual({ ...first, replayed: true });
  await expect(send(somebody())).rejects.toMatchObject({ code: 'idempotency_key_reused' });
});

it('a form of a person waits for confirmation, and the mail carries the link', async () => {
  const niche = await openNiche(app, { preset: 'exchange' });
  const consent = { accepted: true, text_version: 1 };
  const body = { niche: niche.slug, answers: somebody(), consent };
  const received = await receiveLead(app, { origin: { kind: 'form' }, body, ip: '192.0.2.7' });
  expect(received.state).toBe('pending_confirmation');
  expect(await stateOf(app, received.leadId)).toBe('pending_confirmation');
  const [mail] = await app.db.tx(
    engine,
    (tx) => tx`select template, recipient from messages where lead_id = ${received.leadId}`,
  );
  expect(mail).toMatchObject({
    template: 'confirm-lead',
    recipient: (body.answers as { email: string }).email,
  });
  expect(await confirmLinkOf(app, received.leadId)).toMatch(/^\d+\./);
});

it('the link that confirms stands in no row in clear, and is dropped when the mail has gone', async () => {
  await using live = await testApp(database, { MX_CHECK: '0', FAIRLEAD_DEV: '0' });
  const niche = await openNiche(live, { preset: 'exchange' });
  const consent = { accepted: true, text_version: 1 };
  const body = { niche: niche.slug, answers: somebody(), consent };
  const { leadId, receipt } = await receiveLead(live, { origin: { kind: 'form' }, body });
  const found = async (token: string) => {
    const rows = await live.db.tx(
      engine,
      (tx) => tx<{ text: string; kept: boolean; state: string }[]>`
        select m::text as text, secret_enc is not null as kept, state from messages m where lead_id = ${leadId}`,
    );
    return rows.map(({ text, kept, state }) => [state, kept, text.includes(token)]);
  };
  const first = await confirmLinkOf(live, leadId);
  expect(await found(first)).toEqual([['pending', true, false]]);
  const sent: string[] = [];
  const post = {
    ...{ name: 'post', batchMax: 200, close: () => {} },
    send: async ({ text }: { text: string }) => void sent.push(text),
  };
  await sendDueMessages(live, 200, post);
  expect(sent.some((text) => text.includes(encodeURIComponent(first)))).toBe(true);
  expect(await found(first)).toEqual([['sent', false, false]]);
  // The link that replaces it is kept no better and no worse.
  await resendConfirmation(live, { receipt });
  const second = await confirmLinkOf(live, leadId);
  expect((await found(second)).map(([, , inClear]) => inClear)).toEqual([false, false]);
  expect(await confirmLead(live, { token: second })).toMatchObject({ state: 'pending_approval' });
});

it('a form of somebody who is known writes as many rows as that of somebody new, and no mail', async () => {
  const niche = await openNiche(app, { preset: 'exchange' });
  const consent = { accepted: true, text_version: 1 };
  const answers = somebody();
  const send = (more: object) =>
    receiveLead(app, {
      origin: { kind: 'form' },
      body: { niche: niche.slug, answers: { ...answers, ...more }, consent },
    });
  const states = () =>
    app.db.tx(
      engine,
      (tx) => tx<{ state: string; blank: boolean }[]>`
        select state, recipient is null and params is null and secret_enc is null and lead_id is null as blank
        from messages where created_at >= ${before}`,
    );
  const [clock] = await app.db.tx(
    engine,
    (tx) => tx<{ now: Date }[]>`select clock_timestamp()::timestamptz(3) as now`,
  );
  const before = clock!.now;
  const known = await send({});
  expect(await confirmLead(app, { token: await confirmLinkOf(app, known.leadId) })).toMatchObject({
    leadId: known.leadId,
    already: false,
  });
  expect(await send({ name: 'Somebody Else' })).toMatchObject({ state: 'quarantined', reason: 'duplicate' });
  expect((await states()).map(({ state, blank }) => [state, blank]).sort()).toEqual([
    ['cancelled', true],
    ['pending', false],
  ]);
});

it('what an operator changed holds for the very next lead, although intake keeps what it judged the last one by', async () => {
  const niche = await openNiche(app);
  expect((await post(niche.token, { answers: somebody() })).state).toBe('approved');
  const pause = (active: boolean) =>
    app.db.tx(engine, (tx) => tx`update sources set active = ${active} where id = ${niche.source.id}`);
  await pause(false);
  await expect(post(niche.token, { answers: somebody() })).rejects.toMatchObject({ code: 'source_paused' });
  await pause(true);
  expect((await post(niche.token, { answers: somebody() })).state).toBe('approved');

  await app.db.tx(
    engine,
    (tx) => tx`update campaigns set approval = 'manual' where id = ${niche.campaignId}`,
  );
  expect((await post(niche.token, { answers: somebody() })).state).toBe('pending_approval');
  await app.db.tx(engine, (tx) => tx`update niches set active = false where id = ${niche.nicheId}`);
  await expect(post(niche.token, { answers: somebody() })).rejects.toMatchObject({ code: 'niche_not_open' });
});
