import { afterAll, beforeAll, expect, it } from 'vitest';
import { newFormToken } from '../../src/lead/intake/index.ts';
import { readBacklog } from '../../src/lead/intake/store.ts';
import { readOverview } from '../../src/lead/store-overview.ts';
import { type HttpTest, httpTest } from '../support/http.ts';
import { engine, type OpenNiche, openNiche, somebody, stateOf } from '../support/lead.ts';

let http: HttpTest;
let form: OpenNiche;
let automatic: OpenNiche;
const consent = { accepted: true, text_version: 1 };
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

beforeAll(async () => {
  http = await httpTest({ MX_CHECK: '0', RATE_FORM_PER_MINUTE: '100000' });
  form = await openNiche(http.app, { preset: 'exchange' });
  automatic = await openNiche(http.app);
});
afterAll(async () => await http?.[Symbol.asyncDispose]());

const submit = (answers: object, more: object = {}) =>
  http.send('POST', '/api/v1/leads', { niche: form.slug, answers, consent, ...more });
const inbound = (body: object, headers: Record<string, string> = {}) =>
  http.send('POST', `/api/v1/inbound/${automatic.token}`, body, headers);
const leadOf = (receipt: string) =>
  http.app.db.tx(engine, async (tx) => {
    const [row] = await tx`
      select l.state, l.reason from lead_receipts r join leads l on l.id = r.lead_id where r.id = ${receipt}`;
    return row;
  });

it('the public form answers the same for a new, a known, a suppressed and an unwanted person', async () => {
  const known = somebody();
  const suppressed = somebody();
  const hash = http.app.secrets.keyedHash(String(suppressed.email));
  await http.app.db.tx({ role: 'operator' }, async (tx) => {
    await tx`
      insert into suppressions (id, kind, key_id, person_hash)
      values (${crypto.randomUUID()}, 'email', ${hash.keyId}, decode(${hash.hash}, 'hex'))`;
  });
  const first = await submit(known);
  await http.app.db.tx(engine, async (tx) => {
    const state = tx`state = 'approved', confirmed_at = clock_timestamp(), ready_at = clock_timestamp()`;
    await tx`
      update leads set ${state} where id = (select lead_id from lead_receipts where id = ${first.body.data.receipt})`;
  });
  const answers = [
    await submit(somebody()),
    await submit({ ...known, name: 'Somebody Else' }),
    await submit(suppressed),
    await submit(somebody({ phone: '+49 900 1234567' })),
  ];
  const reasons = await Promise.all(answers.map(({ body }) => leadOf(body.data.receipt)));
  expect(reasons.map((row) => row?.reason)).toEqual([null, 'duplicate', 'suppressed', 'phone_type_refused']);
  const shapes = answers.map(({ status, headers, body }) => ({
    status,
    type: headers['content-type'],
    length: headers['content-length'],
    headers: Object.keys(headers).sort(),
    keys: [Object.keys(body), Object.keys(body.data), body.data.receipt.length],
  }));
  expect(new Set(shapes.map((shape) => JSON.stringify(shape))).size).toBe(1);
  expect(shapes[0]).toMatchObject({ status: 202, keys: [['success', 'data'], ['receipt'], 36] });
  const thanks = await Promise.all(
    answers.map(({ body }) => http.send('GET', `/api/v1/leads/${body.data.receipt}/thank-you`)),
  );
  expect(new Set(thanks.map(({ body }) => JSON.stringify(body))).size).toBe(1);
  expect(thanks[0]?.body.data).toMatchObject({ niche_slug: form.slug, confirmation_by_mail: true });
});

it('a form that a browser posts without script is read with its reserved names and its boxes', async () => {
  const person = somebody();
  const fields = {
    ...person,
    niche: form.slug,
    utm_source: 'news',
    utm_id: '7',
    gclid: 'abc',
    referrer: 'https://x.test/',
  };
  const body = new URLSearchParams(fields as Record<string, string>);
  body.set('consent', 'on');
  body.set('consent_text_version', '1');
  const sent = await http.send('POST', '/api/v1/leads', body.toString(), FORM);
  expect(sent.status).toBe(202);
  const [row] = await http.app.db.tx(
    engine,
    (tx) => tx`
      select a.utm_source, a.utm_other, a.click_id, a.referrer_url, c.email, s.method, host(s.ip) as ip
      from lead_receipts r join lead_attribution a on a.lead_id = r.lead_id join lead_contacts c on c.lead_id = r.lead_id
        join consents s on s.lead_id = r.lead_id where r.id = ${sent.body.data.receipt}`,
  );
  expect(row).toEqual({
    ...{
      utm_source: 'news',
      utm_other: { utm_id: '7' },
      click_id: 'abc',
      referrer_url: 'https://x.test/',
      email: person.email,
    },
    ...{ method: 'form', ip: '127.0.0.1' },
  });
});

it('a public form needs consent to a text that was shown, and may not say what only sources may', async () => {
  const fieldsOf = async (more: object) => {
    const { status, body } = await submit(somebody(), more);
    expect(status).toBe(422);
    return body.details.map(({ field }: { field: string }) => field);
  };
  expect(await fieldsOf({ consent: undefined })).toEqual(['consent.accepted', 'consent.text_version']);
  expect(await fieldsOf({ consent: { accepted: true, text_version: 2 } })).toEqual(['consent.text_version']);
  expect(await fieldsOf({ test: true, wait: 5, lead_type: 'premium' })).toEqual([
    'test',
    'lead_type',
    'wait',
  ]);
  expect(await fieldsOf({ consent: { ...consent, ip: '192.0.2.1' } })).toEqual(['consent.ip']);
  const nobody = await http.send('POST', '/api/v1/leads', { niche: 'no-such-niche', answers: {}, consent });
  expect([nobody.status, nobody.body.code]).toEqual([404, 'niche_not_open']);
  const unnamed = await http.send('POST', '/api/v1/leads', { answers: {}, consent });
  expect([unnamed.status, unnamed.body.details[0].field]).toEqual([422, 'niche']);
});

it('a second click on send is the same submission, by the form’s own token', async () => {
  const form_token = newFormToken(http.app, form.campaignId);
  const person = somebody();
  const first = await submit(person, { form_token });
  const second = await submit(person, { form_token });
  expect(second.body.data).toEqual(first.body.data);
  const other = await submit(somebody(), { form_token });
  expect([other.status, other.body.code]).toEqual([422, 'idempotency_key_reused']);
  const foreign = await submit(somebody(), { form_token: newFormToken(http.app, automatic.campaignId) });
  expect([foreign.status, foreign.body.code]).toEqual([422, 'form_token_invalid']);
});

it('a source is told what became of its lead, and the same key again tells the present outcome', async () => {
  const answers = somebody();
  const key = { 'idempotency-key': 'order-1' };
  const first = await inbound({ answers }, key);
  expect(first.status).toBe(202);
  expect(first.body.data).toMatchObject({ state: 'approved', reason: null, replayed: false, test: false });
  const { lead_id } = first.body.data;
  await http.app.db.tx(
    engine,
    (tx) => tx`
      update leads set state = 'rejected', reason = 'not_wanted', due_at = null, ended_at = clock_timestamp()
      where id = ${lead_id}`,
  );
  const again = await inbound({ answers }, key);
  expect(again.body.data).toMatchObject({ lead_id, state: 'rejected', reason: 'not_wanted', replayed: true });
});

it('a source may wait for the outcome, and no transaction is open while it does', async () => {
  const person = somebody();
  const waiting = inbound({ answers: person, wait: 10 });
  const leadId = await new Promise<string>((resolve) => {
    const look = async () => {
      const [row] = await http.app.db.tx(
        engine,
        (tx) => tx<{ id: string }[]>`
          select l.id from leads l join lead_contacts c on c.lead_id = l.id
          where l.state = 'approved' and c.email = ${person.email as string}`,
      );
      const [open] = await http.app.db.tx(
        engine,
        (tx) => tx`select count(*)::int as open from pg_stat_activity where state = 'idle in transaction'`,
      );
      if (row && open?.open === 0) resolve(row.id);
      else setImmediate(() => void look());
    };
    void look();
  });
  await http.app.db.tx(
    engine,
    (tx) => tx`update leads set state = 'unsold', due_at = clock_timestamp() where id = ${leadId}`,
  );
  http.app.live.publish([`lead:${leadId}`]);
  const { body } = await waiting;
  expect(body.data).toMatchObject({ lead_id: leadId, state: 'unsold' });
});

it('a test lead walks the same way and says so', async () => {
  const { body } = await inbound({ answers: somebody(), test: true, lead_type: 'premium' });
  expect(body.data).toMatchObject({ state: 'approved', test: true });
  expect(await stateOf(http.app, body.data.lead_id)).toBe('approved');
});

it('an unknown token is refused, a paused source too, and too many of them have to wait', async () => {
  const unknown = await http.send('POST', '/api/v1/inbound/fl_source_nothing', { answers: somebody() });
  expect([unknown.status, unknown.body.code]).toEqual([401, 'source_token_unknown']);
  const paused = await openNiche(http.app);
  await http.app.db.tx(
    { role: 'operator' },
    (tx) => tx`update sources set active = false where id = ${paused.source.id}`,
  );
  const sent = await http.send('POST', `/api/v1/inbound/${paused.token}`, { answers: somebody() });
  expect([sent.status, sent.body.code]).toEqual([403, 'source_paused']);
  const limited = await openNiche(http.app);
  await http.app.db.tx(
    { role: 'operator' },
    (tx) => tx`update sources set rate_per_minute = 2 where id = ${limited.source.id}`,
  );
  const burst = [];
  for (let sentNow = 0; sentNow < 8; sentNow += 1) {
    burst.push(await http.send('POST', `/api/v1/inbound/${limited.token}`, { answers: somebody() }));
  }
  const last = burst.at(-1);
  expect([last?.status, last?.body.code]).toEqual([429, 'rate_limited']);
  expect(Number(last?.headers['retry-after'])).toBeGreaterThan(0);
});

it('intake says so when the work behind it has stopped, and takes leads again when it goes on', async () => {
  await using busy = await httpTest({ MX_CHECK: '0', INTAKE_BACKLOG_MAX: '1' });
  const niche = await openNiche(busy.app);
  const send = () => busy.send('POST', `/api/v1/inbound/${niche.token}`, { answers: somebody() });
  for (const _ of [1, 2]) expect((await send()).status).toBe(202);
  await expect.poll(async () => (await send()).status, { timeout: 5_000 }).toBe(503);
  const refused = await send();
  expect([refused.body.code, refused.headers['retry-after']]).toEqual(['intake_backlog', '30']);
  await busy.app.db.tx(
    engine,
    (tx) => tx`
      update leads set state = 'rejected', due_at = null, ended_at = clock_timestamp() where state = 'approved'`,
  );
  await expect.poll(async () => (await send()).status, { timeout: 5_000 }).toBe(202);
});

it('leads that nobody will decide about stop no intake: their niche is off or archived', async () => {
  await using busy = await httpTest({ MX_CHECK: '0', INTAKE_BACKLOG_AGE_MS: '1000' });
  const off = await openNiche(busy.app);
  const gone = await openNiche(busy.app);
  const open = await openNiche(busy.app);
  const send = (to: OpenNiche) => busy.send('POST', `/api/v1/inbound/${to.token}`, { answers: somebody() });
  for (const niche of [off, gone]) expect((await send(niche)).status).toBe(202);
  const waitedFor = (niche: OpenNiche) =>
    busy.app.db.tx(engine, async (tx) => {
      await tx`
        update leads set due_at = due_at - interval '1 hour' where niche_id = ${niche.nicheId} and state = 'approved'`;
    });
  await busy.app.db.tx({ role: 'operator' }, async (tx) => {
    await tx`update niches set active = false where id = ${off.nicheId}`;
    await tx`update niches set active = false, archived_at = clock_timestamp() where id = ${gone.nicheId}`;
  });
  await waitedFor(off);
  await waitedFor(gone);
  const figures = await busy.app.db.tx(engine, (tx) => readBacklog(tx, 10));
  expect(figures).toEqual({ waiting: 0, oldestMs: 0 });
  const home = await busy.app.db.tx({ role: 'operator' }, (tx) => readOverview(tx, 'UTC', 24));
  expect([home.waitingForDistribution, home.oldestDueMs]).toEqual([0, 0]);
  expect((await send(open)).status).toBe(202);
  // The age limit itself: the same wait in a niche that is open does stop intake.
  await waitedFor(open);
  await expect.poll(async () => (await send(open)).body.code, { timeout: 5_000 }).toBe('intake_backlog');
});

it('thanks nobody for a receipt that does not exist', async () => {
  for (const receipt of ['nothing', crypto.randomUUID(), '..%2f..']) {
    const { status, body } = await http.send('GET', `/api/v1/leads/${receipt}/thank-you`);
    expect([status, body.code]).toEqual([404, 'receipt_not_found']);
  }
});
