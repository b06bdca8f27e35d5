import { coded, column, columnOf } from '../../platform/columns.ts';
import type { Tx } from '../../platform/db.ts';
import type { OfferKind } from './offer.ts';

/** The writes of a distribution batch: one statement per table, whatever the number of leads. */

export type AssignmentRow = {
  id: string;
  leadId: string;
  providerId: string;
  subscriptionId: string;
  levelId: string;
  decisionSeq: bigint;
  state: 'held' | 'charged';
  amount: bigint;
  maxShared: number;
  receiptNo: number | null;
  test: boolean;
};

export async function insertAssignments(
  tx: Tx,
  of: { nicheId: string; currency: string; at: Date; rows: readonly AssignmentRow[] },
): Promise<void> {
  if (of.rows.length === 0) return;
  const { rows } = of;
  const [lead, provider] = [coded(rows, 'leadId'), coded(rows, 'providerId')];
  const [subscription, level] = [coded(rows, 'subscriptionId'), coded(rows, 'levelId')];
  await tx`
    insert into assignments (id, lead_id, provider_id, subscription_id, level_id, niche_id, decision_seq, state,
      charged_amount, currency, max_shared, receipt_no, test, assigned_at)
    select id, (${lead.values}::uuid[])[lead], (${provider.values}::uuid[])[provider],
      (${subscription.values}::uuid[])[subscription], (${level.values}::uuid[])[level], ${of.nicheId}, decision_seq,
      state, amount, ${of.currency}, max_shared, receipt_no, test, ${of.at}
    from unnest(
      ${column(rows, 'id')}::uuid[], ${lead.places}::int[], ${provider.places}::int[], ${subscription.places}::int[],
      ${level.places}::int[], ${column(rows, 'decisionSeq')}::bigint[], ${column(rows, 'state')}::text[],
      ${column(rows, 'amount')}::bigint[], ${column(rows, 'maxShared')}::smallint[],
      ${column(rows, 'receiptNo')}::bigint[], ${column(rows, 'test')}::boolean[]
    ) as row (id, lead, provider, subscription, level, decision_seq, state, amount, max_shared, receipt_no, test)`;
}

export type DeliveryRow = {
  id: string;
  assignmentId: string;
  leadId: string;
  providerId: string;
  endpointId: string;
  dueAt: Date;
};

/** Deliveries of a batch; `bringForward` tells their endpoints. */
export async function insertDeliveries(tx: Tx, rows: readonly DeliveryRow[]): Promise<void> {
  if (rows.length === 0) return;
  const [lead, provider] = [coded(rows, 'leadId'), coded(rows, 'providerId')];
  const [endpoint, due] = [coded(rows, 'endpointId'), coded(rows, 'dueAt')];
  await tx`
    insert into deliveries (id, assignment_id, lead_id, provider_id, endpoint_id, due_at, first_due_at)
    select id, assignment_id, (${lead.values}::uuid[])[lead], (${provider.values}::uuid[])[provider],
      (${endpoint.values}::uuid[])[endpoint], (${due.values}::timestamptz[])[due], (${due.values}::timestamptz[])[due]
    from unnest(
      ${column(rows, 'id')}::uuid[], ${column(rows, 'assignmentId')}::uuid[], ${lead.places}::int[],
      ${provider.places}::int[], ${endpoint.places}::int[], ${due.places}::int[]
    ) as d (id, assignment_id, lead, provider, endpoint, due)`;
}

/**
 * The due time of the endpoints of new deliveries, where it is later. Every endpoint is locked, in id order, even when
 * its due time stays: whoever works it off may be about to write that nothing waits, and must see these rows first.
 */
export async function bringForward(
  tx: Tx,
  rows: readonly Pick<DeliveryRow, 'endpointId' | 'dueAt'>[],
): Promise<void> {
  if (rows.length === 0) return;
  const soonest = new Map<string, Date>();
  for (const { endpointId, dueAt } of rows) {
    const known = soonest.get(endpointId);
    if (!known || dueAt < known) soonest.set(endpointId, dueAt);
  }
  await tx`
    with locked as materialized (
      select id, next_due_at from endpoints where id = any(${columnOf([...soonest.keys()])}::uuid[])
      order by id for no key update
    )
    update endpoints e set next_due_at = due.at
    from unnest(${columnOf([...soonest.keys()])}::uuid[], ${columnOf([...soonest.values()])}::timestamptz[]) as due (id, at)
    join locked on locked.id = due.id and (locked.next_due_at is null or locked.next_due_at > due.at)
    where e.id = due.id`;
}

export type SubscriptionMove = {
  id: string;
  receiptNo: number | null;
  recentTypes: string;
  /** 0: nothing but its weight or its missed turns moved. */
  received: number;
  weightState: number;
  missedTurns: number;
  /** Its hard ratio takes a type of lead again that it kept away. */
  opened: boolean;
};

/**
 * Rows are locked in id order first when some belong to providers that got nothing, so that their lock is not held.
 * Whoever flags a provider's subscriptions takes them in the same order. Returns who (xid) had written each of them then.
 */
export async function moveSubscriptions(
  tx: Tx,
  at: Date,
  rows: readonly SubscriptionMove[],
): Promise<{ id: string; xid: string }[]> {
  if (rows.length === 0) return [];
  const found = rows.some(({ received }) => received === 0)
    ? await tx<{ id: string; xid: string }[]>`
        select id, xmin::text as xid from subscriptions where id = any(${column(rows, 'id')}::uuid[])
        order by id for no key update`
    : [];
  await tx`
    update subscriptions s
    set receipt_no = row.receipt_no, recent_types = row.recent_types,
      last_received_at = case when row.received > 0 then ${at} else s.last_received_at end,
      leads_received_count = s.leads_received_count + row.received, weight_state = row.weight_state,
      missed_turns = row.missed_turns,
      flagged_at = case when row.opened then clock_timestamp() else s.flagged_at end
    from unnest(
      ${column(rows, 'id')}::uuid[], ${column(rows, 'receiptNo')}::bigint[], ${column(rows, 'recentTypes')}::text[],
      ${column(rows, 'received')}::int[], ${column(rows, 'opened')}::boolean[],
      ${column(rows, 'weightState')}::int[], ${column(rows, 'missedTurns')}::smallint[]
    ) as row (id, receipt_no, recent_types, received, opened, weight_state, missed_turns)
    where s.id = row.id`;
  return found;
}

/** Waits for nobody: whoever is skipped is given its place by the next batch. */
export async function markLoads(tx: Tx, at: Date, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await tx`
    update subscriptions set load_since = ${at}
    where id in (
      select id from subscriptions where id = any(${ids as string[]}::uuid[]) order by id for no key update skip locked
    )`;
}

export type CounterMove = {
  scopeId: string;
  providerId: string;
  kind: 'count' | 'spend' | 'load';
  windowKey: string;
  by: bigint;
};

export type Counted = Pick<CounterMove, 'scopeId' | 'kind' | 'windowKey'> & { used: bigint };

/** Returns what each counter stands at afterwards. The providers' locks are held, so nobody else counts meanwhile. */
export async function countCaps(tx: Tx, rows: readonly CounterMove[]): Promise<(Counted & { by: bigint })[]> {
  if (rows.length === 0) return [];
  const [provider, windowKey] = [coded(rows, 'providerId'), coded(rows, 'windowKey')];
  const counted = await tx<Counted[]>`
    insert into cap_counters as c (scope_id, provider_id, kind, window_key, used)
    select scope_id, (${provider.values}::uuid[])[provider], kind, (${windowKey.values}::text[])[window_key], used
    from unnest(
      ${column(rows, 'scopeId')}::uuid[], ${provider.places}::int[], ${column(rows, 'kind')}::text[],
      ${windowKey.places}::int[], ${column(rows, 'by')}::bigint[]
    ) as row (scope_id, provider, kind, window_key, used)
    on conflict (scope_id, kind, window_key) do update set used = c.used + excluded.used
    returning c.scope_id as "scopeId", c.kind, c.window_key as "windowKey", c.used`;
  const keyOf = (one: Omit<Counted, 'used'>) => `${one.scopeId} ${one.kind} ${one.windowKey}`;
  const moved = new Map(rows.map((row) => [keyOf(row), row.by]));
  return counted.map((one) => ({ ...one, by: moved.get(keyOf(one)) ?? 0n }));
}

export type Outcome = { id: string; state: 'distributed' | 'unsold'; nAssigned: number; dueAt: Date | null };

/**
 * The leads' new states; returns how many moved. The claim's row locks are held since their state was read, so the
 * state is not compared again, and the place of each row (`ctid`) is found by its key and stays. Joined by id alone, a
 * plan that was made while the table was small read the whole of it for every batch.
 */
export async function endDecisions(tx: Tx, at: Date, rows: readonly Outcome[]): Promise<number> {
  const moved = await tx`
    update leads l
    set state = row.state, n_assigned = row.n_assigned, due_at = row.due_at, failures = 0, version = l.version + 1,
      reason = null, ended_at = case when row.state = 'distributed' then coalesce(l.ended_at, ${at}::timestamptz) end
    from unnest(
      ${column(rows, 'id')}::uuid[], ${column(rows, 'state')}::text[], ${column(rows, 'nAssigned')}::smallint[],
      ${column(rows, 'dueAt')}::timestamptz[]
    ) as row (id, state, n_assigned, due_at)
    cross join lateral (select ctid from leads where id = row.id offset 0) as place
    where l.ctid = place.ctid`;
  return moved.count;
}

export type DecisionRow = {
  seq: bigint;
  leadId: string;
  kind: 'auto' | OfferKind;
  outcome: 'sold' | 'unsold';
  nAssigned: number;
  retryAt: Date | null;
  record: Buffer;
  prevHash: Buffer;
  hash: Buffer;
};

export async function insertDecisions(
  tx: Tx,
  of: {
    nicheId: string;
    at: Date;
    rulesVersion: number;
    configVersion: number;
    rows: readonly DecisionRow[];
    byHand?: { who: { id: string | null }; reason: string | null } | undefined;
  },
): Promise<void> {
  if (of.rows.length === 0) return;
  const { rows } = of;
  await tx`
    insert into decisions (niche_id, seq, lead_id, decided_at, rules_version, config_version, outcome, n_assigned,
      retry_at, record, prev_hash, hash, kind, decided_by, reason)
    select ${of.nicheId}, seq, lead_id, ${of.at}, ${of.rulesVersion}, ${of.configVersion}, outcome, n_assigned,
      retry_at, record, prev_hash, hash, kind, ${of.byHand?.who.id ?? null}::uuid, ${of.byHand?.reason ?? null}::text
    from unnest(
      ${column(rows, 'seq')}::bigint[], ${column(rows, 'leadId')}::uuid[], ${column(rows, 'outcome')}::text[],
      ${column(rows, 'nAssigned')}::smallint[], ${column(rows, 'retryAt')}::timestamptz[],
      ${column(rows, 'record')}::bytea[], ${column(rows, 'prevHash')}::bytea[], ${column(rows, 'hash')}::bytea[],
      ${column(rows, 'kind')}::text[]
    ) as row (seq, lead_id, outcome, n_assigned, retry_at, record, prev_hash, hash, kind)`;
}

/** Returns the transaction (xid) under which this batch writes: inside a savepoint it is one of its own. */
export async function moveTurn(
  tx: Tx,
  to: {
    nicheId: string;
    nextLevelId: string | null;
    receiptNo: number;
    clock: Date;
    chainSeq: bigint;
    chainHash: Buffer;
  },
): Promise<string> {
  const [row] = await tx<{ writer: string }[]>`
    update niche_turns
    set next_level_id = ${to.nextLevelId}, receipt_no = ${to.receiptNo}, last_clock = ${to.clock},
      chain_seq = ${to.chainSeq}, chain_hash = ${to.chainHash}
    where niche_id = ${to.nicheId}
    returning xmin::text as writer`;
  return row!.writer;
}

/** A lead whose decision threw: it rests longer each time, and at `failuresMax` it is parked. Returns true if parked. */
export async function noteFailure(
  tx: Tx,
  of: { leadId: string; failuresMax: number; restMs: number; reason: string },
): Promise<boolean> {
  const [row] = await tx<{ parked: boolean }[]>`
    update leads
    set failures = failures + 1,
      due_at = clock_timestamp() + (failures + 1) * ${of.restMs} * interval '1 ms',
      parked_at = case when failures + 1 >= ${of.failuresMax} then clock_timestamp() end,
      parked_reason = case when failures + 1 >= ${of.failuresMax} then ${of.reason} end
    where id = ${of.leadId} and state in ('approved', 'unsold') and parked_at is null
    returning parked_at is not null as parked`;
  return row?.parked ?? false;
}
