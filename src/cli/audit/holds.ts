import type { Tx } from '../../platform/db.ts';
import type { Finding } from './finding.ts';

/** Money that waits for a delivery, and money that went back because of one. */

/** Held money has a delivery under way; a hold that ended says why, and its delivery says the same. */
export const wrongHolds = (tx: Tx, limit: number): Promise<Finding[]> => tx<Finding[]>`
  with holds as (
    select a.id, a.state, a.release_reason as why, coalesce(d.state, 'not there') as delivery,
      coalesce(d.unknown_seen, false) as may_have_arrived, exists (
        select from attempts t where t.delivery_id = d.id and t.outcome = 'delivered'
      ) as arrived
    from assignments a
    left join lateral (
      select id, state, unknown_seen from deliveries where assignment_id = a.id order by number desc limit 1
    ) d on true
    where a.state in ('held', 'released') or (a.state = 'charged' and a.hold_ended_at is not null)
  ), judged as (
    select id, case
      when state = 'held' then case when delivery not in ('pending', 'sending')
        then 'it is held and its delivery is ' || delivery end
      when state = 'charged' then case when not arrived then 'it was captured and no attempt was taken' end
      when why is null then 'it is released and says no reason'
      when delivery in ('pending', 'sending') then 'it is released and its delivery is ' || delivery
      when why = 'unresolved' and not may_have_arrived then 'it is unresolved and certainly did not arrive'
      when why not in ('unresolved', 'bad_lead') and may_have_arrived
        then 'it is released as ' || why || ' and may have arrived' end as fault
    from holds
  )
  select 'assignment ' || id as row, fault as text from judged where fault is not null limit ${limit}`;

/** A level that gives the money back for what never arrived did so for each assignment it sold while it said so. */
export const keptMoney = (tx: Tx, limit: number): Promise<Finding[]> => tx<Finding[]>`
  select 'assignment ' || a.id as row, 'its delivery is ' || d.state || ', and its price was not given back' as text
  from deliveries d
  join assignments a on a.id = d.assignment_id and a.state = 'charged' and not a.test
  join decisions c on c.niche_id = a.niche_id and c.seq = a.decision_seq
  join level_versions v on v.level_id = a.level_id and v.from_version <= c.config_version
    and (v.to_version is null or v.to_version > c.config_version)
  where d.state in ('refused', 'dead') and v.bill_on = 'assigned' and v.refund_undelivered
    and not exists (select from attempts t where t.delivery_id = d.id and t.outcome = 'delivered')
  limit ${limit}`;
