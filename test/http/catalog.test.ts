import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newId } from '../../src/kernel/ids.ts';
import { bareProvider, type HttpTest, httpTest, type Send, signedInAs } from '../support/http.ts';
import { seedNiche, seedProvider, seedSubscription, VPS_FORM } from '../support/market.ts';

let http: HttpTest;
let admin: Send;
let auditor: Send;
let provider: Send;
beforeAll(async () => {
  http = await httpTest();
  admin = (await signedInAs(http, 'admin')).send;
  auditor = (await signedInAs(http, 'auditor')).send;
  provider = (await signedInAs(http, 'provider_owner', { providerId: await bareProvider(http) })).send;
});
afterAll(async () => await http?.[Symbol.asyncDispose]());

const NICHES = '/api/v1/admin/niches';
const LEVELS = '/api/v1/admin/competition-levels';

describe('niches', () => {
  test('only staff see the list, only operators write', async () => {
    expect((await http.send('GET', NICHES)).status).toBe(401);
    expect((await provider('GET', NICHES)).status).toBe(403);
    expect((await auditor('GET', NICHES)).status).toBe(200);
    expect((await auditor('POST', NICHES, { name: 'No', slug: 'no', currency: 'EUR' })).status).toBe(403);
  });

  test('a niche is made with levels, default campaign and form, changed, and archived', async () => {
    const made = await admin('POST', NICHES, {
      ...{ name: 'VPS hosting', slug: 'vps', currency: 'EUR', preset: 'exchange' },
      levels: [
        { name: 'Exclusive', price_per_lead: '40.00', max_providers: 1 },
        { name: 'Shared', price_per_lead: '12.5' },
      ],
    });
    expect(made.status).toBe(201);
    const { niche, levels, warnings } = made.body.data;
    expect(niche).toMatchObject({ slug: 'vps', level_rotation: 'rotate', fill_mode: 'cascade', version: 1 });
    expect(levels).toMatchObject([
      { name: 'Exclusive', price_per_lead: '40.00', currency: 'EUR', max_providers: 1, priority_order: 1 },
      { name: 'Shared', price_per_lead: '12.50', max_providers: 3, strategy: 'longest_waiting' },
    ]);
    expect(warnings).toEqual([]);
    const campaigns = await admin('GET', `/api/v1/admin/campaigns?niche_id=${niche.id}`);
    expect(campaigns.body.data).toMatchObject([
      { is_default: true, confirmation: 'double_opt_in', approval: 'manual', consent_version: 1 },
    ]);

    const edit = { fill_mode: 'fill_all', description: 'Virtual servers' };
    const changed = await admin('PATCH', `${NICHES}/${niche.id}`, edit, { 'if-match': '"1"' });
    expect(changed.body.data).toMatchObject({ ...edit, version: 2, config_version: 2 });
    const stale = await admin('PATCH', `${NICHES}/${niche.id}`, { fill_mode: 'cascade', version: 1 });
    expect(stale).toMatchObject({ status: 409, body: { code: 'version_stale' } });
    expect(stale.body.details).toContainEqual({ field: 'fill_mode', message: 'is now "fill_all"' });
    const blind = await admin('PATCH', `${NICHES}/${niche.id}`, edit);
    expect(blind).toMatchObject({ status: 428, body: { code: 'version_missing' } });
    const odd = await admin('PATCH', `${NICHES}/${niche.id}`, edit, { 'if-match': 'yesterday' });
    expect(odd).toMatchObject({ status: 422, body: { code: 'version_invalid' } });

    expect((await http.send('GET', '/api/v1/niches/vps/schema')).status).toBe(200);
    expect((await admin('DELETE', `${NICHES}/${niche.id}`)).body.data.active).toBe(false);
    expect((await http.send('GET', '/api/v1/niches/vps/schema')).body.code).toBe('niche_not_found');
    const late = await admin('PATCH', `${NICHES}/${niche.id}`, edit, { 'if-match': '3' });
    expect(late.body.code).toBe('niche_archived');
    const archived = await admin('GET', `${NICHES}?archived=true&search=VPS`);
    expect(archived.body.data).toMatchObject([{ id: niche.id }]);
    expect(archived.body.pagination).toMatchObject({ page: 1, limit: 20, total: 1 });
  });

  test('what cannot be is named: a taken slug, an unknown currency, a price with too many decimals', async () => {
    const base = { name: 'Twice', slug: 'twice', currency: 'EUR' };
    expect((await admin('POST', NICHES, base)).status).toBe(201);
    expect(await admin('POST', NICHES, base)).toMatchObject({
      status: 409,
      body: { code: 'niche_slug_taken' },
    });
    const wrong = await admin('POST', NICHES, { ...base, slug: 'Not Plain', currency: 'XXX', color: 'red' });
    expect(wrong).toMatchObject({ status: 422, body: { code: 'input_invalid' } });
    expect(wrong.body.details.map((detail: { field: string }) => detail.field).sort()).toEqual([
      'color',
      'currency',
      'slug',
    ]);
    const yen = { ...base, slug: 'yen', currency: 'JPY', levels: [{ name: 'One', price_per_lead: '12.50' }] };
    expect(await admin('POST', NICHES, yen)).toMatchObject({
      status: 422,
      body: { code: 'level_price_invalid' },
    });
    expect((await admin('GET', `${NICHES}/${newId()}`)).body.code).toBe('niche_not_found');
    expect((await admin('GET', `${NICHES}/not-an-id`)).status).toBe(422);
    const { niche } = await seedNiche(http.app);
    const foreign = { default_level_id: newId(), version: 1 };
    expect((await admin('PATCH', `${NICHES}/${niche.id}`, foreign)).body.code).toBe('default_level_unknown');
  });

  test('the currency of a niche that is used stays', async () => {
    const { niche, level } = await seedNiche(http.app);
    const buyer = await seedProvider(http.app);
    await seedSubscription(http.app, { providerId: buyer.id, levelId: level.id });
    const answer = await admin('PATCH', `${NICHES}/${niche.id}`, { currency: 'USD', version: 1 });
    expect(answer).toMatchObject({ status: 409, body: { code: 'currency_fixed' } });
  });
});

describe('competition levels', () => {
  test('are made at the end, changed, put in order and archived', async () => {
    const { niche, level } = await seedNiche(http.app);
    const body = { niche_id: niche.id, name: 'Big', price_per_lead: '3.00', max_providers: 20 };
    const made = await admin('POST', LEVELS, body);
    expect(made.status).toBe(201);
    expect(made.body.data.level).toMatchObject({ priority_order: 2, price_per_lead: '3.00' });
    expect(made.body.data.warnings[0]).toContain('sells a lead to 20 providers');
    const id = made.body.data.level.id;

    const changed = await admin('PATCH', `${LEVELS}/${id}`, { price_per_lead: '4.00', version: 1 });
    expect(changed.body.data.level).toMatchObject({ price_per_lead: '4.00', max_providers: 20, version: 2 });
    const stale = await admin('PATCH', `${LEVELS}/${id}`, { price_per_lead: '5.00', version: 1 });
    expect(stale.body.details).toContainEqual({ field: 'price_per_lead', message: 'is now "4.00"' });
    const free = await admin('PATCH', `${LEVELS}/${id}`, { price_per_lead: '0.00', version: 2 });
    expect(free).toMatchObject({ status: 422, body: { code: 'level_price_invalid' } });

    const order = (level_ids: string[]) =>
      admin('POST', `${LEVELS}/reorder`, { niche_id: niche.id, level_ids });
    expect((await order([id])).body.code).toBe('level_list_incomplete');
    const ordered = await order([id, level.id]);
    expect(ordered.body.data.map((one: { id: string }) => one.id)).toEqual([id, level.id]);
    const nowhere = { niche_id: newId(), level_ids: [id] };
    expect((await admin('POST', `${LEVELS}/reorder`, nowhere)).body.code).toBe('level_niche_not_found');

    expect((await admin('DELETE', `${LEVELS}/${id}`)).body.data.id).toBe(id);
    expect((await admin('DELETE', `${LEVELS}/${id}`)).body.code).toBe('level_archived');
    expect((await admin('GET', `${LEVELS}/${id}`)).body.data.archived_at).not.toBeNull();
    const listed = await auditor('GET', `${LEVELS}?niche_id=${niche.id}`);
    expect(listed.body.data).toMatchObject([{ id: level.id, subscriptions: 0 }]);
  });

  test('one that providers subscribe to is refused to be archived, with the way out', async () => {
    const { level } = await seedNiche(http.app);
    const buyer = await seedProvider(http.app);
    await seedSubscription(http.app, { providerId: buyer.id, levelId: level.id });
    const refused = await admin('DELETE', `${LEVELS}/${level.id}`);
    expect(refused).toMatchObject({ status: 409, body: { code: 'level_in_use' } });
    expect(refused.body.error).toContain('Switch it off instead');
  });

  test('an unknown one is not found, an unknown niche is named', async () => {
    expect((await admin('GET', `${LEVELS}/${newId()}`)).body.code).toBe('level_not_found');
    expect((await admin('PATCH', `${LEVELS}/${newId()}`, { version: 1 })).body.code).toBe('level_not_found');
    const body = { niche_id: newId(), name: 'Lost', price_per_lead: '3.00' };
    expect(await admin('POST', LEVELS, body)).toMatchObject({
      status: 422,
      body: { code: 'level_niche_not_found', details: [{ field: 'niche_id' }] },
    });
  });

  test('a provider sees what it could subscribe to, and not how many others did', async () => {
    const { niche, levels } = await seedNiche(http.app, { levels: [{}, { active: false }] });
    const offered = await provider('GET', `/api/v1/competition-levels?niche_id=${niche.id}`);
    expect(offered.body.data.map((one: { id: string }) => one.id)).toEqual([levels[0]!.id]);
    expect(offered.body.data[0]).not.toHaveProperty('subscriptions');
  });
});

describe('forms', () => {
  test('a new version is made, changed, and put in use; then it stays as it is', async () => {
    const { niche, level } = await seedNiche(http.app);
    const url = `${NICHES}/${niche.id}/schema`;
    const fields = VPS_FORM.filter((field) => field.id !== 'budget');
    const made = await admin('POST', url, { fields, change_summary: 'Without the budget' });
    expect(made).toMatchObject({
      status: 201,
      body: { data: { form: { schema_version: 2, active: false } } },
    });
    const changed = await admin('PATCH', `${url}/2`, { change_summary: 'No budget' });
    expect(changed.body.data.form).toMatchObject({ change_summary: 'No budget' });

    const buyer = await seedProvider(http.app);
    const filters = [{ field: 'budget', kind: 'range' as const, min: 5, missing: 'fail' as const }];
    await seedSubscription(http.app, { providerId: buyer.id, levelId: level.id, filters });
    const active = await admin('POST', `${url}/2/activate`);
    expect(active.body.data.form).toMatchObject({ schema_version: 2, active: true });
    expect(active.body.data.warnings[0]).toContain('no field "budget"');
    expect((await admin('PATCH', `${url}/2`, { change_summary: 'late' })).body.code).toBe('form_in_use');
    expect((await admin('PATCH', `${url}/1`, { fields })).body.code).toBe('form_in_use');
    expect((await admin('POST', `${url}/9/activate`)).body.code).toBe('form_not_found');
    const versions = (await auditor('GET', url)).body.data;
    expect(versions.map((form: { active: boolean }) => form.active)).toEqual([true, false]);
  });

  test('a form without an e-mail field is refused', async () => {
    const { niche } = await seedNiche(http.app);
    const fields = VPS_FORM.filter((field) => field.type !== 'email');
    const refused = await admin('POST', `${NICHES}/${niche.id}/schema`, { fields });
    expect(refused).toMatchObject({ status: 422, body: { code: 'input_invalid' } });
    expect((await admin('GET', `${NICHES}/${newId()}/schema`)).body.code).toBe('niche_not_found');
  });

  test('everybody may ask for the niches and for a form with its consent', async () => {
    const { niche } = await seedNiche(http.app, { consentText: 'I agree.', recipientsTold: 4 });
    const { status, body } = await http.send('GET', `/api/v1/niches/${niche.slug}/schema`);
    expect(status).toBe(200);
    expect(body.data).toMatchObject({
      niche: { slug: niche.slug },
      schema_version: 1,
      fields: VPS_FORM,
      consent: { text: 'I agree.', version: 1, recipients_told: 4 },
    });
    const listed = await http.send('GET', '/api/v1/niches?limit=100');
    expect(listed.body.data).toContainEqual(expect.objectContaining({ slug: niche.slug }));
    expect(Object.keys(listed.body.data[0]).sort()).toEqual([
      'description',
      'is_location_based',
      'name',
      'slug',
    ]);
    expect((await http.send('GET', '/api/v1/niches/no-such/schema')).status).toBe(404);
  });
});
