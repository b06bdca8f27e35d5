import type { Tx } from '../../platform/db.ts';
import type { Finding } from './finding.ts';

/**
 * Caps and budgets: each assignment, together with those before it in the same window of the cap's own calendar, was
 * within the cap that its decision read, of its subscription and of its whole provider. What gave its place back does
 * not count: released ones, and refunded ones under a cap that gives back.
 *
 * Two steps: use per window is added up from quarters of an hour (every zone begins its hours on one) and compared
 * with the smallest cap there ever was; only where that is exceeded is the order of assignments looked at, because a cap
 * may have been lowered within the window. An edit of a cap waits for the decisions under way in all niches it holds in,
 * so the order of time is right across edits also where several niches count together.
 */
export async function exceededCaps(tx: Tx, limit: number): Promise<Finding[]> {
  const suspects = await tx<Suspect[]>`
    with used as materialized (
      select subscription_id as scope_id, currency, date_bin('15 minutes', assigned_at, '2000-01-01') as at,
        count(*) as leads, sum(charged_amount) as spent
      from assignments where not test and state <> 'released' group by 1, 2, 3
      union all
      select provider_id, currency, date_bin('15 minutes', assigned_at, '2000-01-01'), count(*), sum(charged_amount)
      from assignments where not test and state <> 'released'
        and provider_id in (select provider_id from provider_cap_versions where caps <> '[]')
      group by 1, 2, 3
    ), capped as (
      select scope_id, timezone, span, kind, currency, min(value) as value from (${caps(tx)}) as every
      group by 1, 2, 3, 4, 5
    )
    select distinct c.scope_id, c.span, c.kind
    from capped c join used u on u.scope_id = c.scope_id and (c.currency is null or c.currency = u.currency)
    group by c.scope_id, c.span, c.kind, c.currency, c.timezone, c.value, ${windowKey(tx, tx`u.at`)}
    having sum(case c.kind when 'count' then u.leads else u.spent end) > c.value`;
  return suspects.length === 0 ? [] : inOrder(tx, suspects, limit);
}

type Suspect = { scope_id: string; span: string; kind: string };

/** Each cap at each version, of a subscription or (with the niche it holds in) of a whole provider. */
const caps = (tx: Tx) => tx`
  select v.subscription_id as scope_id, v.niche_id, v.from_version, v.to_version, v.timezone, v.caps,
    ${capFields(tx)}
  from subscription_versions v, jsonb_array_elements(v.caps) as cap
  union all
  select v.provider_id, v.niche_id, v.from_version, v.to_version, v.timezone, v.caps, ${capFields(tx)}
  from provider_cap_versions v, jsonb_array_elements(v.caps) as cap`;

const capFields = (tx: Tx) => tx`
  cap ->> 'window' as span, cap ->> 'kind' as kind, (cap ->> 'value')::numeric as value,
    cap ->> 'currency' as currency, (cap ->> 'weekday')::int as weekday,
    coalesce((cap ->> 'gives_back')::boolean, false) as gives_back`;

/** Hours are told apart also where a clock is put back; the other windows are days of the calendar. */
const windowKey = (tx: Tx, at: ReturnType<Tx>) => tx`
  case c.span when 'total' then 'total' when 'hour' then date_trunc('hour', ${at}, c.timezone)::text
    else date_trunc(c.span, ${at} at time zone c.timezone)::date::text end`;

/** A cap for this weekday holds instead of the day's other cap of its kind. */
const holdsOnItsDay = (tx: Tx) => tx`
  case when c.weekday is not null then c.weekday = extract(isodow from a.assigned_at at time zone c.timezone)
    else c.span <> 'day' or not exists (
      select from jsonb_array_elements(c.caps) other
      where other ->> 'kind' = c.kind
        and (other ->> 'weekday')::int = extract(isodow from a.assigned_at at time zone c.timezone)
    ) end`;

async function inOrder(tx: Tx, suspects: Suspect[], limit: number): Promise<Finding[]> {
  return tx<Finding[]>`
    with suspects as materialized (
      select * from unnest(
        ${suspects.map((one) => one.scope_id)}::uuid[], ${suspects.map(({ span }) => span)}::text[],
        ${suspects.map(({ kind }) => kind)}::text[]
      ) as suspect (scope_id, span, kind)
    ), judged as (
      select a.id, c.scope_id, a.assigned_at, a.decision_seq, a.charged_amount, c.span, c.kind, c.currency, c.value,
        ${windowKey(tx, tx`a.assigned_at`)} as window_key
      from suspects s
      cross join lateral (
        select * from assignments where subscription_id = s.scope_id
        union all select * from assignments where provider_id = s.scope_id
      ) a
      join decisions d on d.niche_id = a.niche_id and d.seq = a.decision_seq
      join (${caps(tx)}) as c on c.scope_id = s.scope_id and c.niche_id = a.niche_id and c.span = s.span
        and c.kind = s.kind and c.from_version <= d.config_version
        and (c.to_version is null or c.to_version > d.config_version)
      where not a.test and a.state <> 'released' and not (a.state = 'refunded' and c.gives_back)
        and ${holdsOnItsDay(tx)}
    ), running as (
      select id, span, kind, value, window_key, sum(case kind when 'count' then 1 else charged_amount end) over (
        partition by scope_id, span, kind, currency, window_key order by assigned_at, decision_seq, id
      ) as used
      from judged
    )
    select 'assignment ' || id as row, case kind when 'count' then 'is number ' else 'brings the spending to ' end || used
      || ' of the ' || span || ' ' || window_key || '; the cap was ' || value as text
    from running where used > value limit ${limit}`;
}
