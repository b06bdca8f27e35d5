/**
 * The states of a lead and how it moves between them. The table `leads` enforces the same list by constraints, and
 * src/lead/flow.ts names the stage that makes each move; tests compare the three with docs/lead-lifecycle.md.
 */
export const LEAD_STATES = [
  'received',
  'pending_confirmation',
  'checking',
  'pending_approval',
  'approved',
  'unsold',
  'distributed',
  'quarantined',
  'rejected',
  'expired',
  'bad_lead',
] as const;
export type LeadState = (typeof LEAD_STATES)[number];

/** States with nothing left to do. `distributed` can still become `bad_lead`, by a person only. */
export const FINAL_STATES: ReadonlySet<LeadState> = new Set([
  'distributed',
  'rejected',
  'expired',
  'bad_lead',
]);

/** Where a lead may go from each state. Anything else is refused, whoever asks. */
export const TRANSITIONS: { readonly [from in LeadState]: readonly LeadState[] } = {
  received: ['pending_confirmation', 'checking', 'quarantined'],
  pending_confirmation: ['checking', 'quarantined', 'rejected', 'expired'],
  checking: ['pending_approval', 'quarantined'],
  pending_approval: ['approved', 'rejected'],
  // A lead whose niche was switched off is decided about by nobody: its time ends all the same.
  approved: ['distributed', 'unsold', 'rejected', 'expired'],
  unsold: ['distributed', 'rejected', 'expired'],
  // Release goes back to where the lead was stopped; it is no confirmation and no approval.
  quarantined: ['pending_confirmation', 'checking', 'pending_approval', 'rejected', 'expired'],
  distributed: ['bad_lead'],
  rejected: [],
  expired: [],
  bad_lead: [],
};

/** States from which a lead can still be rejected: as long as no assignment exists. */
export const REJECTABLE_STATES: readonly LeadState[] = [
  'quarantined',
  'pending_confirmation',
  'pending_approval',
  'approved',
  'unsold',
];

/** A lead that counts as "this person asked already": confirmed, and not stopped or ended without a sale. */
export const COUNTS_AS_DUPLICATE: readonly LeadState[] = [
  'checking',
  'pending_approval',
  'approved',
  'unsold',
  'distributed',
];

export const canMove = (from: LeadState, to: LeadState): boolean => TRANSITIONS[from].includes(to);

/** After this many failed steps in a row a lead is parked: out of every queue, on the home page, with an alarm. */
export const FAILURES_MAX = 5;

const MINUTE_MS = 60_000;
/** How long a state may last before something must happen; those that are settings stand in the configuration. */
export const RECEIVED_ALARM_MS = MINUTE_MS;
export const APPROVAL_WARNING_MS = 15 * MINUTE_MS;
/** From here on the campaign's choice holds: alarm the operators, or approve as `system`. Five minutes are left to deliver. */
export const APPROVAL_LIMIT_MS = 25 * MINUTE_MS;

export type LeadType = 'premium' | 'raw';
