export { adjustWallet } from './adjust-wallet.ts';
export { type AfterPosting, afterPosting, priceKey } from './after-posting.ts';
export { walletRoutes } from './routes.ts';
export { type Settlement, settleAssignments } from './settle-assignments.ts';
