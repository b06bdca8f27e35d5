import { type AuditActor, audit } from '../../journal/audit/index.ts';
import { newId } from '../../kernel/ids.ts';
import { lockProviders } from '../../money/ledger/index.ts';
import type { App } from '../../platform/app.ts';
import { sqlState, type Tx } from '../../platform/db.ts';
import { stopChanged } from '../events.ts';
import { refusals } from './errors.ts';
import type { NewStop, StopScope } from './schema.ts';
import {
  findTargets,
  flagSubscriptions,
  heldStop,
  holdEndpoints,
  holdTurns,
  insertStop,
  nichesOfSource,
  readStop,
  releaseStop,
  type Stop,
  wakeOffers,
} from './store.ts';

/**
 * Stops everything, a niche, a source or a provider. What is decided or sent after the answer already goes by it: the
 * decisions and claims under way are waited for.
 * @throws Refusal stop_scope_id_wrong, stop_target_not_found, already_stopped
 */
export async function setStop(app: Pick<App, 'db'>, input: NewStop, who: AuditActor): Promise<Stop> {
  const { scope, scopeId, reason } = input;
  if ((scope === 'everything') !== (scopeId === null)) {
    const message =
      scope === 'everything' ? 'Leave it out: everything is stopped.' : `Name the ${scope} by its id.`;
    throw refusals.stop_scope_id_wrong({ details: [{ field: 'scope_id', message }] });
  }
  return app.db.tx({ role: 'operator' }, async (tx) => {
    if (scopeId !== null && (await findTargets(tx, scope, scopeId)).length === 0) {
      const details = [{ field: 'scope_id', message: `There is no such ${scope}.` }];
      throw refusals.stop_target_not_found({ details });
    }
    await waitForWork(tx, scope, scopeId);
    if (await heldStop(tx, { scope, scopeId })) throw refusals.already_stopped();
    const id = newId();
    await insertStop(tx, { id, scope, scopeId, reason, setBy: userOf(who) }).catch((error: unknown) => {
      // A source that moves to another niche meanwhile: two switches may have waited at different turns.
      if (sqlState(error)?.code === '23505') throw refusals.already_stopped();
      throw error;
    });
    const stop = (await readStop(tx, id))!;
    await audit(tx, [
      {
        actor: who,
        action: 'stop.set',
        entityType: 'stop_switch',
        entityId: id,
        before: { stopped: false },
        after: { stopped: true, scope, scopeId, reason },
        description: `${subjectOf(stop)} was stopped: ${reason}`,
      },
    ]);
    stopChanged(tx, 'stop.set', { stopId: id, scope, scopeId });
    return stop;
  });
}

/**
 * Ends a stop. Leads that came due meanwhile are still due, so the next round decides them, however many subscribe; what
 * a stopped provider could not get is offered to it again, and freed seats of leads of a stopped source to their level.
 * @throws Refusal stop_switch_not_found, stop_switch_released
 */
export async function endStop(
  app: Pick<App, 'db'>,
  input: { id: string; reason: string },
  who: AuditActor,
): Promise<Stop> {
  return app.db.tx({ role: 'operator' }, async (tx) => {
    const before = await readStop(tx, input.id);
    if (!before) throw refusals.stop_switch_not_found();
    const { scope, scopeId } = before;
    if (scope === 'provider') await lockProviders(tx, [scopeId!]);
    if (scope === 'source') await holdTurns(tx, await nichesOfSource(tx, scopeId!));
    const released = await releaseStop(tx, { ...input, by: userOf(who) });
    if (!released) throw refusals.stop_switch_released();
    if (scope === 'provider') await flagSubscriptions(tx, scopeId!);
    if (scope === 'source') await wakeOffers(tx, scopeId!);
    await audit(tx, [
      {
        actor: who,
        action: 'stop.released',
        entityType: 'stop_switch',
        entityId: before.id,
        before: { stopped: true, scope, scopeId, reason: before.reason },
        after: { stopped: false, reason: input.reason },
        description: `${subjectOf(before)} goes on: ${input.reason}`,
      },
    ]);
    stopChanged(tx, 'stop.released', { stopId: before.id, scope, scopeId });
    return (await readStop(tx, before.id))!;
  });
}

/**
 * The locks that decisions and claims of deliveries hold, in the program's order. A lead is claimed under its niche's
 * turn, a provider's facts are read again under its row, and an endpoint's deliveries are claimed under its own.
 */
async function waitForWork(tx: Tx, scope: StopScope, scopeId: string | null): Promise<void> {
  if (scope === 'everything') await holdTurns(tx, null);
  else if (scope === 'niche') await holdTurns(tx, [scopeId!]);
  else if (scope === 'source') await holdTurns(tx, await nichesOfSource(tx, scopeId!));
  else await lockProviders(tx, [scopeId!]);
  if (scope === 'everything' || scope === 'provider') await holdEndpoints(tx, scopeId);
}

/** The command line has no user. */
const userOf = ({ id, role }: AuditActor): string | null => (role === 'system' ? null : id);

/** "The niche Solar", "Everything". */
export const subjectOf = ({ scope, name }: Pick<Stop, 'scope' | 'name'>): string =>
  scope === 'everything' ? 'Everything' : `The ${scope} ${name ?? ''}`.trim();
