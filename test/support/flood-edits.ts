import type { App } from '../../src/platform/app.ts';
import type { Buyer, Decided, Shop } from './flood.ts';
import { type Answer, type HttpTest, type Send, signedInAs } from './http.ts';
import { seedEndpoint } from './market.ts';

/** The edits that are made in the middle of a flood of leads, each with what it means for every later decision. */

const A = '/api/v1/admin';
const BUSY_TRIES = 5;

/** Whoever edits: an operator, or the target's own user. */
export type Editor = {
  app: App;
  admin: Send;
  /** An edit of what stands there now. */
  patch(url: string, change: object): Promise<Answer>;
  /** The answer of an edit that took. Who waited for a lock in vain is told so, and asks again. */
  answered(edit: () => Promise<Answer>): Promise<Answer>;
  ownerOf(buyer: Buyer): Promise<Send>;
};

export async function openEditor(http: HttpTest): Promise<Editor> {
  const { send: admin } = await signedInAs(http, 'admin');
  const owners = new Map<string, Promise<Send>>();
  return {
    app: http.app,
    admin,
    patch: async (url, change) => {
      const shown = await admin('GET', url);
      if (shown.status !== 200) return shown;
      const { data } = shown.body;
      const { version } = data.niche ?? data.campaign ?? data;
      return admin('PATCH', url, { ...change, version });
    },
    answered: async (edit) => {
      for (let tries = 1; ; tries += 1) {
        const answer = await edit();
        if (answer.status < 300) return answer;
        if (answer.status !== 503 || tries === BUSY_TRIES) {
          throw new Error(`the edit was answered with ${answer.status}: ${JSON.stringify(answer.body)}`);
        }
      }
    },
    ownerOf: ({ providerId }) => {
      const known =
        owners.get(providerId) ?? signedInAs(http, 'provider_owner', { providerId }).then(({ send }) => send);
      owners.set(providerId, known);
      return known;
    },
  };
}

/** An edit through the API, and what no later decision may do. */
export type Edit = {
  edit: (shop: Shop, by: Editor) => Promise<Answer>;
  /** Takes the edit back; left out: it cannot be, so it is made once. */
  undo?: (shop: Shop, by: Editor, edited: Answer) => Promise<Answer>;
  /** What the edit forbids, and what decisions did before. */
  forbids: (decision: Decided, shop: Shop) => boolean;
  /** The edit lets no decision be taken at all. */
  stops?: true;
  /** A decision goes by what it read when it began, so its clock says which is later. */
  byClock?: true;
  prepare?: (shop: Shop, by: Editor) => Promise<void>;
};

export const urlOf = ({ subscriptionId }: Buyer) => `${A}/subscriptions/${subscriptionId}`;
const ownUrl = ({ subscriptionId }: Buyer) => `/api/v1/subscriptions/${subscriptionId}`;
export const providerUrl = ({ providerId }: Buyer) => `${A}/providers/${providerId}`;
const levelUrl = (id: string) => `${A}/competition-levels/${id}`;

const editTarget = (edit: object, undo: object, forbids: Edit['forbids']): Edit => ({
  edit: ({ target }, by) => by.patch(urlOf(target), edit),
  undo: ({ target }, by) => by.patch(urlOf(target), undo),
  forbids,
});
const stopOf = (scope: string, idOf: (shop: Shop) => string | null) => ({
  edit: (shop: Shop, by: Editor) =>
    by.admin('POST', `${A}/stop-switches`, { scope, scope_id: idOf(shop), reason: 'complaints come in' }),
  undo: (_: Shop, by: Editor, { body }: Answer) =>
    by.admin('POST', `${A}/stop-switches/${body.data.id}/release`, { reason: 'sorted out' }),
});

const salesTo = ({ sales }: Decided, { subscriptionId }: Buyer) =>
  sales.filter((sale) => sale.subscriptionId === subscriptionId);
const toTarget: Edit['forbids'] = (decision, { target }) => salesTo(decision, target).length > 0;
const anything = () => true;
/** Without a window that may end while the test runs. */
export const capOf = (value: number) => ({ caps: [{ window: 'total', kind: 'count', value }] });
const CLOSED = { zone: 'UTC', weekly: {} };
const YEAR_MS = 365 * 86_400_000;
const holidays = () => [
  { from: new Date(Date.now() - YEAR_MS).toISOString(), to: new Date(Date.now() + YEAR_MS).toISOString() },
];
const LARGE_ONLY = { filters: [{ kind: 'range', field: 'budget', min: 500 }] };

const useEndpoint: NonNullable<Edit['prepare']> = async ({ target }, by) => {
  const { endpoint } = await seedEndpoint(by.app, {
    providerId: target.providerId,
    url: NOBODY_LISTENS,
    saveUnreachable: true,
  });
  await by.answered(() => by.patch(urlOf(target), { endpoint_id: endpoint.id }));
};
const NOBODY_LISTENS = 'http://127.0.0.1:9/leads';
const endpointUrl = async (by: Editor, target: Buyer) =>
  `${A}/endpoints/${(await by.admin('GET', urlOf(target))).body.data.endpoint_id}`;

const walletOf = async (by: Editor, target: Buyer) =>
  (await by.admin('GET', `${providerUrl(target)}/balance`)).body.data.wallets[0];
const limitCredit = async (by: Editor, target: Buyer, limit: string) => {
  const { version } = await walletOf(by, target);
  const body = { credit_limit: limit, currency: 'EUR', reason: 'monthly invoice', version };
  return by.admin('PATCH', `${providerUrl(target)}/credit-limit`, body);
};
export const EDITS: Record<string, Edit> = {
  'a subscription that is paused gets no lead': {
    edit: ({ target }, by) => by.admin('POST', `${urlOf(target)}/pause`),
    undo: ({ target }, by) => by.admin('POST', `${urlOf(target)}/resume`),
    forbids: toTarget,
  },
  'a subscription that its own provider paused gets no lead': {
    edit: async ({ target }, by) => (await by.ownerOf(target))('POST', `${ownUrl(target)}/pause`),
    undo: async ({ target }, by) => (await by.ownerOf(target))('POST', `${ownUrl(target)}/resume`),
    forbids: toTarget,
  },
  'a subscription that has ended gets no lead': {
    edit: ({ target }, by) => by.admin('DELETE', urlOf(target)),
    undo: ({ target, first }, by) =>
      by.admin('POST', `${A}/subscriptions`, { provider_id: target.providerId, level_id: first }),
    forbids: toTarget,
  },
  'a provider that is paused gets no lead': {
    edit: ({ target }, by) => by.admin('POST', `${providerUrl(target)}/pause`),
    undo: ({ target }, by) => by.admin('POST', `${providerUrl(target)}/resume`),
    forbids: toTarget,
  },
  'a provider that was deactivated gets no lead': {
    edit: ({ target }, by) => by.admin('POST', `${providerUrl(target)}/deactivate`),
    undo: ({ target }, by) => by.admin('POST', `${providerUrl(target)}/approve`),
    forbids: toTarget,
  },
  'a provider that is stopped gets no lead': {
    ...stopOf('provider', ({ target }) => target.providerId),
    forbids: toTarget,
  },
  'credit that was taken back pays for no lead': {
    prepare: async ({ target }, by) => {
      const { available } = await walletOf(by, target);
      const body = { amount: available, currency: 'EUR', reason: 'paid out' };
      const key = { 'idempotency-key': `paid-out-${target.providerId}` };
      await by.answered(() => by.admin('POST', `${providerUrl(target)}/debit`, body, key));
      await by.answered(() => limitCredit(by, target, '500000.00'));
    },
    edit: ({ target }, by) => limitCredit(by, target, '0.00'),
    undo: ({ target }, by) => limitCredit(by, target, '500000.00'),
    forbids: toTarget,
  },
  'an own price is charged': editTarget(
    { price_override: '3.00' },
    { price_override: null },
    (decision, { target }) => salesTo(decision, target).some(({ amount }) => amount !== 300),
  ),
  'a price of the level is charged': {
    edit: ({ first }, by) => by.patch(levelUrl(first), { price_per_lead: '23.00' }),
    undo: ({ first }, by) => by.patch(levelUrl(first), { price_per_lead: '10.00' }),
    forbids: ({ sales }, { first }) => sales.some((sale) => sale.levelId === first && sale.amount !== 2_300),
  },
  'a price of the campaign is charged': {
    edit: ({ campaignId, first }, by) =>
      by.patch(`${A}/campaigns/${campaignId}`, { level_prices: { [first]: '7.00' } }),
    undo: ({ campaignId }, by) => by.patch(`${A}/campaigns/${campaignId}`, { level_prices: {} }),
    forbids: ({ sales }, { first }) => sales.some((sale) => sale.levelId === first && sale.amount !== 700),
  },
  'a filter keeps leads away': editTarget(
    LARGE_ONLY,
    { filters: [] },
    (decision, { target }) => decision.budget < 500 && salesTo(decision, target).length > 0,
  ),
  'countries keep leads away': editTarget({ countries: ['AT'] }, { countries: [] }, toTarget),
  'a cap below what was received already keeps leads away': editTarget(capOf(1), { caps: [] }, toTarget),
  'business hours that are over keep leads away': editTarget(
    { schedule: CLOSED },
    { schedule: null },
    toTarget,
  ),
  'holidays keep leads away': {
    ...editTarget({}, { away: [] }, toTarget),
    edit: ({ target }, by) => by.patch(urlOf(target), { away: holidays() }),
  },
  'an endpoint that is switched off keeps leads away': {
    prepare: useEndpoint,
    edit: async ({ target }, by) => by.patch(await endpointUrl(by, target), { state: 'disabled' }),
    undo: async ({ target }, by) =>
      by.patch(await endpointUrl(by, target), { state: 'active', save_unreachable: true }),
    forbids: toTarget,
    byClock: true,
  },
  'an endpoint that asks for one more answer keeps leads without it away': {
    prepare: useEndpoint,
    edit: async ({ target }, by) =>
      by.patch(await endpointUrl(by, target), { required_fields: ['email', 'note'] }),
    undo: async ({ target }, by) => by.patch(await endpointUrl(by, target), { required_fields: ['email'] }),
    forbids: toTarget,
  },
  'a level that is switched off sells nothing': {
    edit: ({ second }, by) => by.patch(levelUrl(second), { active: false }),
    undo: ({ second }, by) => by.patch(levelUrl(second), { active: true }),
    forbids: ({ sales }, { second }) => sales.some(({ levelId }) => levelId === second),
  },
  'a level that was removed sells nothing': {
    edit: async ({ second, other }, by) => {
      await by.answered(() => by.admin('DELETE', urlOf(other)));
      return by.answered(() => by.admin('DELETE', levelUrl(second)));
    },
    forbids: ({ sales }, { second }) => sales.some(({ levelId }) => levelId === second),
  },
  'levels in another order are served in it': {
    edit: (shop, by) => reorder(by, shop, [shop.second, shop.first]),
    undo: (shop, by) => reorder(by, shop, [shop.first, shop.second]),
    forbids: ({ sales }, { second }) => sales.length > 0 && sales[0]!.levelId !== second,
  },
  'a niche that was switched off decides nothing': {
    edit: ({ niche }, by) => by.patch(`${A}/niches/${niche.id}`, { active: false }),
    undo: ({ niche }, by) => by.patch(`${A}/niches/${niche.id}`, { active: true }),
    forbids: anything,
    stops: true,
  },
  'a niche that is stopped decides nothing': {
    ...stopOf('niche', ({ niche }) => niche.id),
    forbids: anything,
    stops: true,
  },
  'leads of a source that is stopped are not decided': {
    ...stopOf('source', ({ sourceId }) => sourceId),
    forbids: anything,
    stops: true,
  },
  'with everything stopped nothing is decided': {
    ...stopOf('everything', () => null),
    forbids: anything,
    stops: true,
  },
};

const reorder = (by: Editor, { niche }: Shop, levelIds: string[]) =>
  by.admin('POST', `${A}/competition-levels/reorder`, { niche_id: niche.id, level_ids: levelIds });
