import { verifyAudit } from '../../journal/audit/index.ts';
import { auditChains, auditWallets } from '../../money/ledger/index.ts';
import { doubleAssignments, overRefunded, overSold, wronglyBilled } from './assignments.ts';
import { exceededCaps } from './caps.ts';
import { emptyAnswers, stuckDeliveries, unnumberedAttempts, unprovenDeliveries } from './deliveries.ts';
import { unequalShares } from './fairness.ts';
import type { Check } from './finding.ts';
import { keptMoney, wrongHolds } from './holds.ts';
import {
  brokenDecisions,
  lostLeads,
  soldThoughRejected,
  stuckLeads,
  unauditedStates,
  wrongCounts,
} from './leads.ts';
import { wrongOffers } from './offers.ts';

/** Every invariant that `fairlead audit` checks, in the order in which it prints them. */
export const CHECKS: readonly Check[] = [
  { id: 'I1', rule: 'every acknowledged lead is there', run: lostLeads },
  { id: 'I1', rule: 'every lead is final, parked, or has a next step', run: stuckLeads },
  { id: 'I1', rule: 'a lead counts its assignments rightly', run: wrongCounts },
  { id: 'I1', rule: 'a rejected lead is never sold', run: soldThoughRejected },
  { id: 'I2', rule: 'a lead goes to a provider one time', run: doubleAssignments },
  { id: 'I2', rule: 'an assignment is billed one time, at its price', run: wronglyBilled },
  { id: 'I2', rule: 'held money ends with its delivery, and says why', run: wrongHolds },
  { id: 'I3', rule: 'a wallet equals the sums of its transfers, in one currency', run: auditWallets },
  { id: 'I4', rule: 'the chain of each wallet has no gap and no wrong step', run: auditChains },
  { id: 'I5', rule: 'a refund is never more than its charge', run: overRefunded },
  { id: 'I5', rule: 'what never arrived was given back where its level says so', run: keptMoney },
  { id: 'I7', rule: 'no cap and no budget was exceeded', run: exceededCaps },
  { id: 'I7', rule: 'no lead went to more providers than promised', run: overSold },
  {
    id: 'I7',
    rule: 'a lead is sold once; freed seats go to one more each, two times at most',
    run: wrongOffers,
  },
  { id: 'I8', rule: 'equal providers get equal shares (longest_waiting)', run: unequalShares },
  { id: 'I9', rule: 'every delivery ended with a reason or has a next time', run: stuckDeliveries },
  { id: 'I9', rule: 'attempts are numbered without a gap', run: unnumberedAttempts },
  { id: 'I9', rule: 'what is delivered was taken by the endpoint', run: unprovenDeliveries },
  { id: 'I11', rule: 'every state of a lead stands in the audit log', run: unauditedStates },
  { id: 'I11', rule: 'the audit log and its seals are whole', run: auditLog },
  { id: 'I11', rule: 'the decisions of each niche are a whole chain', run: brokenDecisions },
  { id: 'I13', rule: 'an idempotency key had its one effect', run: emptyAnswers },
];

async function auditLog(tx: Parameters<Check['run']>[0], limit: number) {
  const found = await verifyAudit(tx, limit);
  return found.map(({ row, seal, text }) => ({ row: row ? `audit row ${row.id}` : `seal ${seal}`, text }));
}
