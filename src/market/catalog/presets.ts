import type { Approval, Confirmation, PurchaseMode } from '../campaigns/index.ts';
import type { BillOn, FillMode, LevelRotation, Preset, Strategy } from './niche.ts';

/**
 * Where a new niche starts: one preset for each way of working that the source documents describe. A preset only
 * fills in values; every one of them can be changed afterwards. docs/distribution.md says the same in words.
 */
export type PresetValues = {
  levelRotation: LevelRotation;
  fillMode: FillMode;
  level: { strategy: Strategy; maxProviders: number; billOn: BillOn };
  campaign: {
    confirmation: Confirmation;
    approval: Approval;
    approvalScore: number | null;
    recipientsTold: number;
    purchase: PurchaseMode;
  };
};

export const presets: Record<Preset, PresetValues> = {
  /** One lead to one provider within seconds, from sources that attest the consent. */
  instant: {
    levelRotation: 'fixed',
    fillMode: 'cascade',
    level: { strategy: 'least_loaded_today', maxProviders: 1, billOn: 'assigned' },
    campaign: {
      ...{ confirmation: 'source_attested', approval: 'auto', approvalScore: null },
      ...{ recipientsTold: 1, purchase: 'off' },
    },
  },
  /** Confirmed by mail, approved by a person; each lead starts at the next level in turn. */
  exchange: {
    levelRotation: 'rotate',
    fillMode: 'cascade',
    level: { strategy: 'longest_waiting', maxProviders: 3, billOn: 'assigned' },
    campaign: {
      ...{ confirmation: 'double_opt_in', approval: 'manual', approvalScore: null },
      ...{ recipientsTold: 10, purchase: 'off' },
    },
  },
  /** The same, but every lead starts at the first level. */
  exchange_in_order: {
    levelRotation: 'fixed',
    fillMode: 'cascade',
    level: { strategy: 'longest_waiting', maxProviders: 3, billOn: 'assigned' },
    campaign: {
      ...{ confirmation: 'double_opt_in', approval: 'manual', approvalScore: null },
      ...{ recipientsTold: 10, purchase: 'off' },
    },
  },
  /** Checked leads go out by themselves; what stays open can be bought by hand. */
  campaign_store: {
    levelRotation: 'fixed',
    fillMode: 'cascade',
    level: { strategy: 'longest_waiting', maxProviders: 1, billOn: 'assigned' },
    campaign: {
      ...{ confirmation: 'double_opt_in', approval: 'auto_if', approvalScore: 70 },
      ...{ recipientsTold: 3, purchase: 'open_seats' },
    },
  },
};
