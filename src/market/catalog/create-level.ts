import { type AuditActor, audit } from '../../journal/audit/index.ts';
import type { App } from '../../platform/app.ts';
import { defaultCampaign, recipientWarnings } from '../campaigns/index.ts';
import { nicheChanged } from '../events.ts';
import { bumpConfig } from '../store.ts';
import { refusals } from './errors.ts';
import { auditedTerms, levelOf } from './level-terms.ts';
import { LEVELS_MAX, type Level } from './niche.ts';
import type { NewLevel } from './schema.ts';
import { insertLevel, levelsOf, readLevel, readNiche } from './store.ts';

export type SavedLevel = { level: Level; currency: string; warnings: string[] };

/**
 * A further level of a niche, at the end of the order.
 * @throws Refusal level_niche_not_found, level_price_invalid, levels_too_many
 */
export async function createLevel(app: App, input: NewLevel, who: AuditActor): Promise<SavedLevel> {
  return app.db.tx({ role: 'operator' }, async (tx) => {
    const found = await readNiche(tx, input.nicheId);
    if (!found || found.archivedAt !== null) {
      throw refusals.level_niche_not_found({
        details: [{ field: 'niche_id', message: 'There is no such niche.' }],
      });
    }
    const configVersion = await bumpConfig(tx, found.id);
    const niche = (await readNiche(tx, found.id))!;
    const levels = await levelsOf(tx, niche.id);
    if (levels.length >= LEVELS_MAX) throw refusals.levels_too_many();
    const level = levelOf(input, niche, (levels.at(-1)?.priorityOrder ?? 0) + 1);
    await insertLevel(tx, level, configVersion);
    nicheChanged(tx, 'level.created', niche.id);
    await audit(tx, [
      {
        actor: who,
        action: 'level.created',
        entityType: 'competition_level',
        entityId: level.id,
        after: { ...auditedTerms(level), nicheId: niche.id, configVersion },
        description: `Competition level ${level.name} of niche ${niche.name} was created.`,
      },
    ]);
    const told = (await defaultCampaign(tx, niche.id))?.recipientsTold ?? level.maxProviders;
    return {
      level: (await readLevel(tx, level.id))!,
      currency: niche.currency,
      warnings: recipientWarnings(told, level.maxProviders),
    };
  });
}
