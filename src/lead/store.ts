import { type AuditActor, audit } from '../journal/audit/index.ts';
import type { Tx } from '../platform/db.ts';
import { canMove, FINAL_STATES, type LeadState } from './lead.ts';

/**
 * What more than one stage of the way does to a lead: state changes and the end of its deliveries. The SQL of one
 * stage stands in that stage's own store.
 */

export type LeadMove = {
  ids: readonly string[];
  from: LeadState;
  to: LeadState;
  who: AuditActor;
  /** When the next step of the new state is due; null for final states only. */
  dueAt: Date | null;
  /** A code, or an operator's words; stays with the lead. */
  reason?: string | null;
  /** Only for quarantine: where release will take it. */
  stoppedAt?: LeadState;
  /** For the audit row: a plain sentence without person data. */
  description: string;
  /** For the audit row: read by admins only, never by a provider. */
  adminOnlyMemo?: string | null | undefined;
};

/**
 * Moves leads from one state to another by compare-and-set and leaves one audit row per move. Returns the ids that
 * moved: a lead that was elsewhere already is left alone, and the caller decides what that means.
 */
export async function moveLeads(tx: Tx, move: LeadMove): Promise<string[]> {
  if (!canMove(move.from, move.to)) throw new Error(`a lead cannot go from ${move.from} to ${move.to}`);
  const final = FINAL_STATES.has(move.to);
  if (final !== (move.dueAt === null))
    throw new Error(`${move.to} must${final ? ' not' : ''} have a due time`);
  const rows = await tx<{ id: string }[]>`
    update leads set
      state = ${move.to}, due_at = ${move.dueAt}, reason = ${move.reason ?? null},
      stopped_at = ${move.stoppedAt ?? null}, failures = 0, parked_at = null, parked_reason = null, rests_since = null,
      version = version + 1,
      ended_at = case when ${final} then clock_timestamp() end,
      released_at = case when ${move.from === 'quarantined' && !final} then clock_timestamp() else released_at end,
      approved_at = case when ${move.to === 'approved'} then clock_timestamp() else approved_at end,
      approved_by = case when ${move.to === 'approved'} then ${move.who.id ?? move.who.role} else approved_by end,
      lease_token = null, lease_until = null
    where id = any(${move.ids as string[]}::uuid[]) and state = ${move.from}
    returning id`;
  await audit(
    tx,
    rows.map(({ id }) => ({
      actor: move.who,
      action: `lead.${move.to}`,
      entityType: 'lead',
      entityId: id,
      before: { state: move.from },
      after: { state: move.to, reason: move.reason ?? null },
      description: move.description,
      adminOnlyMemo: move.adminOnlyMemo ?? null,
    })),
  );
  return rows.map(({ id }) => id);
}

/** Ends deliveries of these leads that have not ended: the lead was recalled or erased. Returns how many. */
export async function cancelDeliveries(tx: Tx, leadIds: readonly string[], reason: string): Promise<number> {
  // In id order, as everybody locks deliveries: a batch of results may be on its way to the same rows.
  const rows = await tx`
    with open as materialized (
      select id from deliveries
      where lead_id = any(${leadIds as string[]}::uuid[]) and state in ('pending', 'sending')
      order by id for no key update
    )
    update deliveries d set
      state = 'cancelled', due_at = null, ended_at = clock_timestamp(), reason = ${reason}, body_enc = null,
      lease_token = null, lease_until = null
    from open where d.id = open.id
    returning d.id`;
  return rows.length;
}

/** Locks leads in id order (the lock order of the whole program) and returns their states. */
export async function lockLeads(tx: Tx, ids: readonly string[]): Promise<Map<string, LeadState>> {
  const rows = await tx<{ id: string; state: LeadState }[]>`
    select id, state from leads where id = any(${ids as string[]}::uuid[]) order by id for no key update`;
  return new Map(rows.map(({ id, state }) => [id, state]));
}
