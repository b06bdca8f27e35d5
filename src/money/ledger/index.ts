export { type Ahead, planAhead, readAhead } from './ahead.ts';
export { auditChains, auditWallets, type LedgerFinding } from './audit.ts';
export { refusals as ledgerRefusals } from './errors.ts';
export { lockProviders, openWallet, post, readWallets, type WalletView } from './post.ts';
export {
  type Account,
  apiName,
  type Clearing,
  type Kind,
  kindsOf,
  type NewTransfer,
  type Posted,
  signedAmount,
} from './transfer.ts';
