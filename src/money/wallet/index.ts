export { adjustWallet } from './adjust-wallet.ts';
export { type AfterPosting, afterPosting, priceKey } from './after-posting.ts';
export { refundAssignments } from './refund-assignments.ts';
export { walletRoutes } from './routes.ts';
