export { assignByHand, type GivenByHand } from './assign-by-hand.ts';
export { runDistribution } from './distribute.ts';
export {
  type BatchResult,
  type Distributor,
  distributeBatch,
  distributorOf,
  openDistributor,
} from './distribute-batch.ts';
export { type ExplainedDecisions, explainDecision, explainWithin } from './explain-decision.ts';
export { type Checked, checkProof } from './proof/check-proof.ts';
export { isDay } from './proof/days.ts';
export { makeRoot, makeSeeds } from './proof/make-root.ts';
export type { DayReport, Finding } from './proof/report.ts';
export { proofRoutes } from './proof/routes.ts';
export { runProof, sayFinding } from './proof/run-proof.ts';
export { providerProof } from './proof/schema.ts';
export { verifyDay } from './proof/verify-day.ts';
export { decodeRecord } from './record.ts';
export { distributionRoutes } from './routes.ts';
export { compileRules } from './rules.ts';
export { type Dry, simulateWithin } from './simulate/simulate-lead.ts';
export { watchTraffic } from './watch/watch-traffic.ts';
