export { runDistribution } from './distribute.ts';
export { type BatchResult, type Distributor, distributeBatch, openDistributor } from './distribute-batch.ts';
export { explainDecision } from './explain-decision.ts';
export { distributionRoutes } from './routes.ts';
