import type { App } from './app.ts';
import type { Db, Tx } from './db.ts';
import { httpRefusals } from './errors.ts';
import type { Reply } from './http.ts';

/**
 * Rate limits that hold across processes: fixed windows counted in PostgreSQL by one atomic statement. A process
 * takes tokens in small blocks and spends them from memory, so a busy caller costs one statement per block. The
 * limit is never exceeded; with several processes up to one block each may stay unspent at the end of a window.
 */
export type Grant = {
  granted: boolean;
  limit: number;
  /** Tokens left in this window, as far as this process knows. */
  remaining: number;
  /** Tokens asked for in this window so far, this one included. */
  used: number;
  /** Milliseconds until the window ends. */
  resetMs: number;
};

type Bucket = { left: number; used: number; endsAt: number };

export const MINUTE_MS = 60_000;
/** A block is at most this part of the limit: what several processes may leave unspent. */
const BLOCK_SHARE = 20;
/** Buckets kept in memory; beyond it the oldest is forgotten, which only costs a statement. */
const BUCKETS_MAX = 50_000;
const KEY_LENGTH_MAX = 200;

type Known = { buckets: Map<string, Bucket>; asks: Map<string, Promise<Bucket>> };
const knownOf = new WeakMap<Db, Known>();

function knownIn(db: Db): Known {
  const known = knownOf.get(db);
  if (known) return known;
  const made: Known = { buckets: new Map(), asks: new Map() };
  knownOf.set(db, made);
  return made;
}

/**
 * Takes one token of a bucket, for instance `source:<id>`. Keys hold ids and hashes, never a person's data.
 * A window lasts `windowMs` and begins at a whole multiple of it.
 */
export async function takeToken(
  app: Pick<App, 'db'>,
  key: string,
  limit: number,
  windowMs: number = MINUTE_MS,
): Promise<Grant> {
  const name = `${key.slice(0, KEY_LENGTH_MAX)}/${windowMs}`;
  const { buckets, asks } = knownIn(app.db);
  for (;;) {
    const known = buckets.get(name);
    const now = performance.now();
    if (known && known.endsAt > now && (known.left > 0 || known.used >= limit)) {
      return spend(known, limit, now);
    }
    // One block at a time: what many requests at once would take each would be missing elsewhere, and be lost with us.
    const underWay = asks.get(name);
    if (underWay) await underWay;
    else {
      const ask = takeBlock(app, name, limit, windowMs).finally(() => asks.delete(name));
      asks.set(name, ask);
      return spend(await ask, limit, performance.now());
    }
  }
}

async function takeBlock(
  app: Pick<App, 'db'>,
  name: string,
  limit: number,
  windowMs: number,
): Promise<Bucket> {
  const { buckets } = knownIn(app.db);
  const block = Math.max(1, Math.floor(limit / BLOCK_SHARE));
  const taken = await app.db.tx({ role: 'engine' }, (tx) => addToBucket(tx, name, block, windowMs));
  const endsAt = performance.now() + taken.leftMs;
  const left = Math.max(0, Math.min(block, limit - (taken.count - block)));
  const bucket = {
    left,
    used: Math.max(0, (left > 0 ? Math.min(taken.count, limit) : limit) - left),
    endsAt,
  };
  buckets.delete(name);
  buckets.set(name, bucket);
  if (buckets.size > BUCKETS_MAX) buckets.delete(buckets.keys().next().value as string);
  return bucket;
}

function spend(bucket: Bucket, limit: number, now: number): Grant {
  const granted = bucket.left > 0;
  if (granted) bucket.left -= 1;
  bucket.used += 1;
  const resetMs = Math.max(0, bucket.endsAt - now);
  return { granted, limit, remaining: Math.max(0, limit - bucket.used), used: bucket.used, resetMs };
}

async function addToBucket(tx: Tx, key: string, tokens: number, windowMs: number) {
  const [row] = await tx<{ count: number; leftMs: number }[]>`
    with this as (
      select to_timestamp(floor(extract(epoch from clock_timestamp()) * 1000 / ${windowMs}::int) * ${windowMs}::int / 1000)
        as started
    )
    insert into rate_buckets as b (key, window_start, count)
    select ${key}, started, ${tokens}::int from this
    on conflict (key) do update set
      count = case when b.window_start = excluded.window_start then least(b.count, 1000000000) + excluded.count
        else excluded.count end,
      window_start = excluded.window_start
    returning count,
      greatest(0, ${windowMs}::int - extract(epoch from clock_timestamp() - window_start) * 1000)::float8 as "leftMs"`;
  return row!;
}

/** Forgets what a bucket counted, for instance after a successful sign-in. Other processes learn it at their next block. */
export async function emptyBucket(app: Pick<App, 'db'>, key: string, windowMs: number): Promise<void> {
  const name = `${key.slice(0, KEY_LENGTH_MAX)}/${windowMs}`;
  knownIn(app.db).buckets.delete(name);
  await app.db.tx({ role: 'engine' }, (tx) => tx`delete from rate_buckets where key = ${name}`);
}

/** The headers every limited answer carries; seconds, as RateLimit-Reset counts them. */
export function tellLimit(reply: Reply, grant: Grant): void {
  reply.header('ratelimit-limit', grant.limit);
  reply.header('ratelimit-remaining', grant.remaining);
  reply.header('ratelimit-reset', Math.ceil(grant.resetMs / 1000));
}

/**
 * Takes a token for a request and says so in the headers of the answer.
 * @throws Refusal 429 `rate_limited` with Retry-After when there is none left.
 */
export async function limitRequest(
  app: Pick<App, 'db'>,
  reply: Reply,
  key: string,
  limit: number,
  windowMs: number = MINUTE_MS,
): Promise<void> {
  const grant = await takeToken(app, key, limit, windowMs);
  tellLimit(reply, grant);
  if (!grant.granted) throw tooMany(grant.resetMs);
}

/** The refusal of a caller who must wait `resetMs`. */
export function tooMany(resetMs: number) {
  const seconds = Math.max(1, Math.ceil(resetMs / 1000));
  return httpRefusals.rate_limited({
    message: `Too many requests; try again in ${seconds} s.`,
    headers: { 'retry-after': String(seconds) },
  });
}
