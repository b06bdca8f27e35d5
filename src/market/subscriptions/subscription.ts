import type { Terms } from './rules.ts';

export type Side = 'operator' | 'provider';

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
  /** Whose pause it is: what an operator stopped, the provider cannot start again. */
  pausedBy: Side | null;
  /** Order of receipt; survives leaving and coming back, so nobody gains a turn by it. */
  receiptNo: bigint | null;
  lastReceivedAt: Date | null;
  leadsReceivedCount: number;
  flaggedAt: Date | null;
  /** Its own price from `comingOwnPriceAt` on, in minor units; null with a moment: it has none from then on. */
  comingOwnPrice: bigint | null;
  comingOwnPriceAt: Date | null;
  version: number;
  createdAt: Date;
  updatedAt: Date;
  cancelledAt: Date | null;
};

/** Everybody who is not the provider acts for the operator. */
export const sideOf = (who: { role: string }): Side => (who.role === 'provider' ? 'provider' : 'operator');

/** Whether a pause of the operator holds at this time: the provider cannot change or end it. */
export const isOperatorsPause = (
  one: Pick<Subscription, 'paused' | 'pausedUntil' | 'pausedBy'>,
  now: Date,
): boolean =>
  one.paused && one.pausedBy === 'operator' && (one.pausedUntil === null || one.pausedUntil > now);

export type State =
  | 'cancelled'
  | 'provider_pending'
  | 'provider_inactive'
  | 'provider_stopped'
  | 'paused'
  | 'provider_paused'
  | 'niche_off'
  | 'niche_stopped'
  | 'level_off'
  | 'endpoint_down'
  | 'auto_deactivated'
  | 'active';

/** What decides whether a subscription can get a lead at all, whatever the lead. */
export type StateFacts = {
  cancelled: boolean;
  paused: boolean;
  providerStatus: 'pending' | 'active' | 'inactive';
  /** A stop switch holds for the provider. */
  providerStopped: boolean;
  providerPaused: boolean;
  nicheActive: boolean;
  /** A stop switch holds for the niche, or for everything. */
  nicheStopped: boolean;
  levelActive: boolean;
  /** False while an endpoint is switched off or its breaker is open; true without an endpoint. */
  endpointTakes: boolean;
  /** Available money and credit limit, in minor units. */
  spendable: bigint;
  /** What the next lead costs this subscription, in minor units. */
  price: bigint;
};

/**
 * The word that screens show: why it gets nothing, or `active`. All of it is derived, never stored: what comes back
 * (money, an endpoint, a level) makes exactly those active again, at once. What somebody must lift by hand goes
 * before what ends by itself.
 */
export function stateOf(facts: StateFacts): State {
  if (facts.cancelled) return 'cancelled';
  if (facts.providerStatus === 'pending') return 'provider_pending';
  if (facts.providerStatus === 'inactive') return 'provider_inactive';
  if (facts.providerStopped) return 'provider_stopped';
  if (facts.paused) return 'paused';
  if (facts.providerPaused) return 'provider_paused';
  if (!facts.nicheActive) return 'niche_off';
  if (facts.nicheStopped) return 'niche_stopped';
  if (!facts.levelActive) return 'level_off';
  if (!facts.endpointTakes) return 'endpoint_down';
  return facts.spendable < facts.price ? 'auto_deactivated' : 'active';
}
