/**
 * The one vocabulary of states: the same word on every screen. A state of the API is looked up by what it
 * belongs to, because `approved` means something else for a lead than for a return.
 */
import {
  Ban,
  Check,
  CircleAlert,
  CircleCheck,
  CircleDashed,
  CircleDot,
  CirclePause,
  CircleSlash,
  CircleX,
  Clock,
  Flag,
  FlaskConical,
  Hourglass,
  Inbox,
  Lock,
  type LucideIcon,
  MailQuestionMark,
  OctagonAlert,
  RotateCcw,
  Send,
  ShieldAlert,
  ShieldQuestionMark,
  TriangleAlert,
  Undo2,
  UserCheck,
} from 'lucide-react';

export type Tone = 'neutral' | 'good' | 'warn' | 'bad' | 'info' | 'test';

export interface StateLook {
  word: string;
  tone: Tone;
  icon: LucideIcon;
}

const look = (word: string, tone: Tone, icon: LucideIcon): StateLook => ({ word, tone, icon });

export const states = {
  lead: {
    received: look('Received', 'info', Inbox),
    pending_confirmation: look('Waiting for confirmation', 'info', MailQuestionMark),
    checking: look('Checking', 'info', ShieldQuestionMark),
    pending_approval: look('Waiting for approval', 'warn', UserCheck),
    approved: look('Approved', 'info', Check),
    distributed: look('Distributed', 'good', CircleCheck),
    unsold: look('Unsold', 'warn', CircleDashed),
    quarantined: look('Quarantined', 'warn', ShieldAlert),
    rejected: look('Rejected', 'bad', CircleX),
    bad_lead: look('Bad lead', 'bad', Flag),
    expired: look('Expired', 'neutral', Hourglass),
    parked: look('Parked', 'bad', OctagonAlert),
  },
  assignment: {
    held: look('Held', 'info', Lock),
    charged: look('Charged', 'good', CircleCheck),
    released: look('Released', 'neutral', Undo2),
    refunded: look('Refunded', 'warn', RotateCcw),
  },
  delivery: {
    pending: look('Waiting', 'info', Clock),
    due: look('Due', 'info', Clock),
    sending: look('Sending', 'info', Send),
    delivered: look('Delivered', 'good', CircleCheck),
    retrying: look('Retrying', 'warn', RotateCcw),
    accepted: look('Accepted', 'good', CircleCheck),
    duplicate: look('Duplicate', 'warn', CircleDot),
    refused: look('Refused', 'bad', CircleX),
    rejected: look('Refused', 'bad', CircleX),
    dead: look('Dead', 'bad', OctagonAlert),
    unknown: look('Unknown outcome', 'warn', ShieldQuestionMark),
    unresolved: look('Unresolved', 'warn', TriangleAlert),
    cancelled: look('Cancelled', 'neutral', Ban),
  },
  attempt: {
    delivered: look('Delivered', 'good', CircleCheck),
    retry: look('Not taken', 'warn', RotateCcw),
    disabled: look('Endpoint switched off', 'neutral', CircleSlash),
    blocked: look('Address not allowed', 'bad', Ban),
    lost: look('Lost on our side', 'warn', ShieldQuestionMark),
    accepted: look('Accepted', 'good', CircleCheck),
    refused: look('Refused', 'bad', CircleX),
    rejected: look('Refused', 'bad', CircleX),
    duplicate: look('Duplicate', 'warn', CircleDot),
    failed: look('Failed', 'bad', CircleAlert),
    timed_out: look('Timed out', 'warn', Clock),
    unknown: look('Unknown outcome', 'warn', ShieldQuestionMark),
  },
  endpoint: {
    healthy: look('Healthy', 'good', CircleCheck),
    failing: look('Failing', 'bad', OctagonAlert),
    none: look('No endpoint', 'neutral', CircleDashed),
    closed: look('Healthy', 'good', CircleCheck),
    half_open: look('On trial', 'warn', ShieldQuestionMark),
    probing: look('On trial', 'warn', ShieldQuestionMark),
    open: look('Down', 'bad', OctagonAlert),
    down: look('Down', 'bad', OctagonAlert),
    disabled: look('Disabled', 'neutral', CircleSlash),
    active: look('Active', 'good', CircleCheck),
  },
  subscription: {
    active: look('Active', 'good', CircleCheck),
    paused: look('Paused', 'neutral', CirclePause),
    auto_deactivated: look('Out of money', 'warn', TriangleAlert),
    provider_pending: look('Waiting for approval', 'warn', UserCheck),
    provider_inactive: look('Company switched off', 'neutral', CircleSlash),
    provider_paused: look('Company paused', 'neutral', CirclePause),
    niche_off: look('Niche switched off', 'neutral', CircleSlash),
    level_off: look('Level switched off', 'neutral', CircleSlash),
    endpoint_down: look('Endpoint down', 'bad', OctagonAlert),
    provider_stopped: look('Stopped', 'bad', CircleSlash),
    niche_stopped: look('Niche stopped', 'warn', CircleSlash),
    stopped: look('Stopped', 'bad', CircleSlash),
    ended: look('Ended', 'neutral', CircleSlash),
    archived: look('Archived', 'neutral', CircleSlash),
    cancelled: look('Ended', 'neutral', CircleSlash),
  },
  provider: {
    pending: look('Waiting for approval', 'warn', UserCheck),
    inactive: look('Switched off', 'neutral', CircleSlash),
    active: look('Active', 'good', CircleCheck),
    unverified: look('Not verified', 'warn', MailQuestionMark),
    paused: look('Paused', 'neutral', CirclePause),
    away: look('Away', 'neutral', CirclePause),
    suspended: look('Suspended', 'bad', Ban),
    archived: look('Archived', 'neutral', CircleSlash),
  },
  return: {
    pending: look('Waiting for a verdict', 'warn', Clock),
    approved: look('Approved', 'good', CircleCheck),
    rejected: look('Rejected', 'bad', CircleX),
    withdrawn: look('Withdrawn', 'neutral', Undo2),
    expired: look('Expired', 'neutral', Hourglass),
  },
  payment: {
    pending: look('Pending', 'info', Clock),
    succeeded: look('Paid', 'good', CircleCheck),
    completed: look('Paid', 'good', CircleCheck),
    failed: look('Failed', 'bad', CircleX),
    refunded: look('Refunded', 'warn', RotateCcw),
    disputed: look('Disputed', 'bad', TriangleAlert),
    cancelled: look('Cancelled', 'neutral', Ban),
  },
  niche: {
    active: look('Active', 'good', CircleCheck),
    inactive: look('Switched off', 'neutral', CircleSlash),
    archived: look('Archived', 'neutral', CircleSlash),
  },
  source: {
    active: look('Taking leads', 'good', CircleCheck),
    paused: look('Paused', 'neutral', CirclePause),
  },
  user: {
    pending: look('Invited', 'info', MailQuestionMark),
    active: look('Active', 'good', CircleCheck),
    deactivated: look('Switched off', 'neutral', CircleSlash),
    suspended: look('Suspended', 'bad', Ban),
  },
  mode: {
    test: look('Test', 'test', FlaskConical),
  },
} as const satisfies Record<string, Record<string, StateLook>>;

export type StateKind = keyof typeof states;

/** How a state is shown. A state that this list does not know is shown by its own name, without a colour. */
export function lookOf(kind: StateKind, state: string): StateLook {
  const known: Record<string, StateLook> = states[kind];
  const words = state.replaceAll('_', ' ');
  return known[state] ?? look(words.charAt(0).toUpperCase() + words.slice(1), 'neutral', CircleDot);
}
