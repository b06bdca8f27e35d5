import type { Tx } from '../platform/db.ts';
import type { Policy } from './course.ts';
import type { LeadState, LeadType } from './lead.ts';

/** A lead with what decides where it goes next: what confirmation, checks and review read and write alike. */
export type CourseLead = Policy & {
  id: string;
  state: LeadState;
  stoppedAt: LeadState | null;
  reason: string | null;
  test: boolean;
  nicheId: string;
  nicheName: string;
  nicheSlug: string;
  nicheGroup: string;
  duplicateWindowDays: number;
  unsoldExpiryMs: number | null;
  score: number;
  leadType: LeadType | null;
  confirmedAt: Date | null;
  confirmationTokenHash: Buffer | null;
  confirmationExpiresAt: Date | null;
  readyAt: Date | null;
  /** From when the time to approve it runs: readiness, or the release from quarantine if that was later. */
  waitsFrom: Date | null;
  nAssigned: number;
  parkedAt: Date | null;
  version: number;
  /** Time of the database at reading. */
  now: Date;
};

/** Reads leads for a change, locked in id order. */
export async function lockCourses(tx: Tx, ids: readonly string[]): Promise<CourseLead[]> {
  return tx<CourseLead[]>`
    select l.id, l.state, l.stopped_at as "stoppedAt", l.reason, l.test, n.id as "nicheId", n.name as "nicheName",
      n.slug as "nicheSlug", n.niche_group as "nicheGroup", n.duplicate_window_days as "duplicateWindowDays",
      n.unsold_expiry_ms::float8 as "unsoldExpiryMs", coalesce(l.score, 0) as score, l.lead_type as "leadType",
      l.confirmed_at as "confirmedAt", l.confirmation_token_hash as "confirmationTokenHash",
      l.confirmation_expires_at as "confirmationExpiresAt", l.ready_at as "readyAt",
      greatest(coalesce(l.ready_at, l.confirmed_at), l.released_at) as "waitsFrom", l.n_assigned as "nAssigned",
      l.parked_at as "parkedAt", l.version, c.confirmation, c.approval, c.approval_score as "approvalScore",
      c.premium_score as "premiumScore", clock_timestamp()::timestamptz(3) as now
    from leads l join niches n on n.id = l.niche_id join campaigns c on c.id = l.campaign_id
    where l.id = any(${ids as string[]}::uuid[])
    order by l.id for no key update of l`;
}

/** Confirmed now: the clock of the 30-minute promise starts. */
export async function setConfirmed(tx: Tx, confirm: { leadId: string; by: string }): Promise<void> {
  await tx`
    update leads set confirmed_at = clock_timestamp(), confirmed_by = ${confirm.by}, ready_at = clock_timestamp(),
      confirmation_token_hash = null
    where id = ${confirm.leadId}`;
}

export async function setScore(
  tx: Tx,
  judged: { leadId: string; score: number; leadType: LeadType },
): Promise<void> {
  await tx`update leads set score = ${judged.score}, lead_type = ${judged.leadType} where id = ${judged.leadId}`;
}

/** From here on the lead may be sold, until `expires_at`. */
export async function setOffered(tx: Tx, offer: { leadId: string; unsoldExpiryMs: number }): Promise<void> {
  await tx`
    update leads set ready_at = coalesce(ready_at, confirmed_at),
      expires_at = coalesce(ready_at, confirmed_at) + ${offer.unsoldExpiryMs}::float8 * interval '1 ms'
    where id = ${offer.leadId}`;
}

export type StoredVerdict = {
  check: string;
  result: 'pass' | 'warn' | 'fail' | 'unknown';
  reason?: string;
  facts?: Record<string, string | number | boolean>;
  weight: number;
};

/** The verdicts of a lead as the last run left them, checks that were overridden included. */
export async function lastVerdicts(tx: Tx, leadId: string): Promise<StoredVerdict[]> {
  const [run] = await tx<{ verdicts: StoredVerdict[] }[]>`
    select verdicts from lead_checks where lead_id = ${leadId} order by checked_at desc, id desc limit 1`;
  return run?.verdicts ?? [];
}

export async function insertVerdicts(
  tx: Tx,
  run: {
    id: string;
    leadId: string;
    stage: 'intake' | 'after_confirmation';
    verdicts: StoredVerdict[];
    score: number;
  },
): Promise<void> {
  await tx`
    insert into lead_checks (id, lead_id, stage, verdicts, score)
    values (${run.id}, ${run.leadId}, ${run.stage}, ${tx.json(run.verdicts as never)}, ${run.score})`;
}
