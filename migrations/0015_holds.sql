-- Money held until a receiver accepts: when it must have accepted, how each hold ended, and whose refusals were counted.

-- When the first try was due: at the sale, or at the provider's opening. Half an hour after it nobody waits any more.
alter table deliveries add column first_due_at timestamptz(3);
update deliveries set first_due_at = coalesce(least(first_attempt_at, due_at), created_at);
alter table deliveries
  alter column first_due_at set default clock_timestamp(),
  alter column first_due_at set not null;

alter table assignments
  add column hold_ended_at timestamptz(3),
  -- refused: the receiver said no. undelivered: the tries were used up. late: not accepted in half an hour. unresolved:
  -- the receiver may have the lead, so its seat is offered to nobody. bad_lead: taken back for all.
  add column release_reason text;
update assignments a set hold_ended_at = a.assigned_at, release_reason = case
    when l.state = 'bad_lead' then 'bad_lead'
    when exists (select from deliveries d where d.assignment_id = a.id and d.unknown_seen) then 'unresolved'
    else 'undelivered' end
  from leads l where l.id = a.lead_id and a.state = 'released';
alter table assignments
  add constraint assignments_release_reason_known check (
    release_reason in ('refused', 'undelivered', 'late', 'unresolved', 'bad_lead')
  ),
  add constraint assignments_release_reason_of_released check (release_reason is null or state = 'released');

-- Holds that wait: a handful beside all assignments ever made.
create index assignments_held on assignments (assigned_at) where state = 'held';
-- The last holds of a subscription, for the share of refusals.
create index assignments_hold_ended on assignments (subscription_id, hold_ended_at desc) where hold_ended_at is not null;

-- Refusals of leads sold before this were counted already: a subscription that is resumed begins anew.
alter table subscriptions add column refusals_since timestamptz(3);
