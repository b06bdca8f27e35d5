import type { Posted } from '../../money/ledger/index.ts';
import type { Tx } from '../../platform/db.ts';
import { type FactRow, type FactsOf, readFacts, type Windows } from './store.ts';
import type { Counted, SubscriptionMove } from './store-write.ts';

/**
 * The facts of a niche as its last batch left them, kept in memory: of 600 subscriptions a batch reads only those that
 * somebody else changed since. Nobody has to tell: every row names the transaction that wrote it, and what an unknown
 * one wrote is read again. So a second worker, an import or a repair by hand costs a read and never a wrong decision.
 */
export type KeptFacts = {
  /** For which cap windows and which currency the rows were read. */
  windows: string;
  /** The transaction (xid8) from which on others' rows are read again. */
  asOf: string;
  /** Transactions (xid) of this process since then: what they moved is in the rows. */
  own: readonly string[];
  rows: Map<string, FactRow>;
};

/** What a batch wrote of the facts, as it wrote them. */
export type FactMoves = {
  /** The transaction (xid) under which it wrote. */
  writer: string;
  subscriptions: readonly SubscriptionMove[];
  /** Who (xid) had written those of them before that moved without the lock of their provider. */
  unlocked: readonly { id: string; xid: string }[];
  counted: readonly Counted[];
  posted: readonly Posted[];
  /** Given their place among the loads of their level: read again, for not all of them were. */
  joined: readonly string[];
};

export type FactsReader = {
  /** The facts of the candidates, of one moment. */
  read(tx: Tx): Promise<FactRow[]>;
  /** Of these candidates: all that may have changed since they were read. */
  readChanged(tx: Tx, ids: readonly string[]): Promise<FactRow[]>;
  /** All candidates anew, whatever is kept. */
  readAgain(tx: Tx): Promise<FactRow[]>;
  /** What the next batch may build on, once this one is committed. */
  keep(moves: FactMoves): KeptFacts | undefined;
};

/** Fewer than one in so many of a niche's subscriptions are read each by key, changed or not. */
const FEW = 8;
/** A long transaction elsewhere holds `asOf` back; after so many of ours everything is read anew. */
const OWN_MAX = 200;

export function openFactsReader(of: {
  nicheId: string;
  /** xid8; read under the niche's turn, before any fact. */
  asOf: string;
  candidates: readonly string[];
  /** Subscriptions of the niche. */
  size: number;
  windows: Windows;
  kept: KeptFacts | undefined;
}): FactsReader {
  const { nicheId, asOf, candidates, windows } = of;
  const windowsText = JSON.stringify(windows);
  const few = candidates.length * FEW < of.size;
  const kept = !few && of.kept?.windows === windowsText ? of.kept : undefined;
  const read = (tx: Tx, whose: FactsOf) => readFacts(tx, { of: whose, ...windows });
  const fresh = new Map<string, FactRow>();
  const note = (rows: readonly FactRow[]) => {
    for (const row of rows) fresh.set(row.id, row);
    return rows;
  };
  const readAgain = async (tx: Tx) => [...note(await read(tx, { ids: candidates }))];
  return {
    async read(tx) {
      if (!kept) return readAgain(tx);
      const missing = candidates.filter((id) => !kept.rows.has(id));
      note(await read(tx, { nicheId, missing, asOf: kept.asOf, own: kept.own }));
      return candidates.flatMap((id) => fresh.get(id) ?? kept.rows.get(id) ?? []);
    },
    async readChanged(tx, ids) {
      if (few || ids.length * FEW < of.size) return read(tx, { ids });
      const asked = new Set(ids);
      const rows = await read(tx, { nicheId, missing: [], asOf, own: kept?.own ?? [] });
      return note(rows).filter(({ id }) => asked.has(id));
    },
    readAgain,
    keep(moves) {
      if (few) return of.kept;
      const rows = kept?.rows ?? new Map<string, FactRow>();
      const before = kept?.own ?? [];
      for (const [id, row] of fresh) rows.set(id, row);
      applyMoves(rows, moves, windows);
      for (const id of fresh.keys()) if (!isPlain(rows.get(id)!)) rows.delete(id);
      for (const id of moves.joined) rows.delete(id);
      // Somebody changed it after it was read, and our own writing hides that from the next batch.
      for (const { id, xid } of moves.unlocked)
        if (isFrom(xid, asOf) && !before.includes(xid)) rows.delete(id);
      const own = [...before.filter((xid) => isFrom(xid, asOf)), moves.writer];
      return own.length > OWN_MAX ? undefined : { windows: windowsText, asOf, own, rows };
    },
  };
}

/** Others are in every answer of the database, so that keeping them would be of no use. */
const isPlain = ({ stopped, endpointState, breakerState, probeAt }: FactRow): boolean =>
  !stopped &&
  probeAt === null &&
  (endpointState === null || (endpointState === 'active' && breakerState === 'closed'));

/** Whether a transaction's 32 bit number is not older than `asOf`; numbers are reused after two thousand million. */
const isFrom = (xid: string, asOf: string): boolean =>
  ((Number(xid) - Number(BigInt.asUintN(32, BigInt(asOf)))) | 0) >= 0;

function applyMoves(rows: Map<string, FactRow>, moves: FactMoves, windows: Windows): void {
  const change = (id: string, to: (row: FactRow) => Partial<FactRow>) => {
    const row = rows.get(id);
    if (row) rows.set(id, { ...row, ...to(row) });
  };
  for (const { id, receiptNo, recentTypes, weightState, missedTurns } of moves.subscriptions) {
    const number = receiptNo === null ? null : BigInt(receiptNo);
    change(id, () => ({ receiptNo: number, recentTypes, weightState, missedTurns }));
  }
  const overProviders = new Map<string, Counted[]>();
  for (const one of moves.counted) {
    const { scopeId, kind, windowKey, used } = one;
    if (!rows.has(scopeId)) overProviders.set(scopeId, [...(overProviders.get(scopeId) ?? []), one]);
    else if (windows.keys.includes(windowKey)) {
      change(scopeId, (row) => ({ used: { ...row.used, [`${kind}:${windowKey}`]: String(used) } }));
    }
  }
  const money = new Map(
    moves.posted
      .filter(({ currency }) => currency === windows.currency)
      .map(({ providerId, availableAfter, creditLimit }) => [
        providerId,
        { available: availableAfter, creditLimit },
      ]),
  );
  for (const [id, { providerId }] of rows) {
    const paid = money.get(providerId);
    if (paid) change(id, () => paid);
    for (const { kind, windowKey, used } of overProviders.get(providerId) ?? []) {
      if (!windows.providerKeys.includes(windowKey)) continue;
      change(id, (row) => ({
        providerUsed: { ...row.providerUsed, [`${kind}:${windowKey}`]: String(used) },
      }));
    }
  }
}
