import type { Tx } from '../../platform/db.ts';
import type { Finding } from './finding.ts';

/** Decisions beside the first one: freed seats that were offered again, leads that were given by hand or bought. */

/** Freed seats of one lead that are offered again at most (src/lead/distribution/offer-again.ts). */
const SECOND_DECISIONS_MAX = 2;

export const wrongOffers = (tx: Tx, limit: number): Promise<Finding[]> => tx<Finding[]>`
  with sold as (
    select lead_id, count(*) filter (where kind = 'auto') as first, count(*) filter (where kind = 'second') as second,
      count(*) filter (where kind = 'second' and n_assigned <> 1) as several
    from decisions where outcome = 'sold' group by lead_id
  ), offered as (
    select lead_id, count(*) filter (where ended_as = 'taken') as taken from second_offers group by lead_id
  )
  (select 'lead ' || s.lead_id as row, case
    when s.first > 1 then 'was sold from the start ' || s.first || ' times'
    when s.several > 0 then 'one freed seat was given to more than one'
    when s.second > ${SECOND_DECISIONS_MAX} then 'was given to somebody else ' || s.second || ' times'
    else 'has ' || s.second || ' second decisions; freed seats that were taken: ' || coalesce(o.taken, 0) end as text
  from sold s left join offered o on o.lead_id = s.lead_id
  where s.first > 1 or s.several > 0 or s.second > ${SECOND_DECISIONS_MAX} or s.second <> coalesce(o.taken, 0)
  limit ${limit})
  union all
  (select 'assignment ' || a.id, 'its seat is offered again, and it is ' || a.state
    || coalesce(' as ' || a.release_reason, '')
  from second_offers o join assignments a on a.id = o.assignment_id
  where a.state <> 'released' or a.test or a.release_reason not in ('refused', 'undelivered', 'late') limit ${limit})
  union all
  (select 'decision ' || d.seq || ' of niche ' || d.niche_id, 'is a purchase'
    || case when d.n_assigned <> 1 then ' by ' || d.n_assigned else ', and its campaign sold none' end
  from decisions d join leads l on l.id = d.lead_id
  where d.kind = 'purchase' and (d.n_assigned <> 1 or not exists (
    select from campaign_versions v where v.campaign_id = l.campaign_id and v.purchase <> 'off'
      and v.from_version <= d.config_version and (v.to_version is null or v.to_version > d.config_version)
  )) limit ${limit})
  union all
  (select 'decision ' || seq || ' of niche ' || niche_id, 'was taken by hand and says no reason'
  from decisions where (kind = 'by_hand') <> (reason is not null) limit ${limit})`;
