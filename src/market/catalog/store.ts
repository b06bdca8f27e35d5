import type { Tx } from '../../platform/db.ts';
import type { FieldMapping } from './field-mapping.ts';
import type { FormField } from './form-schema.ts';
import type { Level, Niche } from './niche.ts';

// Niches.

const nicheColumns = (tx: Tx) => tx`
  n.id, n.name, n.slug, n.description, n.niche_group as "nicheGroup", n.currency,
  n.is_location_based as "isLocationBased", n.preset, n.duplicate_window_days as "duplicateWindowDays",
  n.unsold_expiry_ms::float8 as "unsoldExpiryMs", n.active, n.archived_at as "archivedAt", n.version,
  n.created_at as "createdAt", n.updated_at as "updatedAt", t.config_version as "configVersion",
  v.level_rotation as "levelRotation", v.fill_mode as "fillMode", v.default_level_id as "defaultLevelId",
  v.missed_turns_max as "missedTurnsMax"`;

const nicheTables = (tx: Tx) => tx`
  niches n join niche_turns t on t.niche_id = n.id
    join niche_versions v on v.niche_id = n.id and v.to_version is null`;

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** A niche by its id or its slug; archived ones too. */
export async function readNiche(tx: Tx, idOrSlug: string): Promise<Niche | null> {
  const [niche] = uuid.test(idOrSlug)
    ? await tx<Niche[]>`select ${nicheColumns(tx)} from ${nicheTables(tx)} where n.id = ${idOrSlug}`
    : await tx<Niche[]>`select ${nicheColumns(tx)} from ${nicheTables(tx)} where n.slug = ${idOrSlug}`;
  return niche ?? null;
}

export async function listNiches(
  tx: Tx,
  filter: { archived: boolean; activeOnly: boolean; search: string | null },
  page: { limit: number; offset: number },
) {
  const matching = tx`
    from ${nicheTables(tx)} where (n.archived_at is not null) = ${filter.archived}
      and (n.active or not ${filter.activeOnly})
      and (${filter.search}::text is null or n.name ilike '%' || ${filter.search} || '%')`;
  const [rows, [counted]] = await Promise.all([
    tx<Niche[]>`
      select ${nicheColumns(tx)} ${matching} order by n.name, n.id limit ${page.limit} offset ${page.offset}`,
    tx<{ count: number }[]>`select count(*)::int as count from (select 1 ${matching} limit 1001) counted`,
  ]);
  return { rows, counted: counted?.count ?? 0 };
}

export async function insertNiche(tx: Tx, niche: Niche): Promise<void> {
  await tx`
    insert into niches (id, name, slug, description, niche_group, currency, is_location_based, preset,
      duplicate_window_days, unsold_expiry_ms, active)
    values (${niche.id}, ${niche.name}, ${niche.slug}, ${niche.description}, ${niche.nicheGroup}, ${niche.currency},
      ${niche.isLocationBased}, ${niche.preset}, ${niche.duplicateWindowDays}, ${niche.unsoldExpiryMs}, ${niche.active})`;
  await tx`insert into niche_turns (niche_id, config_version) values (${niche.id}, ${niche.configVersion})`;
  await tx`
    insert into niche_versions (niche_id, from_version, level_rotation, fill_mode, default_level_id, missed_turns_max)
    values (${niche.id}, ${niche.configVersion}, ${niche.levelRotation}, ${niche.fillMode}, ${niche.defaultLevelId},
      ${niche.missedTurnsMax})`;
}

/** Everything of a niche but its versioned rules (`openNicheVersion`). */
export async function updateNiche(tx: Tx, niche: Niche): Promise<void> {
  await tx`
    update niches set name = ${niche.name}, slug = ${niche.slug}, description = ${niche.description},
      niche_group = ${niche.nicheGroup}, currency = ${niche.currency}, is_location_based = ${niche.isLocationBased},
      duplicate_window_days = ${niche.duplicateWindowDays}, unsold_expiry_ms = ${niche.unsoldExpiryMs},
      active = ${niche.active},
      archived_at = case when ${niche.archivedAt !== null} then clock_timestamp() end, version = ${niche.version},
      updated_at = clock_timestamp()
    where id = ${niche.id}`;
}

/** The niche-wide rules from `configVersion` on. */
export async function openNicheVersion(
  tx: Tx,
  niche: Pick<Niche, 'id' | 'levelRotation' | 'fillMode' | 'defaultLevelId' | 'missedTurnsMax'>,
  configVersion: number,
): Promise<void> {
  await tx`
    update niche_versions set to_version = ${configVersion} where niche_id = ${niche.id} and to_version is null`;
  await tx`
    insert into niche_versions (niche_id, from_version, level_rotation, fill_mode, default_level_id, missed_turns_max)
    values (${niche.id}, ${configVersion}, ${niche.levelRotation}, ${niche.fillMode}, ${niche.defaultLevelId},
      ${niche.missedTurnsMax})`;
}

/** What keeps a niche's currency as it is. */
export async function nicheUse(tx: Tx, nicheId: string): Promise<{ leads: boolean; subscriptions: boolean }> {
  const [use] = await tx<{ leads: boolean; subscriptions: boolean }[]>`
    select exists (select 1 from leads where niche_id = ${nicheId}) as leads,
      exists (select 1 from subscriptions where niche_id = ${nicheId}) as subscriptions`;
  return use ?? { leads: false, subscriptions: false };
}

/** Where the turn goes on when the level that should start next is no longer sold. */
export async function moveTurn(tx: Tx, nicheId: string, from: string, to: string | null): Promise<void> {
  await tx`update niche_turns set next_level_id = ${to} where niche_id = ${nicheId} and next_level_id = ${from}`;
}

// Competition levels.

const levelColumns = (tx: Tx) => tx`
  l.id, l.niche_id as "nicheId", v.name, v.price_per_lead as "pricePerLead", v.max_providers as "maxProviders",
  v.priority_order as "priorityOrder", v.strategy, v.bill_on as "billOn", v.refund_undelivered as "refundUndelivered",
  v.exclusive, v.coming_price as "comingPrice", v.coming_price_at as "comingPriceAt", v.active,
  l.archived_at as "archivedAt", l.version, l.created_at as "createdAt",
  l.updated_at as "updatedAt"`;

/** The levels of a niche that are not archived, in order. */
export async function levelsOf(tx: Tx, nicheId: string): Promise<Level[]> {
  return tx<Level[]>`
    select ${levelColumns(tx)} from competition_levels l
      join level_versions v on v.level_id = l.id and v.to_version is null
    where l.niche_id = ${nicheId} order by v.priority_order`;
}

/** A level as it is, or as it last was when it is archived. */
export async function readLevel(tx: Tx, id: string): Promise<Level | null> {
  const [level] = await tx<Level[]>`
    select ${levelColumns(tx)} from competition_levels l join level_versions v on v.level_id = l.id
    where l.id = ${id} order by v.from_version desc limit 1`;
  return level ?? null;
}

export type LevelRow = Level & {
  nicheName: string;
  nicheSlug: string;
  currency: string;
  subscriptions: number;
};

export async function listLevels(
  tx: Tx,
  filter: { nicheId: string | null; offeredOnly: boolean },
  page: { limit: number; offset: number },
) {
  const matching = tx`
    from competition_levels l join level_versions v on v.level_id = l.id and v.to_version is null
      join niches n on n.id = l.niche_id
    where (${filter.nicheId}::uuid is null or l.niche_id = ${filter.nicheId}::uuid)
      and (not ${filter.offeredOnly} or (v.active and n.active and n.archived_at is null))`;
  const [rows, [counted]] = await Promise.all([
    tx<LevelRow[]>`
      select ${levelColumns(tx)}, n.name as "nicheName", n.slug as "nicheSlug", n.currency,
        (select count(*)::int from subscriptions s where s.level_id = l.id and s.active) as subscriptions
      ${matching} order by n.name, n.id, v.priority_order limit ${page.limit} offset ${page.offset}`,
    tx<{ count: number }[]>`select count(*)::int as count from (select 1 ${matching} limit 1001) counted`,
  ]);
  return { rows, counted: counted?.count ?? 0 };
}

export async function insertLevel(tx: Tx, level: Level, configVersion: number): Promise<void> {
  await tx`insert into competition_levels (id, niche_id) values (${level.id}, ${level.nicheId})`;
  await openLevelVersion(tx, level, configVersion);
}

export async function updateLevel(
  tx: Tx,
  level: Pick<Level, 'id' | 'archivedAt' | 'version'>,
): Promise<void> {
  await tx`
    update competition_levels set
      archived_at = case when ${level.archivedAt !== null} then clock_timestamp() end, version = ${level.version},
      updated_at = clock_timestamp() where id = ${level.id}`;
}

/** The terms of the levels end here; `openLevelVersion` goes on with new ones. */
export async function closeLevelVersions(tx: Tx, levelIds: string[], configVersion: number): Promise<void> {
  await tx`
    update level_versions set to_version = ${configVersion}
    where level_id in (select unnest(${levelIds}::uuid[])) and to_version is null`;
}

export async function openLevelVersion(tx: Tx, level: Level, configVersion: number): Promise<void> {
  await tx`
    insert into level_versions (level_id, niche_id, from_version, name, price_per_lead, max_providers, priority_order,
      strategy, bill_on, refund_undelivered, exclusive, coming_price, coming_price_at, active)
    values (${level.id}, ${level.nicheId}, ${configVersion}, ${level.name}, ${level.pricePerLead}, ${level.maxProviders},
      ${level.priorityOrder}, ${level.strategy}, ${level.billOn}, ${level.refundUndelivered}, ${level.exclusive},
      ${level.comingPrice}, ${level.comingPriceAt}, ${level.active})`;
}

export async function subscriptionsOfLevel(tx: Tx, levelId: string): Promise<number> {
  const [counted] = await tx<{ count: number }[]>`
    select count(*)::int as count from subscriptions where level_id = ${levelId} and active`;
  return counted?.count ?? 0;
}

/** Who pays a level's price, or soon will, and where they are reached. */
export async function subscribersOf(
  tx: Tx,
  levelId: string,
): Promise<{ providerId: string; email: string }[]> {
  return tx<{ providerId: string; email: string }[]>`
    select p.id as "providerId", p.contact_email as email
    from subscriptions s join providers p on p.id = s.provider_id
    join subscription_versions v on v.subscription_id = s.id and v.to_version is null
    where s.level_id = ${levelId} and s.active
      and (v.price_override is null or (s.coming_own_price_at is not null and s.coming_own_price is null))
    order by p.id`;
}

/** Levels whose announced price has begun. */
export async function dueComingPrices(
  tx: Tx,
  of: { limit: number; only: string | null },
): Promise<{ id: string; nicheId: string }[]> {
  return tx<{ id: string; nicheId: string }[]>`
    select level_id as id, niche_id as "nicheId" from level_versions
    where to_version is null and coming_price_at <= clock_timestamp()
      and (${of.only}::uuid is null or level_id = ${of.only}::uuid)
    limit ${of.limit}`;
}

/** The subscriptions of a level are worth another look at unsold leads: its terms changed. */
export async function flagSubscriptions(tx: Tx, nicheId: string, levelIds: string[] | null): Promise<void> {
  await tx`
    update subscriptions set flagged_at = clock_timestamp()
    where id in (
      select id from subscriptions
      where niche_id = ${nicheId} and active and (${levelIds}::uuid[] is null or level_id = any(${levelIds}::uuid[]))
      order by id for no key update
    )`;
}

// Form schemas.

export type FormVersion = {
  id: string;
  nicheId: string;
  schemaVersion: number;
  active: boolean;
  fields: FormField[];
  changeSummary: string;
  createdBy: string | null;
  activatedBy: string | null;
  createdAt: Date;
  activatedAt: Date | null;
};

const formColumns = (tx: Tx) => tx`
  id, niche_id as "nicheId", schema_version as "schemaVersion", active, fields, change_summary as "changeSummary",
  created_by as "createdBy", activated_by as "activatedBy", created_at as "createdAt", activated_at as "activatedAt"`;

/** The form that people fill in now. */
export async function activeForm(tx: Tx, nicheId: string): Promise<FormVersion | null> {
  const [form] = await tx<FormVersion[]>`
    select ${formColumns(tx)} from form_schemas where niche_id = ${nicheId} and active`;
  return form ?? null;
}

/** A form by its number: a lead is read by the version it was filled in with. */
export async function formAt(tx: Tx, nicheId: string, schemaVersion: number): Promise<FormVersion | null> {
  const [form] = await tx<FormVersion[]>`
    select ${formColumns(tx)} from form_schemas where niche_id = ${nicheId} and schema_version = ${schemaVersion}`;
  return form ?? null;
}

export const FORM_VERSIONS_MAX = 1_000;

export async function formsOf(tx: Tx, nicheId: string): Promise<FormVersion[]> {
  return tx<FormVersion[]>`
    select ${formColumns(tx)} from form_schemas where niche_id = ${nicheId}
    order by schema_version desc limit ${FORM_VERSIONS_MAX}`;
}

export async function insertForm(
  tx: Tx,
  form: Pick<FormVersion, 'id' | 'nicheId' | 'schemaVersion' | 'fields' | 'changeSummary' | 'createdBy'>,
): Promise<void> {
  await tx`
    insert into form_schemas (id, niche_id, schema_version, fields, change_summary, created_by)
    values (${form.id}, ${form.nicheId}, ${form.schemaVersion}, ${tx.json(form.fields as never)}, ${form.changeSummary},
      ${form.createdBy})`;
}

export async function updateForm(
  tx: Tx,
  form: Pick<FormVersion, 'id' | 'fields' | 'changeSummary'>,
): Promise<void> {
  await tx`
    update form_schemas set fields = ${tx.json(form.fields as never)}, change_summary = ${form.changeSummary}
    where id = ${form.id}`;
}

export async function activateForm(
  tx: Tx,
  form: Pick<FormVersion, 'id' | 'nicheId'>,
  activatedBy: string | null,
): Promise<void> {
  await tx`update form_schemas set active = false where niche_id = ${form.nicheId} and active`;
  await tx`
    update form_schemas set active = true, activated_by = ${activatedBy},
      activated_at = coalesce(activated_at, clock_timestamp()) where id = ${form.id}`;
}

/** How one version's fields became those of the next, as an edit under `configVersion`. */
export async function insertMappings(
  tx: Tx,
  of: { nicheId: string; configVersion: number; from: number; to: number; mappings: readonly FieldMapping[] },
): Promise<void> {
  await tx`
    insert into form_mappings (niche_id, config_version, from_schema, to_schema, mappings)
    values (${of.nicheId}, ${of.configVersion}, ${of.from}, ${of.to}, ${tx.json(of.mappings as never)})`;
}

/** All mappings that the niche ever had, in order. */
export async function readMappings(tx: Tx, nicheId: string): Promise<FieldMapping[]> {
  const rows = await tx<{ mappings: FieldMapping[] }[]>`
    select mappings from form_mappings where niche_id = ${nicheId} order by config_version`;
  return rows.flatMap(({ mappings }) => mappings);
}
