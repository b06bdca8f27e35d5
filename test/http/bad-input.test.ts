import { afterAll, beforeAll, expect, it } from 'vitest';
import type { FormField } from '../../src/market/catalog/index.ts';
import { BAD_BODIES, BAD_URLS, BAD_VALUES, type Bad } from '../support/bad-values.ts';
import { type Answer, type HttpTest, httpTest, type Send, signedInAs } from '../support/http.ts';
import { engine, type OpenNiche, openNiche, somebody } from '../support/lead.ts';
import { seedProvider } from '../support/market.ts';

/**
 * What comes in from outside is refused with the field named, or kept as it came. Never a fault of ours, and nothing is
 * half written.
 */
const FIELDS: FormField[] = [
  { id: 'name', label: 'Name', type: 'name', required: true },
  { id: 'email', label: 'E-mail', type: 'email', required: true },
  { id: 'phone', label: 'Phone', type: 'phone', required: false },
  { id: 'country', label: 'Country', type: 'country', required: true },
  { id: 'address', label: 'Address', type: 'address', required: false },
  { id: 'note', label: 'Note', type: 'text', required: false },
  { id: 'story', label: 'Story', type: 'long_text', required: false },
  { id: 'amount', label: 'Amount', type: 'number', required: false },
  { id: 'budget', label: 'Budget', type: 'range', required: false, rules: { min: 0, max: 1000 } },
  { id: 'plan', label: 'Plan', type: 'select', required: false, options: [{ value: 'a', label: 'A' }] },
  {
    id: 'extras',
    label: 'Extras',
    type: 'multi_select',
    required: false,
    options: [{ value: 'a', label: 'A' }],
  },
  { id: 'adult', label: 'Adult', type: 'boolean', required: false },
  { id: 'starts', label: 'Starts', type: 'date', required: false },
];
const ATTRIBUTION = ['referrer', 'page', 'utm_source', 'utm_medium', 'utm_campaign', 'utm_term', 'utm_content',
  'click_id', 'session_id', 'affiliate', 'source_name']; // biome-ignore format: one list
const CONSENT = ['accepted', 'text_version', 'given_at', 'ip', 'user_agent', 'page'];
const TOP = [
  'niche',
  'campaign',
  'consent',
  'attribution',
  'answers',
  'form_token',
  'test',
  'lead_type',
  'locale',
];
const COLUMNS: Record<string, string> = { referrer: 'referrer_url', page: 'page_url' };

let http: HttpTest;
let niche: OpenNiche;
let operator: Send;
let cases = 0;

beforeAll(async () => {
  http = await httpTest({
    ...{
      MX_CHECK: '0',
      FAIRLEAD_DEV: '0',
      RATE_FORM_PER_MINUTE: '1000000',
      RATE_SESSION_PER_MINUTE: '1000000',
    },
    INTAKE_BACKLOG_MAX: '1000000',
  });
  niche = await openNiche(http.app, { fields: FIELDS });
  operator = (await signedInAs(http, 'operator')).send;
});
afterAll(async () => await http?.[Symbol.asyncDispose]());

type Sent = {
  answers: Record<string, unknown>;
  consent: Record<string, unknown>;
  attribution: Record<string, unknown>;
};
const lead = (): Sent => ({
  answers: somebody(),
  consent: { accepted: true, text_version: 1 },
  attribution: { utm_source: 'news' },
});
const post = (body: unknown, headers: Record<string, string> = {}) =>
  http.send('POST', `/api/v1/inbound/${niche.token}`, body, headers);

/** A refusal is below 500 and names a field, unless the body as a whole could not be read. */
function faultOf(what: string, answer: Answer, fields: string[] = []): string[] {
  cases += 1;
  const { status, body } = answer;
  if (status >= 500) return [`${what}: ${status} ${body?.code}`];
  if (status < 400) return [];
  if (typeof body?.code !== 'string' || typeof body.requestId !== 'string')
    return [`${what}: ${status} without a code`];
  const named: string[] = body.details.map(({ field }: { field: string }) => field);
  const whole = /^(body_|input_not_storable|rate_limited|niche_not_open|form_token_invalid)/.test(body.code);
  if (whole || fields.length === 0) return [];
  return named.some((name) => fields.some((field) => name === field || name.startsWith(`${field}.`)))
    ? []
    : [`${what}: ${body.code} names ${JSON.stringify(named)}`];
}

/** What was stored for the lead of an answer. */
async function storedOf(answer: Answer) {
  const { lead_id } = answer.body.data;
  const [row] = await http.app.db.tx(
    engine,
    (tx) => tx`
      select c.answers, a.*, s.user_agent as agent, s.page_url as consent_page
      from lead_contacts c join lead_attribution a on a.lead_id = c.lead_id join consents s on s.lead_id = c.lead_id
      where c.lead_id = ${lead_id}`,
  );
  return { row: row as Record<string, unknown>, answers: JSON.parse(String(row?.answers)) };
}

/** Answers have one writing of composed letters and of line breaks, which browsers send in their own way. */
const oneWriting = (value: string) => value.normalize('NFC').replaceAll('\r\n', '\n');
const blank = (value: unknown) => typeof value === 'string' && value.trim() === '';

it('every answer is taken as it came or refused by its name', async () => {
  const faults: string[] = [];
  for (const { id, type } of FIELDS) {
    const tryOut = async ({ name, value }: Bad) => {
      const body = lead();
      body.answers[id] = value;
      const answer = await post(body);
      faults.push(...faultOf(`${id} = ${name}`, answer, [`answers.${id}`]));
      if (answer.status === 202 && typeof value === 'string' && !blank(value) && type.includes('text')) {
        const { answers } = await storedOf(answer);
        if (answers[id] !== oneWriting(value))
          faults.push(`${id} = ${name}: kept as ${JSON.stringify(answers[id])}`);
      }
    };
    await Promise.all(BAD_VALUES.map(tryOut));
  }
  expect(faults).toEqual([]);
});

it('every word about where a lead came from is taken as it came or refused by its name', async () => {
  const faults: string[] = [];
  for (const key of ATTRIBUTION) {
    const tryOut = async ({ name, value }: Bad) => {
      const body = lead();
      body.attribution[key] = value;
      const answer = await post(body);
      faults.push(...faultOf(`attribution.${key} = ${name}`, answer, [`attribution.${key}`]));
      if (answer.status === 202 && typeof value === 'string' && value !== '') {
        const kept = (await storedOf(answer)).row[COLUMNS[key] ?? key];
        if (kept !== value) faults.push(`attribution.${key} = ${name}: kept as ${JSON.stringify(kept)}`);
      }
    };
    await Promise.all(BAD_VALUES.map(tryOut));
  }
  expect(faults).toEqual([]);
});

it('consent and the words around a lead are taken as they came or refused by their name', async () => {
  const faults: string[] = [];
  for (const { name, value } of BAD_VALUES) {
    for (const key of CONSENT) {
      const body = lead();
      body.consent[key] = value;
      const answer = await post(body);
      faults.push(...faultOf(`consent.${key} = ${name}`, answer, [`consent.${key}`]));
      if (answer.status === 202 && key === 'user_agent' && typeof value === 'string' && value !== '') {
        const { agent } = (await storedOf(answer)).row;
        if (agent !== value) faults.push(`consent.${key} = ${name}: kept as ${JSON.stringify(agent)}`);
      }
    }
    for (const key of TOP) {
      const answer = await post({ ...lead(), [key]: value });
      faults.push(...faultOf(`${key} = ${name}`, answer, [key, ...(key === 'answers' ? ['answers'] : [])]));
    }
    const answer = await http.send('POST', '/api/v1/leads', { ...lead(), niche: value });
    faults.push(...faultOf(`form niche = ${name}`, answer, ['niche']));
  }
  expect(faults).toEqual([]);
});

it('bodies that cannot be read exactly are refused whole, on every public route', async () => {
  const faults: string[] = [];
  const urls = ['/api/v1/leads', `/api/v1/inbound/${niche.token}`, '/api/v1/leads/confirm', '/confirm'];
  for (const url of [...urls, '/api/v1/leads/confirm/resend']) {
    for (const { name, body, type } of BAD_BODIES) {
      const answer = await http.send('POST', url, body, { 'content-type': type ?? 'application/json' });
      faults.push(...faultOf(`${url} ${name}`, answer));
      if (answer.status < 400) faults.push(`${url} ${name}: ${answer.status}`);
    }
  }
  expect(faults).toEqual([]);
});

it('headers, addresses and tokens out of order are no fault of ours', async () => {
  const faults: string[] = [];
  const headers: Record<string, string>[] = [
    { 'idempotency-key': 'x'.repeat(256) },
    { 'idempotency-key': 'x'.repeat(5_000) },
    { 'idempotency-key': 'two words' },
    { 'idempotency-key': '' },
    { 'idempotency-key': 'sch\u00f6n' },
    { 'user-agent': 'x'.repeat(6_000) },
    { 'user-agent': '\u00ff\u00fe' },
    { 'x-forwarded-for': '999.999.999.999, ::zz, <script>' },
    { 'x-forwarded-for': '\u00e4' },
    { 'x-forwarded-proto': 'gopher', 'x-forwarded-host': 'evil.test' },
    { 'content-encoding': 'gzip' },
    { 'transfer-encoding': 'nonsense' },
    { 'accept-language': 'x'.repeat(3_000) },
    { origin: 'null' },
    { origin: 'https://evil.test', 'sec-fetch-site': 'cross-site' },
    { cookie: '__Host-fairlead=%00; fairlead=;;;=' },
    { authorization: 'Bearer' },
    { 'content-type': 'application/json; charset=utf-16' },
  ];
  for (const header of headers) {
    const answer = await post(lead(), header);
    faults.push(...faultOf(JSON.stringify(header).slice(0, 60), answer));
  }
  const odd = [
    '%00',
    '%ff',
    '%ED%A0%80',
    '..%2f..%2f',
    'x'.repeat(290),
    "'--",
    '%3Cscript%3E',
    '%E2%80%AE',
    '1e400',
    '-1',
  ];
  for (const text of odd) {
    for (const url of [
      `/api/v1/leads/${text}/thank-you`,
      `/confirm?token=${text}`,
      `/api/v1/leads?x=${text}`,
    ]) {
      faults.push(...faultOf(`GET ${url}`.slice(0, 60), await http.send('GET', url)));
    }
    faults.push(
      ...faultOf(`inbound ${text}`.slice(0, 60), await http.send('POST', `/api/v1/inbound/${text}`, lead())),
    );
    for (const query of ['q', 'cursor', 'state', 'from', 'niche_id', 'page', 'limit', 'test']) {
      const answer = await operator('GET', `/api/v1/admin/leads?${query}=${text}`);
      faults.push(...faultOf(`admin ${query}=${text}`.slice(0, 60), answer, query === 'q' ? [] : [query]));
    }
    faults.push(
      ...faultOf(`admin/leads/${text}`.slice(0, 60), await operator('GET', `/api/v1/admin/leads/${text}`)),
    );
  }
  for (const { name, value } of BAD_VALUES) {
    const answer = await http.send('POST', '/api/v1/leads/confirm', { token: value });
    faults.push(...faultOf(`confirm token = ${name}`, answer));
    if (answer.status < 400) faults.push(`confirm token = ${name}: ${answer.status}`);
    faults.push(
      ...faultOf(
        `resend ${name}`,
        await http.send('POST', '/api/v1/leads/confirm/resend', { receipt: value }),
      ),
    );
  }
  expect(faults).toEqual([]);
});

it('an endpoint cannot have an address inside, in whatever writing, or one that is no address', async () => {
  const provider = await seedProvider(http.app);
  const faults: string[] = [];
  for (const url of BAD_URLS) {
    const answer = await operator('POST', '/api/v1/admin/endpoints', {
      provider_id: provider.id,
      name: 'Hook',
      url,
    });
    faults.push(...faultOf(`url ${url}`.slice(0, 80), answer, ['url']));
    if (answer.status < 400) faults.push(`url ${url}: ${answer.status}`);
  }
  expect(faults).toEqual([]);
  expect(BAD_URLS.length).toBeGreaterThan(100);
  const made = await http.app.db.tx(engine, (tx) => tx`select 1 from endpoints`);
  expect(made).toHaveLength(0);
});

it('after all of it nothing is half written', async () => {
  expect(cases).toBeGreaterThan(1_000);
  const [sums] = await http.app.db.tx(
    engine,
    (tx) => tx`
      select (select count(*)::int from leads) as leads, (select count(*)::int from lead_contacts) as contacts,
        (select count(*)::int from lead_attribution) as attribution, (select count(*)::int from consents) as consents,
        (select count(*)::int from lead_checks) as checks,
        (select count(*)::int from lead_receipts where lead_id is not null) as receipts,
        (select count(*)::int from audit_log where action = 'lead.received') as audited,
        (select count(*)::int from lead_receipts where lead_id is null) as refused`,
  );
  const { leads, refused, ...others } = sums as Record<string, number>;
  expect(leads).toBeGreaterThan(100);
  expect(refused).toBeGreaterThan(100);
  expect(Object.entries(others).filter(([, count]) => count !== leads)).toEqual([]);
});
