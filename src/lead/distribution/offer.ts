import type { DecidedLead, Level, Rules } from './rules.ts';

/**
 * A decision that does not fill a lead's seats from the start: an operator gives the lead to one subscription, or one
 * seat of a level is offered again. It names its level, its seats and its promise, and the turn does not move.
 */
export type OfferKind = 'by_hand' | 'second' | 'purchase';

export type Offer = {
  kind: OfferKind;
  levelId: string;
  /** The one subscription that it is for; null: all of the level. */
  subscriptionId: string | null;
  seats: number;
  /** The competition promise to whoever gets it. */
  maxShared: number;
};

/** Somebody who has the lead, or had it. */
export type Holder = {
  levelId: string;
  maxShared: number;
  /** It has the lead, or may have it: not one whose hold was released because it certainly does not. */
  live: boolean;
  /** Something of the lead was sent to it: it counts among those whom the person was told of. */
  sent: boolean;
};

/**
 * Seats of a level that are open beside those who have the lead, and what is promised to whoever takes one. Nobody's
 * promise is broken: neither that of the holders, nor that of the level, nor the number the person was told.
 * @param of.told at most so many providers, the smaller of form and campaign; null: no limit
 */
export function openSeats(
  rules: Pick<Rules, 'levels' | 'fillMode'>,
  of: { level: Level; holders: readonly Holder[]; told: number | null },
): { seats: number; maxShared: number } {
  const { level, holders } = of;
  const live = holders.filter((holder) => holder.live);
  const promised = live.reduce((least, { maxShared }) => Math.min(least, maxShared), Number.MAX_SAFE_INTEGER);
  const sentInVain = holders.filter(({ live, sent }) => sent && !live).length;
  const told = (of.told ?? Number.MAX_SAFE_INTEGER) - sentInVain;
  const cascade = rules.fillMode === 'cascade';
  const most = cascade || level.exclusive ? level.maxProviders : maxOfAll(rules);
  const maxShared = Math.max(0, Math.min(promised, told, most));
  const here = live.filter(({ levelId }) => levelId === level.id).length;
  const seats = shutOut(rules, level, live)
    ? 0
    : Math.max(0, Math.min(maxShared - live.length, level.maxProviders - here));
  return { seats, maxShared };
}

const maxOfAll = ({ levels }: Pick<Rules, 'levels'>): number =>
  levels.reduce((sum, { maxProviders }) => sum + maxProviders, 0);

/** A level that is sold alone shares the lead with no other level, neither before nor after. */
function shutOut(rules: Pick<Rules, 'levels'>, level: Level, live: readonly Holder[]): boolean {
  const others = live.filter(({ levelId }) => levelId !== level.id);
  if (level.exclusive) return others.length > 0;
  return others.some(({ levelId }) => rules.levels.find(({ id }) => id === levelId)?.exclusive === true);
}

/** The smaller of what the form said to this person and what the campaign says today; null: no limit. */
export function toldAtMost(rules: Rules, lead: Pick<DecidedLead, 'campaignId' | 'told'>): number | null {
  const campaign = rules.campaigns.get(lead.campaignId)?.recipientsTold;
  if (campaign === undefined) return lead.told;
  return lead.told === null ? campaign : Math.min(campaign, lead.told);
}

/** Whether a subscription is offered the lead at all. */
export const isOffered = (
  offer: Pick<Offer, 'levelId' | 'subscriptionId'>,
  { id, levelId }: { id: string; levelId: string },
): boolean => (offer.subscriptionId === null ? levelId === offer.levelId : id === offer.subscriptionId);
