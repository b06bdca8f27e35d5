import type { Tx } from '../../platform/db.ts';
import type { Filter, NicheRules, PinnedDays, RuleLevel, RuleSubscription } from './rules.ts';
import type { Side, Subscription } from './subscription.ts';

export type RulesRow = Omit<NicheRules, 'levels' | 'subscriptions' | 'campaigns' | 'answerMoves'> & {
  /** Of each change of the form, in order. */
  formMappings: unknown[][];
  /** The days of the countries that its subscriptions go by. */
  holidayCalendars: PinnedDays[];
  campaigns: (Omit<NicheRules['campaigns'][number], 'levelPrices'> & {
    levelPrices: Record<string, string>;
  })[];
  levels: (Omit<RuleLevel, 'price'> & { price: string })[];
  subscriptions: (Omit<RuleSubscription, 'createdAt' | 'priceOverride' | 'filters'> & {
    filters: Filter[];
    createdAt: string;
    priceOverride: string | null;
  })[];
};

/**
 * Everything current of a niche (or of `configVersion`) in one statement, hence one snapshot. Indexes:
 * level_versions_current, subscription_versions_niche; for a past version a scan of the niche's version rows.
 */
export async function rulesRow(
  tx: Tx,
  nicheId: string,
  configVersion: number | null,
): Promise<RulesRow | null> {
  const holds = (row: string) =>
    configVersion === null
      ? tx`${tx(row)}.to_version is null`
      : tx`${tx(row)}.from_version <= ${configVersion}
          and (${tx(row)}.to_version is null or ${tx(row)}.to_version > ${configVersion})`;
  const [row] = await tx<RulesRow[]>`
    select n.id as "nicheId", coalesce(${configVersion}::int, t.config_version) as "configVersion", n.currency,
      n.active and n.archived_at is null as active, v.level_rotation as "levelRotation", v.fill_mode as "fillMode",
      v.default_level_id as "defaultLevelId", v.missed_turns_max as "missedTurnsMax", (
        select coalesce(jsonb_agg(jsonb_build_object('id', l.level_id, 'name', l.name, 'price', l.price_per_lead::text,
          'maxProviders', l.max_providers, 'priorityOrder', l.priority_order, 'strategy', l.strategy,
          'billOn', l.bill_on, 'refundUndelivered', l.refund_undelivered, 'exclusive', l.exclusive,
          'active', l.active)
          order by l.priority_order, l.level_id), '[]')
        from level_versions l where l.niche_id = n.id and ${holds('l')}
      ) as levels, (
        select coalesce(jsonb_agg(jsonb_build_object('id', s.id, 'providerId', s.provider_id, 'levelId', s.level_id,
          'endpointId', s.endpoint_id, 'active', true, 'createdAt', s.created_at, 'countries', w.countries,
          'campaignIds', w.campaign_ids, 'filters', w.filters, 'requiredFields',
          to_jsonb(w.required_fields || array(select f from unnest(w.endpoint_fields) f where f <> all (w.required_fields))),
          'caps', w.caps,
          'schedule', w.schedule, 'timezone', w.timezone, 'offHours', w.off_hours, 'premiumRatio', w.premium_ratio,
          'ratioMode', w.ratio_mode, 'maxAgeMs', w.max_age_ms, 'priceOverride', w.price_override::text,
          'weight', w.weight, 'priority', w.priority, 'away', w.away, 'personWindowDays', w.person_window_days,
          'ratioWindow', w.ratio_window, 'holidays', w.holidays) order by s.id), '[]')
        from subscription_versions w join subscriptions s on s.id = w.subscription_id
        where w.niche_id = n.id and ${holds('w')}
      ) as subscriptions, (
        select coalesce(jsonb_agg(jsonb_build_object('id', c.id, 'isDefault', c.is_default, 'countries', k.countries,
          'recipientsTold', k.recipients_told, 'levelPrices', k.level_prices, 'active', k.active) order by c.id), '[]')
        from campaign_versions k join campaigns c on c.id = k.campaign_id
        where k.niche_id = n.id and ${holds('k')}
      ) as campaigns, (
        select coalesce(jsonb_agg(jsonb_build_object('providerId', m.provider_id, 'caps', m.caps,
          'timezone', m.timezone) order by m.provider_id), '[]')
        from provider_cap_versions m where m.niche_id = n.id and ${holds('m')} and m.caps <> '[]'
      ) as "providerCaps", (
        select coalesce(jsonb_agg(jsonb_build_object('country', h.country, 'days', h.days) order by h.country), '[]')
        from holiday_versions h where h.niche_id = n.id and ${holds('h')}
      ) as "holidayCalendars", array(
        select distinct field ->> 'id' from form_schemas f, jsonb_array_elements(f.fields) as field
        where f.niche_id = n.id and field ->> 'type' = 'country' and f.activated_at is not null
          -- A form that was put in use later says nothing about the leads of before.
          and not coalesce((
            select m.to_schema = f.schema_version and m.config_version > coalesce(${configVersion}::int, t.config_version)
            from form_mappings m where m.niche_id = n.id and f.schema_version in (m.from_schema, m.to_schema)
            order by m.config_version limit 1
          ), false)
        order by 1
      ) as "countryFields", (
        select coalesce(jsonb_agg(m.mappings order by m.config_version), '[]') from form_mappings m
        where m.niche_id = n.id and m.config_version <= coalesce(${configVersion}::int, t.config_version)
      ) as "formMappings"
    from niches n join niche_turns t on t.niche_id = n.id
      join niche_versions v on v.niche_id = n.id and ${holds('v')}
    where n.id = ${nicheId}`;
  return row ?? null;
}

const columns = (tx: Tx) => tx`
  s.id, s.provider_id as "providerId", s.niche_id as "nicheId", s.level_id as "levelId",
  s.endpoint_id as "endpointId", s.active, s.paused, s.paused_until as "pausedUntil", s.paused_by as "pausedBy",
  s.receipt_no as "receiptNo",
  s.last_received_at as "lastReceivedAt", s.leads_received_count as "leadsReceivedCount",
  s.flagged_at as "flaggedAt",
  s.coming_own_price as "comingOwnPrice", s.coming_own_price_at as "comingOwnPriceAt",
  s.version, s.created_at as "createdAt", s.updated_at as "updatedAt",
  s.cancelled_at as "cancelledAt", w.countries, w.campaign_ids as "campaignIds", w.filters,
  w.required_fields as "requiredFields", w.caps, w.schedule, w.timezone, w.off_hours as "offHours",
  w.premium_ratio as "premiumRatio", w.ratio_mode as "ratioMode", w.max_age_ms::float8 as "maxAgeMs",
  w.price_override as "priceOverride", w.weight, w.priority, w.away, w.person_window_days as "personWindowDays",
  w.ratio_window as "ratioWindow", w.holidays`;

/** With the terms it has now, or had last when it is cancelled. Index: subscription_versions_pkey, backwards. */
const tables = (tx: Tx) => tx`
  subscriptions s join lateral (
    select * from subscription_versions v where v.subscription_id = s.id order by v.from_version desc limit 1
  ) w on true`;

export async function readSubscription(tx: Tx, id: string): Promise<Subscription | null> {
  const [row] = await tx<Subscription[]>`select ${columns(tx)} from ${tables(tx)} where s.id = ${id}`;
  return row ?? null;
}

/** Takes the row's lock, then reads it. */
export async function lockSubscription(tx: Tx, id: string): Promise<Subscription | null> {
  await tx`select 1 from subscriptions where id = ${id} for no key update`;
  return readSubscription(tx, id);
}

export async function subscriptionOn(
  tx: Tx,
  providerId: string,
  levelId: string,
): Promise<Subscription | null> {
  const [row] = await tx<Subscription[]>`
    select ${columns(tx)} from ${tables(tx)} where s.provider_id = ${providerId} and s.level_id = ${levelId}`;
  return row ?? null;
}

/** A row of the lists: the subscription with what it belongs to, and whether a pause holds at this moment. */
export type SubscriptionRow = Subscription & {
  providerName: string;
  providerStatus: 'pending' | 'active' | 'inactive';
  providerStopped: boolean;
  providerPaused: boolean;
  nicheActive: boolean;
  nicheStopped: boolean;
  levelActive: boolean;
  pausedNow: boolean;
  nicheName: string;
  currency: string;
  levelName: string;
  levelPrice: bigint;
  /** The least that a lead of one of its campaigns costs now; null: no campaign is open to it. */
  cheapestPrice: bigint | null;
  /** Announced of the level, and of campaigns that it takes; `now` and `price` of null: the level's price. */
  comingPrice: bigint | null;
  comingPriceAt: Date | null;
  campaignsComing: { campaign: string; now: string | null; price: string | null; from: string }[];
  maxProviders: number;
  endpointState: 'active' | 'disabled' | null;
  breakerState: 'closed' | 'open' | 'half_open' | null;
};

export type SubscriptionFilter = {
  id: string | null;
  providerId: string | null;
  nicheId: string | null;
  levelId: string | null;
  cancelled: boolean | null;
  /** A part of the name of provider, niche or level. */
  search: string | null;
};

/** "Nordlicht, Premium" as screens write it; what was typed is no pattern. */
const searched = (tx: Tx, search: string) => tx`
  and strpos(lower(concat_ws(', ', p.company_name, l.name, n.name)), lower(${search}::text)) > 0`;

/** A stop switch holds: for the provider, or for the niche or everything. Index stop_switches_once, a handful of rows. */
const stopped = (tx: Tx, scope: 'provider' | 'niche', id: 's.provider_id' | 's.niche_id') => tx`
  exists (
    select 1 from stop_switches x where x.released_at is null
      and ((x.scope = ${scope} and x.scope_id = ${tx(id)}) or (${scope === 'niche'} and x.scope = 'everything'))
  )`;

export async function listSubscriptions(
  tx: Tx,
  filter: SubscriptionFilter,
  page: { limit: number; offset: number },
) {
  const chosen = tx`
    where (${filter.id}::uuid is null or s.id = ${filter.id}::uuid)
      and (${filter.providerId}::uuid is null or s.provider_id = ${filter.providerId}::uuid)
      and (${filter.nicheId}::uuid is null or s.niche_id = ${filter.nicheId}::uuid)
      and (${filter.levelId}::uuid is null or s.level_id = ${filter.levelId}::uuid)
      and (${filter.cancelled}::boolean is null or s.active <> ${filter.cancelled}::boolean)
      ${filter.search === null ? tx`` : searched(tx, filter.search)}`;
  const belongsTo = tx`
    join providers p on p.id = s.provider_id join niches n on n.id = s.niche_id
      join lateral (
        select * from level_versions lv where lv.level_id = s.level_id order by lv.from_version desc limit 1
      ) l on true`;
  const [rows, [counted]] = await Promise.all([
    tx<SubscriptionRow[]>`
      select ${columns(tx)}, p.company_name as "providerName", p.status as "providerStatus",
        n.active and n.archived_at is null as "nicheActive", l.active as "levelActive",
        p.paused and (p.paused_until is null or p.paused_until > clock_timestamp()) as "providerPaused",
        s.paused and (s.paused_until is null or s.paused_until > clock_timestamp()) as "pausedNow",
        ${stopped(tx, 'provider', 's.provider_id')} as "providerStopped",
        ${stopped(tx, 'niche', 's.niche_id')} as "nicheStopped",
        n.name as "nicheName", n.currency, l.name as "levelName", l.price_per_lead as "levelPrice",
        (
          select min(coalesce((k.level_prices ->> s.level_id::text)::bigint, l.price_per_lead))
          from campaign_versions k
          where k.niche_id = s.niche_id and k.to_version is null and k.active
            and (w.campaign_ids = '{}' or k.campaign_id = any(w.campaign_ids))
        ) as "cheapestPrice", l.coming_price as "comingPrice", l.coming_price_at as "comingPriceAt",
        (
          select coalesce(jsonb_agg(jsonb_build_object('campaign', c.name, 'now', c.level_prices ->> s.level_id::text,
            'price', c.coming_level_prices ->> s.level_id::text, 'from', c.coming_level_prices_at) order by c.id), '[]')
          from campaigns c
          where c.niche_id = s.niche_id and c.coming_level_prices_at is not null and c.archived_at is null
            and (w.campaign_ids = '{}' or c.id = any(w.campaign_ids))
        ) as "campaignsComing",
        l.max_providers as "maxProviders", e.state as "endpointState", e.breaker_state as "breakerState"
      from ${tables(tx)} ${belongsTo}
        left join endpoints e on e.id = s.endpoint_id
      ${chosen} order by n.name, l.priority_order, p.company_name, s.id limit ${page.limit} offset ${page.offset}`,
    tx<{ count: number }[]>`
      select count(*)::int as count from (
        select 1 from subscriptions s ${filter.search === null ? tx`` : belongsTo} ${chosen} limit 1001
      ) counted`,
  ]);
  return { rows, counted: counted?.count ?? 0 };
}

/** What each subscription received in a window: `keys[i]` is the key of `ids[i]`. Index: cap_counters_pkey. */
export async function countsOf(tx: Tx, ids: string[], keys: string[]): Promise<Map<string, bigint>> {
  const rows = await tx<{ id: string; used: bigint }[]>`
    select c.scope_id as id, c.used from unnest(${ids}::uuid[], ${keys}::text[]) as wanted (id, key)
      join cap_counters c on c.scope_id = wanted.id and c.kind = 'count' and c.window_key = wanted.key`;
  return new Map(rows.map(({ id, used }) => [id, used]));
}

/** Joins a level. A row that was there before is taken up again: its order of receipt goes on. */
export async function saveSubscription(tx: Tx, subscription: Subscription): Promise<void> {
  await tx`
    insert into subscriptions (id, provider_id, niche_id, level_id, endpoint_id, coming_own_price, coming_own_price_at,
      flagged_at)
    values (${subscription.id}, ${subscription.providerId}, ${subscription.nicheId}, ${subscription.levelId},
      ${subscription.endpointId}, ${subscription.comingOwnPrice}, ${subscription.comingOwnPriceAt}, clock_timestamp())
    on conflict (provider_id, level_id) do update set endpoint_id = excluded.endpoint_id, active = true,
      cancelled_at = null, paused = false, paused_until = null, paused_by = null, flagged_at = excluded.flagged_at,
      coming_own_price = excluded.coming_own_price, coming_own_price_at = excluded.coming_own_price_at,
      open_since = clock_timestamp(), version = subscriptions.version + 1, updated_at = clock_timestamp()`;
}

/** What an edit changes beside the terms; the row is worth another look at unsold leads. */
export async function updateSubscription(
  tx: Tx,
  subscription: Pick<Subscription, 'id' | 'endpointId' | 'comingOwnPrice' | 'comingOwnPriceAt' | 'version'>,
): Promise<void> {
  await tx`
    update subscriptions set endpoint_id = ${subscription.endpointId}, version = ${subscription.version},
      coming_own_price = ${subscription.comingOwnPrice}, coming_own_price_at = ${subscription.comingOwnPriceAt},
      flagged_at = clock_timestamp(), updated_at = clock_timestamp()
    where id = ${subscription.id}`;
}

export async function updatePause(
  tx: Tx,
  pause: { id: string; paused: boolean; until: Date | null; by: Side | null },
): Promise<void> {
  await tx`
    update subscriptions set paused = ${pause.paused}, paused_until = ${pause.until},
      paused_by = ${pause.by}, version = version + 1,
      flagged_at = case when ${pause.paused} then flagged_at else clock_timestamp() end,
      open_since = case when ${pause.paused} then open_since else clock_timestamp() end,
      updated_at = clock_timestamp()
    where id = ${pause.id}`;
}

export async function cancelSubscription(tx: Tx, id: string): Promise<void> {
  await tx`
    update subscriptions set active = false, cancelled_at = clock_timestamp(), flagged_at = null,
      version = version + 1, updated_at = clock_timestamp()
    where id = ${id}`;
}

export async function closeTerms(tx: Tx, subscriptionId: string, configVersion: number): Promise<void> {
  await tx`
    update subscription_versions set to_version = ${configVersion}
    where subscription_id = ${subscriptionId} and to_version is null`;
}

/** `endpointFields`: what its endpoint requires and has no default value for. */
export async function openTerms(
  tx: Tx,
  one: Subscription,
  configVersion: number,
  endpointFields: string[],
): Promise<void> {
  await tx`
    insert into subscription_versions (subscription_id, provider_id, niche_id, from_version, countries, campaign_ids,
      filters, required_fields, endpoint_fields, caps, schedule, timezone, off_hours, premium_ratio, ratio_mode,
      max_age_ms, price_override, weight, priority, away, person_window_days, ratio_window, holidays)
    values (${one.id}, ${one.providerId}, ${one.nicheId}, ${configVersion}, ${one.countries}, ${one.campaignIds},
      ${tx.json(one.filters as never)}, ${one.requiredFields}, ${endpointFields},
      ${tx.json(one.caps as never)},
      ${one.schedule === null ? null : tx.json(one.schedule as never)}, ${one.timezone}, ${one.offHours},
      ${one.premiumRatio}, ${one.ratioMode}, ${one.maxAgeMs}, ${one.priceOverride}, ${one.weight}, ${one.priority},
      ${tx.json(one.away as never)}, ${one.personWindowDays}, ${one.ratioWindow},
      ${one.holidays === null ? null : tx.json(one.holidays)})`;
}

/**
 * The zone of a provider that may subscribe, else null. Takes its lock: the caps over all its subscriptions must not
 * change before they hold in this niche too.
 */
export async function lockProviderZone(tx: Tx, providerId: string): Promise<string | null> {
  const [provider] = await tx<{ timezone: string }[]>`
    select timezone from providers where id = ${providerId} and archived_at is null for no key update`;
  return provider?.timezone ?? null;
}

/** What it requires is read into the terms: it must not change before they are there. */
export async function holdEndpoint(tx: Tx, endpointId: string): Promise<void> {
  await tx`select 1 from endpoints where id = ${endpointId} for no key update`;
}

/** Those of the ids that are campaigns of the niche and not archived. */
export async function campaignsOf(tx: Tx, nicheId: string, ids: string[]): Promise<string[]> {
  const rows = await tx<{ id: string }[]>`
    select id from campaigns where niche_id = ${nicheId} and id = any(${ids}::uuid[]) and archived_at is null`;
  return rows.map((row) => row.id);
}

export async function databaseTime(tx: Tx): Promise<Date> {
  const [row] = await tx<{ now: Date }[]>`select clock_timestamp() as now`;
  return row!.now;
}
