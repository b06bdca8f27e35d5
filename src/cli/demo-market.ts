import type { Api } from './demo-api.ts';
import { type Behaviour, pathOf } from './demo-partners.ts';
import { COUNTRIES_SERVED, type DemoNiche, NICHES, PROVIDERS, type ProviderPlan } from './demo-plan.ts';

/** Sets up the demo's market as an operator would: niches, forms, campaigns, sources, providers, money. */

export type MarketNiche = DemoNiche & {
  id: string;
  levelIds: string[];
  sourceToken: string;
  /** Of the text that the form shows. */
  consentVersion: number;
};
export type Market = {
  niches: MarketNiche[];
  providers: { id: string; name: string; behaviour: Behaviour }[];
};
/** Where the partners listen, and a port where nobody does. */
export type PartnerPorts = { open: number; closed: number };

const PROVIDERS_AT_ONCE = 4;
type Id = { id: string };

export async function setUpMarket(admin: Api, ports: PartnerPorts): Promise<Market> {
  const niches = await Promise.all(NICHES.map((plan) => setUpNiche(admin, plan)));
  const providers: Market['providers'] = [];
  const waiting = [...PROVIDERS.entries()];
  const setUpSome = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const [number, plan] = next;
      const { id } = await setUpProvider(admin, plan, { niche: niches[plan.niche]!, number, ports });
      providers.push({ id, name: plan.name, behaviour: plan.behaviour });
    }
  };
  await Promise.all(Array.from({ length: PROVIDERS_AT_ONCE }, setUpSome));
  return { niches, providers };
}

async function setUpNiche(admin: Api, plan: DemoNiche): Promise<MarketNiche> {
  const { niche, levels } = await admin.call<{ niche: Id; levels: Id[] }>('POST', '/api/v1/admin/niches', {
    name: plan.name,
    slug: plan.slug,
    description: plan.description,
    niche_group: plan.slug,
    currency: 'EUR',
    is_location_based: plan.isLocationBased,
    preset: 'exchange',
    levels: plan.levels,
  });
  const schema = `/api/v1/admin/niches/${niche.id}/schema`;
  const { form } = await admin.call<{ form: { schema_version: number } }>('POST', schema, {
    fields: plan.fields,
  });
  await admin.call('POST', `${schema}/${form.schema_version}/activate`);
  await approveByItself(admin, niche.id);
  const { campaign } = await admin.call<{ campaign: Id }>('POST', '/api/v1/admin/campaigns', {
    niche_id: niche.id,
    name: `${plan.name}, from partners’ pages`,
    slug: `${plan.slug}-partners`,
    confirmation: 'source_attested',
    approval: 'auto',
  });
  const { token } = await admin.call<{ token: string }>('POST', '/api/v1/admin/sources', {
    name: `${plan.name} comparison page`,
    type: 'api',
    campaign_id: campaign.id,
    attested: true,
  });
  const { consent } = await admin.call<{ consent: { version: number } }>(
    'GET',
    `/api/v1/niches/${plan.slug}/schema`,
  );
  const levelIds = levels.map(({ id }) => id);
  return { ...plan, id: niche.id, levelIds, sourceToken: token, consentVersion: consent.version };
}

/** People confirm by mail; nobody sits here to approve, so a checked lead is approved by itself. */
async function approveByItself(admin: Api, nicheId: string): Promise<void> {
  const path = '/api/v1/admin/campaigns';
  const campaigns = await admin.call<{ id: string; is_default: boolean; version: number }[]>(
    'GET',
    `${path}?niche_id=${nicheId}`,
  );
  const main = campaigns.find((one) => one.is_default) ?? campaigns[0]!;
  await admin.call('PATCH', `${path}/${main.id}`, { approval: 'auto', version: main.version });
}

type Where = { niche: MarketNiche; number: number; ports: PartnerPorts };

async function setUpProvider(admin: Api, plan: ProviderPlan, where: Where): Promise<Id> {
  const provider = await admin.call<Id | { provider: Id }>('POST', '/api/v1/admin/providers', {
    company_name: plan.name,
    contact_email: `sales-${where.number}@partner.example`,
    country: plan.country,
    timezone: plan.zone,
  });
  const { id } = 'provider' in provider ? provider.provider : provider;
  const port = plan.behaviour === 'down' ? where.ports.closed : where.ports.open;
  const { endpoint } = await admin.call<{ endpoint: Id }>('POST', '/api/v1/admin/endpoints', {
    provider_id: id,
    name: 'CRM',
    url: `http://127.0.0.1:${port}${pathOf(plan.behaviour, where.number)}`,
    phone_format: plan.phoneFormat ?? 'international',
  });
  await admin.call('POST', `/api/v1/admin/providers/${id}/credit`, {
    amount: plan.balance,
    currency: 'EUR',
    reason: 'Money to start with in the demo',
  });
  await admin.call('POST', '/api/v1/admin/subscriptions', {
    provider_id: id,
    level_id: where.niche.levelIds[plan.level],
    endpoint_id: endpoint.id,
    timezone: plan.zone,
    filters: plan.filters ?? [],
    countries: plan.countries ?? COUNTRIES_SERVED,
    caps: plan.caps ?? [],
    premium_ratio: plan.premiumRatio ?? null,
  });
  return { id };
}
