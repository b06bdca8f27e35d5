import type { Tx } from '../../platform/db.ts';
import type { Finding } from './finding.ts';

/** Deliveries: each ended with a reason or has a next time; attempts are numbered without a gap. */

export const stuckDeliveries = (tx: Tx, limit: number): Promise<Finding[]> => tx<Finding[]>`
  select 'delivery ' || id as row, case when state in ('pending', 'sending') then 'is ' || state || ' and has no next time'
    else 'is ' || state || ' and says no reason' end as text
  from deliveries
  where (state in ('pending', 'sending') and due_at is null) or (state in ('refused', 'dead') and reason is null)
  limit ${limit}`;

export const unnumberedAttempts = (tx: Tx, limit: number): Promise<Finding[]> => tx<Finding[]>`
  select 'delivery ' || delivery_id as row,
    'has ' || count(*) || ' attempts with ' || count(distinct number) || ' numbers from ' || min(number) || ' to '
      || max(number) as text
  from attempts group by delivery_id
  having min(number) <> 1 or count(*) <> max(number) or count(distinct number) <> count(*) limit ${limit}`;

/** What is delivered was attempted and taken. */
export const unprovenDeliveries = (tx: Tx, limit: number): Promise<Finding[]> => tx<Finding[]>`
  select 'delivery ' || d.id as row, 'is delivered and no attempt was taken' as text
  from deliveries d
  where d.state = 'delivered'
    and not exists (select from attempts t where t.delivery_id = d.id and t.outcome = 'delivered') limit ${limit}`;

/** A kept answer about money names a transfer that is there: the key had its one effect. */
export const emptyAnswers = (tx: Tx, limit: number): Promise<Finding[]> => tx<Finding[]>`
  select 'key ' || k.key || ' of ' || k.scope as row, 'answered with a transfer that is not there' as text
  from idempotency_keys k left join transfers t on t.id = (k.answer ->> 'transfer_id')::uuid
  where k.answer ? 'transfer_id' and t.id is null limit ${limit}`;
