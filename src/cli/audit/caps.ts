import type { Tx } from '../../platform/db.ts';
import type { Finding } from './finding.ts';

/**
 * Caps and budgets: each assignment, together with those before it in the same window of the subscription's own
 * calendar, was within the cap that its decision read. Released ones do not count.
 *
 * Two steps: use per window is added up from quarters of an hour (every zone begins its hours on one) and compared
 * with the smallest cap the subscription ever had; only where that is exceeded is the order of assignments looked at,
 * because a cap may have been lowered within the window.
 */
export async function exceededCaps(tx: Tx, limit: number): Promise<Finding[]> {
  const suspects = await tx<{ subscription_id: string; span: string; kind: string }[]>`
    with used as materialized (
      select subscription_id, date_bin('15 minutes', assigned_at, '2000-01-01') as at, count(*) as leads,
        sum(charged_amount) as spent
      from assignments where not test and state <> 'released' group by 1, 2
    ), capped as (
      select subscription_id, timezone, span, kind, min(value) as value from (${caps(tx)}) as every
      group by 1, 2, 3, 4
    )
    select distinct c.subscription_id, c.span, c.kind
    from capped c join used u on u.subscription_id = c.subscription_id
    group by c.subscription_id, c.span, c.kind, c.timezone, c.value, ${windowKey(tx, tx`u.at`)}
    having sum(case c.kind when 'count' then u.leads else u.spent end) > c.value`;
  return suspects.length === 0 ? [] : inOrder(tx, suspects, limit);
}

const caps = (tx: Tx) => tx`
  select subscription_id, from_version, to_version, timezone, cap ->> 'window' as span, cap ->> 'kind' as kind,
    (cap ->> 'value')::numeric as value
  from subscription_versions, jsonb_array_elements(caps) as cap`;

/** Hours are told apart also where a clock is put back; the other windows are days of the calendar. */
const windowKey = (tx: Tx, at: ReturnType<Tx>) => tx`
  case c.span when 'total' then 'total' when 'hour' then date_trunc('hour', ${at}, c.timezone)::text
    else date_trunc(c.span, ${at} at time zone c.timezone)::date::text end`;

async function inOrder(
  tx: Tx,
  suspects: { subscription_id: string; span: string; kind: string }[],
  limit: number,
): Promise<Finding[]> {
  return tx<Finding[]>`
    with suspects as materialized (
      select * from unnest(
        ${suspects.map((one) => one.subscription_id)}::uuid[], ${suspects.map(({ span }) => span)}::text[],
        ${suspects.map(({ kind }) => kind)}::text[]
      ) as suspect (subscription_id, span, kind)
    ), judged as (
      select a.id, a.subscription_id, a.decision_seq, a.charged_amount, c.span, c.kind, c.value,
        ${windowKey(tx, tx`a.assigned_at`)} as window_key
      from suspects s
      join assignments a on a.subscription_id = s.subscription_id
      join decisions d on d.niche_id = a.niche_id and d.seq = a.decision_seq
      join (${caps(tx)}) as c on c.subscription_id = a.subscription_id and c.span = s.span and c.kind = s.kind
        and c.from_version <= d.config_version and (c.to_version is null or c.to_version > d.config_version)
      where not a.test and a.state <> 'released'
    ), running as (
      select id, span, kind, value, window_key, sum(case kind when 'count' then 1 else charged_amount end) over (
        partition by subscription_id, span, kind, window_key order by decision_seq, id
      ) as used
      from judged
    )
    select 'assignment ' || id as row, case kind when 'count' then 'is number ' else 'brings the spending to ' end || used
      || ' of the ' || span || ' ' || window_key || '; the cap was ' || value as text
    from running where used > value limit ${limit}`;
}
