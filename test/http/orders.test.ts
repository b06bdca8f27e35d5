import { afterAll, beforeAll, expect, test } from 'vitest';
import { newId } from '../../src/kernel/ids.ts';
import { nicheRules } from '../../src/market/subscriptions/index.ts';
import { type HttpTest, httpTest, type Send, signedInAs } from '../support/http.ts';
import { engine } from '../support/lead.ts';
import { seedNiche, seedProvider, seedSubscription } from '../support/market.ts';

/** Levels in their order, and who comes first at a level that goes by priority. */

const LEVELS = '/api/v1/admin/competition-levels';
let http: HttpTest;
let operator: Send;
beforeAll(async () => {
  http = await httpTest();
  operator = (await signedInAs(http, 'operator')).send;
});
afterAll(async () => await http?.[Symbol.asyncDispose]());

test('two people who order levels at once: the second is told the order that holds now', async () => {
  const { niche, levels } = await seedNiche(http.app, { levels: [{}, {}, {}] });
  const [a, b, c] = levels.map(({ id }) => id) as [string, string, string];
  const order = (level_ids: string[], level_ids_seen: string[]) =>
    operator('POST', `${LEVELS}/reorder`, { niche_id: niche.id, level_ids, level_ids_seen });
  expect((await order([c, a, b], [a, b, c])).status).toBe(200);
  const late = await order([b, a, c], [a, b, c]);
  expect(late).toMatchObject({ status: 409, body: { code: 'level_order_changed' } });
  expect(late.body.details[0].message).toBe('The order is now: Level 3, Level 1, Level 2.');
  const now = (await operator('GET', `/api/v1/admin/niches/${niche.id}`)).body.data;
  expect(now.levels.map((one: { id: string }) => one.id)).toEqual([c, a, b]);
  expect(now.niche.config_version).toBe(niche.configVersion + 1);
});

async function atPriority(...companies: string[]) {
  const { niche, level } = await seedNiche(http.app, { levels: [{ strategy: 'priority' }] });
  const ids: string[] = [];
  for (const companyName of companies) {
    const { id: providerId } = await seedProvider(http.app, { companyName });
    const terms = { providerId, levelId: level.id, countries: ['DE'], weight: 3 };
    ids.push((await seedSubscription(http.app, terms)).id);
  }
  return { niche, level, ids, url: `${LEVELS}/${level.id}/priorities` };
}

test('who comes first is set as a list; the others take turns, and every other term stays', async () => {
  const { niche, ids, url } = await atPriority('Alpha', 'Beta', 'Gamma', 'Delta');
  const [, b, c] = ids as [string, string, string];
  const saved = await operator('PUT', url, { subscription_ids: [c, b], subscription_ids_seen: [] });
  expect(saved.body.data).toMatchObject({
    first: [
      { subscription_id: c, provider_name: 'Gamma', priority: 2 },
      { subscription_id: b, priority: 1 },
    ],
    others: 2,
  });
  const rules = (await http.app.db.tx(engine, (tx) => nicheRules(tx, niche.id)))!;
  const priorities = new Map(rules.subscriptions.map(({ id, priority }) => [id, priority]));
  expect(ids.map((id) => priorities.get(id))).toEqual([0, 1, 2, 0]);
  expect(rules.subscriptions.every(({ countries, weight }) => `${countries}` === 'DE' && weight === 3)).toBe(
    true,
  );
  // Who lost its place takes turns again; who kept its number keeps its version.
  await operator('PUT', url, { subscription_ids: [b] });
  expect((await operator('GET', url)).body.data).toMatchObject({
    first: [{ subscription_id: b, priority: 1 }],
    others: 3,
  });
  const versions = await Promise.all(
    ids.map(async (id) => (await operator('GET', `/api/v1/admin/subscriptions/${id}`)).body.data.version),
  );
  expect(versions).toEqual([1, 2, 3, 1]);
});

test('an order that another person changed meanwhile, and lists that cannot be, are refused in words', async () => {
  const { ids, url } = await atPriority('First Firm', 'Second Firm');
  const [a, b] = ids as [string, string];
  await operator('PUT', url, { subscription_ids: [b] });
  const late = await operator('PUT', url, { subscription_ids: [a], subscription_ids_seen: [] });
  expect(late).toMatchObject({ status: 409, body: { code: 'priority_order_changed' } });
  expect(late.body.details[0].message).toBe('First come now: Second Firm.');
  const odd = await operator('PUT', url, { subscription_ids: [a, newId(), a] });
  expect(odd).toMatchObject({
    status: 422,
    body: {
      code: 'priority_order_wrong',
      details: [{ field: 'subscription_ids.1' }, { field: 'subscription_ids.2' }],
    },
  });
  const nowhere = await operator('PUT', `${LEVELS}/${newId()}/priorities`, { subscription_ids: [] });
  expect(nowhere).toMatchObject({ status: 404, body: { code: 'level_not_found' } });
});

test('subscriptions are found by a part of the name of provider or level; signs are no pattern', async () => {
  const { niche } = await atPriority('Nordlicht GmbH', 'Nord_Wind AS', 'Ost 100% Ltd');
  const found = async (search: string) => {
    const query = new URLSearchParams({ niche_id: niche.id, search });
    const { body } = await operator('GET', `/api/v1/admin/subscriptions?${query}`);
    const names = body.data.map((one: { provider_name: string }) => one.provider_name);
    expect(body.pagination.total).toBe(names.length);
    return names;
  };
  expect(await found('nord')).toEqual(['Nord_Wind AS', 'Nordlicht GmbH']);
  expect(await found('d_w')).toEqual(['Nord_Wind AS']);
  expect(await found('%')).toEqual(['Ost 100% Ltd']);
  expect(await found('Nordlicht GmbH, Level 1')).toEqual(['Nordlicht GmbH']);
  expect(await found('nobody')).toEqual([]);
});
