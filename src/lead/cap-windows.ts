import { localDate, windowKey } from '../kernel/time.ts';

/** The windows that caps are counted in: what distribution counts up, and what a refund counts down again. Pure. */

export type CountedCap = {
  window: 'hour' | 'day' | 'week' | 'month' | 'total';
  kind: 'count' | 'spend';
};
/** 1 is Monday: holds on this weekday instead of the day's other cap of its kind. null: on every day. */
type WeekdayCap = CountedCap & { weekday: number | null };

/** The key under which a cap's use is counted, for instance `spend:day:2026-11-20`. */
export const capKey = (cap: CountedCap, clockMs: number, zone: string): string =>
  cap.window === 'total' ? `${cap.kind}:total` : `${cap.kind}:${windowKey(cap.window, clockMs, zone)}`;

/** A provider's money is counted per currency, because its niches may have several. */
export const providerCapKey = (cap: CountedCap, clockMs: number, zone: string, currency: string): string =>
  cap.kind === 'count' ? capKey(cap, clockMs, zone) : `${capKey(cap, clockMs, zone)}:${currency}`;

/** 1 is Monday, on the calendar of the zone. */
const weekdayOf = (clockMs: number, zone: string): number =>
  ((new Date(`${localDate(clockMs, zone)}T00:00:00Z`).getUTCDay() + 6) % 7) + 1;

/** The caps that hold today: one for this weekday goes before the day's other cap of its kind. */
export function capsToday<C extends WeekdayCap>(
  caps: readonly C[],
  clockMs: number,
  zone: string,
): readonly C[] {
  if (caps.every(({ weekday }) => weekday === null)) return caps;
  const today = weekdayOf(clockMs, zone);
  const special = new Set(caps.filter(({ weekday }) => weekday === today).map(({ kind }) => kind));
  return caps.filter(({ window, kind, weekday }) =>
    weekday === null ? window !== 'day' || !special.has(kind) : weekday === today,
  );
}
