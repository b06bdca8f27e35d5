/**
 * Areas as lists of postcodes: single codes (`10115`), prefixes (`10*`), ranges (`10115-10999`), each with a `!` in
 * front to leave it out again. A list that only leaves out covers everything else.
 *
 * Codes are compared bare: capitals and digits, without blanks and dashes, without the old sign of a country
 * (`D-10115`) and without the last four digits of an American one (`10115-1234`).
 */
export const AREA_ENTRIES_MAX = 5_000;
export const AREA_ENTRY_LENGTH_MAX = 40;
/** Ten letters and digits are written as one whole number that a double holds exactly. */
const CODE_LENGTH_MAX = 10;

export type AreaProblem = { at: number; message: string };

/** Capitals and digits of a postcode as somebody wrote it; null when that is no postcode. */
export function barePostcode(text: string): string | null {
  if (text.length > AREA_ENTRY_LENGTH_MAX) return null;
  const upper = text.trim().toUpperCase();
  const local = upper.replace(/^[A-Z]{1,2}[- ](?=\d)/, '').replace(/^(\d{5})-\d{4}$/, '$1');
  const bare = local.replace(/[ -]/g, '');
  return /^[A-Z0-9]{1,10}$/.test(bare) ? bare : null;
}

/**
 * Reads a list as somebody wrote it. The same area gives the same list: entries in one writing, sorted, each once.
 * Problems name the place of each bad entry; empty entries are passed over.
 */
export function readAreas(given: readonly string[]): { entries: string[]; problems: AreaProblem[] } {
  const entries = new Set<string>();
  const problems: AreaProblem[] = [];
  for (const [at, text] of given.entries()) {
    if (text.trim() === '') continue;
    const read = readEntry(text);
    if (read.ok) entries.add(read.entry);
    else problems.push({ at, message: read.message });
  }
  return { entries: [...entries].sort(), problems };
}

type ReadEntry = { ok: true; entry: string } | { ok: false; message: string };

const refused = (message: string): ReadEntry => ({ ok: false, message });

function readEntry(text: string): ReadEntry {
  const shown = text.trim().slice(0, AREA_ENTRY_LENGTH_MAX);
  const sign = shown.startsWith('!') ? '!' : '';
  const body = shown.slice(sign.length).trim();
  if (body.endsWith('*')) {
    const prefix = barePostcode(body.slice(0, -1));
    if (prefix === null) return refused(`"${shown}" is no beginning of a postcode: write it like 10*.`);
    return { ok: true, entry: `${sign}${prefix}*` };
  }
  const range = /^(\d{2,10})\s*[-–]\s*(\d{2,10})$/.exec(body);
  if (range && range[1]!.length === range[2]!.length) {
    const [from, to] = [range[1]!, range[2]!];
    if (from > to) return refused(`"${shown}" runs backwards: write the lower postcode first.`);
    return { ok: true, entry: `${sign}${from}-${to}` };
  }
  const code = barePostcode(body);
  if (code === null) {
    return refused(`"${shown}" is no postcode, beginning (10*) or range (10115-10999).`);
  }
  return { ok: true, entry: `${sign}${code}` };
}

/** `excluded`: the list leaves this code out by name; `outside`: it does not hold it. */
export type AreaAnswer = 'inside' | 'excluded' | 'outside';
export type Areas = { size: number; lookUp(bareCode: string): AreaAnswer };

/** One side of a list: 8 bytes a code, so that thousands of lists fit into memory. */
type Side = {
  codes: Float64Array;
  /** Prefixes by their length. */
  prefixes: readonly { length: number; codes: Float64Array }[];
  /** Ranges by the length of their codes; they may overlap, so each knows the highest end up to it. */
  ranges: ReadonlyMap<number, { from: Float64Array; highestTo: Float64Array }>;
};

/** Compiles entries as `readAreas` gives them. */
export function compileAreas(entries: readonly string[]): Areas {
  const out = entries.filter((entry) => entry.startsWith('!')).map((entry) => entry.slice(1));
  const inside = entries.filter((entry) => !entry.startsWith('!'));
  return areasOf(
    entries.length,
    inside.length === 0 ? null : sideOf(inside),
    out.length === 0 ? null : sideOf(out),
  );
}

/** On its own, so that what is kept does not hold on to the entries as texts. */
const areasOf = (size: number, included: Side | null, excluded: Side | null): Areas => ({
  size,
  lookUp(bareCode) {
    const code = numberOf(bareCode);
    if (excluded && holds(excluded, bareCode, code)) return 'excluded';
    return included === null || holds(included, bareCode, code) ? 'inside' : 'outside';
  },
});

function sideOf(entries: readonly string[]): Side {
  const codes: number[] = [];
  const prefixes = new Map<number, number[]>();
  const ranges = new Map<number, [number, number][]>();
  for (const entry of entries) {
    if (entry.endsWith('*')) push(prefixes, entry.length - 1, numberOf(entry.slice(0, -1)));
    else if (entry.includes('-')) {
      const [from, to] = entry.split('-') as [string, string];
      push(ranges, from.length, [numberOf(from), numberOf(to)] as [number, number]);
    } else codes.push(numberOf(entry));
  }
  return {
    codes: Float64Array.from(codes).sort(),
    prefixes: [...prefixes].map(([length, of]) => ({ length, codes: Float64Array.from(of).sort() })),
    ranges: new Map([...ranges].map(([length, of]) => [length, sortedRanges(of)])),
  };
}

function push<T>(lists: Map<number, T[]>, key: number, one: T): void {
  const list = lists.get(key);
  if (list) list.push(one);
  else lists.set(key, [one]);
}

function sortedRanges(of: [number, number][]) {
  const sorted = of.toSorted((a, b) => a[0] - b[0]);
  const highestTo = new Float64Array(sorted.length);
  let highest = Number.NEGATIVE_INFINITY;
  for (const [at, [, to]] of sorted.entries()) {
    highest = Math.max(highest, to);
    highestTo[at] = highest;
  }
  return { from: Float64Array.from(sorted, ([from]) => from), highestTo };
}

function holds({ codes, prefixes, ranges }: Side, text: string, code: number): boolean {
  if (codes[firstAbove(codes, code) - 1] === code) return true;
  for (const { length, codes: of } of prefixes) {
    if (text.length < length) continue;
    const prefix = numberOf(text.slice(0, length));
    if (of[firstAbove(of, prefix) - 1] === prefix) return true;
  }
  const ofLength = ranges.get(text.length);
  if (!ofLength || !/^\d+$/.test(text)) return false;
  const before = firstAbove(ofLength.from, code) - 1;
  return before >= 0 && ofLength.highestTo[before]! >= code;
}

/** How many of the ascending numbers are at most `value`. */
function firstAbove(ascending: Float64Array, value: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ascending[middle]! <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Letters and digits as a number of base 37 without a zero: other texts, other numbers; same length, same order. */
function numberOf(text: string): number {
  if (text.length > CODE_LENGTH_MAX) return Number.NaN;
  let number = 0;
  for (let at = 0; at < text.length; at += 1) {
    const char = text.charCodeAt(at);
    number = number * 37 + (char <= 57 ? char - 47 : char - 54);
  }
  return number;
}
