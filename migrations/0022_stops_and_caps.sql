-- Why a stop was ended, and which warnings about caps were sent.
alter table stop_switches add column release_reason text;
alter table stop_switches add constraint stop_switches_reason_short check (length(reason) between 1 and 500);
alter table stop_switches add constraint stop_switches_released_with_reason
  check ((released_at is null) = (release_reason is null));
create index stop_switches_newest on stop_switches (set_at desc, id);

-- A warning that a cap is nearly used up (80) or used up (100): once per counter, window and threshold.
create table cap_warnings (
  scope_id uuid not null,
  provider_id uuid not null references providers,
  kind text not null,
  window_key text not null,
  threshold smallint not null,
  warned_at timestamptz(3) not null default clock_timestamp(),
  primary key (scope_id, kind, window_key, threshold),
  constraint cap_warnings_kind_known check (kind in ('count', 'spend')),
  constraint cap_warnings_threshold_known check (threshold in (80, 100))
);
grant select, insert, update, delete on cap_warnings to fairlead_engine;
grant select on cap_warnings to fairlead_operator, fairlead_provider;
alter table cap_warnings enable row level security;
alter table cap_warnings force row level security;
create policy cap_warnings_engine on cap_warnings to fairlead_engine using (true) with check (true);
create policy cap_warnings_operator on cap_warnings to fairlead_operator using (true);
create policy cap_warnings_provider on cap_warnings to fairlead_provider using (provider_id = (select app_provider_id()));
