import { newId } from '../../kernel/ids.ts';
import { coded, column, columnOf } from '../../platform/columns.ts';
import type { Tx } from '../../platform/db.ts';
import type { Known, Planned, Wallet } from './plan.ts';

/** All SQL of the ledger: set-based, so that a batch costs the same few statements whatever its size. */

type WalletRow = {
  id: string;
  provider_id: string;
  currency: string;
  available: bigint;
  held: bigint;
  credit_limit: bigint;
  seq: bigint;
  last_hash: Buffer;
};

const asWallet = (row: WalletRow): Wallet => ({
  walletId: row.id,
  providerId: row.provider_id,
  currency: row.currency,
  available: row.available,
  held: row.held,
  creditLimit: row.credit_limit,
  seq: row.seq,
  lastHash: row.last_hash,
});

export async function lockProviderRows(tx: Tx, providerIds: string[]): Promise<number> {
  const rows = await tx`
    select id from providers where id = any(${columnOf(providerIds)}::uuid[]) order by id for no key update`;
  return rows.length;
}

/** Wallets of the providers in every currency, through the unique key (provider_id, currency). */
export async function selectWallets(tx: Tx, providerIds: string[]): Promise<Wallet[]> {
  const rows = await tx<WalletRow[]>`
    select id, provider_id, currency, available, held, credit_limit, seq, last_hash
    from wallets where provider_id = any(${columnOf(providerIds)}::uuid[])`;
  return rows.map(asWallet);
}

/** Opens wallets that do not exist yet; a provider that does not exist gets none. */
export async function insertWallets(
  tx: Tx,
  wanted: { providerId: string; currency: string }[],
): Promise<Wallet[]> {
  const rows = await tx<WalletRow[]>`
    insert into wallets (id, provider_id, currency)
    select wanted.id, p.id, wanted.currency
    from unnest(
      ${wanted.map(() => newId())}::uuid[], ${wanted.map(({ providerId }) => providerId)}::uuid[],
      ${wanted.map(({ currency }) => currency)}::text[]
    ) as wanted (id, provider_id, currency)
    join providers p on p.id = wanted.provider_id
    on conflict (provider_id, currency) do nothing
    returning id, provider_id, currency, available, held, credit_limit, seq, last_hash`;
  return rows.map(asWallet);
}

/** Earlier transfers by cause, through the unique key of the cause. */
export async function selectByCause(tx: Tx, causes: string[]): Promise<Map<string, Known>> {
  const rows = await tx<{ cause: string; amount: bigint; currency: string; provider_id: string }[]>`
    select cause, amount, currency, provider_id from transfers where cause = any(${columnOf(causes)}::text[])`;
  return new Map(
    rows.map(({ cause, amount, currency, provider_id }) => [
      cause,
      { amount, currency, providerId: provider_id },
    ]),
  );
}

/** The columns of a batch as they are sent. */
export function transferColumns(planned: Planned[]) {
  const rows = planned.map((one) => ({ ...one, prevHash: asBuffer(one.prevHash), hash: asBuffer(one.hash) }));
  return {
    at: new Date(planned[0]!.createdAtMs),
    provider: coded(rows, 'providerId'),
    wallet: coded(rows, 'walletId'),
    lead: coded(rows, 'leadId'),
    subscription: coded(rows, 'subscriptionId'),
    id: column(rows, 'id'),
    kind: column(rows, 'kind'),
    cause: column(rows, 'cause'),
    from: column(rows, 'from'),
    to: column(rows, 'to'),
    amount: column(rows, 'amount'),
    currency: column(rows, 'currency'),
    seq: column(rows, 'seq'),
    availableAfter: column(rows, 'availableAfter'),
    heldAfter: column(rows, 'heldAfter'),
    creditLimit: column(rows, 'creditLimit'),
    assignmentId: column(rows, 'assignmentId'),
    memo: column(rows, 'memo'),
    createdBy: column(rows, 'createdBy'),
    prevHash: column(rows, 'prevHash'),
    hash: column(rows, 'hash'),
  };
}
export type TransferColumns = ReturnType<typeof transferColumns>;

export async function insertTransfers(tx: Tx, of: TransferColumns): Promise<void> {
  const { provider, wallet, lead, subscription } = of;
  await tx`
    insert into transfers (id, kind, cause, from_account, to_account, amount, currency, provider_id, wallet_id, seq,
      available_after, held_after, credit_limit, lead_id, assignment_id, subscription_id, memo, created_by,
      created_at, prev_hash, hash)
    select id, kind, cause, from_account, to_account, amount, currency, (${provider.values}::uuid[])[provider],
      (${wallet.values}::uuid[])[wallet], seq, available_after, held_after, credit_limit,
      (${lead.values}::uuid[])[lead], assignment_id, (${subscription.values}::uuid[])[subscription], memo, created_by,
      ${of.at}, prev_hash, hash
    from unnest(
      ${of.id}::uuid[], ${of.kind}::text[], ${of.cause}::text[], ${of.from}::text[], ${of.to}::text[],
      ${of.amount}::bigint[], ${of.currency}::text[], ${provider.places}::int[], ${wallet.places}::int[],
      ${of.seq}::bigint[], ${of.availableAfter}::bigint[], ${of.heldAfter}::bigint[], ${of.creditLimit}::bigint[],
      ${lead.places}::int[], ${of.assignmentId}::uuid[], ${subscription.places}::int[], ${of.memo}::text[],
      ${of.createdBy}::uuid[], ${of.prevHash}::bytea[], ${of.hash}::bytea[]
    ) as planned (id, kind, cause, from_account, to_account, amount, currency, provider, wallet, seq, available_after,
      held_after, credit_limit, lead, assignment_id, subscription, memo, created_by, prev_hash, hash)`;
}

const asBuffer = (bytes: Uint8Array): Buffer =>
  Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** Writes the new balances. `moved` tells how far each sequence went; a wallet that moved meanwhile is not written. */
export async function updateWallets(tx: Tx, wallets: Wallet[], moved: bigint[]): Promise<number> {
  const rows = wallets.map((one, at) => ({ ...one, moved: moved[at]!, lastHash: asBuffer(one.lastHash) }));
  const result = await tx`
    update wallets w
    set available = after.available, held = after.held, seq = after.seq, last_hash = after.last_hash
    from unnest(
      ${column(rows, 'walletId')}::uuid[], ${column(rows, 'available')}::bigint[], ${column(rows, 'held')}::bigint[],
      ${column(rows, 'seq')}::bigint[], ${column(rows, 'moved')}::bigint[], ${column(rows, 'lastHash')}::bytea[]
    ) as after (id, available, held, seq, moved, last_hash)
    where w.id = after.id and w.seq = after.seq - after.moved`;
  return result.count;
}
