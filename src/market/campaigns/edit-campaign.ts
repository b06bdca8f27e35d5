import { type AuditActor, audit } from '../../journal/audit/index.ts';
import type { App } from '../../platform/app.ts';
import type { Tx } from '../../platform/db.ts';
import { requireVersion } from '../../platform/versions.ts';
import { nicheChanged } from '../events.ts';
import { bumpConfig } from '../store.ts';
import { checkPolicy, slugRefusal, textHash } from './add-campaign.ts';
import { type Campaign, recipientWarnings } from './campaign.ts';
import { refusals } from './errors.ts';
import { readLevelPrices, shownPrices } from './level-prices.ts';
import type { CampaignEdit } from './schema.ts';
import { flagNiche, insertConsentText, largestSeats, readCampaign, updateCampaign } from './store.ts';
import { tellPrices } from './tell-prices.ts';

/** Terms that decisions rest on. */
const DECIDED_BY: ReadonlySet<keyof Campaign> = new Set(['levelPrices', 'recipientsTold']);

/**
 * Changes a campaign. Another consent text becomes the next version; the former texts stay for good.
 * @throws Refusal campaign_not_found, campaign_archived, version_stale, campaign_policy_invalid, campaign_slug_taken
 */
export async function editCampaign(
  app: App,
  input: { id: string; expected: number; edit: Omit<CampaignEdit, 'version'> },
  who: AuditActor,
): Promise<{ campaign: Campaign; warnings: string[] }> {
  return app.db.tx({ role: 'operator' }, async (tx) => {
    const before = await campaignForEdit(tx, input.id);
    const shown: Campaign = { ...before, levelPrices: shownPrices(before) };
    requireVersion(shown, input.expected, input.edit);
    const given = Object.fromEntries(Object.entries(input.edit).filter(([, value]) => value !== undefined));
    const after: Campaign = { ...before, ...given, version: before.version + 1 };
    if (input.edit.levelPrices !== undefined) {
      after.levelPrices = await readLevelPrices(tx, before, input.edit.levelPrices);
    }
    checkPolicy(after);
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
    if (changed.some((term) => DECIDED_BY.has(term))) await flagNiche(tx, before.nicheId);
    await tellPrices(tx, before, after);
    nicheChanged(tx, 'campaign.changed', before.nicheId);
    await audit(tx, [
      {
        actor: who,
        action: 'campaign.changed',
        entityType: 'campaign',
        entityId: after.id,
        before: pick(before, changed),
        after: pick(after, [...changed, 'consentVersion']),
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
