/**
 * When traffic is unusual. What is usual is what the same source or niche did in its last days, so that nights, weekends
 * and small sources are no alarm.
 */

/** Days that are looked back on: two of every weekday. */
export const LOOK_BACK_DAYS = 14;
/** With fewer leads in that time nobody can say what is usual. */
export const LEADS_MIN = 10;
/** Shorter than this is never a pause worth a mail. */
export const PAUSE_MIN_HOURS = 3;
/** A pause is unusual when it is longer than the longest before it by this half. */
const PAUSE_FACTOR = 1.5;

export type Traffic = {
  leads: number;
  /** Whole hours without a lead up to now. */
  pauseHours: number;
  /** The longest run of hours without a lead between two hours with some. */
  longestHours: number;
};

/** A source or niche that had leads and has had none for an unusual time. */
export const isQuiet = ({ leads, pauseHours, longestHours }: Traffic): boolean =>
  leads >= LEADS_MIN && pauseHours >= PAUSE_MIN_HOURS && pauseHours > PAUSE_FACTOR * longestHours;

/** Leads of one hour that match nobody: fewer are no spike. */
export const UNMATCHED_MIN = 10;
/** The least part of an hour's leads, in percent. */
export const UNMATCHED_PERCENT_MIN = 30;
/** A spike is at least so many times what is usual. */
const UNMATCHED_FACTOR = 2;

export type Matching = {
  /** Decided within the last full hour, and those of them that pass the static checks of no subscription. */
  decided: number;
  unmatched: number;
  /** The same of the days before. */
  usualDecided: number;
  usualUnmatched: number;
};

export const percent = (part: number, of: number): number => (of === 0 ? 0 : Math.round((100 * part) / of));

export function isSpike({ decided, unmatched, usualDecided, usualUnmatched }: Matching): boolean {
  if (unmatched < UNMATCHED_MIN || 100 * unmatched < UNMATCHED_PERCENT_MIN * decided) return false;
  return unmatched * usualDecided >= UNMATCHED_FACTOR * usualUnmatched * decided;
}
