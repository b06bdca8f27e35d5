import type { Part, Tx } from '../../platform/db.ts';
import { auditInsert } from './store.ts';

/** Who did it. `id` is a user or a source; a submitter and the system have none. */
export type AuditActor = {
  id: string | null;
  role: 'admin' | 'operator' | 'finance' | 'auditor' | 'provider' | 'submitter' | 'source' | 'system';
  /** Of staff and providers only; never of a submitter. */
  ip?: string | null;
  userAgent?: string | null;
  requestId?: string | null;
};

/** The program itself: automatic approval, expiry, the deadline of a hold. */
export const SYSTEM: AuditActor = { id: null, role: 'system' };

/** One thing that happened. No field holds person data: field names and keyed hashes stand for values. */
export type AuditEntry = {
  actor: AuditActor;
  /** `noun.verb`, for instance `lead.approved`. */
  action: string;
  /** Table-like noun: `lead`, `provider`, `wallet`. */
  entityType: string;
  entityId: string | null;
  before?: object | null;
  after?: object | null;
  /** A plain sentence for people. */
  description: string;
  metadata?: object | null;
  /** Shown to the role admin only. */
  adminOnlyMemo?: string | null;
};

/**
 * Writes entries to the audit log with the transaction that makes them true: one statement for any number. Every
 * role may write, a provider only rows of the role provider. The rows are sealed about a second later.
 */
export async function audit(tx: Tx, entries: AuditEntry[]): Promise<void> {
  if (entries.length > 0) await auditInsert(tx, entries);
}

/** The same as a part of a larger statement: `with ..., journal as (${auditRows(tx, entries)}) ...`. Not for no entries. */
export const auditRows = (tx: Tx, entries: AuditEntry[]): Part => auditInsert(tx, entries);
