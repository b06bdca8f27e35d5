import type { z } from 'zod';
import { type Currency, formatMoney } from '../../kernel/money.ts';
import {
  decodeCursor,
  encodeCursor,
  type Pagination,
  pagination,
  TOTAL_EXACT_MAX,
} from '../../kernel/page.ts';
import type { Tx } from '../../platform/db.ts';
import { apiName, type Kind, kindsOf, ledgerRefusals, signedAmount } from '../ledger/index.ts';
import { refusals } from './errors.ts';
import type { ledgerEntryOfStaff, ledgerQuery } from './schema.ts';
import { countLedger, type LedgerRow, selectLedger, selectProviderWallets } from './store.ts';

export type LedgerPage = { entries: z.infer<typeof ledgerEntryOfStaff>[]; pagination: Pagination };

/**
 * A wallet's transfers, newest first, each with the balance it left. A provider with several wallets names the
 * currency; without it the first wallet is shown.
 */
export async function readLedger(
  tx: Tx,
  providerId: string,
  query: z.infer<typeof ledgerQuery>,
): Promise<LedgerPage> {
  const { limit, cursor, currency, type, lead_id: leadId, from, to } = query;
  const below = cursor === undefined ? undefined : positionOf(cursor);
  const wallets = await selectProviderWallets(tx, providerId);
  if (wallets.length === 0) throw ledgerRefusals.wallet_missing();
  const wallet = wallets.find(
    (row) => row.id !== null && (currency === undefined || row.currency === currency),
  );
  if (!wallet || wallet.id === null) return { entries: [], pagination: pagination({ page: 1, limit }, 0) };
  const kinds = type === undefined ? undefined : kindsOf(type);
  const filter = { walletId: wallet.id, kinds, leadId, from, to };
  const rows = await selectLedger(tx, filter, below, limit);
  const counted = await countLedger(tx, filter, TOTAL_EXACT_MAX + 1);
  const shown = rows.slice(0, limit);
  const next = rows.length > limit ? encodeCursor([shown.at(-1)!.seq.toString()]) : null;
  return { entries: shown.map(entryOf), pagination: pagination({ page: 1, limit }, counted, next) };
}

function positionOf(cursor: string): string {
  const parts = decodeCursor(cursor, ['bigint']);
  if (parts) return parts[0] as string;
  throw refusals.ledger_cursor_invalid({
    details: [{ field: 'cursor', message: 'Begin again without it.' }],
  });
}

function entryOf(row: LedgerRow): LedgerPage['entries'][number] {
  const shown = (amount: bigint) => formatMoney({ amount, currency: row.currency as Currency });
  const change = row.to_account === 'hold' ? row.amount : row.from_account === 'hold' ? -row.amount : 0n;
  return {
    id: row.id,
    seq: row.seq.toString(),
    type: apiName(row.kind as Kind),
    amount: shown(signedAmount({ from: row.from_account, to: row.to_account, amount: row.amount })),
    currency: row.currency,
    balance_after: shown(row.available_after + row.held_after),
    available_after: shown(row.available_after),
    held_after: shown(row.held_after),
    held_change: shown(change),
    lead_id: row.lead_id,
    assignment_id: row.assignment_id,
    subscription_id: row.subscription_id,
    memo: row.memo,
    created_at: row.created_at.toISOString(),
    hash: row.hash.toString('hex'),
    cause: row.cause,
    created_by: row.created_by,
  };
}
