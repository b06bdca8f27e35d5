import type { Cap } from '../subscriptions/index.ts';

/** Who pays for leads and receives them. */
export type ProviderStatus = 'pending' | 'active' | 'inactive';

export type ProviderTerms = {
  companyName: string;
  contactEmail: string;
  website: string | null;
  /** Alpha-2. */
  country: string;
  timezone: string;
  /** Minor units of each wallet's currency; below it a mail goes out. */
  lowBalanceThreshold: bigint;
  lowBalanceAlertEmail: string | null;
  notificationPreferences: Record<string, boolean>;
};

export type Provider = ProviderTerms & {
  id: string;
  /** Over all its subscriptions; amounts name their currency. */
  caps: Cap[];
  status: ProviderStatus;
  paused: boolean;
  /** When a pause ends by itself; null: by hand only. */
  pausedUntil: Date | null;
  /** Whose pause it is: what an operator stopped, the provider cannot start again. */
  pausedBy: 'operator' | 'provider' | null;
  /** An operator's stop switch holds for it. */
  stopped: boolean;
  version: number;
  createdAt: Date;
  updatedAt: Date;
  archivedAt: Date | null;
};
