import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDecided } from '../support/decided.ts';
import { type HttpTest, httpTest, type Send, signedInAs } from '../support/http.ts';

/** What was changed about a subscription, as both sides read it. */
let http: HttpTest;
let admin: Send;
beforeAll(async () => {
  http = await httpTest({ MX_CHECK: '0' });
  admin = (await signedInAs(http, 'admin')).send;
});
afterAll(async () => await http?.[Symbol.asyncDispose]());

const asOwner = async (providerId: string): Promise<Send> =>
  (await signedInAs(http, 'provider_owner', { providerId })).send;
type Row = { what: string; by: string; changes: { term: string; before: unknown; after: unknown }[] };

test('a provider and the operator read when, by which side and from what to what', async () => {
  const niche = await openDecided(http.app);
  const { id, providerId } = await niche.join('Mine');
  const own = await asOwner(providerId);
  const url = `/api/v1/subscriptions/${id}`;
  const filters = [{ field: 'budget', kind: 'range', min: 100, missing: 'fail' }];
  const caps = [{ window: 'day', kind: 'spend', value: '40.00' }];
  expect((await own('PATCH', url, { version: 1, filters, caps })).status).toBe(200);
  expect((await own('POST', `${url}/pause`)).status).toBe(200);
  const dealt = { version: 3, price_override: '7.50' };
  expect((await admin('PATCH', `/api/v1/admin${url.slice(7)}`, dealt)).status).toBe(200);

  const { body } = await own('GET', `${url}/history`);
  expect(body.data.map(({ what, by }: Row) => [what, by])).toEqual([
    ['changed', 'operator'],
    ['paused', 'provider'],
    ['changed', 'provider'],
    ['created', 'program'],
  ]);
  const [price, pause, rules, begun] = body.data as Row[];
  expect(price!.changes).toEqual([{ term: 'price_override', before: null, after: '7.50' }]);
  expect(pause!.changes).toEqual([{ term: 'paused', before: false, after: true }]);
  expect(rules!.changes).toEqual([
    { term: 'caps', before: [], after: caps },
    { term: 'filters', before: [], after: filters },
  ]);
  expect(begun!.changes).toEqual([]);
  expect(body.data[0].config_version).toBeGreaterThan(body.data[2].config_version);
  expect((await admin('GET', `/api/v1/admin/subscriptions/${id}/history`)).body.data).toEqual(body.data);
});

test('it comes in pages, and to nobody else', async () => {
  const niche = await openDecided(http.app);
  const { id, providerId } = await niche.join('Paged');
  const other = await niche.join('Other');
  const own = await asOwner(providerId);
  for (const act of ['pause', 'resume', 'pause']) await own('POST', `/api/v1/subscriptions/${id}/${act}`);
  const url = `/api/v1/subscriptions/${id}/history`;
  const seen: string[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const { body } = await own('GET', `${url}?limit=3${cursor && `&cursor=${cursor}`}`);
    seen.push(...body.data.map(({ what }: Row) => what));
    cursor = body.pagination.nextCursor;
  }
  expect(seen).toEqual(['paused', 'resumed', 'paused', 'created']);
  const theirs = await (await asOwner(other.providerId))('GET', url);
  expect([theirs.status, theirs.body.code]).toEqual([404, 'subscription_not_found']);
  expect((await own('GET', `${url}?cursor=x`)).body.details[0].field).toBe('cursor');
});
