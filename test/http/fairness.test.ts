import { afterAll, beforeAll, expect, test } from 'vitest';
import { newId } from '../../src/kernel/ids.ts';
import { openDecided } from '../support/decided.ts';
import { type HttpTest, httpTest, type Send, signedInAs } from '../support/http.ts';

/** Turns due against turns got. */
let http: HttpTest;
let admin: Send;
beforeAll(async () => {
  http = await httpTest({ MX_CHECK: '0' });
  admin = (await signedInAs(http, 'admin')).send;
});
afterAll(async () => await http?.[Symbol.asyncDispose]());

type Share = { provider_name: string; received: number; expected: number; skew: number; skewed: boolean };
const sharesOf = async (nicheId: string): Promise<Share[]> =>
  (await admin('GET', `/api/v1/admin/fairness?niche_id=${nicheId}`)).body.data.levels[0].shares;

test('equal providers who wait for their turn get what is due to them', async () => {
  const niche = await openDecided(http.app, { levels: [{ maxProviders: 1 }] });
  for (const name of ['One', 'Two', 'Three']) await niche.join(name);
  for (let n = 0; n < 30; n += 1) await niche.lead();
  const shares = await sharesOf(niche.niche.id);
  expect(shares).toHaveLength(3);
  for (const share of shares)
    expect(share).toMatchObject({ received: 10, expected: 10, skew: 0, skewed: false });
});

test('who is to get more by its weight is no favourite', async () => {
  const niche = await openDecided(http.app, { levels: [{ maxProviders: 1, strategy: 'weighted' }] });
  await niche.join('Large', { weight: 3 });
  await niche.join('Small', { weight: 1 });
  for (let n = 0; n < 40; n += 1) await niche.lead();
  expect(await sharesOf(niche.niche.id)).toMatchObject([
    { provider_name: 'Large', received: 30, expected: 30, skewed: false },
    { provider_name: 'Small', received: 10, expected: 10, skewed: false },
  ]);
});

test('a favourite is seen, on the page and as an alert', async () => {
  const niche = await openDecided(http.app, { levels: [{ maxProviders: 1, strategy: 'priority' }] });
  await niche.join('Favourite', { priority: 9 });
  const other = await niche.join('Passed Over');
  for (let n = 0; n < 24; n += 1) await niche.lead();
  const shares = await sharesOf(niche.niche.id);
  expect(shares).toMatchObject([
    { provider_name: 'Favourite', received: 24, expected: 12, skew: 1, skewed: true },
    { provider_name: 'Passed Over', received: 0, expected: 12, skew: -1, skewed: true },
  ]);
  const alert = (await admin('GET', '/api/v1/admin/fairness/alert')).body.data;
  expect(alert.niches).toContainEqual({ id: niche.niche.id, name: niche.niche.name, skewed: 2 });

  const { send } = await signedInAs(http, 'provider_owner', { providerId: other.providerId });
  const own = await send('GET', '/api/v1/providers/me/fairness');
  expect(own.body.data.levels).toMatchObject([
    {
      own: { received: 0, expected: 12 },
      shares: [
        { received: 24, mine: false },
        { received: 0, mine: true },
      ],
    },
  ]);
  expect(JSON.stringify(own.body)).not.toContain('Favourite');
  const ids = [...niche.levels.map(({ id }) => id), other.id];
  expect(
    JSON.stringify(own.body)
      .match(/[0-9a-f-]{36}/g)
      ?.every((id) => ids.includes(id)),
  ).toBe(true);
});

test('a long list comes in pages, per level, those far from what was due first', async () => {
  const niche = await openDecided(http.app, {
    levels: [{ maxProviders: 1, strategy: 'priority' }, { maxProviders: 1 }],
  });
  for (const [name, priority] of [
    ['First', 9],
    ['Second', 0],
    ['Third', 0],
  ] as const)
    await niche.join(name, { priority });
  for (const name of ['Waits', 'Waits too']) await niche.join(name, { levelId: niche.levels[1]!.id });
  for (let n = 0; n < 64; n += 1) await niche.lead();
  const path = `/api/v1/admin/fairness?niche_id=${niche.niche.id}`;
  const first = (await admin('GET', `${path}&limit=2`)).body.data;
  expect(first).toMatchObject({ page: 1, limit: 2 });
  const [gold, silver] = first.levels;
  expect([gold.total, gold.skewed, gold.shares.length]).toEqual([3, 3, 2]);
  expect([silver.total, silver.skewed, silver.shares.length]).toEqual([2, 0, 2]);
  const more = `${path}&limit=2&page=2&from=${first.from}&to=${first.to}`;
  const next = (await admin('GET', `${more}&level_id=${gold.level_id}`)).body.data;
  expect(next.levels).toHaveLength(1);
  const names = [...gold.shares, ...next.levels[0].shares].map((one: Share) => one.provider_name);
  expect(names.toSorted()).toEqual(['First', 'Second', 'Third']);
  for (const wrong of ['limit=101', 'limit=0', 'page=0', 'level_id=gold'])
    expect([wrong, (await admin('GET', `${path}&${wrong}`)).status]).toEqual([wrong, 422]);
});

test('only staff sees names, and odd periods are refused', async () => {
  const niche = await openDecided(http.app);
  const { providerId } = await niche.join('Somebody');
  const { send } = await signedInAs(http, 'provider_owner', { providerId });
  const path = `/api/v1/admin/fairness?niche_id=${niche.niche.id}`;
  expect((await send('GET', path)).status).toBe(403);
  expect((await admin('GET', `/api/v1/admin/fairness?niche_id=${newId()}`)).body.code).toBe(
    'niche_not_found',
  );
  expect((await admin('GET', '/api/v1/admin/fairness')).status).toBe(422);
  const long = await admin('GET', `${path}&from=2026-01-01T00:00:00Z&to=2026-06-01T00:00:00Z`);
  expect(long).toMatchObject({ status: 422, body: { code: 'period_invalid' } });
  expect((await admin('GET', path)).body.data).toMatchObject({ levels: [], decisions: 0, read_until: null });
});
