import type { Tx } from '../platform/db.ts';
import { capKey, capsToday, providerCapKey } from './cap-windows.ts';
import {
  type CountedDown,
  lowerCounters,
  type PinnedCap,
  type PinnedCaps,
  pinnedCapsOf,
} from './store-caps.ts';

/**
 * An assignment whose money went back gives its place in the caps back that say so (`gives_back`), in the windows in
 * which it was counted: those of the caps that its own decision went by, at the moment of the assignment. The caller
 * holds the providers' locks and flags their subscriptions.
 */
export async function giveBackCaps(tx: Tx, assignmentIds: readonly string[]): Promise<void> {
  if (assignmentIds.length === 0) return;
  const pinned = await pinnedCapsOf(tx, assignmentIds);
  await lowerCounters(tx, countersToLower(pinned));
}

/** What each counter goes down by. Pure. */
export function countersToLower(pinned: readonly PinnedCaps[]): CountedDown[] {
  const moves = new Map<string, CountedDown>();
  for (const one of pinned) {
    const clockMs = one.assignedAt.getTime();
    const lower = (scopeId: string, keys: Iterable<string>) => {
      for (const key of new Set(keys)) {
        const at = key.indexOf(':');
        const kind = key.slice(0, at) as CountedDown['kind'];
        const by = kind === 'count' ? 1n : one.amount;
        const known = moves.get(`${scopeId} ${key}`);
        if (known) known.by += by;
        else moves.set(`${scopeId} ${key}`, { scopeId, kind, windowKey: key.slice(at + 1), by });
      }
    };
    lower(
      one.subscriptionId,
      givingBack(one.caps, clockMs, one.timezone).map((cap) => capKey(cap, clockMs, one.timezone)),
    );
    if (one.providerCaps === null || one.providerTimezone === null) continue;
    const zone = one.providerTimezone;
    lower(
      one.providerId,
      givingBack(one.providerCaps, clockMs, zone).map((cap) =>
        providerCapKey(cap, clockMs, zone, one.currency),
      ),
    );
  }
  return [...moves.values()];
}

/** Of the caps that held at that moment those that give back: a cap for the weekday goes before the day's other one. */
const givingBack = (caps: readonly PinnedCap[], clockMs: number, zone: string) =>
  capsToday(
    caps.map((cap) => ({ ...cap, weekday: cap.weekday ?? null })),
    clockMs,
    zone,
  ).filter((cap) => cap.gives_back === true);
