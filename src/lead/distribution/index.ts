export { runDistribution } from './distribute.ts';
export { type BatchResult, type Distributor, distributeBatch, openDistributor } from './distribute-batch.ts';
export { type ExplainedDecisions, explainDecision, explainWithin } from './explain-decision.ts';
export { type DayReport, type Finding, verifyDay } from './proof/verify-day.ts';
export { decodeRecord } from './record.ts';
export { distributionRoutes } from './routes.ts';
export { compileRules } from './rules.ts';
