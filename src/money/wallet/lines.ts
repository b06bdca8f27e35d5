import type { Posted } from '../ledger/index.ts';

/**
 * Lines that a wallet crosses: the provider's own threshold, and the lowest price it can be charged. Below the second
 * it gets no leads. That state is not stored anywhere: money that comes in makes it eligible again by itself.
 */

/** Which way a batch took one wallet, from before its first transfer to after its last. */
export type Course = {
  providerId: string;
  walletId: string;
  currency: string;
  /** What could be spent: available money and credit. */
  before: bigint;
  after: bigint;
  /** Whether some transfer of the batch took from, or added to, the available money. */
  spent: boolean;
  gained: boolean;
};

export function coursesOf(posted: Posted[]): Course[] {
  const courses = new Map<string, Course>();
  for (const one of posted) {
    const course = courses.get(one.walletId);
    const after = one.availableAfter + one.creditLimit;
    const spent = one.availableAfter < one.availableBefore;
    const gained = one.availableAfter > one.availableBefore;
    if (course) {
      course.after = after;
      course.spent ||= spent;
      course.gained ||= gained;
      continue;
    }
    const { providerId, walletId, currency } = one;
    const before = one.availableBefore + one.creditLimit;
    courses.set(walletId, { providerId, walletId, currency, before, after, spent, gained });
  }
  return [...courses.values()];
}

/** Which way a line was crossed; being exactly on it is above: the price can be paid. */
export function crossed(before: bigint, after: bigint, line: bigint): 'below' | 'above' | null {
  if (before >= line && after < line) return 'below';
  if (before < line && after >= line) return 'above';
  return null;
}
