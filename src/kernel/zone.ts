/**
 * Local time in an IANA zone: days, hours and clock times, correct on days of 23, 23.5, 24.5 and 25 hours and
 * on days without local midnight. `time.ts` and `hours.ts` are built on it.
 */
import { Temporal } from 'temporal-polyfill';

export const DAY_MS = 86_400_000;
export const HOUR_MS = 3_600_000;
export const MINUTE_MS = 60_000;
const ZONE_LENGTH_MAX = 64;
/** About 600 names exist; the bound only keeps odd spellings ("EUROPE/berlin") from filling the memory. */
const CACHE_ZONES_MAX = 2_000;

/** Whole local days since 1970-01-01: the number of a date, free of any zone. */
export type DayNumber = number;

/** A stretch of time in which the zone's offset does not change, at most one local hour. */
type LocalHour = { startMs: number; endMs: number; offsetMs: number };

const hours = new Map<string, LocalHour>();
const known = new Map<string, boolean>();

/** True for an IANA zone name such as "Europe/Berlin" or "UTC"; offsets like "+02:00" are no zones. */
export function isZone(value: unknown): value is string {
  if (typeof value !== 'string' || value.length > ZONE_LENGTH_MAX) return false;
  const cached = known.get(value);
  if (cached !== undefined) return cached;
  const real = /^[A-Za-z][A-Za-z0-9_+\-/]*$/.test(value) && opens(value);
  remember(known, value, real);
  return real;
}

/** Milliseconds since 1970 of a Date or number; RangeError when it is no real time. */
export function msOf(instant: Date | number): number {
  const ms = typeof instant === 'number' ? instant : instant.getTime();
  if (!Number.isFinite(ms) || Math.abs(ms) > 8.64e15) throw new RangeError('not a time');
  return Math.floor(ms);
}

/**
 * The local hour around an instant and its offset. The answer is kept, so a busy loop in one hour costs
 * nothing.
 */
export function localHour(instant: Date | number, zone: string): LocalHour {
  const ms = msOf(instant);
  const cached = hours.get(zone);
  if (cached !== undefined && ms >= cached.startMs && ms < cached.endMs) return cached;
  requireZone(zone);
  const offsetMs = offsetAt(ms, zone);
  const local = ms + offsetMs;
  const top = local - mod(local, HOUR_MS) - offsetMs;
  const hour = { startMs: sameOffsetFrom(top, ms, offsetMs, zone), endMs: 0, offsetMs };
  hour.endMs = sameOffsetUntil(ms, top + HOUR_MS, offsetMs, zone);
  remember(hours, zone, hour);
  return hour;
}

/** What calendar and clock show: the date's number and the milliseconds since its 00:00. */
export function localClock(instant: Date | number, zone: string): { day: DayNumber; clockMs: number } {
  const ms = msOf(instant);
  const local = ms + localHour(ms, zone).offsetMs;
  return { day: Math.floor(local / DAY_MS), clockMs: mod(local, DAY_MS) };
}

/**
 * First instant of a local date. A date without midnight begins at the first instant it has; a date that the
 * zone skipped (Samoa, 2011-12-30) begins where the next one does, so it is empty.
 */
export function dayStart(day: DayNumber, zone: string): number {
  requireZone(zone);
  const date = new Temporal.PlainDate(1970, 1, 1).add({ days: day });
  return date.toZonedDateTime(zone).epochMilliseconds;
}

/** The date whose stretch [startMs, endMs) holds the instant; each instant belongs to exactly one. */
export function dayAround(
  instant: Date | number,
  zone: string,
): { day: DayNumber; startMs: number; endMs: number } {
  const ms = msOf(instant);
  let day = Math.floor((ms + offsetAt(ms, zone)) / DAY_MS);
  let [startMs, endMs] = [dayStart(day, zone), dayStart(day + 1, zone)];
  // A clock set back over midnight shows yesterday's date again; that hour still belongs to the date that has
  // begun.
  while (ms >= endMs) [day, startMs, endMs] = [day + 1, endMs, dayStart(day + 2, zone)];
  while (ms < startMs) [day, startMs, endMs] = [day - 1, dayStart(day - 1, zone), startMs];
  return { day, startMs, endMs };
}

/**
 * The instants at which the clock shows a time of a date: two when the hour is repeated. A time that a jump
 * skipped gives the instant of the jump, because from then on the clock is past it.
 */
export function instantsOf(day: DayNumber, clockMs: number, zone: string): number[] {
  const local = day * DAY_MS + clockMs;
  const before = offsetAt(local - DAY_MS, zone);
  const after = offsetAt(local + DAY_MS, zone);
  if (before === after && offsetAt(local - before, zone) === before) return [local - before];
  const found = [...new Set([before, after])]
    .map((offset) => local - offset)
    .filter((ms) => ms + offsetAt(ms, zone) === local)
    .sort((a, b) => a - b);
  if (found.length > 0) return found;
  return [changeBetween(local - Math.max(before, after), local - Math.min(before, after), zone)];
}

/**
 * The instant in (fromMs, toMs] at which the offset becomes that of `toMs`; `toMs` when it does not change.
 */
export function changeBetween(fromMs: number, toMs: number, zone: string): number {
  return sameOffsetFrom(fromMs, toMs, offsetAt(toMs, zone), zone);
}

/** Milliseconds that the zone's clock is ahead of UTC. */
export function offsetAt(ms: number, zone: string): number {
  const cached = hours.get(zone);
  if (cached !== undefined && ms >= cached.startMs && ms < cached.endMs) return cached.offsetMs;
  return Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(zone).offsetNanoseconds / 1e6;
}

export function requireZone(zone: string): void {
  if (!isZone(zone)) throw new RangeError('not an IANA time zone');
}

export function mod(value: number, by: number): number {
  return ((value % by) + by) % by;
}

/** Keeps a bounded cache: when full it starts again, which costs one slow look-up per zone. */
export function remember<T>(cache: Map<string, T>, key: string, value: T): void {
  if (cache.size >= CACHE_ZONES_MAX && !cache.has(key)) cache.clear();
  cache.set(key, value);
}

function opens(zone: string): boolean {
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(zone);
    return true;
  } catch {
    return false;
  }
}

/**
 * Earliest instant from `low` on after which the offset stays `offsetMs` up to `high` (`high` itself has it).
 */
function sameOffsetFrom(low: number, high: number, offsetMs: number, zone: string): number {
  if (offsetAt(low, zone) === offsetMs) return low;
  let [without, having] = [low, high];
  while (having - without > 1) {
    const middle = Math.floor((without + having) / 2);
    if (offsetAt(middle, zone) === offsetMs) having = middle;
    else without = middle;
  }
  return having;
}

/** First instant up to `high` at which the offset is no longer `offsetMs`, which `low` has. */
function sameOffsetUntil(low: number, high: number, offsetMs: number, zone: string): number {
  if (offsetAt(high - 1, zone) === offsetMs) return high;
  let [having, without] = [low, high - 1];
  while (without - having > 1) {
    const middle = Math.floor((having + without) / 2);
    if (offsetAt(middle, zone) === offsetMs) having = middle;
    else without = middle;
  }
  return without;
}
