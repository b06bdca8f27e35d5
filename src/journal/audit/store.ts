import { newId } from '../../kernel/ids.ts';
import type { Part, Tx } from '../../platform/db.ts';
import type { AuditEntry } from './audit.ts';

/**
 * All SQL of the audit log. The hash of a row is computed by PostgreSQL from the values as they are stored, with the
 * same expression when the row is written and when it is verified: jsonb has normalised the keys by then, so there
 * is one spelling. The layout is in README.md; a change of it needs a new version number at its head.
 */

/** Hash of a row whose columns are in scope by their names. Times as milliseconds: no zone can change them. */
const rowHash = (tx: Tx) => tx`
  sha256(convert_to(jsonb_build_array(1, id, (extract(epoch from created_at) * 1000)::bigint, tx_id::text,
    actor_id, actor_role, action, entity_type, entity_id, before_state, after_state, description, metadata,
    ip::text, user_agent, request_id, admin_only_memo)::text, 'utf8'))`;

const json = (value: object | null | undefined): string | null => (value ? JSON.stringify(value) : null);

/** The insert of audit rows, on its own or inside a larger statement. */
export function auditInsert(tx: Tx, entries: AuditEntry[]): Part {
  const text = (of: (entry: AuditEntry) => string | null | undefined) =>
    entries.map((entry) => of(entry) ?? null);
  return tx`
    with given as materialized (
      select id::uuid, clock_timestamp()::timestamptz(3) as created_at, pg_current_xact_id() as tx_id, actor_id,
        actor_role, action, entity_type, entity_id, before_state::jsonb, after_state::jsonb, description,
        metadata::jsonb, ip::inet, user_agent, request_id, admin_only_memo
      from unnest(
        ${entries.map(() => newId())}::text[], ${text(({ actor }) => actor.id)}::text[],
        ${text(({ actor }) => actor.role)}::text[], ${text(({ action }) => action)}::text[],
        ${text(({ entityType }) => entityType)}::text[], ${text(({ entityId }) => entityId)}::text[],
        ${text(({ before }) => json(before))}::text[], ${text(({ after }) => json(after))}::text[],
        ${text(({ description }) => description)}::text[], ${text(({ metadata }) => json(metadata))}::text[],
        ${text(({ actor }) => actor.ip)}::text[], ${text(({ actor }) => actor.userAgent)}::text[],
        ${text(({ actor }) => actor.requestId)}::text[], ${text(({ adminOnlyMemo }) => adminOnlyMemo)}::text[]
      ) as entry (id, actor_id, actor_role, action, entity_type, entity_id, before_state, after_state, description,
        metadata, ip, user_agent, request_id, admin_only_memo)
    )
    insert into audit_log (id, created_at, tx_id, actor_id, actor_role, action, entity_type, entity_id, before_state,
      after_state, description, metadata, ip, user_agent, request_id, admin_only_memo, row_hash)
    select id, created_at, tx_id, actor_id, actor_role, action, entity_type, entity_id, before_state, after_state,
      description, metadata, ip, user_agent, request_id, admin_only_memo, ${rowHash(tx)}
    from given`;
}

/** Rows of one seal at most, so that a backlog is sealed in steps; a single larger transaction is still one seal. */
const SEAL_ROWS_MAX = 20_000;
/** How much of each row's hash a seal keeps: enough to name the row, and 128 bits cannot be forged. */
const KEPT_BYTES = 16;

/** True for one caller at a time, until its transaction ends. */
export async function holdSealer(tx: Tx): Promise<boolean> {
  const [lock] = await tx<{ held: boolean }[]>`
    select pg_try_advisory_xact_lock(hashtextextended('fairlead.audit.seal', 0)) as held`;
  return lock?.held === true;
}

/**
 * Where the next seal begins and ends: every transaction below the second has ended, however late it committed, so
 * no row can appear below it any more. Ranges follow each other without a gap. Null: nothing is there to seal.
 */
export async function nextRange(tx: Tx): Promise<{ from: string; to: string } | null> {
  const [range] = await tx<{ from: string; horizon: string }[]>`
    select coalesce((select tx_to from audit_seals order by seq desc limit 1), '0'::xid8)::text as from,
      pg_snapshot_xmin(pg_current_snapshot())::text as horizon`;
  const { from, horizon } = range!;
  // Through the index audit_log_tx of each partition.
  const rows = await tx<{ tx_id: string }[]>`
    select tx_id::text from audit_log where tx_id >= ${from}::xid8 and tx_id < ${horizon}::xid8
    order by audit_log.tx_id limit ${SEAL_ROWS_MAX + 1}`;
  if (rows.length === 0) return null;
  if (rows.length <= SEAL_ROWS_MAX) return { from, to: horizon };
  const last = rows.at(-1)!.tx_id;
  return { from, to: last === rows[0]!.tx_id ? (BigInt(last) + 1n).toString() : last };
}

/** Hash of a seal whose columns are in scope by their names. */
const sealHash = (tx: Tx) => tx`
  sha256(prev_hash || '\\x01'::bytea || int8send(seq) || int8send((extract(epoch from sealed_at) * 1000)::bigint)
    || int8send(tx_from::text::bigint) || int8send(tx_to::text::bigint) || int4send(row_count) || rows_hash)`;

/** Appends the seal of a range; answers with the number of its rows. */
export async function insertSeal(tx: Tx, range: { from: string; to: string }): Promise<number> {
  const [seal] = await tx<{ row_count: number }[]>`
    with previous as (
      select seq, hash from audit_seals order by seq desc limit 1
    ), rows as (
      select count(*)::int as row_count,
        string_agg(substr(row_hash, 1, ${KEPT_BYTES}), ''::bytea order by tx_id, id) as rows_hash
      from audit_log where tx_id >= ${range.from}::xid8 and tx_id < ${range.to}::xid8
    ), seal as materialized (
      select coalesce((select seq from previous), 0) + 1 as seq, clock_timestamp()::timestamptz(3) as sealed_at,
        ${range.from}::xid8 as tx_from, ${range.to}::xid8 as tx_to, row_count, rows_hash,
        coalesce((select hash from previous), decode(repeat('00', 32), 'hex')) as prev_hash
      from rows
    )
    insert into audit_seals (seq, sealed_at, tx_from, tx_to, row_count, rows_hash, prev_hash, hash)
    select seq, sealed_at, tx_from, tx_to, row_count, rows_hash, prev_hash, ${sealHash(tx)} from seal
    returning row_count`;
  return seal!.row_count;
}

export type NamedRow = { id: string; createdAt: string; action: string; entity: string };
const named = (tx: Tx) => tx`id, created_at::text as "createdAt", action,
  entity_type || coalesce(' ' || entity_id, '') as entity`;

/** Rows whose stored values no longer give their stored hash. */
export async function selectChangedRows(tx: Tx, limit: number): Promise<NamedRow[]> {
  // Materialized: with the limit in sight the planner would walk an index row by row, hoping to end soon.
  return tx<NamedRow[]>`
    with changed as materialized (select * from audit_log where row_hash <> ${rowHash(tx)})
    select ${named(tx)} from changed order by changed.created_at, id limit ${limit}`;
}

/** Seals that do not follow from the one before, or whose own hash is not right. */
export async function selectBrokenSeals(tx: Tx, limit: number): Promise<{ seq: string }[]> {
  return tx<{ seq: string }[]>`
    select seq::text from (
      select seq, hash <> ${sealHash(tx)} as wrong,
        prev_hash <> coalesce(lag(hash) over chain, decode(repeat('00', 32), 'hex'))
          or tx_from <> coalesce(lag(tx_to) over chain, '0'::xid8)
          or seq <> coalesce(lag(seq) over chain, 0) + 1
          or octet_length(rows_hash) <> row_count * ${KEPT_BYTES} as loose
      from audit_seals window chain as (order by seq)
    ) as seal
    where wrong or loose order by seq limit ${limit}`;
}

export type SealRow = { seq: string; from: string; to: string; sealedAt: string; kept: Buffer };

/** Seals whose rows are not those that were sealed. One pass over the log, grouped by seal. */
export async function selectUnequalSeals(tx: Tx, limit: number): Promise<SealRow[]> {
  return tx<SealRow[]>`
    with bounds as materialized (
      select array_agg(tx_from order by tx_from) as starts, max(tx_to) as ends from audit_seals
    ), present as (
      select (select starts from bounds)[width_bucket(tx_id, (select starts from bounds))] as tx_from,
        string_agg(substr(row_hash, 1, ${KEPT_BYTES}), ''::bytea order by tx_id, id) as rows_hash
      from audit_log where tx_id < (select ends from bounds) group by 1
    )
    select seq::text, s.tx_from::text as from, tx_to::text as to, sealed_at::text as "sealedAt", s.rows_hash as kept
    from audit_seals s left join present p on p.tx_from = s.tx_from
    where p.rows_hash is distinct from s.rows_hash order by seq limit ${limit}`;
}

/** The rows that stand in a seal's range now, in the order of sealing. */
export async function selectSealedRows(
  tx: Tx,
  seal: { from: string; to: string },
): Promise<(NamedRow & { kept: Buffer })[]> {
  return tx<(NamedRow & { kept: Buffer })[]>`
    select ${named(tx)}, substr(row_hash, 1, ${KEPT_BYTES}) as kept
    from audit_log where tx_id >= ${seal.from}::xid8 and tx_id < ${seal.to}::xid8 order by tx_id, id`;
}

export const KEPT_PER_ROW = KEPT_BYTES;

export type AuditFilter = {
  entityType?: string | undefined;
  entityId?: string | undefined;
  actorId?: string | undefined;
  actorRole?: string | undefined;
  action?: string | undefined;
  from?: Date | undefined;
  to?: Date | undefined;
  /** Only rows after this one in the order of the list. */
  after?: { createdAt: string; id: string } | undefined;
};

export type AuditRow = {
  id: string;
  created_at: Date;
  actor_id: string | null;
  actor_role: string;
  action: string;
  entity_type: string;
  entity_id: string | null;
  before_state: unknown;
  after_state: unknown;
  description: string;
  metadata: unknown;
  ip: string | null;
  user_agent: string | null;
  request_id: string | null;
  admin_only_memo: string | null;
};

/** The conditions of the list; each has its index (entity, actor, action), without one the newest are read first. */
function matching(tx: Tx, filter: AuditFilter) {
  const { entityType, entityId, actorId, actorRole, action, from, to } = filter;
  return tx`
    ${entityType === undefined ? tx`true` : tx`entity_type = ${entityType}`}
    ${entityId === undefined ? tx`` : tx`and entity_id = ${entityId}`}
    ${actorId === undefined ? tx`` : tx`and actor_id = ${actorId}`}
    ${actorRole === undefined ? tx`` : tx`and actor_role = ${actorRole}`}
    ${action === undefined ? tx`` : tx`and action = ${action}`}
    ${from === undefined ? tx`` : tx`and created_at >= ${from}`}
    ${to === undefined ? tx`` : tx`and created_at < ${to}`}`;
}

/** Newest first; `limit + 1` rows tell whether there are more. */
export async function selectAudit(tx: Tx, filter: AuditFilter, limit: number): Promise<AuditRow[]> {
  const { after } = filter;
  return tx<AuditRow[]>`
    select id, created_at, actor_id, actor_role, action, entity_type, entity_id, before_state, after_state, description,
      metadata, host(ip) as ip, user_agent, request_id, admin_only_memo
    from audit_log
    where ${matching(tx, filter)}
      ${after === undefined ? tx`` : tx`and (created_at, id) < (${after.createdAt}::timestamptz, ${after.id}::uuid)`}
    order by created_at desc, id desc limit ${limit + 1}`;
}

/** Counts up to `max`. */
export async function countAudit(tx: Tx, filter: AuditFilter, max: number): Promise<number> {
  const [row] = await tx<{ n: number }[]>`
    select count(*)::int as n from (select from audit_log where ${matching(tx, filter)} limit ${max}) as counted`;
  return row!.n;
}
