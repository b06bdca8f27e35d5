import type { Tx } from '../platform/db.ts';

/** The figures of the operator's home page. Test leads are in none of them. */

export type Waiting = { count: number; oldestAt: Date | null };

export type Overview = {
  since: Date;
  now: Date;
  byState: { state: string; count: number }[];
  money: { currency: string; charged: bigint; refunded: bigint }[];
  failedDeliveries: number;
  stoppedEndpoints: number;
  parked: number;
  waitingForApproval: Waiting;
  quarantined: Waiting;
  waitingForChecks: number;
  waitingForDistribution: number;
  oldestDueMs: number;
};

/**
 * One statement per figure, sent together. The day is that of the zone given. Indexes: leads_recent, leads_waiting,
 * leads_approved, leads_resting, deliveries_failed; money by each provider's newest transfers (transfers_provider).
 */
export async function readOverview(tx: Tx, zone: string, failedHours: number): Promise<Overview> {
  const since = tx`(date_trunc('day', clock_timestamp() at time zone ${zone}) at time zone ${zone})`;
  const [[times], byState, money, [failed], [stopped], [parked], waiting, [fresh]] = await Promise.all([
    tx<{ since: Date; now: Date }[]>`select ${since} as since, clock_timestamp()::timestamptz(3) as now`,
    tx<Overview['byState']>`
      select state, count(*)::int as count from leads where submitted_at >= ${since} and not test
      group by state order by state`,
    tx<Overview['money']>`
      select t.currency,
        coalesce(sum(t.amount) filter (where t.kind in ('charge', 'capture')), 0)::bigint as charged,
        coalesce(sum(t.amount) filter (where t.kind = 'refund'), 0)::bigint as refunded
      from providers p join transfers t on t.provider_id = p.id and t.created_at >= ${since}
      where t.kind in ('charge', 'capture', 'refund') group by t.currency order by t.currency`,
    tx<{ count: number }[]>`
      select count(*)::int as count from deliveries d join assignments a on a.id = d.assignment_id and not a.test
      where d.state in ('refused', 'dead')
        and d.ended_at >= clock_timestamp() - ${failedHours}::int * interval '1 hour'`,
    tx<{ count: number }[]>`
      select count(*)::int as count from endpoints where state = 'disabled' or breaker_state <> 'closed'`,
    tx<
      { count: number }[]
    >`select count(*)::int as count from leads where parked_at is not null and not test`,
    tx<{ state: string; count: number; oldestMs: number; oldestAt: Date }[]>`
      select state, count(*)::int as count, min(submitted_at) as "oldestAt",
        coalesce(extract(epoch from clock_timestamp() - min(due_at)) * 1000, 0)::float8 as "oldestMs"
      from leads where state in ('pending_approval', 'quarantined', 'checking') and parked_at is null and not test
      group by state`,
    tx<{ count: number; oldestMs: number }[]>`
      select count(*)::int as count,
        coalesce(extract(epoch from clock_timestamp() - min(l.due_at) filter (where not exists (
          select from stop_switches x where x.released_at is null and (x.scope = 'everything'
            or (x.scope = 'niche' and x.scope_id = l.niche_id) or (x.scope = 'source' and x.scope_id = l.source_id))
        ))) * 1000, 0)::float8 as "oldestMs"
      from (
        select * from leads where state = 'approved' and parked_at is null and rests_since is null
        union all select * from leads where state = 'approved' and parked_at is null and rests_since is not null
      ) l join niches n on n.id = l.niche_id and n.active and n.archived_at is null
      where not l.test`,
  ]);
  const waitingIn = (state: string): Waiting =>
    waiting.find((one) => one.state === state) ?? { count: 0, oldestAt: null };
  const checking = waiting.find((one) => one.state === 'checking')?.oldestMs ?? 0;
  return {
    ...times!,
    byState,
    money,
    failedDeliveries: failed?.count ?? 0,
    stoppedEndpoints: stopped?.count ?? 0,
    parked: parked?.count ?? 0,
    waitingForApproval: waitingIn('pending_approval'),
    quarantined: waitingIn('quarantined'),
    waitingForChecks: waitingIn('checking').count,
    waitingForDistribution: fresh?.count ?? 0,
    oldestDueMs: Math.max(0, Math.round(Math.max(checking, fresh?.oldestMs ?? 0))),
  };
}
