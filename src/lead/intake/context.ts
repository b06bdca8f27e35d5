import type { Db, Tx } from '../../platform/db.ts';
import { type ContextKey, type IntakeContext, readContext } from './store.ts';

/**
 * What a submission is judged by, kept between requests: reading it costs a round trip and the whole form. A kept one
 * is only a guess. The statement that takes the person's locks asks for its stamp again, so nothing is stored by an
 * older one; and what a kept one would refuse is judged again by a fresh one.
 */
const KEPT_MAX = 1_000;
const keptOf = new WeakMap<Db, Map<string, IntakeContext>>();

/** Thrown when a row of the context was changed since it was kept. */
export class ContextChanged extends Error {
  override readonly name = 'ContextChanged';
}

const nameOf = (key: ContextKey): string =>
  'tokenHash' in key ? key.tokenHash : `${key.niche ?? ''}/${key.campaign ?? ''}`;

export const keptContext = (db: Db, key: ContextKey): IntakeContext | undefined =>
  keptOf.get(db)?.get(nameOf(key));

/** Reads it and keeps it for the next request. */
export async function freshContext(db: Db, tx: Tx, key: ContextKey): Promise<IntakeContext | null> {
  const kept = keptOf.get(db) ?? new Map<string, IntakeContext>();
  keptOf.set(db, kept);
  kept.delete(nameOf(key));
  const context = await readContext(tx, key);
  if (context) kept.set(nameOf(key), context);
  if (kept.size > KEPT_MAX) kept.delete(kept.keys().next().value as string);
  return context;
}
