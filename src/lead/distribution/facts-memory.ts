import type { Chosen } from './decide.ts';
import type { Facts } from './facts.ts';
import { capKey } from './facts.ts';
import { FULL_FACTS_EVERY, type RecordedFacts, recordedFacts } from './record.ts';
import type { Rules } from './rules.ts';

/**
 * What the chain of a niche already says about each subscription, as the last writer of this process remembers it.
 * Another process may have written since: then the remembered sequence does not match and everything is written anew.
 */
export type FactsMemory = { seq: bigint; configVersion: number; known: Map<number, RecordedFacts> };

const same = (a: RecordedFacts | undefined, b: RecordedFacts): boolean =>
  a !== undefined &&
  a.receiptNo === b.receiptNo &&
  a.available === b.available &&
  a.receivedToday === b.receivedToday &&
  a.paused === b.paused &&
  a.endpointHealthy === b.endpointHealthy &&
  a.creditLimit === b.creditLimit &&
  a.used.length === b.used.length &&
  a.used.every((used, place) => used === b.used[place]);

/** A place in the chain where everything is written: the first record, after a change of writer or rules, each 100th. */
export const isFullAt = (memory: FactsMemory | undefined, seq: bigint, configVersion: number): boolean =>
  memory === undefined ||
  memory.seq !== seq - 1n ||
  memory.configVersion !== configVersion ||
  seq % BigInt(FULL_FACTS_EVERY) === 0n;

/** The facts to write before a decision: all that were read (full), or those the chain does not say yet. */
export function factsToWrite(
  rules: Rules,
  facts: Facts,
  clockMs: number,
  known: FactsMemory['known'] | null,
): RecordedFacts[] {
  const out: RecordedFacts[] = [];
  for (const subscription of rules.subscriptions) {
    const own = facts.subscriptions[subscription.index];
    if (!own) continue;
    const keys = subscription.caps.map((cap) => capKey(cap, clockMs, subscription.timezone));
    const now = recordedFacts(subscription.index, own, facts.providers.get(subscription.providerId)!, keys);
    if (known === null || !same(known.get(subscription.index), now)) out.push(now);
  }
  return out;
}

/** What a reader of the chain knows after a record: its facts, then moved along by what was chosen. */
export function remember(known: FactsMemory['known'], written: readonly RecordedFacts[]): void {
  for (const facts of written) known.set(facts.index, facts);
}

export function moveAlong(
  known: FactsMemory['known'],
  rules: Rules,
  chosen: readonly Pick<Chosen, 'subscription' | 'price' | 'receiptNo'>[],
): void {
  for (const { subscription, price, receiptNo } of chosen) {
    const before = known.get(subscription.index);
    if (!before || receiptNo === null) continue;
    known.set(subscription.index, {
      ...before,
      receiptNo,
      receivedToday: before.receivedToday + 1,
      used: before.used.map(
        (used, place) => used + (subscription.caps[place]!.kind === 'count' ? 1n : price),
      ),
    });
    for (const place of rules.byProvider.get(subscription.providerId) ?? []) {
      const kept = known.get(place);
      if (kept) known.set(place, { ...kept, available: kept.available - price });
    }
  }
}
