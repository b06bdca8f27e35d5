-- Who paused: what an operator stopped, the provider cannot start again. Null: from before this was kept, or not paused.
alter table subscriptions
  add column paused_by text,
  add constraint subscriptions_paused_by_known check (paused_by in ('operator', 'provider'));
alter table providers
  add column paused_by text,
  add constraint providers_paused_by_known check (paused_by in ('operator', 'provider'));
