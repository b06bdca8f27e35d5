import { answerKey, type CompiledFilter, type Filter, postcodeIn, unanswered } from './filters.ts';
import { type DecidedLead, STATIC_CHECKS, type StaticCheck, type Subscription } from './rules.ts';

/**
 * Answers the static group of checks for all subscriptions at once. It is compiled once per configuration version;
 * a lead then costs a few operations on words of 32 subscriptions instead of a look at each of them. The answer is the
 * one that `staticFailure` gives, subscription by subscription, and a test holds the two against each other.
 */

/** Candidates of a lead: by place (`Subscription.index`), ascending, and as bits. */
export type Candidates = {
  places: readonly number[];
  bits: Uint32Array;
  /** How many subscriptions each static check kept away; each counts at the first that fails. */
  excluded: Record<StaticCheck, number>;
};

/** Candidates that are known already, for instance from a decision's record. `size`: subscriptions in all. */
export const knownCandidates = (
  size: number,
  places: readonly number[],
  excluded: Record<StaticCheck, number>,
): Candidates => ({ places, bits: bitsOf(Math.ceil(size / WORD), places), excluded });

export type CandidateIndex = { find(lead: DecidedLead): Candidates };

/**
 * A range field keeps one bitset for each stretch of answers between two bounds. Beyond so many stretches neighbours
 * share one, and whose bound lies inside it is compared by itself: the memory stays bounded.
 */
export const RANGE_STRETCHES_MAX = 256;

export function compileIndex(
  subscriptions: readonly Subscription[],
  stretchesMax: number = RANGE_STRETCHES_MAX,
): CandidateIndex {
  const words = Math.ceil(subscriptions.length / WORD);
  const everybody = bitsOf(words, subscriptions.keys());
  const hits = new Uint32Array(words);
  const country = compileChoice(words, subscriptions, ({ countries }) => countries);
  const campaign = compileChoice(words, subscriptions, ({ campaigns }) => campaigns);
  const slots = compileSlots(words, subscriptions, stretchesMax);
  const needs = postings(
    words,
    subscriptions.map(({ requiredFields }) => requiredFields),
  );

  const checks: Record<StaticCheck, (alive: Uint32Array, lead: DecidedLead) => void> = {
    country: (alive, lead) => choose(alive, country, lead.country, hits),
    campaign: (alive, lead) => choose(alive, campaign, lead.campaignId, hits),
    filter(alive, { answers }) {
      for (const { key, missing, exclude } of slots) {
        const answer = answers[key];
        if (unanswered(answer)) subtract(alive, missing);
        else exclude(alive, answer, hits);
      }
    },
    required_fields(alive, { present }) {
      for (const [field, needing] of needs) if (!present.has(field)) removePosting(alive, needing);
    },
  };
  return {
    find(lead) {
      const bits = everybody.slice();
      const excluded = { country: 0, campaign: 0, filter: 0, required_fields: 0 };
      let left = subscriptions.length;
      for (const check of STATIC_CHECKS) {
        if (left === 0) break;
        checks[check](bits, lead);
        const now = countBits(bits);
        excluded[check] = left - now;
        left = now;
      }
      return { places: placesOf(bits), bits, excluded };
    },
  };
}

const WORD = 32;

export const hasBit = (bits: Uint32Array, place: number): boolean =>
  (bits[place >>> 5]! & (1 << (place & 31))) !== 0;

function setBit(bits: Uint32Array, place: number): void {
  bits[place >>> 5]! |= 1 << (place & 31);
}

/** How many of `bits` are among `others`. */
export function countCommon(bits: Uint32Array, others: Uint32Array): number {
  let count = 0;
  for (let at = 0; at < bits.length; at += 1) count += onesIn(bits[at]! & others[at]!);
  return count;
}

function onesIn(bits: number): number {
  if (bits === 0) return 0;
  const pairs = bits - ((bits >>> 1) & 0x55555555);
  const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

export function bitsOf(words: number, places: Iterable<number>): Uint32Array {
  const bits = new Uint32Array(words);
  for (const place of places) setBit(bits, place);
  return bits;
}

function subtract(bits: Uint32Array, others: Uint32Array): void {
  for (let at = 0; at < bits.length; at += 1) bits[at]! &= ~others[at]!;
}

const countBits = (bits: Uint32Array): number => bits.reduce((count, word) => count + onesIn(word), 0);

function placesOf(bits: Uint32Array): number[] {
  const places: number[] = [];
  for (let at = 0; at < bits.length; at += 1) {
    for (let word = bits[at]!; word !== 0; word &= word - 1) {
      places.push(at * WORD + 31 - Math.clz32(word & -word));
    }
  }
  return places;
}

/** Who names a value: their places while they are few, else bits. So no index is larger than the configuration. */
type Posting = { places: Uint32Array } | { bits: Uint32Array };

/** By value: the places of those who name it. */
function postings(
  words: number,
  valuesOf: readonly (Iterable<string> | undefined)[],
): ReadonlyMap<string, Posting> {
  const named = new Map<string, number[]>();
  for (const [place, values] of valuesOf.entries()) {
    for (const value of new Set(values ?? [])) {
      const places = named.get(value);
      if (places) places.push(place);
      else named.set(value, [place]);
    }
  }
  return new Map(
    [...named].map(([value, places]): [string, Posting] => [
      value,
      places.length <= words ? { places: Uint32Array.from(places) } : { bits: bitsOf(words, places) },
    ]),
  );
}

function addPosting(bits: Uint32Array, posting: Posting | undefined): void {
  if (!posting) return;
  if ('places' in posting) for (const place of posting.places) setBit(bits, place);
  else for (let at = 0; at < bits.length; at += 1) bits[at]! |= posting.bits[at]!;
}

function removePosting(bits: Uint32Array, posting: Posting): void {
  if ('bits' in posting) subtract(bits, posting.bits);
  else for (const place of posting.places) bits[place >>> 5]! &= ~(1 << (place & 31));
}

/** Countries and campaigns: who is choosy, and by value who takes it. */
type Choice = { choosy: Uint32Array; takers: ReadonlyMap<string, Posting> } | null;

function compileChoice(
  words: number,
  subscriptions: readonly Subscription[],
  chosenBy: (subscription: Subscription) => ReadonlySet<string> | null,
): Choice {
  const choosy = subscriptions.filter((one) => chosenBy(one) !== null).map(({ index }) => index);
  if (choosy.length === 0) return null;
  const takers = postings(
    words,
    subscriptions.map((one) => chosenBy(one) ?? undefined),
  );
  return { choosy: bitsOf(words, choosy), takers };
}

function choose(alive: Uint32Array, choice: Choice, value: string | null, hits: Uint32Array): void {
  if (!choice) return;
  hits.fill(0);
  if (value !== null) addPosting(hits, choice.takers.get(value));
  for (let at = 0; at < alive.length; at += 1) alive[at]! &= ~choice.choosy[at]! | hits[at]!;
}

/** At most one filter of each subscription, all of one kind on one field; a second one goes into the next slot. */
type Slot = {
  /** The name of the answer it reads. */
  key: string;
  /** Who wants an answer: they fail without one. */
  missing: Uint32Array;
  /** Takes those out of `alive` whose filter this answer fails. `hits` is room to work in. */
  exclude(alive: Uint32Array, answer: unknown, hits: Uint32Array): void;
};

type Carrier = { place: number; compiled: CompiledFilter };
type Kind = Filter['kind'];
type OfKind<K extends Kind> = Extract<Filter, { kind: K }>;

/** These read the answer filter by filter, so they come last, when few are left. */
const BY_ITSELF: readonly Kind[] = ['text', 'geo'];

function compileSlots(
  words: number,
  subscriptions: readonly Subscription[],
  stretchesMax: number,
): readonly Slot[] {
  const groups = new Map<string, Carrier[]>();
  for (const { index, filters } of subscriptions) {
    const seen = new Map<string, number>();
    for (const compiled of filters) {
      const own = `${compiled.filter.kind} ${compiled.filter.field}`;
      const nth = seen.get(own) ?? 0;
      seen.set(own, nth + 1);
      const group = groups.get(`${own} ${nth}`);
      if (group) group.push({ place: index, compiled });
      else groups.set(`${own} ${nth}`, [{ place: index, compiled }]);
    }
  }
  const byItself = (carriers: readonly Carrier[]) => Number(BY_ITSELF.includes(kindOf(carriers)));
  return [...groups.values()]
    .toSorted((a, b) => byItself(a) - byItself(b))
    .map((carriers): Slot => {
      const wanting = carriers.filter(({ compiled }) => compiled.filter.missing === 'fail');
      const missing = bitsOf(words, places(wanting));
      const key = answerKey(carriers[0]!.compiled.filter);
      return { key, missing, exclude: excludeOf(words, carriers, missing, stretchesMax) };
    });
}

const kindOf = (carriers: readonly Carrier[]): Kind => carriers[0]!.compiled.filter.kind;
const places = (carriers: readonly Carrier[]): number[] => carriers.map(({ place }) => place);

function excludeOf(
  words: number,
  carriers: readonly Carrier[],
  missing: Uint32Array,
  stretchesMax: number,
): Slot['exclude'] {
  switch (kindOf(carriers)) {
    case 'set':
      return excludeBySet(words, carriers);
    case 'boolean':
      return excludeByBoolean(words, carriers, missing);
    case 'range':
      return excludeByRange(words, carriers, missing, stretchesMax);
    case 'postcodes':
      return excludeByPostcode(words, carriers, missing);
    default:
      return excludeOneByOne(words, carriers);
  }
}

function excludeBySet(words: number, carriers: readonly Carrier[]): Slot['exclude'] {
  const filterOf = ({ compiled }: Carrier) => compiled.filter as OfKind<'set'>;
  const valuesOf: string[][] = [];
  for (const carrier of carriers) valuesOf[carrier.place] = filterOf(carrier).values;
  const naming = postings(words, valuesOf);
  const any = bitsOf(words, places(carriers.filter((one) => filterOf(one).match === 'any')));
  const none = bitsOf(words, places(carriers.filter((one) => filterOf(one).match === 'none')));
  return (alive, answer, hits) => {
    hits.fill(0);
    if (Array.isArray(answer)) for (const value of answer) addPosting(hits, naming.get(String(value)));
    else addPosting(hits, naming.get(String(answer)));
    for (let at = 0; at < alive.length; at += 1) {
      alive[at]! &= ~((any[at]! & ~hits[at]!) | (none[at]! & hits[at]!));
    }
  };
}

function excludeByBoolean(
  words: number,
  carriers: readonly Carrier[],
  missing: Uint32Array,
): Slot['exclude'] {
  const wanting = (value: boolean) =>
    bitsOf(
      words,
      places(carriers.filter(({ compiled }) => (compiled.filter as OfKind<'boolean'>).value === value)),
    );
  const [yes, no] = [wanting(true), wanting(false)];
  return (alive, answer) => subtract(alive, typeof answer === 'boolean' ? (answer ? no : yes) : missing);
}

/**
 * Bounds cut the numbers into stretches: below the first bound, the first bound itself, between the first and the
 * second, and so on. Within a stretch every answer passes the same filters.
 */
function excludeByRange(
  words: number,
  carriers: readonly Carrier[],
  missing: Uint32Array,
  stretchesMax: number,
): Slot['exclude'] {
  const filterOf = ({ compiled }: Carrier) => compiled.filter as OfKind<'range'>;
  const given = carriers.flatMap((one) => [filterOf(one).min, filterOf(one).max]);
  const bounds = Float64Array.from(new Set(given.filter((bound) => bound !== undefined))).sort();
  const stretches = 2 * bounds.length + 1;
  const width = Math.ceil(stretches / stretchesMax);
  const shares = Math.ceil(stretches / width);
  const sure = Array.from({ length: shares }, () => new Uint32Array(words));
  const doubtful: Carrier[][] = Array.from({ length: shares }, () => []);
  for (const carrier of carriers) {
    const { min, max } = filterOf(carrier);
    const from = min === undefined ? 0 : stretchOf(bounds, min);
    const to = max === undefined ? stretches - 1 : stretchOf(bounds, max);
    if (from > to) continue;
    for (let share = Math.floor(from / width); share <= Math.floor(to / width); share += 1) {
      const whole = from <= share * width && Math.min((share + 1) * width, stretches) - 1 <= to;
      if (whole) setBit(sure[share]!, carrier.place);
      else doubtful[share]!.push(carrier);
    }
  }
  const carrying = bitsOf(words, places(carriers));
  return (alive, answer) => {
    if (typeof answer !== 'number') return subtract(alive, missing);
    const share = Math.floor(stretchOf(bounds, answer) / width);
    const kept = doubtful[share]!.filter(
      ({ place, compiled }) => hasBit(alive, place) && compiled.test(answer) === 'match',
    );
    const passing = sure[share]!;
    for (let at = 0; at < alive.length; at += 1) alive[at]! &= ~carrying[at]! | passing[at]!;
    for (const { place } of kept) setBit(alive, place);
  };
}

/** The stretch in which a number lies; bounds ascend and differ. */
function stretchOf(bounds: Float64Array, value: number): number {
  let low = 0;
  let high = bounds.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (bounds[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low < bounds.length && bounds[low] === value ? 2 * low + 1 : 2 * low;
}

/** Words of the bitsets that a field of postcodes remembers; one code costs a word for 32 subscriptions. */
const REMEMBERED_WORDS_MAX = 1 << 20;

/** Leads come from the same few thousand postcodes, so whom one of them keeps away is remembered. */
function excludeByPostcode(
  words: number,
  carriers: readonly Carrier[],
  missing: Uint32Array,
): Slot['exclude'] {
  const outsiders = new Map<string, Uint32Array>();
  const codesMax = Math.ceil(REMEMBERED_WORDS_MAX / words);
  return (alive, answer) => {
    const code = postcodeIn(answer);
    if (code === null) return subtract(alive, missing);
    let away = outsiders.get(code);
    if (!away) {
      const outside = ({ compiled }: Carrier) =>
        (compiled.filter as OfKind<'postcodes'>).areas.lookUp(code) !== 'inside';
      away = bitsOf(words, places(carriers.filter(outside)));
      if (outsiders.size >= codesMax) outsiders.clear();
      outsiders.set(code, away);
    }
    subtract(alive, away);
  };
}

function excludeOneByOne(words: number, carriers: readonly Carrier[]): Slot['exclude'] {
  const carrying = bitsOf(words, places(carriers));
  const filterAt: CompiledFilter[] = [];
  for (const { place, compiled } of carriers) filterAt[place] = compiled;
  return (alive, answer) => {
    for (let at = 0; at < alive.length; at += 1) {
      for (let word = alive[at]! & carrying[at]!; word !== 0; word &= word - 1) {
        const place = at * WORD + 31 - Math.clz32(word & -word);
        const { filter, test } = filterAt[place]!;
        const match = test(answer);
        const fails = match === 'no' || (match === 'unknown' && filter.missing === 'fail');
        if (fails) alive[at]! &= ~(1 << (place & 31));
      }
    }
  };
}
