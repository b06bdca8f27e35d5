import { newId } from '../../kernel/ids.ts';
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
    select id from providers where id = any(${providerIds}::uuid[]) order by id for no key update`;
  return rows.length;
}

/** Wallets of the providers in every currency, through the unique key (provider_id, currency). */
export async function selectWallets(tx: Tx, providerIds: string[]): Promise<Wallet[]> {
  const rows = await tx<WalletRow[]>`
    select id, provider_id, currency, available, held, credit_limit, seq, last_hash
    from wallets where provider_id = any(${providerIds}::uuid[])`;
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
    select cause, amount, currency, provider_id from transfers where cause = any(${causes}::text[])`;
  return new Map(
    rows.map(({ cause, amount, currency, provider_id }) => [
      cause,
      { amount, currency, providerId: provider_id },
    ]),
  );
}

export async function insertTransfers(tx: Tx, planned: Planned[]): Promise<void> {
  const text = (of: (transfer: Planned) => string | bigint | null) =>
    planned.map((transfer) => {
      const value = of(transfer);
      return typeof value === 'bigint' ? value.toString() : value;
    });
  const hex = (of: (transfer: Planned) => Uint8Array) =>
    planned.map((transfer) => Buffer.from(of(transfer)).toString('hex'));
  await tx`
    insert into transfers (id, kind, cause, from_account, to_account, amount, currency, provider_id, wallet_id, seq,
      available_after, held_after, credit_limit, lead_id, assignment_id, subscription_id, memo, created_by,
      created_at, prev_hash, hash)
    select id, kind, cause, from_account, to_account, amount, currency, provider_id, wallet_id, seq, available_after,
      held_after, credit_limit, lead_id, assignment_id, subscription_id, memo, created_by,
      ${new Date(planned[0]!.createdAtMs)}, decode(prev_hash, 'hex'), decode(hash, 'hex')
    from unnest(
      ${text(({ id }) => id)}::uuid[], ${text(({ kind }) => kind)}::text[], ${text(({ cause }) => cause)}::text[],
      ${text(({ from }) => from)}::text[], ${text(({ to }) => to)}::text[],
      ${text(({ amount }) => amount)}::bigint[], ${text(({ currency }) => currency)}::text[],
      ${text(({ providerId }) => providerId)}::uuid[], ${text(({ walletId }) => walletId)}::uuid[],
      ${text(({ seq }) => seq)}::bigint[], ${text(({ availableAfter }) => availableAfter)}::bigint[],
      ${text(({ heldAfter }) => heldAfter)}::bigint[], ${text(({ creditLimit }) => creditLimit)}::bigint[],
      ${text(({ leadId }) => leadId)}::uuid[], ${text(({ assignmentId }) => assignmentId)}::uuid[],
      ${text(({ subscriptionId }) => subscriptionId)}::uuid[], ${text(({ memo }) => memo)}::text[],
      ${text(({ createdBy }) => createdBy)}::uuid[], ${hex(({ prevHash }) => prevHash)}::text[],
      ${hex(({ hash }) => hash)}::text[]
    ) as planned (id, kind, cause, from_account, to_account, amount, currency, provider_id, wallet_id, seq,
      available_after, held_after, credit_limit, lead_id, assignment_id, subscription_id, memo, created_by, prev_hash,
      hash)`;
}

/** Writes the new balances. `moved` tells how far each sequence went; a wallet that moved meanwhile is not written. */
export async function updateWallets(tx: Tx, wallets: Wallet[], moved: bigint[]): Promise<number> {
  const result = await tx`
    update wallets w
    set available = after.available, held = after.held, seq = after.seq, last_hash = decode(after.last_hash, 'hex')
    from unnest(
      ${wallets.map(({ walletId }) => walletId)}::uuid[],
      ${wallets.map(({ available }) => available.toString())}::bigint[],
      ${wallets.map(({ held }) => held.toString())}::bigint[],
      ${wallets.map(({ seq }) => seq.toString())}::bigint[], ${moved.map(String)}::bigint[],
      ${wallets.map(({ lastHash }) => Buffer.from(lastHash).toString('hex'))}::text[]
    ) as after (id, available, held, seq, moved, last_hash)
    where w.id = after.id and w.seq = after.seq - after.moved`;
  return result.count;
}
