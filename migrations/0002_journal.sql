-- The journal: the audit log with its seals, and the message table. No business words.

create table audit_log (
  id uuid not null,
  created_at timestamptz(3) not null default clock_timestamp(),
  tx_id xid8 not null default pg_current_xact_id(),
  actor_id text,
  actor_role text not null,
  action text not null,
  entity_type text not null,
  entity_id text,
  before_state jsonb,
  after_state jsonb,
  description text not null,
  metadata jsonb,
  ip inet,
  user_agent text,
  request_id text,
  admin_only_memo text,
  row_hash bytea not null,
  primary key (created_at, id),
  constraint audit_log_role_known check (
    actor_role in ('admin', 'operator', 'finance', 'auditor', 'provider', 'submitter', 'source', 'system')
  )
) partition by range (created_at);
create table audit_log_default partition of audit_log default;
create index audit_log_entity on audit_log (entity_type, entity_id, created_at desc);
create index audit_log_actor on audit_log (actor_id, created_at desc) where actor_id is not null;
create index audit_log_action on audit_log (action, created_at desc);
-- The sealer takes every row whose transaction has ended: a range scan over the transaction id.
create index audit_log_tx on audit_log using btree (tx_id);
grant select, insert on audit_log to fairlead_engine, fairlead_operator;
grant insert on audit_log to fairlead_provider;
alter table audit_log enable row level security;
alter table audit_log force row level security;
create policy audit_log_engine on audit_log to fairlead_engine using (true) with check (true);
create policy audit_log_operator on audit_log to fairlead_operator using (true) with check (true);
create policy audit_log_provider on audit_log for insert to fairlead_provider with check (actor_role = 'provider');
create trigger audit_log_append_only before update or delete or truncate on audit_log
  for each statement execute function refuse_change();

-- One row per sealing: a hash over the rows of all transactions from tx_from (inclusive) to tx_to (exclusive), chained.
create table audit_seals (
  seq bigint primary key,
  sealed_at timestamptz(3) not null default clock_timestamp(),
  tx_from xid8 not null,
  tx_to xid8 not null,
  row_count int not null,
  rows_hash bytea not null,
  prev_hash bytea not null,
  hash bytea not null,
  constraint audit_seals_forward check (tx_to > tx_from),
  constraint audit_seals_count_positive check (row_count > 0)
);
grant select, insert on audit_seals to fairlead_engine;
grant select on audit_seals to fairlead_operator;
create trigger audit_seals_append_only before update or delete or truncate on audit_seals
  for each statement execute function refuse_change();

-- Messages to people. One table and one door for every channel; drivers stand behind src/journal/messages.
-- `recipient` and `params` are person data: emptied 30 days after the end.
create table messages (
  id uuid not null,
  created_at timestamptz(3) not null default clock_timestamp(),
  channel text not null default 'mail',
  template text not null,
  locale text not null default 'en-GB',
  recipient text,
  params jsonb,
  provider_id uuid,
  lead_id uuid,
  state text not null default 'pending',
  due_at timestamptz(3) not null default clock_timestamp(),
  tries smallint not null default 0,
  lease_token uuid,
  lease_until timestamptz(3),
  sent_at timestamptz(3),
  last_error text,
  primary key (created_at, id),
  constraint messages_channel_known check (channel in ('mail')),
  constraint messages_state_known check (state in ('pending', 'sending', 'sent', 'dead', 'cancelled')),
  constraint messages_lease_whole check ((lease_token is null) = (lease_until is null)),
  constraint messages_pending_addressed check (state not in ('pending', 'sending') or recipient is not null)
) partition by range (created_at);
create table messages_default partition of messages default;
create index messages_due on messages (due_at) where state in ('pending', 'sending');
create index messages_lead on messages (lead_id) where lead_id is not null;
grant select, insert, update on messages to fairlead_engine;
grant select, insert on messages to fairlead_operator;
grant insert on messages to fairlead_provider;
alter table messages enable row level security;
alter table messages force row level security;
create policy messages_engine on messages to fairlead_engine using (true) with check (true);
create policy messages_operator on messages to fairlead_operator using (true) with check (true);
create policy messages_provider on messages for insert to fairlead_provider
  with check (provider_id = (select app_provider_id()));
