import { createHash } from 'node:crypto';
import { newId } from '../../kernel/ids.ts';
import type { Tx } from '../../platform/db.ts';
import { sqlState } from '../../platform/db.ts';
import { type Campaign, type CampaignPolicy, policyProblems } from './campaign.ts';
import { refusals } from './errors.ts';
import { insertCampaign, insertConsentText } from './store.ts';

/** Stored with each text, so that a text is the same when its hash is. */
export const textHash = (text: string): Buffer => createHash('sha256').update(text, 'utf8').digest();

/** Refuses policies that contradict each other (422 `campaign_policy_invalid`). */
export function checkPolicy(policy: CampaignPolicy): void {
  const details = policyProblems(policy);
  if (details.length > 0) throw refusals.campaign_policy_invalid({ details });
}

/** Turns the database's refusal of a second campaign with one slug into ours. */
export function slugRefusal(error: unknown): unknown {
  return sqlState(error)?.constraint === 'campaigns_slug_key'
    ? refusals.campaign_slug_taken({ details: [{ field: 'slug', message: 'Choose another.' }] })
    : error;
}

/** Adds a campaign with the first version of its consent text. The niche is there; its turn row need not be held. */
export async function addCampaign(
  tx: Tx,
  input: CampaignPolicy & { nicheId: string; name: string; slug: string; isDefault: boolean },
): Promise<Omit<Campaign, 'currency'>> {
  checkPolicy(input);
  const now = new Date();
  const campaign: Omit<Campaign, 'currency'> = {
    ...input,
    lateApproval: input.lateApproval ?? 'alert',
    purchase: input.purchase ?? 'off',
    id: newId(),
    levelPrices: {},
    comingLevelPrices: null,
    comingLevelPricesAt: null,
    consentVersion: 1,
    active: true,
    archivedAt: null,
    version: 1,
    createdAt: now,
    updatedAt: now,
  };
  await insertCampaign(tx, campaign).catch((error: unknown) => {
    throw slugRefusal(error);
  });
  await insertConsentText(tx, {
    campaignId: campaign.id,
    textVersion: 1,
    text: campaign.consentText,
    textHash: textHash(campaign.consentText),
  });
  return campaign;
}
