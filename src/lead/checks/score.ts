/** From verdicts to a score, to the lead's type and to the question whether the lead may go on. */
import type { LeadType } from '../lead.ts';
import type { Verdict } from './verdict.ts';

/** A check that could not be made proves neither way: half, like a warning. */
const SHARE_IN_HALVES: Record<Verdict['result'], number> = { pass: 2, warn: 1, unknown: 1, fail: 0 };

/**
 * 0 to 100: the weighted share of checks that passed, rounded down. Without any weight nothing is proved: 0.
 */
export function scoreOf(verdicts: readonly Verdict[]): number {
  const whole = verdicts.reduce((sum, verdict) => sum + verdict.weight, 0);
  if (whole <= 0) return 0;
  const halves = verdicts.reduce((sum, verdict) => sum + verdict.weight * SHARE_IN_HALVES[verdict.result], 0);
  return Math.floor((halves * 50) / whole);
}

/** No check failed. Warnings and unknowns cost points and stop nobody. */
export function allPassed(verdicts: readonly Verdict[]): boolean {
  return verdicts.every((verdict) => verdict.result !== 'fail');
}

/**
 * `premium` when confirmed, no check failed and the score reaches the campaign's threshold; what a trusted
 * source declares counts instead, in both directions. Everything else is `raw`.
 */
export function leadType(lead: {
  confirmed: boolean;
  verdicts: readonly Verdict[];
  /** The campaign's premium score, 0 to 100. */
  threshold: number;
  /** What the source declared; only sources that the campaign trusts are passed in here. */
  declaredByTrustedSource?: LeadType | null;
}): LeadType {
  if (lead.declaredByTrustedSource) return lead.declaredByTrustedSource;
  const earned = lead.confirmed && allPassed(lead.verdicts) && scoreOf(lead.verdicts) >= lead.threshold;
  return earned ? 'premium' : 'raw';
}
