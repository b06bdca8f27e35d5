import { newId } from '../src/kernel/ids.ts';
import { newSigningSecret } from '../src/lead/delivery/index.ts';
import type { Tx } from '../src/platform/db.ts';
import type { Secrets } from '../src/platform/secrets.ts';

/**
 * A market of any size, written in bulk: the same shape as `plain.setup` of the baseline. Levels 1..n with n..1 seats,
 * subscriptions spread evenly, one provider each, three of four match a random lead.
 */
export type BenchMarket = { nicheId: string; campaignId: string; areas: number };

export async function seedMarket(
  tx: Tx,
  of: {
    levels: number;
    subscriptions: number;
    slug: string;
    /** More than 1: every subscription takes one of so many areas, every lead comes from one. */
    areas?: number;
  },
): Promise<BenchMarket> {
  const { areas = 1 } = of;
  const nicheId = newId();
  const campaignId = newId();
  await tx`insert into niches (id, name, slug, currency) values (${nicheId}, ${of.slug}, ${of.slug}, 'EUR')`;
  await tx`
    insert into niche_versions (niche_id, from_version, level_rotation, fill_mode)
    values (${nicheId}, 1, 'fixed', 'fill_all')`;
  await tx`
    insert into campaigns (id, niche_id, name, slug, is_default, confirmation, approval, consent_text, recipients_told)
    values (${campaignId}, ${nicheId}, 'Default', ${of.slug}, true, 'source_attested', 'auto', 'Yes', 100)`;
  await tx`
    insert into campaign_versions (campaign_id, niche_id, from_version, countries, recipients_told, active)
    values (${campaignId}, ${nicheId}, 1, '{}', 100, true)`;
  const levelIds = Array.from({ length: of.levels }, () => newId());
  for (const [place, id] of levelIds.entries()) {
    await tx`insert into competition_levels (id, niche_id) values (${id}, ${nicheId})`;
    await tx`
      insert into level_versions (level_id, niche_id, from_version, name, price_per_lead, max_providers, priority_order)
      values (${id}, ${nicheId}, 1, ${`Level ${place + 1}`}, ${1000 * (place + 1)}, ${of.levels - place}, ${place})`;
  }
  await tx`insert into niche_turns (niche_id, next_level_id) values (${nicheId}, ${levelIds[0]!})`;
  await seedProviders(tx, { nicheId, levelIds, count: of.subscriptions, areas });
  return { nicheId, campaignId, areas };
}

async function seedProviders(
  tx: Tx,
  of: { nicheId: string; levelIds: string[]; count: number; areas: number },
): Promise<void> {
  const ids = () => Array.from({ length: of.count }, () => newId());
  const [providers, endpoints, subscriptions, wallets] = [ids(), ids(), ids(), ids()];
  const numbers = providers.map((_, place) => place + 1);
  await tx`
    insert into providers (id, company_name, contact_email, country, notification_preferences)
    select id, 'Provider ' || n, 'provider-' || n || '@example.org', 'DE', '{"new_lead": false}'
    from unnest(${providers}::uuid[], ${numbers}::int[]) as p (id, n)`;
  await tx`
    insert into wallets (id, provider_id, currency, available)
    select id, provider, 'EUR', 0 from unnest(${wallets}::uuid[], ${providers}::uuid[]) as w (id, provider)`;
  await tx`
    insert into endpoints (id, provider_id, name, url, secret_enc)
    select id, provider, 'Main', 'https://receiver.example.org/leads', '\\x00'
    from unnest(${endpoints}::uuid[], ${providers}::uuid[]) as e (id, provider)`;
  await tx`
    insert into subscriptions (id, provider_id, niche_id, level_id, endpoint_id)
    select s.id, s.provider, ${of.nicheId}, (${of.levelIds}::uuid[])[1 + n % ${of.levelIds.length}], endpoint
    from unnest(${subscriptions}::uuid[], ${providers}::uuid[], ${endpoints}::uuid[], ${numbers}::int[])
      as s (id, provider, endpoint, n)`;
  await tx`
    insert into subscription_versions (subscription_id, provider_id, niche_id, from_version, timezone, countries, filters, caps)
    select s.id, s.provider, ${of.nicheId}, 1, 'Europe/Berlin',
      case when n % 5 = 0 then '{DE,AT}'::text[] else '{DE,AT,ES,IT,GB,NO,CA}'::text[] end,
      jsonb_build_array(jsonb_build_object('field', 'budget', 'kind', 'range', 'missing', 'fail',
        'min', case when n % 4 = 0 then 60 else 0 end, 'max', case when n % 8 = 0 then 80 else 1000 end))
        || case when ${of.areas} = 1 then '[]' else jsonb_build_array(jsonb_build_object('field', 'area', 'kind', 'set',
          'values', jsonb_build_array('area ' || (n / ${of.levelIds.length} % ${of.areas})), 'match', 'any',
          'missing', 'fail')) end,
      '[{"window": "day", "kind": "count", "value": "1000000"}]'
    from unnest(${subscriptions}::uuid[], ${providers}::uuid[], ${numbers}::int[]) as s (id, provider, n)`;
}

const COUNTRIES = ['DE', 'AT', 'ES', 'IT', 'GB', 'NO', 'CA'];

/** Approved leads that are due now, in bulk. */
export async function addLeads(tx: Tx, market: BenchMarket, count: number): Promise<void> {
  const ids = Array.from({ length: count }, () => newId());
  const places = ids.map((_, place) => place + 1);
  await tx`
    insert into leads (id, niche_id, campaign_id, schema_version, state, country, lead_type, score, confirmed_at,
      confirmed_by, ready_at, approved_at, due_at, expires_at)
    select id, ${market.nicheId}, ${market.campaignId}, 1, 'approved', (${COUNTRIES}::text[])[1 + n % 7], 'premium', 90,
      now(), 'bench', now() + n * interval '1 us', now(), now(), now() + interval '7 days'
    from unnest(${ids}::uuid[], ${places}::int[]) as l (id, n)`;
  await tx`
    insert into lead_contacts (lead_id, name, email, phone, country, answers, email_hash, phone_hash, key_id)
    select id, 'Name', 'person-' || n || '@example.org', '+491701234567', (${COUNTRIES}::text[])[1 + n % 7],
      json_build_object('budget', 10 + (n * 37) % 90, 'area', 'area ' || (n * 7919 % ${market.areas}))::text,
      sha256(id::text::bytea), sha256((id::text || 'p')::bytea),
      'bench'
    from unnest(${ids}::uuid[], ${places}::int[]) as l (id, n)`;
}

/** Gives the market's endpoints real addresses and signing secrets. */
export async function pointEndpoints(
  tx: Tx,
  secrets: Secrets,
  market: BenchMarket,
  urlOf: (n: number) => string,
): Promise<void> {
  const rows = await tx<{ id: string }[]>`
    select endpoint_id as id from subscriptions where niche_id = ${market.nicheId} order by id`;
  for (const [n, { id }] of rows.entries()) {
    const secret = secrets.encrypt(newSigningSecret(), { table: 'endpoints', row: id, column: 'secret_enc' });
    await tx`
      update endpoints
      set url = ${urlOf(n)}, secret_enc = ${secret}, required_fields = '{name,email,phone,country}' where id = ${id}`;
  }
}
