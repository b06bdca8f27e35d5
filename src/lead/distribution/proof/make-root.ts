import { createHash, createSecretKey, type KeyObject, randomBytes } from 'node:crypto';
import { enqueueMessages } from '../../../journal/messages/index.ts';
import type { App } from '../../../platform/app.ts';
import type { Tx } from '../../../platform/db.ts';
import type { Secrets } from '../../../platform/secrets.ts';
import { dayAfter } from './days.ts';
import { rootPublished } from './events.ts';
import { leavesOf } from './leaves.ts';
import { notePublished, publishedRoot } from './published.ts';
import { chainEnds } from './store-chain.ts';
import * as store from './store-roots.ts';
import { dayRoot, ROW_LEAVES, rootOf } from './tree.ts';
import { walkDay } from './walk-day.ts';

/** Secrets are made for so many days ahead, so that their hash is known before they are used. */
const SEEDS_AHEAD_DAYS = 2;
const SEED_BYTES = 32;

/** Makes the secrets of today and of the days ahead that are not there yet; returns how many. */
export function makeSeeds(app: Pick<App, 'db'>): Promise<number> {
  return app.db.tx({ role: 'engine' }, async (tx) => {
    const today = await store.today(tx);
    const rows = Array.from({ length: SEEDS_AHEAD_DAYS + 1 }, (_, ahead) => {
      const seed = randomBytes(SEED_BYTES);
      return { day: dayAfter(today, ahead), seed, hash: createHash('sha256').update(seed).digest() };
    });
    return store.insertSeeds(tx, rows);
  });
}

/**
 * The secret from which the salts of a day come. It is derived from a data key: a restored database gives the same. As
 * an object: made of bytes for each salt, a salt took 16 us and not 2.
 */
export function daySaltUnder(
  secrets: Pick<Secrets, 'keyedHashes'>,
  day: string,
  keyId: string,
): KeyObject | undefined {
  const found = secrets.keyedHashes(`salts of the proof of ${day}`).find((one) => one.keyId === keyId);
  return found && keyOf(found.hash);
}

const keyOf = (hex: string): KeyObject => createSecretKey(Buffer.from(hex, 'hex'));

type Tree = { leaves: Buffer[]; heads: store.Head[]; candidates: number; decisions: number };

/** The decisions of a day as leaves, in order of niche and number. */
async function treeOf(tx: Tx, day: string, daySalt: KeyObject): Promise<Tree> {
  const tree: Tree = { leaves: [], heads: [], candidates: 0, decisions: 0 };
  for (const { nicheId, seq: end } of await chainEnds(tx)) {
    let head: store.Head | undefined;
    for await (const { row, seq, read, after } of walkDay(tx, { nicheId, day, end: BigInt(end) })) {
      if (after) break;
      const { leadId, hash: chainHash } = row;
      const found = leavesOf({ nicheId, seq, leadId, chainHash, daySalt, read });
      tree.leaves.push(found.leaf);
      tree.candidates += found.candidates.length + 1;
      tree.decisions += 1;
      head ??= { niche: nicheId, first: row.seq, last: row.seq, hash: '' };
      head.last = row.seq;
      head.hash = chainHash.toString('hex');
    }
    if (head) tree.heads.push(head);
  }
  return tree;
}

/**
 * Makes and publishes the root of the oldest day that is over and has none: to the table, to every provider by mail, to
 * the log and to a file beside the database. Returns 1, or 0 when every day has its root.
 * @param at the day that is today; else the database's clock says
 */
export async function makeRoot(app: App, at?: { today: string }): Promise<number> {
  const next = await app.db.tx({ role: 'engine' }, (tx) => nextDay(tx, at?.today), { readOnly: true });
  if (!next) return 0;
  const { day, today, previous } = next;
  const { keyId, hash } = app.secrets.keyedHash(`salts of the proof of ${day}`);
  const tree = await app.db.tx({ role: 'engine' }, (tx) => treeOf(tx, day, keyOf(hash)), {
    readOnly: true,
  });
  if (!tree) return 0;
  const rows = rowsOf(tree.leaves);
  const treeRoot = rootOf(rows.map(({ root }) => root));
  const previousRoot = previous?.root ?? null;
  const root = dayRoot({ day, previousRoot, decisions: BigInt(tree.decisions), treeRoot });
  const published = await publishedRoot(app.config.dataDir, day);
  const replaces = published === undefined || published === root.toString('hex') ? null : published;
  const made = await app.db.tx({ role: 'engine' }, async (tx) => {
    const row: Omit<store.RootRow, 'madeAt'> = {
      day, root, treeRoot, previousRoot, previousDay: previous?.day ?? null, decisions: String(tree.decisions),
      leaves: String(tree.candidates), heads: tree.heads, keyId, replaces: replaces === null ? null : Buffer.from(replaces, 'hex'),
    }; // biome-ignore format: one row
    if (!(await store.insertRoot(tx, row))) return false;
    await store.insertLeaves(tx, day, rows);
    const told = tree.decisions === 0 && replaces === null ? 0 : await tellWitnesses(tx, row, today);
    const { previousDay } = row;
    rootPublished(tx, {
      day,
      root: root.toString('hex'),
      previousDay,
      decisions: tree.decisions,
      witnesses: told,
    });
    return true;
  });
  if (made && published !== root.toString('hex'))
    await keepInFile(app, day, root, previousRoot, tree.decisions);
  return made ? 1 : 0;
}

type NextDay = { day: string; today: string; previous: store.RootRow | undefined };

async function nextDay(tx: Tx, given: string | undefined): Promise<NextDay | undefined> {
  const today = given ?? (await store.today(tx));
  const previous = await store.lastRoot(tx);
  const day = previous ? dayAfter(previous.day) : await store.firstDay(tx);
  return day !== null && day < today ? { day, today, previous } : undefined;
}

function rowsOf(leaves: readonly Buffer[]): { place: number; leaves: Buffer; root: Buffer }[] {
  return Array.from({ length: Math.ceil(leaves.length / ROW_LEAVES) }, (_, place) => {
    const row = leaves.slice(place * ROW_LEAVES, (place + 1) * ROW_LEAVES);
    return { place, leaves: Buffer.concat(row), root: rootOf(row) };
  });
}

/** Once it is in so many mailboxes, nobody can say later that it was another. A day without decisions is sent to nobody. */
async function tellWitnesses(tx: Tx, row: Omit<store.RootRow, 'madeAt'>, today: string): Promise<number> {
  const witnesses = await store.witnesses(tx);
  const [own] = await store.proofDays(tx, { day: row.day, limit: 1, today });
  const [ahead] = await store.proofDays(tx, { limit: 1, today });
  const params = {
    day: row.day,
    root: row.root.toString('hex'),
    previousDay: row.previousDay ?? 'none',
    previousRoot: row.previousRoot?.toString('hex') ?? 'none',
    decisions: Number(row.decisions),
    seed: own?.seed ?? 'none',
    seedHash: own?.seedHash ?? 'none',
    nextDay: ahead?.day ?? 'none',
    nextSeedHash: ahead?.seedHash ?? 'none',
    replaces: row.replaces?.toString('hex') ?? '',
  };
  await enqueueMessages(
    tx,
    witnesses.map(({ id, email }) => ({ template: 'daily-proof', recipient: email, providerId: id, params })),
  );
  return witnesses.length;
}

/** The file is one witness of several: without it the root stands all the same. */
async function keepInFile(
  app: App,
  day: string,
  root: Buffer,
  previousRoot: Buffer | null,
  decisions: number,
): Promise<void> {
  const [now, before] = [root.toString('hex'), previousRoot?.toString('hex') ?? null];
  await notePublished(app.config.dataDir, { day, root: now, previous_root: before, decisions }).catch(
    (error: unknown) => app.log.warn({ err: error, day }, 'proof.file_failed'),
  );
}
