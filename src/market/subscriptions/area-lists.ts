import { type Areas, compileAreas } from '../../kernel/postcode-areas.ts';
import type { Tx } from '../../platform/db.ts';
import type { Filter, RuleFilter } from './rules.ts';
import { readLists } from './store-areas.ts';

/**
 * Compiled lists of postcodes by hash. A list never changes, so a process reads and compiles it once; those asked for
 * longest ago go when the entries in all become too many (8 bytes each).
 */
const kept = new Map<string, Areas>();
let keptEntries = 0;
const KEPT_ENTRIES_MAX = 8_000_000;
/** Lists in one answer of the database: 5,000 entries each at most. */
const LISTS_PER_READ = 50;

/** Reads the lists that these filters name; what it answers puts them in. */
export async function withAreas(
  tx: Tx,
  filters: readonly (readonly Filter[])[],
): Promise<(of: readonly Filter[]) => RuleFilter[]> {
  const named = new Set(
    filters.flatMap((of) => of.flatMap((one) => (one.kind === 'postcodes' ? one.hash : []))),
  );
  const lists = new Map<string, Areas>();
  const unread: string[] = [];
  for (const hash of named) {
    const areas = kept.get(hash);
    if (areas) keep(lists, hash, areas);
    else unread.push(hash);
  }
  for (let at = 0; at < unread.length; at += LISTS_PER_READ) {
    for (const { hash, entries } of await readLists(tx, unread.slice(at, at + LISTS_PER_READ)))
      keep(lists, hash, compileAreas(entries));
  }
  return (of) =>
    of.map((one): RuleFilter => {
      if (one.kind !== 'postcodes') return one;
      const areas = lists.get(one.hash);
      if (!areas) throw new Error(`there is no list of postcodes ${one.hash}`);
      return { ...one, areas };
    });
}

/** Compiles a list that is not saved, so that filters which name it can be run. */
export const keepList = (hash: string, entries: readonly string[]): void => note(hash, compileAreas(entries));

function keep(lists: Map<string, Areas>, hash: string, areas: Areas): void {
  lists.set(hash, areas);
  note(hash, areas);
}

/** Notes a list as the one asked for last. */
function note(hash: string, areas: Areas): void {
  if (kept.delete(hash)) keptEntries -= areas.size;
  kept.set(hash, areas);
  keptEntries += areas.size;
  for (const [oldest, one] of kept) {
    if (keptEntries <= KEPT_ENTRIES_MAX || oldest === hash) return;
    kept.delete(oldest);
    keptEntries -= one.size;
  }
}
