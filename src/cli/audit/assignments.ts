import type { Tx } from '../../platform/db.ts';
import type { Finding } from './finding.ts';

/** Assignments: each billed one time at its price, refunded at most one time, within what the level promises. */

/** What was posted for each assignment, in one row; one pass over the ledger. */
const posted = (tx: Tx) => tx`
  select assignment_id, count(*) filter (where kind = 'hold') as holds,
    count(*) filter (where kind in ('charge', 'capture')) as charges,
    count(*) filter (where kind = 'release') as releases, count(*) filter (where kind = 'refund') as refunds,
    min(amount) as least, max(amount) as most, min(currency) as currency, max(currency) as other_currency,
    min(provider_id::text) as provider, max(provider_id::text) as other_provider
  from transfers where assignment_id is not null group by assignment_id`;

export const doubleAssignments = (tx: Tx, limit: number): Promise<Finding[]> => tx<Finding[]>`
  select 'lead ' || lead_id as row, 'was given ' || count(*) || ' times to provider ' || provider_id as text
  from assignments group by lead_id, provider_id having count(*) > 1 limit ${limit}`;

/** The state of an assignment and the ledger say the same, at the price it was sold for. */
export const wronglyBilled = (tx: Tx, limit: number): Promise<Finding[]> => tx<Finding[]>`
  with posted as (${posted(tx)})
  select 'assignment ' || coalesce(a.id, p.assignment_id) as row, case
    when a.id is null then 'money was moved for it and it is not there'
    when a.test then 'it is a test and money was moved'
    when p.assignment_id is null then 'it is ' || a.state || ' and nothing was booked'
    when p.least <> a.charged_amount or p.most <> a.charged_amount
      then 'its price is ' || a.charged_amount || '; booked was ' || p.most
    when p.currency <> a.currency or p.other_currency <> a.currency then 'booked was another currency'
    when p.provider <> a.provider_id::text or p.other_provider <> a.provider_id::text
      then 'another provider was billed'
    else 'it is ' || a.state || '; booked were ' || p.holds || ' holds, ' || p.charges || ' charges, ' || p.releases
      || ' releases, ' || p.refunds || ' refunds' end as text
  from assignments a full join posted p on p.assignment_id = a.id
  where case
    when a.id is null then true
    when a.test then p.assignment_id is not null
    when p.assignment_id is null then true
    else p.least <> a.charged_amount or p.most <> a.charged_amount or p.currency <> a.currency
      or p.other_currency <> a.currency or p.provider <> a.provider_id::text or p.other_provider <> a.provider_id::text
      or p.charges <> case when a.state in ('charged', 'refunded') then 1 else 0 end
      or p.releases <> case when a.state = 'released' then 1 else 0 end
      or p.refunds <> case when a.state = 'refunded' then 1 else 0 end
      or p.holds > 1 or (a.state in ('held', 'released') and p.holds <> 1)
    end
  limit ${limit}`;

/** Refunds beside what they give back: few rows, and each charge is found by its cause. */
export const overRefunded = (tx: Tx, limit: number): Promise<Finding[]> => tx<Finding[]>`
  with given as (
    select assignment_id, count(*) as refunds, sum(amount) as refunded from transfers
    where kind = 'refund' group by assignment_id
  ), billed as (
    select g.*, (
      select coalesce(sum(amount), 0) from transfers
      where cause in ('charge:' || g.assignment_id, 'capture:' || g.assignment_id)
    ) as charged
    from given g
  )
  select 'assignment ' || coalesce(assignment_id::text, '(none)') as row,
    'it was charged ' || charged || ' and refunded ' || refunded || ' in ' || refunds || ' transfers' as text
  from billed where refunds > 1 or refunded > charged limit ${limit}`;

/** No level, and no promise to a provider, was exceeded: at most so many providers for one lead. */
export const overSold = (tx: Tx, limit: number): Promise<Finding[]> => tx<Finding[]>`
  (select 'lead ' || a.lead_id as row, 'went to ' || count(*) || ' providers; promised were at most ' || min(a.max_shared) as text
  from assignments a where not a.test and a.state <> 'released'
  group by a.lead_id having count(*) > min(a.max_shared) limit ${limit})
  union all
  (with many as materialized (
    -- More than the smallest maximum the level ever had; only those are looked at with the rules of their decision.
    select lead_id, a.level_id from assignments a
    join (select level_id, min(max_providers) as least from level_versions group by level_id) l on l.level_id = a.level_id
    where not test and state <> 'released' group by lead_id, a.level_id having count(*) > min(l.least)
  )
  select 'lead ' || a.lead_id, 'went to ' || count(*) || ' providers of level ' || a.level_id || '; its maximum is '
    || max(v.max_providers)
  from many m
  join assignments a on a.lead_id = m.lead_id and a.level_id = m.level_id
  join decisions d on d.niche_id = a.niche_id and d.seq = a.decision_seq
  join level_versions v on v.level_id = a.level_id and v.from_version <= d.config_version
    and (v.to_version is null or v.to_version > d.config_version)
  where not a.test and a.state <> 'released'
  group by a.lead_id, a.level_id having count(*) > max(v.max_providers) limit ${limit})`;
