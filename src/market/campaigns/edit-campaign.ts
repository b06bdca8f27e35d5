import { type AuditActor, audit } from '../../journal/audit/index.ts';
import type { App } from '../../platform/app.ts';
import type { Tx } from '../../platform/db.ts';
import { requireVersion } from '../../platform/versions.ts';
import { nicheChanged } from '../events.ts';
import { bumpConfig } from '../store.ts';
import { checkPolicy, slugRefusal, textHash } from './add-campaign.ts';
import { announcedPrices } from './announce-prices.ts';
import { type Campaign, recipientWarnings } from './campaign.ts';
import { refusals } from './errors.ts';
import { readLevelPrices, shownComingPrices, shownPrices } from './level-prices.ts';
import type { CampaignEdit } from './schema.ts';
import { flagNiche, insertConsentText, largestSeats, readCampaign, updateCampaign } from './store.ts';
import { tellPrices } from './tell-prices.ts';

/** Terms that decisions rest on. */
const DECIDED_BY: ReadonlySet<keyof Campaign> = new Set(['levelPrices', 'recipientsTold']);

/**
 * Changes a campaign. Another consent text becomes the next version; the former texts stay for good.
 * @throws Refusal campaign_not_found, campaign_archived, version_stale, campaign_policy_invalid, campaign_slug_taken,
 *   campaign_price_invalid, coming_campaign_prices_past, campaign_price_notice_short
 */
export async function editCampaign(
  app: App,
  input: { id: string; expected: number; edit: Omit<CampaignEdit, 'version'> },
  who: AuditActor,
): Promise<{ campaign: Campaign; warnings: string[] }> {
  return app.db.tx({ role: 'operator' }, async (tx) => {
    const before = await campaignForEdit(tx, input.id);
    const prices = { levelPrices: shownPrices(before), comingLevelPrices: shownComingPrices(before) };
    requireVersion({ ...before, ...prices }, input.expected, input.edit);
    const given = Object.fromEntries(Object.entries(input.edit).filter(([, value]) => value !== undefined));
    const after: Campaign = {
      ...{ ...before, ...given },
      ...(await pricesAfter(tx, before, input.edit)),
      version: before.version + 1,
    };
    checkPolicy(after);
    const announced = await announcedPrices(app, tx, { before, after });
    if (after.consentText !== before.consentText) {
      after.consentVersion = before.consentVersion + 1;
      await insertConsentText(tx, {
        campaignId: after.id,
        textVersion: after.consentVersion,
        text: after.consentText,
        textHash: textHash(after.consentText),
      });
    }
    await updateCampaign(tx, after).catch((error: unknown) => {
      throw slugRefusal(error);
    });
    const changed = Object.keys(given) as (keyof Campaign)[];
    const kept = input.edit.comingLevelPrices === undefined ? [] : (['comingLevelPricesAt'] as const);
    if (changed.some((term) => DECIDED_BY.has(term))) await flagNiche(tx, before.nicheId);
    await tellPrices(tx, { before, after, announced });
    nicheChanged(tx, 'campaign.changed', before.nicheId);
    await audit(tx, [
      {
        actor: who,
        action: 'campaign.changed',
        entityType: 'campaign',
        entityId: after.id,
        before: pick(before, [...changed, ...kept]),
        after: pick(after, [...changed, ...kept, 'consentVersion']),
        description: `Campaign ${after.name} was changed: ${changed.join(', ')}.`,
      },
    ]);
    const seats = await largestSeats(tx, after.nicheId);
    return {
      campaign: (await readCampaign(tx, after.id))!,
      warnings: recipientWarnings(after.recipientsTold, seats),
    };
  });
}

/** What it costs now and from a moment on. `comingLevelPrices: null` takes back what was announced. */
async function pricesAfter(tx: Tx, before: Campaign, edit: Omit<CampaignEdit, 'version'>) {
  const { levelPrices, comingLevelPrices: coming } = edit;
  const prices = {
    levelPrices: levelPrices ? await readLevelPrices(tx, before, levelPrices) : before.levelPrices,
    comingLevelPrices: before.comingLevelPrices,
    comingLevelPricesAt: before.comingLevelPricesAt,
  };
  if (coming === undefined) return prices;
  if (coming === null) return { ...prices, comingLevelPrices: null, comingLevelPricesAt: null };
  const at = 'coming_level_prices.level_prices';
  return {
    ...prices,
    comingLevelPrices: await readLevelPrices(tx, before, coming.level_prices, at),
    comingLevelPricesAt: new Date(coming.from),
  };
}

/**
 * Takes a campaign out of use for good: no lead comes in through it any more, what came in stays.
 * @throws Refusal campaign_not_found, campaign_archived, campaign_is_default
 */
export async function archiveCampaign(app: App, id: string, who: AuditActor): Promise<Campaign> {
  return app.db.tx({ role: 'operator' }, async (tx) => {
    const before = await campaignForEdit(tx, id);
    if (before.isDefault) throw refusals.campaign_is_default();
    await updateCampaign(tx, {
      ...before,
      active: false,
      archivedAt: new Date(),
      version: before.version + 1,
    });
    nicheChanged(tx, 'campaign.archived', before.nicheId);
    await audit(tx, [
      {
        actor: who,
        action: 'campaign.archived',
        entityType: 'campaign',
        entityId: id,
        before: { active: before.active },
        after: { active: false },
        description: `Campaign ${before.name} was archived.`,
      },
    ]);
    return (await readCampaign(tx, id))!;
  });
}

/** Reads it under the turn row of its niche: distribution reads campaigns with the niche's rules. */
async function campaignForEdit(tx: Tx, id: string): Promise<Campaign> {
  const found = await readCampaign(tx, id);
  if (!found) throw refusals.campaign_not_found();
  await bumpConfig(tx, found.nicheId);
  const campaign = (await readCampaign(tx, id))!;
  if (campaign.archivedAt !== null) throw refusals.campaign_archived();
  return campaign;
}

function pick(campaign: Campaign, keys: (keyof Campaign)[]): object {
  return Object.fromEntries(keys.map((key) => [key, campaign[key]]));
}
