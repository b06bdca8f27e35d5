import { type AuditActor, audit } from '../../journal/audit/index.ts';
import type { App } from '../../platform/app.ts';
import { nicheChanged } from '../events.ts';
import { bumpConfig } from '../store.ts';
import { addCampaign } from './add-campaign.ts';
import { type Campaign, plainConsentText, recipientWarnings } from './campaign.ts';
import { refusals } from './errors.ts';
import type { NewCampaign } from './schema.ts';
import { largestSeats, openNicheName, readCampaign } from './store.ts';

/**
 * A further campaign of a niche.
 * @throws Refusal campaign_niche_not_found, campaign_policy_invalid, campaign_slug_taken
 */
export async function createCampaign(
  app: App,
  input: NewCampaign,
  who: AuditActor,
): Promise<{ campaign: Campaign; warnings: string[] }> {
  return app.db.tx({ role: 'operator' }, async (tx) => {
    const nicheName = await openNicheName(tx, input.nicheId);
    if (nicheName === null) {
      throw refusals.campaign_niche_not_found({
        details: [{ field: 'niche_id', message: 'There is no such niche.' }],
      });
    }
    await bumpConfig(tx, input.nicheId);
    const consentText = input.consentText ?? plainConsentText(nicheName, input.recipientsTold);
    const added = await addCampaign(tx, { ...input, consentText, isDefault: false });
    nicheChanged(tx, 'campaign.created', input.nicheId);
    await audit(tx, [
      {
        actor: who,
        action: 'campaign.created',
        entityType: 'campaign',
        entityId: added.id,
        after: { ...input, consentText },
        description: `Campaign ${added.name} was created.`,
      },
    ]);
    const campaign = (await readCampaign(tx, added.id))!;
    return {
      campaign,
      warnings: recipientWarnings(campaign.recipientsTold, await largestSeats(tx, input.nicheId)),
    };
  });
}
