import { type AuditActor, audit } from '../../journal/audit/index.ts';
import type { App } from '../../platform/app.ts';
import type { Tx } from '../../platform/db.ts';
import { requireVersion } from '../../platform/versions.ts';
import { defaultCampaign, recipientWarnings } from '../campaigns/index.ts';
import { nicheChanged } from '../events.ts';
import { bumpConfig } from '../store.ts';
import type { SavedLevel } from './create-level.ts';
import { refusals } from './errors.ts';
import { auditedTerms, priceText, readPrice } from './level-terms.ts';
import { type Level, levelAfter, type Niche } from './niche.ts';
import { announcedPrice, tellPrice } from './price-notice.ts';
import type { LevelEdit } from './schema.ts';
import {
  closeLevelVersions,
  flagSubscriptions,
  levelsOf,
  moveTurn,
  openLevelVersion,
  openNicheVersion,
  readLevel,
  readNiche,
  subscriptionsOfLevel,
  updateLevel,
} from './store.ts';

/**
 * Changes the terms of a level. They hold from the next decision on; what was sold keeps its price.
 * @throws Refusal level_not_found, level_archived, version_stale, level_price_invalid
 */
export async function editLevel(
  app: App,
  input: { id: string; expected: number; edit: Omit<LevelEdit, 'version'> },
  who: AuditActor,
): Promise<SavedLevel> {
  return app.db.tx({ role: 'operator' }, async (tx) => {
    const { level: before, niche, configVersion } = await levelForEdit(tx, input.id);
    const shown = { ...before, pricePerLead: priceText(before.pricePerLead, niche.currency) };
    requireVersion(shown, input.expected, input.edit);
    const after = laidOver(before, input.edit, niche.currency);
    const announced = await announcedPrice(app, tx, { before, after, currency: niche.currency });
    if (before.active && !after.active) await handTurnOn(tx, niche.id, after.id);
    await closeLevelVersions(tx, [after.id], configVersion);
    await openLevelVersion(tx, after, configVersion);
    await updateLevel(tx, after);
    await flagSubscriptions(tx, niche.id, [after.id]);
    nicheChanged(tx, 'level.changed', niche.id);
    await audit(tx, [
      {
        actor: who,
        action: 'level.changed',
        entityType: 'competition_level',
        entityId: after.id,
        before: auditedTerms(before),
        after: { ...auditedTerms(after), configVersion },
        description: `Competition level ${after.name} of niche ${niche.name} was changed.`,
      },
    ]);
    await tellPrice(tx, { niche, before, level: after, announced });
    const told = (await defaultCampaign(tx, niche.id))?.recipientsTold ?? after.maxProviders;
    return {
      level: (await readLevel(tx, after.id))!,
      currency: niche.currency,
      warnings: recipientWarnings(told, after.maxProviders),
    };
  });
}

/** The level as the edit wants it. `coming_price: null` takes back what was announced. */
function laidOver(before: Level, edit: Omit<LevelEdit, 'version'>, currency: string): Level {
  const { pricePerLead, comingPrice, ...rest } = Object.fromEntries(
    Object.entries(edit).filter(([, value]) => value !== undefined),
  ) as Omit<LevelEdit, 'version'>;
  const after: Level = { ...before, ...(rest as Partial<Level>), version: before.version + 1 };
  if (pricePerLead !== undefined) after.pricePerLead = readPrice(pricePerLead, currency);
  if (comingPrice === undefined) return after;
  after.comingPrice =
    comingPrice === null
      ? null
      : readPrice(comingPrice.price_per_lead, currency, 'coming_price.price_per_lead');
  after.comingPriceAt = comingPrice === null ? null : new Date(comingPrice.from);
  return after;
}

/**
 * Takes a level out of use for good. A level that providers subscribe to is refused: they would lose what they pay
 * for without a word. Switched off (`active: false`) it sells nothing and they keep their place.
 * @throws Refusal level_not_found, level_archived, level_in_use
 */
export async function archiveLevel(app: App, id: string, who: AuditActor): Promise<Level> {
  return app.db.tx({ role: 'operator' }, async (tx) => {
    const { level, niche, configVersion } = await levelForEdit(tx, id);
    const subscriptions = await subscriptionsOfLevel(tx, id);
    if (subscriptions > 0) {
      throw refusals.level_in_use({
        message:
          `${subscriptions} provider${subscriptions === 1 ? ' subscribes' : 's subscribe'} to this level, so it cannot ` +
          'be archived. Switch it off instead (active: false): it then sells nothing, and they keep their place.',
      });
    }
    await handTurnOn(tx, niche.id, id);
    await closeLevelVersions(tx, [id], configVersion);
    await updateLevel(tx, { ...level, archivedAt: new Date(), version: level.version + 1 });
    if (niche.defaultLevelId === id) {
      await openNicheVersion(tx, { ...niche, defaultLevelId: null }, configVersion);
    }
    nicheChanged(tx, 'level.archived', niche.id);
    await audit(tx, [
      {
        actor: who,
        action: 'level.archived',
        entityType: 'competition_level',
        entityId: id,
        before: auditedTerms(level),
        after: { configVersion },
        description: `Competition level ${level.name} of niche ${niche.name} was archived.`,
      },
    ]);
    return (await readLevel(tx, id))!;
  });
}

/** From a level that goes to the one that would have come next, as if it had just been served. */
async function handTurnOn(tx: Tx, nicheId: string, levelId: string): Promise<void> {
  await moveTurn(tx, nicheId, levelId, levelAfter(await levelsOf(tx, nicheId), levelId));
}

/**
 * Puts the levels of a niche in a new order. The list holds every level of the niche, so that two people who reorder
 * at the same time cannot make an order that nobody wanted.
 * @param input.levelIdsSeen the order that the person saw; another one by now is refused
 * @throws Refusal level_niche_not_found, level_list_incomplete, level_order_changed
 */
export async function reorderLevels(
  app: App,
  input: { nicheId: string; levelIds: string[]; levelIdsSeen?: string[] | undefined },
  who: AuditActor,
): Promise<{ levels: Level[]; currency: string }> {
  return app.db.tx({ role: 'operator' }, async (tx) => {
    const niche = await readNiche(tx, input.nicheId);
    if (!niche) throw refusals.level_niche_not_found();
    const configVersion = await bumpConfig(tx, niche.id);
    const levels = await levelsOf(tx, niche.id);
    const byId = new Map(levels.map((level) => [level.id, level]));
    refuseOtherOrder(levels, input.levelIdsSeen);
    refuseOtherList(input.levelIds, byId);
    const moved = input.levelIds
      .map((id, at) => ({ ...byId.get(id)!, priorityOrder: at + 1 }))
      .filter((level) => level.priorityOrder !== byId.get(level.id)!.priorityOrder);
    await closeLevelVersions(
      tx,
      moved.map((level) => level.id),
      configVersion,
    );
    for (const level of moved) {
      await openLevelVersion(tx, level, configVersion);
      await updateLevel(tx, { ...level, version: level.version + 1 });
    }
    nicheChanged(tx, 'levels.reordered', niche.id);
    await audit(tx, [
      {
        actor: who,
        action: 'levels.reordered',
        entityType: 'niche',
        entityId: niche.id,
        before: { levelIds: levels.map((level) => level.id) },
        after: { levelIds: input.levelIds, configVersion },
        description: `The competition levels of niche ${niche.name} were put in a new order.`,
      },
    ]);
    return { levels: await levelsOf(tx, niche.id), currency: niche.currency };
  });
}

function refuseOtherList(ids: string[], levels: ReadonlyMap<string, Level>): void {
  const missing = [...levels.values()].filter((level) => !ids.includes(level.id));
  const unknown = ids.filter((id) => !levels.has(id));
  if (missing.length === 0 && unknown.length === 0 && new Set(ids).size === ids.length) return;
  throw refusals.level_list_incomplete({
    details: [
      ...missing.map((level) => ({ field: 'level_ids', message: `${level.name} (${level.id}) is missing.` })),
      ...unknown.map((id) => ({ field: 'level_ids', message: `${id} is no level of this niche.` })),
    ],
  });
}

function refuseOtherOrder(levels: readonly Level[], seen: readonly string[] | undefined): void {
  if (seen === undefined || levels.map(({ id }) => id).join() === seen.join()) return;
  const names = levels.map(({ name }) => name).join(', ');
  throw refusals.level_order_changed({
    details: [{ field: 'level_ids_seen', message: `The order is now: ${names}.` }],
  });
}

/** Reads a level that can be edited, under the turn row of its niche. */
async function levelForEdit(
  tx: Tx,
  id: string,
): Promise<{ level: Level; niche: Niche; configVersion: number }> {
  const found = await readLevel(tx, id);
  if (!found) throw refusals.level_not_found();
  const configVersion = await bumpConfig(tx, found.nicheId);
  const level = (await readLevel(tx, id))!;
  if (level.archivedAt !== null) throw refusals.level_archived();
  return { level, niche: (await readNiche(tx, level.nicheId))!, configVersion };
}
