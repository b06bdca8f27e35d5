import type { Tx } from '../../platform/db.ts';
import type { Finding } from './finding.ts';

/** Leads: none is lost, none is stuck without a next step, each change of state stands in the audit log. */

/** Every receipt that was answered with a lead has it. */
export const lostLeads = (tx: Tx, limit: number): Promise<Finding[]> => tx<Finding[]>`
  select 'receipt ' || r.id as row, 'lead ' || r.lead_id || ' was acknowledged and is not there' as text
  from lead_receipts r left join leads l on l.id = r.lead_id
  where r.lead_id is not null and l.id is null limit ${limit}`;

/** Final, or parked, or with a time at which something happens next. */
export const stuckLeads = (tx: Tx, limit: number): Promise<Finding[]> => tx<Finding[]>`
  select 'lead ' || id as row, 'is ' || state || ' and has no next step' as text from leads
  where due_at is null and parked_at is null and state not in ('distributed', 'rejected', 'expired', 'bad_lead')
  order by id limit ${limit}`;

/** The count on the lead equals its assignments, and only what was distributed has some. */
export const wrongCounts = (tx: Tx, limit: number): Promise<Finding[]> => tx<Finding[]>`
  with counted as (select lead_id, count(*) as n from assignments group by lead_id)
  select 'lead ' || l.id as row,
    'is ' || l.state || ' and says ' || l.n_assigned || ' assignments; there are ' || coalesce(c.n, 0) as text
  from leads l left join counted c on c.lead_id = l.id
  where l.n_assigned <> coalesce(c.n, 0) or (coalesce(c.n, 0) > 0) <> (l.state in ('distributed', 'bad_lead'))
  order by l.id limit ${limit}`;

/** Rejected is the end: such a lead has no assignment, whatever its state says now. */
export const soldThoughRejected = (tx: Tx, limit: number): Promise<Finding[]> => tx<Finding[]>`
  select 'lead ' || a.lead_id as row, 'was rejected and went to ' || count(*) || ' providers' as text
  from assignments a
  where exists (
    select 1 from audit_log l
    where l.entity_type = 'lead' and l.entity_id = a.lead_id::text and l.action = 'lead.rejected'
  )
  group by a.lead_id order by a.lead_id limit ${limit}`;

/** A lead is sold one time: it came to `distributed` by one audit row; every present state has its row. */
export const unauditedStates = (tx: Tx, limit: number): Promise<Finding[]> => tx<Finding[]>`
  with moves as (
    select entity_id, action, count(*) as n from audit_log
    where entity_type = 'lead' and action like 'lead.%' group by entity_id, action
  )
  select 'lead ' || l.id as row, 'is ' || l.state || '; the audit log names it ' || coalesce(m.n, 0) || ' times' as text
  from leads l left join moves m on m.entity_id = l.id::text and m.action = 'lead.' || l.state
  where l.state <> 'received' and (m.n is null or (m.n > 1 and l.state in ('distributed', 'bad_lead')))
  order by l.id limit ${limit}`;

/** The decisions of a niche are one chain: numbers without a gap, each hash right, its end known to the niche. */
export const brokenDecisions = (tx: Tx, limit: number): Promise<Finding[]> => tx<Finding[]>`
  with steps as (
    select niche_id, seq, lag(seq) over chain as seq_before, lag(hash) over chain as hash_before, prev_hash, hash,
      sha256('\\x01'::bytea || uuid_send(niche_id) || int8send(seq) || uuid_send(lead_id) || prev_hash || record) as right_hash
    from decisions window chain as (partition by niche_id order by seq)
  ), ends as (
    select t.niche_id, t.chain_seq, d.seq from niche_turns t
    left join lateral (
      select seq, hash from decisions where niche_id = t.niche_id order by seq desc limit 1
    ) d on true
    where t.chain_seq <> coalesce(d.seq, 0) or (d.hash is not null and t.chain_hash <> d.hash)
  )
  (select 'decision ' || seq || ' of niche ' || niche_id as row, case
    when hash <> right_hash then 'it was changed: its hash is not right'
    when seq <> coalesce(seq_before, 0) + 1 then 'the chain has a gap before it'
    else 'it does not follow from the decision before it' end as text
  from steps
  where hash <> right_hash or seq <> coalesce(seq_before, 0) + 1
    or (hash_before is not null and prev_hash <> hash_before)
  order by niche_id, seq limit ${limit})
  union all
  select 'niche ' || niche_id, 'its chain should end at ' || chain_seq || ' and ends at ' || coalesce(seq, 0) from ends`;
