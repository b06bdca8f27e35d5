import { type AuditActor, audit } from '../../journal/audit/index.ts';
import type { App } from '../../platform/app.ts';
import type { Tx } from '../../platform/db.ts';
import { bumpConfig, type Level, levelRefusals, readLevel } from '../catalog/index.ts';
import { nicheChanged, subscriptionChanged } from '../events.ts';
import { refusals } from './errors.ts';
import { type Ranked, rankedOf, renewPriorities } from './store-order.ts';

/** Who comes first at a level: those with a priority above 0, and how many come after them. */
export type Priorities = { level: Level; first: Ranked[]; others: number };

/** @throws Refusal 404 level_not_found */
export async function readPriorities(app: App, levelId: string): Promise<Priorities> {
  return app.db.tx({ role: 'operator' }, (tx) => prioritiesOf(tx, levelId), { readOnly: true });
}

/**
 * Puts subscriptions of a level in an order, in which they come before all others; the others take turns (priority 0).
 * One edit of the rules: it holds from the next decision on. The numbers run from the length of the list down to 1.
 * @param input.seen the order that the person saw; another one by now is refused
 * @throws Refusal level_not_found, level_archived, priority_order_changed, priority_order_wrong
 */
export async function orderSubscriptions(
  app: App,
  input: { levelId: string; subscriptionIds: string[]; seen?: string[] | undefined },
  who: AuditActor,
): Promise<Priorities> {
  return app.db.tx({ role: 'operator' }, async (tx) => {
    const { nicheId } = await levelOf(tx, input.levelId);
    const configVersion = await bumpConfig(tx, nicheId);
    const level = await levelOf(tx, input.levelId);
    if (level.archivedAt !== null) throw levelRefusals.level_archived();
    const before = await rankedOf(tx, level.id);
    refuseOtherOrder(before, input.seen);
    const known = new Map(before.map((one) => [one.subscriptionId, one]));
    refuseWrongList(input.subscriptionIds, known);

    const wanted = new Map(input.subscriptionIds.map((id, at) => [id, input.subscriptionIds.length - at]));
    const changed = before.filter((one) => one.priority !== (wanted.get(one.subscriptionId) ?? 0));
    const rows = changed.map(({ subscriptionId: id }) => ({ id, priority: wanted.get(id) ?? 0 }));
    await renewPriorities(tx, { rows, configVersion });
    nicheChanged(tx, 'level.priorities_changed', nicheId);
    for (const { subscriptionId, providerId } of changed)
      subscriptionChanged(tx, 'subscription.changed', { subscriptionId, providerId, nicheId });
    await audit(tx, [
      {
        actor: who,
        action: 'level.priorities_changed',
        entityType: 'competition_level',
        entityId: level.id,
        before: { subscriptionIds: firstOf(before).map((one) => one.subscriptionId) },
        after: { subscriptionIds: input.subscriptionIds, configVersion },
        description: `The order of the subscriptions of competition level ${level.name} was changed.`,
      },
    ]);
    return prioritiesOf(tx, level.id);
  });
}

async function prioritiesOf(tx: Tx, levelId: string): Promise<Priorities> {
  const level = await levelOf(tx, levelId);
  const all = await rankedOf(tx, levelId);
  const first = firstOf(all);
  return { level, first, others: all.length - first.length };
}

async function levelOf(tx: Tx, levelId: string): Promise<Level> {
  const level = await readLevel(tx, levelId);
  if (!level) throw levelRefusals.level_not_found();
  return level;
}

const firstOf = (all: readonly Ranked[]): Ranked[] => all.filter(({ priority }) => priority > 0);

function refuseOtherOrder(now: readonly Ranked[], seen: readonly string[] | undefined): void {
  const first = firstOf(now);
  if (seen === undefined || first.map((one) => one.subscriptionId).join() === seen.join()) return;
  const names = first.map(({ providerName }) => providerName).join(', ');
  throw refusals.priority_order_changed({
    details: [
      {
        field: 'subscription_ids_seen',
        message: names ? `First come now: ${names}.` : 'All take turns now.',
      },
    ],
  });
}

function refuseWrongList(ids: readonly string[], known: ReadonlyMap<string, Ranked>): void {
  const details = ids.flatMap((id, at) => {
    const field = `subscription_ids.${at}`;
    if (!known.has(id))
      return [{ field, message: `${id} is no subscription of this level, or it has ended.` }];
    return ids.indexOf(id) < at ? [{ field, message: `${id} is named twice.` }] : [];
  });
  if (details.length > 0) throw refusals.priority_order_wrong({ details });
}
