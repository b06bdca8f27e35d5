import type { Tx } from '../../platform/db.ts';
import {
  KEPT_PER_ROW,
  type NamedRow,
  type SealRow,
  selectBrokenSeals,
  selectChangedRows,
  selectSealedRows,
  selectUnequalSeals,
} from './store.ts';

/** What is wrong with the audit log; `row` is the row concerned when it can still be named. */
export type AuditFinding = {
  kind: 'changed' | 'added' | 'removed' | 'seal_broken';
  row: NamedRow | null;
  /** Number of the seal it was found by; null: by the row's own hash. */
  seal: string | null;
  text: string;
};

/**
 * Verifies the audit log: each row against its hash, each seal against the one before and against its rows. Names
 * rows that were changed, added or removed. A role that sees every row is needed (operator, engine, auditor).
 * @param limit findings of each kind at most
 */
export async function verifyAudit(tx: Tx, limit = 20): Promise<AuditFinding[]> {
  const changed = await selectChangedRows(tx, limit);
  const broken = await selectBrokenSeals(tx, limit);
  const findings: AuditFinding[] = [
    ...changed.map(
      (row): AuditFinding => ({ kind: 'changed', row, seal: null, text: `${nameOf(row)} was changed` }),
    ),
    ...broken.map(
      ({ seq }): AuditFinding => ({
        kind: 'seal_broken',
        row: null,
        seal: seq,
        text: `seal ${seq} does not follow from the seal before it, or was changed`,
      }),
    ),
  ];
  for (const seal of await selectUnequalSeals(tx, limit)) {
    findings.push(...compare(seal, await selectSealedRows(tx, seal), limit));
  }
  return findings;
}

/** The rows of a seal against the hashes that were sealed, both in the order of sealing. */
function compare(seal: SealRow, rows: (NamedRow & { kept: Buffer })[], limit: number): AuditFinding[] {
  const sealed = Array.from({ length: Math.floor(seal.kept.length / KEPT_PER_ROW) }, (_, at) =>
    seal.kept.subarray(at * KEPT_PER_ROW, (at + 1) * KEPT_PER_ROW).toString('hex'),
  );
  const present = new Map(rows.map((row, at) => [row.kept.toString('hex'), { row, at }]));
  const known = new Set(sealed);
  const extra = rows.filter((row) => !known.has(row.kept.toString('hex')));
  const missing = sealed.flatMap((hash, at) => (present.has(hash) ? [] : [at]));
  const where = `in seal ${seal.seq} of ${seal.sealedAt}`;
  const findings: AuditFinding[] = [];
  for (const row of extra) {
    // A row that stands where a sealed one is missing was changed together with its hash.
    const swapped = missing.indexOf(rows.indexOf(row));
    if (swapped !== -1) missing.splice(swapped, 1);
    const kind = swapped === -1 ? 'added' : 'changed';
    findings.push({ kind, row, seal: seal.seq, text: `${nameOf(row)} was ${kind} ${where}` });
  }
  for (const at of missing) {
    const before = present.get(sealed[at - 1] ?? '')?.row;
    const after = present.get(sealed[at + 1] ?? '')?.row;
    const place = [before && `after ${nameOf(before)}`, after && `before ${nameOf(after)}`]
      .filter(Boolean)
      .join(', ');
    const text = `row ${at + 1} ${where} was removed${place === '' ? '' : ` (${place})`}`;
    findings.push({ kind: 'removed', row: null, seal: seal.seq, text });
  }
  if (findings.length === 0) {
    findings.push({
      kind: 'changed',
      row: null,
      seal: seal.seq,
      text: `the order of the rows was changed ${where}`,
    });
  }
  return findings.slice(0, limit);
}

const nameOf = (row: NamedRow): string => `${row.action} of ${row.entity} at ${row.createdAt} (${row.id})`;
