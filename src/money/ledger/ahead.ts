import { Refusal } from '../../kernel/errors.ts';
import type { Tx } from '../../platform/db.ts';
import { checkInput, type Known, type Planned, plan, type Wallet, walletKey } from './plan.ts';
import { selectWallets, type TransferColumns, transferColumns } from './store.ts';
import type { NewTransfer } from './transfer.ts';

/**
 * A batch worked out before the providers are locked, so that they are held for the writing alone: numbers and hashes
 * of 1,200 transfers take about as long as writing them. `post` uses it when no wallet moved since, else it plans anew.
 */
export type Ahead = {
  transfers: NewTransfer[];
  before: ReadonlyMap<string, Wallet>;
  after: ReadonlyMap<string, Wallet>;
  planned: Planned[];
  columns: TransferColumns;
};

/** The wallets as they stand while nobody holds them. */
export const readAhead = (tx: Tx, providerIds: string[]): Promise<Wallet[]> => selectWallets(tx, providerIds);

/** undefined: on these wallets it would be refused, or one is still to be opened. */
export function planAhead(wallets: readonly Wallet[], transfers: NewTransfer[], at: Date): Ahead | undefined {
  if (transfers.length === 0) return undefined;
  const before = byKey(wallets);
  const after = byKey(wallets.map((wallet) => ({ ...wallet })));
  try {
    checkInput(transfers);
    const planned = plan(transfers, after, new Map(), at);
    return { transfers, before, after, planned, columns: transferColumns(planned) };
  } catch (error) {
    if (error instanceof Refusal) return undefined;
    throw error;
  }
}

const byKey = (wallets: readonly Wallet[]): Map<string, Wallet> =>
  new Map(wallets.map((wallet) => [walletKey(wallet.providerId, wallet.currency), wallet]));

/** Whether it would come out the same on the wallets as they are under the lock. */
export function stillHolds(
  ahead: Ahead | undefined,
  transfers: NewTransfer[],
  wallets: ReadonlyMap<string, Wallet>,
  known: ReadonlyMap<string, Known>,
): ahead is Ahead {
  if (ahead?.transfers !== transfers || known.size > 0) return false;
  return [...wallets].every(([key, wallet]) => {
    const then = ahead.before.get(key);
    return (
      then?.seq === wallet.seq &&
      then.available === wallet.available &&
      then.held === wallet.held &&
      then.creditLimit === wallet.creditLimit
    );
  });
}
