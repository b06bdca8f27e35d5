import type { Terms } from './rules.ts';

/** A provider on a competition level. The terms of a cancelled one are those it had last. */
export type Subscription = Terms & {
  id: string;
  providerId: string;
  nicheId: string;
  levelId: string;
  endpointId: string | null;
  active: boolean;
  paused: boolean;
  pausedUntil: Date | null;
  /** Order of receipt; survives leaving and coming back, so nobody gains a turn by it. */
  receiptNo: bigint | null;
  lastReceivedAt: Date | null;
  leadsReceivedCount: number;
  flaggedAt: Date | null;
  version: number;
  createdAt: Date;
  updatedAt: Date;
  cancelledAt: Date | null;
};

export type State = 'cancelled' | 'paused' | 'auto_deactivated' | 'active';

/**
 * The word that screens show. `auto_deactivated` is derived, never stored: money that comes back makes exactly those
 * active again, at once.
 * @param spendable available money and credit limit, in minor units
 * @param price what the next lead costs this subscription
 */
export function stateOf(
  facts: { cancelled: boolean; paused: boolean; providerPaused: boolean },
  spendable: bigint,
  price: bigint,
): State {
  if (facts.cancelled) return 'cancelled';
  if (facts.paused || facts.providerPaused) return 'paused';
  return spendable < price ? 'auto_deactivated' : 'active';
}
