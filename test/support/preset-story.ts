import { expect } from 'vitest';
import { newId } from '../../src/kernel/ids.ts';
import { FLOW } from '../../src/lead/flow.ts';
import type { Preset } from '../../src/market/catalog/index.ts';
import { type Partner, startPartner } from './deliveries.ts';
import { type HttpTest, httpTest, type Send, signedInAs } from './http.ts';
import { confirmLinkOf, somebody } from './lead.ts';

/** A house run as its people run it: everything by HTTP, and the workers' rounds in the order of the flow. */

export type House = AsyncDisposable & {
  http: HttpTest;
  operator: Send;
  /** Opens a niche by nothing but its preset and its levels. */
  open(preset: Preset, levels: object[], more?: object): Promise<OpenHouse>;
  /** Rounds of every stage until none has anything to do. */
  work(): Promise<void>;
};

export type OpenHouse = {
  nicheId: string;
  slug: string;
  campaignId: string;
  levels: { id: string; name: string }[];
  /** A provider with money and a receiver, subscribed to a level; signed in as its owner. */
  join(companyName: string, terms?: Terms): Promise<Member>;
  /** By the form of S001: provider, endpoint and subscription at once. */
  addPartner(name: string, terms?: object): Promise<Member>;
  /** What a trusted source sends; the id of the lead. */
  inbound(answers?: Record<string, unknown>): Promise<string>;
  /** What a person sends by the public form; the id of the lead. */
  form(answers?: Record<string, unknown>): Promise<string>;
};

type Terms = Record<string, unknown> & { balance?: string; level?: number };

export type Member = {
  id: string;
  subscriptionId: string;
  endpointId: string;
  send: Send;
  receiver: Partner;
};

export type Shown = {
  state: string;
  lead_type: string | null;
  reason: string | null;
  assignments: {
    provider_id: string;
    level_name: string;
    charged_amount: string;
    state: string;
    assigned_at: string;
  }[];
  deliveries: { id: string }[];
};

const created = async (sent: ReturnType<Send>) => {
  const { status, body } = await sent;
  expect([201, 202], JSON.stringify(body)).toContain(status);
  return body.data;
};

export async function openHouse(): Promise<House> {
  const http = await httpTest({
    ...{ MX_CHECK: '0', RATE_FORM_PER_MINUTE: '100000', RATE_SESSION_PER_MINUTE: '100000' },
  });
  const operator = (await signedInAs(http, 'admin')).send;
  const receivers: Partner[] = [];
  const receiver = async () => {
    const started = await startPartner();
    receivers.push(started);
    return started;
  };
  return {
    http,
    operator,
    open: (preset, levels, more = {}) => openNiche({ http, operator, receiver, preset, levels, more }),
    work: async () => {
      for (let did = 1; did > 0; ) {
        did = 0;
        for (const { run } of FLOW) did += (await run?.(http.app)) ?? 0;
      }
    },
    [Symbol.asyncDispose]: async () => {
      for (const one of receivers) await one[Symbol.asyncDispose]();
      await http[Symbol.asyncDispose]();
    },
  };
}

type Opening = {
  http: HttpTest;
  operator: Send;
  receiver: () => Promise<Partner>;
  preset: Preset;
  levels: object[];
  more: object;
};

let made = 0;

async function openNiche(of: Opening): Promise<OpenHouse> {
  const { http, operator, preset, levels, more } = of;
  made += 1;
  const slug = `${preset.replaceAll('_', '-')}-${made}`;
  const niche = await created(
    operator('POST', '/api/v1/admin/niches', {
      ...{ name: `Niche ${made}`, slug, currency: 'EUR', preset, niche_group: slug },
      levels,
      ...more,
    }),
  );
  const { id: nicheId } = niche.niche;
  const campaigns = await operator('GET', `/api/v1/admin/campaigns?niche_id=${nicheId}`);
  const campaignId = campaigns.body.data[0].id;
  const source = await created(
    operator('POST', '/api/v1/admin/sources', {
      ...{ name: 'facebook_ads', type: 'facebook', campaign_id: campaignId, attested: true },
    }),
  );
  return {
    ...{ nicheId, slug, campaignId, levels: niche.levels },
    ...memberships(of, niche),
    inbound: async (answers = {}) =>
      (await created(http.send('POST', `/api/v1/inbound/${source.token}`, { answers: somebody(answers) })))
        .lead_id,
    form: async (answers = {}) => {
      const body = { niche: slug, answers: somebody(answers), consent: { accepted: true, text_version: 1 } };
      expect((await http.send('POST', '/api/v1/leads', body)).status).toBe(202);
      const { body: newest } = await operator('GET', `/api/v1/admin/leads?niche_id=${nicheId}&limit=1`);
      return newest.data[0].id;
    },
  };
}

/** The two ways in which a provider comes to a niche. */
function memberships(
  { http, operator, receiver }: Opening,
  niche: { niche: { id: string }; levels: { id: string }[] },
): Pick<OpenHouse, 'join' | 'addPartner'> {
  const member = async (of: Omit<Member, 'send'>, balance: string): Promise<Member> => {
    const credit = { amount: balance, currency: 'EUR', reason: 'bank transfer' };
    const key = { 'idempotency-key': newId() };
    await created(operator('POST', `/api/v1/admin/providers/${of.id}/credit`, credit, key));
    const { send } = await signedInAs(http, 'provider_owner', { providerId: of.id });
    return { ...of, send };
  };
  const contact = () => `office-${newId()}@example.com`;
  return {
    join: async (company_name, { balance = '100.00', level = 0, ...terms }: Terms = {}) => {
      const company = { company_name, contact_email: contact(), country: 'DE' };
      const { id } = await created(operator('POST', '/api/v1/admin/providers', company));
      const at = await receiver();
      const crm = { provider_id: id, name: 'CRM', url: at.url };
      const { endpoint } = await created(operator('POST', '/api/v1/admin/endpoints', crm));
      const wanted = {
        provider_id: id,
        level_id: niche.levels[level]!.id,
        endpoint_id: endpoint.id,
        ...terms,
      };
      const subscription = await created(operator('POST', '/api/v1/admin/subscriptions', wanted));
      const of = { id, subscriptionId: subscription.id, endpointId: endpoint.id, receiver: at };
      return member(of, balance);
    },
    addPartner: async (name, terms = {}) => {
      const at = await receiver();
      const form = {
        name,
        email: contact(),
        country: 'germany',
        niche_id: niche.niche.id,
        webhook_url: at.url,
      };
      const added = await created(
        operator('POST', '/api/v1/admin/providers/partners', { ...form, ...terms }),
      );
      const [id, subscriptionId, endpointId] = [added.provider.id, added.subscription.id, added.endpoint.id];
      return member({ id, subscriptionId, endpointId, receiver: at }, '100.00');
    },
  };
}

/** The lead as the operator's page shows it. */
export const leadPage = async ({ operator }: House, id: string): Promise<Shown> =>
  (await operator('GET', `/api/v1/admin/leads/${id}`)).body.data;

export const stateOf = async (house: House, id: string): Promise<string> => (await leadPage(house, id)).state;

/** The person presses the button of the mail. */
export async function confirm({ http }: House, leadId: string): Promise<void> {
  const token = await confirmLinkOf(http.app, leadId);
  const sent = await http.send('POST', '/api/v1/leads/confirm', { token });
  expect(sent.status, JSON.stringify(sent.body)).toBe(200);
}

export async function approve({ operator }: House, leadId: string): Promise<void> {
  const sent = await operator('POST', `/api/v1/admin/leads/${leadId}/approve`, {});
  expect(sent.status, JSON.stringify(sent.body)).toBe(200);
}

/** Change of the balance and balance after it, oldest first; without what was paid in. */
export async function ledgerOf({ send }: Member): Promise<[type: string, amount: string, after: string][]> {
  const { body } = await send('GET', '/api/v1/providers/me/ledger?limit=100');
  const entries = body.data as { type: string; amount: string; balance_after: string }[];
  return entries
    .toReversed()
    .filter(({ type }) => type !== 'manual_credit')
    .map(({ type, amount, balance_after: after }) => [type, amount, after]);
}

/** What came to a receiver, as it was read. */
export const received = ({ receiver }: Member): Record<string, unknown>[] =>
  receiver.calls.map(({ body }) => JSON.parse(body));
