import type { Tx } from '../../platform/db.ts';
import type { Finding } from './finding.ts';

/**
 * Caps and budgets: each assignment, together with those before it in the same window of the subscription's own
 * calendar, was within the cap that its decision read. Released ones do not count. One pass: the running sums of all
 * five windows are computed together, only the caps that exist are compared.
 */
export const exceededCaps = (tx: Tx, limit: number): Promise<Finding[]> => tx<Finding[]>`
  with capped as (
    select subscription_id, from_version, to_version, timezone, cap ->> 'window' as span, cap ->> 'kind' as kind,
      (cap ->> 'value')::numeric as value
    from subscription_versions, jsonb_array_elements(caps) as cap
  ), judged as (
    select a.id, a.subscription_id, a.assigned_at, a.decision_seq, a.charged_amount, c.span, c.kind, c.value, case c.span
      when 'total' then 'total'
      when 'hour' then date_trunc('hour', a.assigned_at, c.timezone)::text
      else date_trunc(c.span, a.assigned_at at time zone c.timezone)::date::text end as window_key
    from assignments a
    join decisions d on d.niche_id = a.niche_id and d.seq = a.decision_seq
    join capped c on c.subscription_id = a.subscription_id and c.from_version <= d.config_version
      and (c.to_version is null or c.to_version > d.config_version)
    where not a.test and a.state <> 'released'
  ), running as (
    select id, span, kind, value, window_key, sum(case kind when 'count' then 1 else charged_amount end) over (
      partition by subscription_id, span, kind, window_key order by decision_seq, id
    ) as used
    from judged
  )
  select 'assignment ' || id as row,
    'is number or amount ' || used || ' of ' || span || ' ' || window_key || '; the cap was ' || value || ' (' || kind || ')' as text
  from running where used > value limit ${limit}`;
