import type { App } from '../platform/app.ts';
import { runChecks } from './checks/index.ts';
import { type Deliveries, runDeliveries, startDeliveries } from './delivery/index.ts';
import { distributorOf, runDistribution } from './distribution/index.ts';
import type { LeadState } from './lead.ts';
import { expireConfirmations, runReview } from './review/index.ts';

/**
 * READ THIS FIRST: the way of a lead, stage by stage. Each stage is a folder beside this file; this is the only place
 * where they meet. A stage moves leads by the moves named here and by no others (src/lead/lead.ts, docs/lead-lifecycle.md
 * and the table `leads` hold the same list, and a test compares the four).
 *
 * What a person or a partner does arrives by HTTP (the stage's routes.ts). What is due by the clock is `run`: one
 * round over the due rows, which returns how much it did. The worker calls it again and again; tests call it by hand.
 */

export type Move = readonly [from: LeadState, to: LeadState];

export type Stage = {
  name: string;
  /** What it is for, in one sentence. */
  what: string;
  moves: readonly Move[];
  /** One round of background work; a stage without it works only when somebody asks. */
  run?: (app: App) => Promise<number>;
  /** In place of calling `run` again and again: keeps going by itself, because its rounds would wait for slow receivers. */
  start?: (app: App) => Deliveries;
  /** Live topics after which there may be work for it. */
  wakesOn?: readonly string[];
};

export const FLOW: readonly Stage[] = [
  {
    name: 'intake',
    what: 'Stores what a person or source sent, judges its shape, and says where it goes on.',
    moves: [
      ['received', 'pending_confirmation'],
      ['received', 'checking'],
      ['received', 'quarantined'],
    ],
  },
  {
    name: 'confirmation',
    what: 'The person confirms by the link in the mail, or the time to do so ends.',
    moves: [
      ['pending_confirmation', 'checking'],
      ['pending_confirmation', 'quarantined'],
      ['pending_confirmation', 'expired'],
    ],
    run: expireConfirmations,
  },
  {
    name: 'checks',
    what: 'Asks outside whether the contact is real, and gives the lead its score and type.',
    moves: [
      ['checking', 'pending_approval'],
      ['checking', 'quarantined'],
    ],
    run: runChecks,
    wakesOn: ['leads'],
  },
  {
    name: 'review',
    what: 'The operator, or the campaign’s rule, approves, rejects or releases.',
    moves: [
      ['pending_approval', 'approved'],
      ['pending_approval', 'rejected'],
      ['pending_confirmation', 'rejected'],
      ['approved', 'rejected'],
      ['unsold', 'rejected'],
      ['quarantined', 'pending_confirmation'],
      ['quarantined', 'checking'],
      ['quarantined', 'pending_approval'],
      ['quarantined', 'rejected'],
      ['quarantined', 'expired'],
      ['unsold', 'expired'],
      ['approved', 'expired'],
    ],
    run: runReview,
  },
  {
    name: 'distribution',
    what: 'Decides who gets the lead, charges them and writes down why.',
    moves: [
      ['approved', 'distributed'],
      ['approved', 'unsold'],
      ['unsold', 'distributed'],
    ],
    run: (app) => runDistribution(distributorOf(app)),
    wakesOn: ['leads'],
  },
  {
    name: 'delivery',
    what: 'Brings each assignment to its provider’s endpoint, and tries again until it is there or has ended.',
    moves: [],
    run: (app) => runDeliveries(app),
    start: (app) => startDeliveries(app),
    wakesOn: ['deliveries'],
  },
  {
    name: 'returns',
    what: 'A provider claims that a lead is bad; the operator decides, and may end it for all.',
    moves: [['distributed', 'bad_lead']],
  },
];
