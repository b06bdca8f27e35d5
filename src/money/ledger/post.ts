import type { Tx } from '../../platform/db.ts';
import { type Ahead, stillHolds } from './ahead.ts';
import { causesToRead, checkInput, type Known, type Planned, plan, type Wallet, walletKey } from './plan.ts';
import {
  insertTransfers,
  insertWallets,
  lockProviderRows,
  selectByCause,
  selectWallets,
  transferColumns,
  updateWallets,
} from './store.ts';
import type { NewTransfer, Posted } from './transfer.ts';

/** More in one call is a bug of the caller: work comes in batches of at most 1,000 leads. */
const TRANSFERS_MAX = 20_000;

/**
 * Takes the one lock of a provider's money, in id order: wallets and holds in every currency, provider-scope caps,
 * budgets. It comes after every lead, assignment and delivery in the program's lock order. Unknown ids lock nothing.
 */
export async function lockProviders(tx: Tx, providerIds: string[]): Promise<void> {
  if (providerIds.length > 0) await lockProviderRows(tx, [...new Set(providerIds)]);
}

/**
 * The one door to money: posts a batch in the order given. The caller holds the locks of the providers
 * (`lockProviders`) from before it read what the amounts depend on. A wallet that does not exist is opened.
 * Either all transfers are posted or the first refusal of errors.ts is thrown, whose details name the transfer.
 * @param at the time of the business event; whole milliseconds.
 * @param ahead these transfers worked out before the lock (`planAhead`); not believed, but compared.
 */
export async function post(
  tx: Tx,
  transfers: NewTransfer[],
  at: Date,
  ahead?: Ahead | undefined,
): Promise<Posted[]> {
  if (transfers.length === 0) return [];
  if (transfers.length > TRANSFERS_MAX)
    throw new RangeError(`more than ${TRANSFERS_MAX} transfers in one call`);
  checkInput(transfers);
  const [wallets, known] = await Promise.all([
    walletsOf(tx, transfers),
    selectByCause(tx, causesToRead(transfers)),
  ]);
  const before = new Map([...wallets].map(([key, { seq }]) => [key, seq]));
  const done = stillHolds(ahead, transfers, wallets, known) ? ahead : planNow(transfers, wallets, known, at);
  const moved = [...done.after].filter(([key, wallet]) => before.has(key) && wallet.seq !== before.get(key));
  const steps = moved.map(([key, wallet]) => wallet.seq - before.get(key)!);
  const [, written] = await Promise.all([
    insertTransfers(tx, done.columns),
    updateWallets(
      tx,
      moved.map(([, wallet]) => wallet),
      steps,
    ),
  ]);
  if (written !== moved.length) throw new Error('a wallet moved during post: the providers were not locked');
  return done.planned.map(asPosted);
}

function planNow(
  transfers: NewTransfer[],
  wallets: Map<string, Wallet>,
  known: Map<string, Known>,
  at: Date,
): Pick<Ahead, 'planned' | 'columns' | 'after'> {
  const planned = plan(transfers, wallets, known, at);
  return { planned, columns: transferColumns(planned), after: wallets };
}

async function walletsOf(tx: Tx, transfers: NewTransfer[]): Promise<Map<string, Wallet>> {
  const wanted = new Map(
    transfers.map(({ providerId, currency }) => [walletKey(providerId, currency), { providerId, currency }]),
  );
  const providerIds = [...new Set(transfers.map(({ providerId }) => providerId))];
  const found = new Map<string, Wallet>();
  for (const wallet of await selectWallets(tx, providerIds)) {
    found.set(walletKey(wallet.providerId, wallet.currency), wallet);
  }
  const missing = [...wanted].filter(([key]) => !found.has(key)).map(([, pair]) => pair);
  const opened = missing.length > 0 ? await insertWallets(tx, missing) : [];
  for (const wallet of opened) found.set(walletKey(wallet.providerId, wallet.currency), wallet);
  return found;
}

const asPosted = (transfer: Planned): Posted => ({
  id: transfer.id,
  kind: transfer.kind,
  cause: transfer.cause,
  amount: transfer.amount,
  currency: transfer.currency,
  providerId: transfer.providerId,
  walletId: transfer.walletId,
  seq: transfer.seq,
  availableBefore: transfer.availableBefore,
  availableAfter: transfer.availableAfter,
  heldAfter: transfer.heldAfter,
  creditLimit: transfer.creditLimit,
});

/** Opens a provider's wallet in a currency, or answers with the one it has. */
export async function openWallet(
  tx: Tx,
  wallet: { providerId: string; currency: string },
): Promise<WalletView> {
  await insertWallets(tx, [wallet]);
  const [found] = await readWallets(tx, [wallet.providerId], wallet.currency);
  if (!found) throw new Error('a wallet was opened for a provider that does not exist');
  return found;
}

export type WalletView = Pick<Wallet, 'providerId' | 'walletId' | 'available' | 'held' | 'creditLimit'>;

/** The wallets of these providers in one currency; a provider without one is not in the answer. */
export async function readWallets(tx: Tx, providerIds: string[], currency: string): Promise<WalletView[]> {
  if (providerIds.length === 0) return [];
  const wallets = await selectWallets(tx, [...new Set(providerIds)]);
  return wallets
    .filter((wallet) => wallet.currency === currency)
    .map(({ providerId, walletId, available, held, creditLimit }) => ({
      providerId,
      walletId,
      available,
      held,
      creditLimit,
    }));
}
