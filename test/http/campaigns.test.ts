import { afterAll, beforeAll, expect, test } from 'vitest';
import { newId } from '../../src/kernel/ids.ts';
import { bareProvider, type HttpTest, httpTest, type Send, signedInAs } from '../support/http.ts';
import { seedNiche } from '../support/market.ts';

let http: HttpTest;
let admin: Send;
let nicheId: string;
const URL = '/api/v1/admin/campaigns';
beforeAll(async () => {
  http = await httpTest();
  admin = (await signedInAs(http, 'operator')).send;
  nicheId = (await seedNiche(http.app, { levels: [{ maxProviders: 5 }] })).niche.id;
});
afterAll(async () => await http?.[Symbol.asyncDispose]());

test('only staff see campaigns, only operators write them', async () => {
  expect((await http.send('GET', URL)).status).toBe(401);
  const { send: owner } = await signedInAs(http, 'provider_owner', { providerId: await bareProvider(http) });
  expect((await owner('GET', URL)).status).toBe(403);
  const { send: finance } = await signedInAs(http, 'finance');
  expect((await finance('GET', URL)).status).toBe(200);
  expect((await finance('POST', URL, {})).status).toBe(403);
});

test('a campaign that tells of fewer companies than a level sells is saved with a warning', async () => {
  const made = await admin('POST', URL, {
    niche_id: nicheId,
    name: 'Spring',
    slug: 'spring',
    recipients_told: 2,
  });
  expect(made.status).toBe(201);
  expect(made.body.data.campaign).toMatchObject({
    confirmation: 'double_opt_in',
    consent_version: 1,
    countries: [],
  });
  expect(made.body.data.campaign.consent_text).toContain('up to 2 companies');
  expect(made.body.data.warnings).toEqual([
    'A level of this niche sells a lead to 5 providers, but the form tells the person about 2: no lead goes to more than 2.',
  ]);
});

test('a changed consent text is a new version, and the former one stays', async () => {
  const made = await admin('POST', URL, {
    niche_id: nicheId,
    name: 'Words',
    slug: 'words',
    consent_text: 'First.',
  });
  const { id } = made.body.data.campaign;
  const edit = (body: object) => admin('PATCH', `${URL}/${id}`, body);
  const changed = await edit({ consent_text: 'Second.', version: 1 });
  expect(changed.body.data.campaign).toMatchObject({
    consent_text: 'Second.',
    consent_version: 2,
    version: 2,
  });
  const same = await edit({ consent_text: 'Second.', name: 'More words', version: 2 });
  expect(same.body.data.campaign).toMatchObject({ consent_version: 2, version: 3, name: 'More words' });
  const stale = await edit({ name: 'Old', version: 1 });
  expect(stale).toMatchObject({ status: 409, body: { code: 'version_stale' } });
  expect(stale.body.details).toContainEqual({ field: 'name', message: 'is now "More words"' });
  const texts = await http.app.db.tx(
    { role: 'operator' },
    (tx) => tx`select text_version, text from consent_texts where campaign_id = ${id} order by 1`,
  );
  expect([...texts]).toEqual([
    { text_version: 1, text: 'First.' },
    { text_version: 2, text: 'Second.' },
  ]);
});

test('what becomes of a lead that nobody approves in time is the campaign’s choice', async () => {
  const made = await admin('POST', URL, { niche_id: nicheId, name: 'Late', slug: 'late' });
  expect(made.body.data.campaign.late_approval).toBe('alert');
  const { id } = made.body.data.campaign;
  const changed = await admin('PATCH', `${URL}/${id}`, { late_approval: 'approve', version: 1 });
  expect(changed.body.data.campaign.late_approval).toBe('approve');
  expect((await admin('GET', `${URL}/${id}`)).body.data.late_approval).toBe('approve');
  const odd = await admin('PATCH', `${URL}/${id}`, { late_approval: 'never', version: 2 });
  expect(odd).toMatchObject({ status: 422, body: { details: [{ field: 'late_approval' }] } });
});

test('policies that contradict each other are refused by name', async () => {
  const base = { niche_id: nicheId, name: 'Odd', slug: 'odd' };
  const refused = await admin('POST', URL, { ...base, approval: 'auto_if' });
  expect(refused).toMatchObject({ status: 422, body: { code: 'campaign_policy_invalid' } });
  expect(refused.body.details[0].field).toBe('approval_score');
  expect((await admin('POST', URL, { ...base, approval: 'auto_if', approval_score: 60 })).status).toBe(201);
  expect((await admin('POST', URL, base)).body.code).toBe('campaign_slug_taken');
  const lost = await admin('POST', URL, { ...base, slug: 'lost', niche_id: newId() });
  expect(lost).toMatchObject({ status: 422, body: { code: 'campaign_niche_not_found' } });
  const wrong = await admin('POST', URL, {
    ...base,
    slug: 'wrong',
    countries: ['Germany'],
    premium_score: 101,
  });
  expect(wrong.body.details.map((detail: { field: string }) => detail.field)).toEqual([
    'countries.0',
    'premium_score',
  ]);
});

test('an archived campaign stays as it is; a default campaign is not archived', async () => {
  const made = await admin('POST', URL, { niche_id: nicheId, name: 'Short', slug: 'short' });
  const { id } = made.body.data.campaign;
  expect((await admin('DELETE', `${URL}/${id}`)).body.data).toMatchObject({ active: false });
  expect((await admin('DELETE', `${URL}/${id}`)).body.code).toBe('campaign_archived');
  expect((await admin('PATCH', `${URL}/${id}`, { name: 'New', version: 2 })).body.code).toBe(
    'campaign_archived',
  );
  const listed = await admin('GET', `${URL}?niche_id=${nicheId}`);
  const standard = listed.body.data.find((one: { is_default: boolean }) => one.is_default);
  expect((await admin('DELETE', `${URL}/${standard.id}`)).body.code).toBe('campaign_is_default');
  expect((await admin('GET', `${URL}/${standard.id}`)).body.data.slug).toBe(standard.slug);
  expect((await admin('GET', `${URL}/${newId()}`)).body.code).toBe('campaign_not_found');
});
