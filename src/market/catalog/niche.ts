/** Niches and their competition levels: what is sold, at which price, to how many, in which order. */
export type LevelRotation = 'rotate' | 'fixed';
export type FillMode = 'cascade' | 'fill_all';
export type Strategy = 'longest_waiting' | 'least_loaded_today' | 'weighted' | 'priority';
export type BillOn = 'assigned' | 'accepted';
export type Preset = 'instant' | 'exchange' | 'exchange_in_order' | 'campaign_store';

export type Niche = {
  id: string;
  name: string;
  slug: string;
  description: string;
  /** Niches of one group share the search for duplicates. */
  nicheGroup: string;
  currency: string;
  isLocationBased: boolean;
  preset: Preset;
  duplicateWindowDays: number;
  /** How long an unsold lead is offered again, in ms; null: the setting of the installation. */
  unsoldExpiryMs: number | null;
  active: boolean;
  archivedAt: Date | null;
  version: number;
  createdAt: Date;
  updatedAt: Date;
  /** The present configuration: counts up with every edit of the niche's rules. */
  configVersion: number;
  levelRotation: LevelRotation;
  fillMode: FillMode;
  defaultLevelId: string | null;
  /** Turns that a subscription may keep while only its endpoint is down. */
  missedTurnsMax: number;
};

export type LevelTerms = {
  name: string;
  /** Minor units of the niche's currency. */
  pricePerLead: bigint;
  /** A lead of this level goes to at most this many providers. */
  maxProviders: number;
  priorityOrder: number;
  strategy: Strategy;
  billOn: BillOn;
  /** Give the money back when the delivery ends dead or refused although the lead is in the portal. */
  refundUndelivered: boolean;
  /** Who buys here shares the lead with nobody of another level either. */
  exclusive: boolean;
  /** The price from `comingPriceAt` on, in minor units; null: nothing is announced. */
  comingPrice: bigint | null;
  comingPriceAt: Date | null;
  active: boolean;
};

export type Level = LevelTerms & {
  id: string;
  nicheId: string;
  archivedAt: Date | null;
  version: number;
  createdAt: Date;
  updatedAt: Date;
};

/** The most seats a level may have, and the most levels a niche may have. */
export const SEATS_MAX = 100;
export const LEVELS_MAX = 50;

/** Turns that a new niche lets a subscription keep. */
export const MISSED_TURNS_MAX = 3;

/** The niche-wide rules: they are versioned with the configuration. */
export const rulesOf = ({ levelRotation, fillMode, defaultLevelId, missedTurnsMax }: Niche) => ({
  levelRotation,
  fillMode,
  defaultLevelId,
  missedTurnsMax,
});

/** The level after a given one in the ring of active levels by order; null when no other is left. */
export function levelAfter(levels: readonly Level[], levelId: string): string | null {
  const gone = levels.find((level) => level.id === levelId);
  const ring = levels
    .filter((level) => level.id !== levelId && level.active && level.archivedAt === null)
    .toSorted((a, b) => a.priorityOrder - b.priorityOrder);
  const next = ring.find((level) => gone !== undefined && level.priorityOrder > gone.priorityOrder);
  return (next ?? ring[0])?.id ?? null;
}
