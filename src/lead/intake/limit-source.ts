import { sourceByToken } from '../../market/sources/index.ts';
import type { App } from '../../platform/app.ts';
import type { Db } from '../../platform/db.ts';
import type { Reply } from '../../platform/http.ts';
import { networkOf } from '../../platform/private-host.ts';
import { limitRequest, takeToken, tooMany } from '../../platform/rate-limit.ts';
import { tokenHash } from '../../platform/secrets.ts';
import { refusals } from './errors.ts';

/** A changed limit of a source holds after this time; whether the source may send at all is asked for every lead. */
const KNOWN_FOR_MS = 10_000;
const KNOWN_MAX = 10_000;
/** Wrong tokens of one network and minute before it must wait. */
const WRONG_TOKENS_PER_MINUTE = 60;

type Known = { id: string; limit: number | null; readAt: number };
const knownOf = new WeakMap<Db, Map<string, Known>>();

/**
 * Takes one of the source's tokens of this minute.
 * @throws Refusal `source_token_unknown`, or `rate_limited` with Retry-After
 */
export async function limitSource(app: App, reply: Reply, token: string, ip: string): Promise<void> {
  const source = await knownSource(app, token);
  if (source === null) {
    const grant = await takeToken(app, `wrong-source:${networkOf(ip)}`, WRONG_TOKENS_PER_MINUTE);
    throw grant.granted ? refusals.source_token_unknown() : tooMany(grant.resetMs);
  }
  await limitRequest(app, reply, `source:${source.id}`, source.limit ?? app.config.RATE_SOURCE_PER_MINUTE);
}

/** By the token's hash, so that a busy source costs no statement of its own. */
async function knownSource(app: App, token: string): Promise<Known | null> {
  const known = knownOf.get(app.db) ?? new Map<string, Known>();
  knownOf.set(app.db, known);
  const hash = tokenHash(token);
  const kept = known.get(hash);
  if (kept && performance.now() - kept.readAt < KNOWN_FOR_MS) return kept;
  const source = await app.db.tx({ role: 'engine' }, (tx) => sourceByToken(tx, hash));
  known.delete(hash);
  if (!source) return null;
  const fresh = { id: source.id, limit: source.ratePerMinute, readAt: performance.now() };
  known.set(hash, fresh);
  if (known.size > KNOWN_MAX) known.delete(known.keys().next().value as string);
  return fresh;
}
