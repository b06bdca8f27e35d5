import { afterAll, beforeAll, expect, it } from 'vitest';
import { openDistributor, runDistribution } from '../../src/lead/distribution/index.ts';
import { nicheRulesAt } from '../../src/market/subscriptions/index.ts';
import { approvedLeads } from '../support/deliveries.ts';
import { type HttpTest, httpTest, type Send, signedInAs } from '../support/http.ts';
import { engine } from '../support/lead.ts';
import { seedEndpoint, seedNiche, seedProvider, seedSubscription } from '../support/market.ts';

/** How many of the turns that pass while an endpoint is down are made up for: a setting of the niche. */
let http: HttpTest;
let admin: Send;
beforeAll(async () => {
  http = await httpTest({ MX_CHECK: '0', OUTBOUND_ALLOW: '127.0.0.1' });
  ({ send: admin } = await signedInAs(http, 'admin'));
});
afterAll(async () => await http?.[Symbol.asyncDispose]());

const NICHES = '/api/v1/admin/niches';

/** Two who take turns for single leads; the first has an endpoint that can go away. */
async function openTwo() {
  const { app } = http;
  const { niche, level, campaignId } = await seedNiche(app, { levels: [{ maxProviders: 1 }] });
  const providers = [
    await seedProvider(app, { balance: 1_000_000n }),
    await seedProvider(app, { balance: 1_000_000n }),
  ];
  const { endpoint } = await seedEndpoint(app, { providerId: providers[0]!.id, url: 'http://127.0.0.1:9/' });
  const of = { levelId: level.id };
  const first = await seedSubscription(app, { ...of, providerId: providers[0]!.id, endpointId: endpoint.id });
  await seedSubscription(app, { ...of, providerId: providers[1]!.id });
  const shop = {
    ...{ nicheId: niche.id, levelId: level.id, campaignId, providerId: providers[0]!.id },
    ...{ endpointId: endpoint.id, subscriptionId: first.id, secret: '' },
  };
  const turn = (state: 'active' | 'disabled') =>
    app.db.tx(engine, (tx) => tx`update endpoints set state = ${state} where id = ${endpoint.id}`);
  /** Sells so many leads; returns how many of them the first one got. */
  const sell = async (count: number): Promise<number> => {
    const ids = await approvedLeads(app, shop, count);
    await runDistribution(openDistributor(app));
    const rows = await app.db.tx(
      engine,
      (tx) => tx<{ providerId: string }[]>`
        select provider_id as "providerId" from assignments where lead_id = any(${ids}::uuid[])`,
    );
    expect(rows).toHaveLength(count);
    return rows.filter(({ providerId }) => providerId === shop.providerId).length;
  };
  return { niche, turn, sell };
}

it.each([
  { max: 0, gets: 6 },
  { max: 2, gets: 7 },
  { max: 5, gets: 9 },
])('a niche that keeps $max missed turns gives back no more than them', async ({ max, gets }) => {
  const { niche, turn, sell } = await openTwo();
  const saved = await admin(
    'PATCH',
    `${NICHES}/${niche.id}`,
    { missed_turns_max: max },
    { 'if-match': '"1"' },
  );
  expect(saved).toMatchObject({ status: 200, body: { data: { missed_turns_max: max } } });
  await sell(2);
  await turn('disabled');
  expect(await sell(8)).toBe(0);
  await turn('active');
  expect(await sell(12)).toBe(gets);
});

it('is kept with each version of the rules, and an edit of anything else leaves it as it is', async () => {
  const made = await admin('POST', NICHES, {
    ...{ name: 'Turns', slug: 'turns', currency: 'EUR', missed_turns_max: 7 },
    levels: [{ name: 'Only', price_per_lead: '5.00' }],
  });
  expect(made.status).toBe(201);
  const { id } = made.body.data.niche;
  const levelId = made.body.data.levels[0].id;
  const edit = (body: object, version: number) =>
    admin('PATCH', `${NICHES}/${id}`, body, { 'if-match': `"${version}"` });
  await edit({ missed_turns_max: 1 }, 1);
  await edit({ fill_mode: 'fill_all', default_level_id: levelId }, 2);
  expect((await admin('GET', `${NICHES}/${id}`)).body.data.niche).toMatchObject({ missed_turns_max: 1 });
  expect((await admin('DELETE', `/api/v1/admin/competition-levels/${levelId}`)).status).toBeLessThan(300);
  const kept = await Promise.all(
    [1, 2, 3, 4].map((version) =>
      http.app.db.tx(engine, async (tx) => (await nicheRulesAt(tx, id, version))?.missedTurnsMax),
    ),
  );
  expect(kept).toEqual([7, 1, 1, 1]);
});

it.each([-1, 21, 1.5, '3', null])('%j is refused and names the field', async (wrong) => {
  const { niche } = await seedNiche(http.app);
  const answer = await admin(
    'PATCH',
    `${NICHES}/${niche.id}`,
    { missed_turns_max: wrong },
    { 'if-match': '"1"' },
  );
  expect(answer.status).toBe(422);
  expect(answer.body.details[0].field).toBe('missed_turns_max');
});
