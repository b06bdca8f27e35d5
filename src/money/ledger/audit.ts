import type { Tx } from '../../platform/db.ts';
import { ACCOUNTS, KINDS } from './transfer.ts';

/**
 * Checks of the ledger on a live database. Each answers with the rows that break its rule, at most `limit`; none is
 * good. The hash is computed in SQL here, from the stored columns: a second, independent writing of `chain.ts`.
 */
export type LedgerFinding = { row: string; text: string };

const ZERO_HASH = (tx: Tx) => tx`decode(repeat('00', 32), 'hex')`;
const numberOf = (tx: Tx, column: string, names: readonly string[]) => tx`
  set_byte('\\x00'::bytea, 0, array_position(${names}::text[], ${tx(column)}))`;
const idOrZeros = (tx: Tx, column: string) =>
  tx`coalesce(uuid_send(${tx(column)}), decode(repeat('00', 16), 'hex'))`;

const transferHash = (tx: Tx) => tx`
  sha256(prev_hash || '\\x01'::bytea || ${numberOf(tx, 'kind', KINDS)} || ${numberOf(tx, 'from_account', ACCOUNTS)}
    || ${numberOf(tx, 'to_account', ACCOUNTS)} || uuid_send(id) || uuid_send(wallet_id) || uuid_send(provider_id)
    || convert_to(currency, 'sql_ascii') || int8send(seq) || int8send(amount) || int8send(available_after)
    || int8send(held_after) || int8send(credit_limit) || int8send((extract(epoch from created_at) * 1000)::bigint)
    || ${idOrZeros(tx, 'lead_id')} || ${idOrZeros(tx, 'assignment_id')} || ${idOrZeros(tx, 'subscription_id')}
    || ${idOrZeros(tx, 'created_by')} || int2send(octet_length(cause)::int2) || convert_to(cause, 'utf8')
    || case when memo is null then '\\xffffffff'::bytea else int4send(octet_length(memo)) || convert_to(memo, 'utf8') end)`;

/**
 * The chain of each wallet: no gap, every step right, every hash right. The hashes are checked in a pass of their own,
 * which needs no order and may run in parallel; the steps carry few columns through the one that needs it.
 */
export async function auditChains(tx: Tx, limit: number): Promise<LedgerFinding[]> {
  return tx<LedgerFinding[]>`
    with steps as (
      select id, wallet_id, seq, prev_hash, available_after, held_after, lag(seq) over chain as seq_before,
        lag(hash) over chain as hash_before, lag(available_after) over chain as available_before,
        lag(held_after) over chain as held_before, kind in ('charge', 'hold', 'debit') as spends, credit_limit,
        case when to_account = 'wallet' then amount when from_account = 'wallet' then -amount else 0 end as to_available,
        case when to_account = 'hold' then amount when from_account = 'hold' then -amount else 0 end as to_held
      from transfers window chain as (partition by wallet_id order by seq)
    ), changed as materialized (
      select id from transfers where hash <> ${transferHash(tx)}
    ), faults as materialized (
      select id, case
        when seq <> coalesce(seq_before, 0) + 1 then 'the numbers of the wallet have a gap before it'
        when prev_hash <> coalesce(hash_before, ${ZERO_HASH(tx)}) then 'it does not follow from the transfer before it'
        when available_after <> coalesce(available_before, 0) + to_available then 'the available money after it is wrong'
        when held_after <> coalesce(held_before, 0) + to_held then 'the held money after it is wrong'
        when spends and available_after < -credit_limit then 'it spent more than there was' end as fault
      from steps
      where seq <> coalesce(seq_before, 0) + 1 or prev_hash <> coalesce(hash_before, ${ZERO_HASH(tx)})
        or available_after <> coalesce(available_before, 0) + to_available
        or held_after <> coalesce(held_before, 0) + to_held or (spends and available_after < -credit_limit)
      union all
      select id, 'it was changed: its hash is not right' from changed
    )
    select 'transfer ' || t.id as row, t.cause || ' (number ' || t.seq || ' of wallet ' || t.wallet_id || '): ' || f.fault as text
    from faults f join transfers t on t.id = f.id order by t.wallet_id, t.seq limit ${limit}`;
}

/** Each wallet equals the sums of its transfers and its last transfer; currencies do not mix. */
export async function auditWallets(tx: Tx, limit: number): Promise<LedgerFinding[]> {
  return tx<LedgerFinding[]>`
    with sums as (
      select wallet_id, count(*) as n,
        sum(case when to_account = 'wallet' then amount when from_account = 'wallet' then -amount else 0 end) as available,
        sum(case when to_account = 'hold' then amount when from_account = 'hold' then -amount else 0 end) as held,
        min(currency) as currency, max(currency) as other_currency
      from transfers group by wallet_id
    )
    select 'wallet ' || w.id as row, case
      when s.currency <> s.other_currency or s.currency <> w.currency then 'it holds transfers of another currency'
      when w.available <> coalesce(s.available, 0)
        then 'available is ' || w.available || ', its transfers add up to ' || coalesce(s.available, 0)
      when w.held <> coalesce(s.held, 0) then 'held is ' || w.held || ', its transfers add up to ' || coalesce(s.held, 0)
      else 'its number is ' || w.seq || ', it has ' || coalesce(s.n, 0) || ' transfers'
      end as text
    from wallets w left join sums s on s.wallet_id = w.id
    where w.available <> coalesce(s.available, 0) or w.held <> coalesce(s.held, 0) or w.seq <> coalesce(s.n, 0)
      or s.currency <> s.other_currency or s.currency <> w.currency
    order by w.id limit ${limit}`;
}
