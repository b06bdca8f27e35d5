import type { Tx } from '../../platform/db.ts';
import type { Campaign } from './campaign.ts';

const columns = (tx: Tx) => tx`
  c.id, c.niche_id as "nicheId", c.name, c.slug, c.is_default as "isDefault", c.countries, c.confirmation, c.approval,
  c.approval_score as "approvalScore", c.late_approval as "lateApproval", c.premium_score as "premiumScore",
  c.consent_text as "consentText", c.consent_version as "consentVersion", c.recipients_told as "recipientsTold",
  c.level_prices as "levelPrices", c.coming_level_prices as "comingLevelPrices",
  c.coming_level_prices_at as "comingLevelPricesAt", c.purchase,
  (select n.currency from niches n where n.id = c.niche_id) as currency, c.active,
  c.archived_at as "archivedAt", c.version, c.created_at as "createdAt", c.updated_at as "updatedAt"`;

export async function readCampaign(tx: Tx, id: string): Promise<Campaign | null> {
  const [campaign] = await tx<Campaign[]>`select ${columns(tx)} from campaigns c where c.id = ${id}`;
  return campaign ?? null;
}

export async function readCampaignBySlug(tx: Tx, slug: string): Promise<Campaign | null> {
  const [campaign] = await tx<Campaign[]>`select ${columns(tx)} from campaigns c where c.slug = ${slug}`;
  return campaign ?? null;
}

/** The campaign that speaks for a niche where none is named; every niche has one. */
export async function defaultCampaign(tx: Tx, nicheId: string): Promise<Campaign | null> {
  const [campaign] = await tx<Campaign[]>`
    select ${columns(tx)} from campaigns c where c.niche_id = ${nicheId} and c.is_default`;
  return campaign ?? null;
}

export type CampaignFilter = { nicheId: string | null; archived: boolean; search: string | null };

export async function listCampaigns(tx: Tx, filter: CampaignFilter, page: { limit: number; offset: number }) {
  const matching = tx`
    from campaigns c where (${filter.nicheId}::uuid is null or c.niche_id = ${filter.nicheId}::uuid)
      and (c.archived_at is not null) = ${filter.archived}
      and (${filter.search}::text is null or c.name ilike '%' || ${filter.search} || '%')`;
  const [rows, [counted]] = await Promise.all([
    tx<Campaign[]>`
      select ${columns(tx)} ${matching} order by c.created_at desc, c.id limit ${page.limit} offset ${page.offset}`,
    tx<{ count: number }[]>`select count(*)::int as count from (select 1 ${matching} limit 1001) counted`,
  ]);
  return { rows, counted: counted?.count ?? 0 };
}

export async function insertCampaign(tx: Tx, campaign: Omit<Campaign, 'currency'>): Promise<void> {
  await tx`
    insert into campaigns (id, niche_id, name, slug, is_default, countries, confirmation, approval, approval_score,
      late_approval, premium_score, consent_text, consent_version, recipients_told, purchase, active)
    values (${campaign.id}, ${campaign.nicheId}, ${campaign.name}, ${campaign.slug}, ${campaign.isDefault},
      ${campaign.countries}, ${campaign.confirmation}, ${campaign.approval}, ${campaign.approvalScore},
      ${campaign.lateApproval},
      ${campaign.premiumScore}, ${campaign.consentText}, ${campaign.consentVersion}, ${campaign.recipientsTold},
      ${campaign.purchase}, ${campaign.active})`;
  await openVersion(tx, campaign);
}

export async function updateCampaign(tx: Tx, campaign: Campaign): Promise<void> {
  await tx`
    update campaigns set name = ${campaign.name}, slug = ${campaign.slug}, countries = ${campaign.countries},
      confirmation = ${campaign.confirmation}, approval = ${campaign.approval},
      approval_score = ${campaign.approvalScore}, late_approval = ${campaign.lateApproval},
      premium_score = ${campaign.premiumScore},
      consent_text = ${campaign.consentText}, consent_version = ${campaign.consentVersion},
      recipients_told = ${campaign.recipientsTold}, active = ${campaign.active},
      archived_at = case when ${campaign.archivedAt !== null} then clock_timestamp() end,
      level_prices = ${tx.json(campaign.levelPrices)}, purchase = ${campaign.purchase},
      coming_level_prices = ${campaign.comingLevelPrices === null ? null : tx.json(campaign.comingLevelPrices)},
      coming_level_prices_at = ${campaign.comingLevelPricesAt},
      version = ${campaign.version}, updated_at = clock_timestamp()
    where id = ${campaign.id}`;
  await openVersion(tx, campaign);
}

/**
 * What of the campaign decides who gets its leads, at the niche's present config_version: whoever edits has raised it
 * before, under the turn row.
 */
async function openVersion(tx: Tx, campaign: Omit<Campaign, 'currency'>): Promise<void> {
  await tx`
    update campaign_versions v set to_version = t.config_version
    from niche_turns t
    where v.campaign_id = ${campaign.id} and v.to_version is null and t.niche_id = v.niche_id
      and v.from_version < t.config_version`;
  await tx`
    insert into campaign_versions (campaign_id, niche_id, from_version, countries, recipients_told, level_prices,
      purchase, active)
    select ${campaign.id}, ${campaign.nicheId}, t.config_version, ${campaign.countries}, ${campaign.recipientsTold},
      ${tx.json(campaign.levelPrices)}, ${campaign.purchase},
      ${campaign.active && campaign.archivedAt === null}
    from niche_turns t where t.niche_id = ${campaign.nicheId}
    on conflict (campaign_id, from_version) do update set countries = excluded.countries,
      recipients_told = excluded.recipients_told, level_prices = excluded.level_prices,
      purchase = excluded.purchase, active = excluded.active`;
}

/** The levels of a niche that can be priced. */
export async function pricedLevels(tx: Tx, nicheId: string): Promise<string[]> {
  const rows = await tx<{ id: string }[]>`
    select id from competition_levels where niche_id = ${nicheId} and archived_at is null`;
  return rows.map(({ id }) => id);
}

/** The exact words, for good: nobody may change or delete them. */
export async function insertConsentText(
  tx: Tx,
  text: { campaignId: string; textVersion: number; text: string; textHash: Buffer },
): Promise<void> {
  await tx`
    insert into consent_texts (campaign_id, text_version, text, text_hash)
    values (${text.campaignId}, ${text.textVersion}, ${text.text}, ${text.textHash})`;
}

/** The largest number of providers that a level of the niche sells one lead to; 0 without levels. */
export async function largestSeats(tx: Tx, nicheId: string): Promise<number> {
  const [most] = await tx<{ seats: number }[]>`
    select coalesce(max(max_providers), 0)::int as seats from level_versions
    where niche_id = ${nicheId} and to_version is null and active`;
  return most?.seats ?? 0;
}

/** The name of a niche that is not archived, else null. */
export async function openNicheName(tx: Tx, nicheId: string): Promise<string | null> {
  const [niche] = await tx<{ name: string }[]>`
    select name from niches where id = ${nicheId} and archived_at is null`;
  return niche?.name ?? null;
}

/** What leads of the niche cost, or to how many they may go, is another now: its subscriptions look again at unsold ones. */
export async function flagNiche(tx: Tx, nicheId: string): Promise<void> {
  await tx`
    update subscriptions set flagged_at = clock_timestamp()
    where id in (
      select id from subscriptions where niche_id = ${nicheId} and active order by id for no key update
    )`;
}

export type Payer = {
  levelId: string;
  level: string;
  levelPrice: bigint;
  niche: string;
  providerId: string;
  email: string;
};

/** Campaigns whose announced prices have begun. Index: campaigns_coming_level_prices. */
export async function dueComingPrices(
  tx: Tx,
  of: { limit: number; only: string | null },
): Promise<{ id: string; nicheId: string }[]> {
  return tx<{ id: string; nicheId: string }[]>`
    select id, niche_id as "nicheId" from campaigns
    where coming_level_prices_at <= clock_timestamp() and archived_at is null
      and (${of.only}::uuid is null or id = ${of.only}::uuid)
    limit ${of.limit}`;
}

/** Who pays, or soon will, what a campaign costs at these levels: subscribers that take it without a price of their own. */
export async function payersOf(tx: Tx, campaignId: string, levelIds: readonly string[]): Promise<Payer[]> {
  return tx<Payer[]>`
    select l.level_id as "levelId", l.name as level, l.price_per_lead as "levelPrice", n.name as niche,
      p.id as "providerId", p.contact_email as email
    from subscriptions s
    join subscription_versions v on v.subscription_id = s.id and v.to_version is null
      and (v.price_override is null or (s.coming_own_price_at is not null and s.coming_own_price is null))
      and (v.campaign_ids = '{}' or ${campaignId} = any(v.campaign_ids))
    join level_versions l on l.level_id = s.level_id and l.to_version is null
    join niches n on n.id = s.niche_id join providers p on p.id = s.provider_id
    where s.level_id = any(${levelIds as string[]}::uuid[]) and s.active order by l.level_id, p.id`;
}
