-- What the engine still lacked: levels that are sold alone, prices that change with notice or per campaign, weights,
-- times away, the same person within a window, caps of a whole provider, switches that stop, and blocks for one lead.

-- A bounded repetition is slow to match: it cost 8 of the 12 ms in which 600 subscriptions move on.
alter table subscriptions drop constraint subscriptions_recent_types_plain;
alter table subscriptions add constraint subscriptions_recent_types_plain
  check (length(recent_types) <= 100 and translate(recent_types, 'pr', '') = '');
-- Weighted round robin: what this subscription is owed, in parts of its level's weight; the sum over a level is 0.
alter table subscriptions add column weight_state int not null default 0;
-- Turns missed while the endpoint was down: served that often without going to the end of the order.
alter table subscriptions add column missed_turns smallint not null default 0;
alter table subscriptions add constraint subscriptions_missed_turns_positive check (missed_turns >= 0);

alter table niche_versions add column missed_turns_max smallint not null default 3;
alter table niche_versions add constraint niche_versions_missed_turns_in_range check (missed_turns_max between 0 and 20);

-- `exclusive`: who buys here shares the lead with nobody of another level either.
alter table level_versions add column exclusive boolean not null default false;
-- The price from that moment on: everybody who pays it sees it coming.
alter table level_versions add column coming_price bigint;
alter table level_versions add column coming_price_at timestamptz(3);
alter table level_versions add constraint level_versions_coming_price_whole
  check ((coming_price is null) = (coming_price_at is null) and coming_price > 0);

-- [{from, to}]: instants between which nothing is taken.
alter table subscription_versions add column away jsonb not null default '[]';
-- No second lead of the same person within so many days, for the whole provider; null: no such wish.
alter table subscription_versions add column person_window_days smallint;
alter table subscription_versions add constraint subscription_versions_person_window_in_range
  check (person_window_days between 1 and 365);
-- The leads that the premium ratio looks back on.
alter table subscription_versions add column ratio_window smallint not null default 20;
alter table subscription_versions add constraint subscription_versions_ratio_window_in_range
  check (ratio_window between 5 and 100);

-- What of a campaign decides who gets its leads, at each config_version of the niche.
create table campaign_versions (
  campaign_id uuid not null references campaigns,
  niche_id uuid not null references niches,
  from_version int not null,
  to_version int,
  countries text[] not null,
  recipients_told smallint not null,
  -- {level id: minor units}: instead of the level's price for the leads of this campaign.
  level_prices jsonb not null default '{}',
  active boolean not null,
  primary key (campaign_id, from_version),
  constraint campaign_versions_forward check (to_version > from_version)
);
create unique index campaign_versions_current on campaign_versions (campaign_id) where to_version is null;
create index campaign_versions_niche on campaign_versions (niche_id) where to_version is null;
alter table campaigns add column level_prices jsonb not null default '{}';
insert into campaign_versions (campaign_id, niche_id, from_version, countries, recipients_told, active)
  select id, niche_id, 1, countries, recipients_told, active and archived_at is null from campaigns;

-- Caps over all subscriptions of a provider. One row per niche, because a niche's decisions are pinned to its own version.
alter table providers add column caps jsonb not null default '[]';
create table provider_cap_versions (
  provider_id uuid not null references providers,
  niche_id uuid not null references niches,
  from_version int not null,
  to_version int,
  caps jsonb not null,
  -- The zone in which the caps' days begin.
  timezone text not null,
  primary key (provider_id, niche_id, from_version),
  constraint provider_cap_versions_forward check (to_version > from_version)
);
create unique index provider_cap_versions_current on provider_cap_versions (provider_id, niche_id) where to_version is null;
create index provider_cap_versions_niche on provider_cap_versions (niche_id) where to_version is null;

-- Who stopped what, why, and until when. What is not released holds.
create table stop_switches (
  id uuid primary key,
  scope text not null,
  scope_id uuid,
  reason text not null,
  set_by uuid references users,
  set_at timestamptz(3) not null default clock_timestamp(),
  released_by uuid references users,
  released_at timestamptz(3),
  constraint stop_switches_scope_known check (scope in ('everything', 'niche', 'source', 'provider')),
  constraint stop_switches_scope_named check ((scope = 'everything') = (scope_id is null))
);
create unique index stop_switches_once on stop_switches (scope, scope_id) nulls not distinct where released_at is null;

-- A provider that must not get one lead, by an operator's word.
create table lead_blocks (
  lead_id uuid not null references leads,
  provider_id uuid not null references providers,
  reason text not null,
  created_by uuid references users,
  created_at timestamptz(3) not null default clock_timestamp(),
  primary key (lead_id, provider_id)
);

-- How a decision came about. `by_hand`: an operator chose; `second`: a seat was freed; `purchase`: a provider bought.
alter table decisions add column kind text not null default 'auto';
alter table decisions add constraint decisions_kind_known check (kind in ('auto', 'by_hand', 'second', 'purchase'));

grant select, insert, update on campaign_versions, provider_cap_versions, stop_switches to fairlead_operator, fairlead_engine;
grant select, insert, delete on lead_blocks to fairlead_operator;
grant select on lead_blocks to fairlead_engine;
grant select on campaign_versions, stop_switches to fairlead_provider;
grant select on provider_cap_versions to fairlead_provider;
alter table provider_cap_versions enable row level security;
alter table provider_cap_versions force row level security;
create policy provider_cap_versions_engine on provider_cap_versions to fairlead_engine using (true) with check (true);
create policy provider_cap_versions_operator on provider_cap_versions to fairlead_operator using (true) with check (true);
create policy provider_cap_versions_provider on provider_cap_versions to fairlead_provider
  using (provider_id = (select app_provider_id()));
alter table lead_blocks enable row level security;
alter table lead_blocks force row level security;
create policy lead_blocks_engine on lead_blocks to fairlead_engine using (true);
create policy lead_blocks_operator on lead_blocks to fairlead_operator using (true) with check (true);
alter table stop_switches enable row level security;
alter table stop_switches force row level security;
create policy stop_switches_engine on stop_switches to fairlead_engine using (true) with check (true);
create policy stop_switches_operator on stop_switches to fairlead_operator using (true) with check (true);
create policy stop_switches_provider on stop_switches to fairlead_provider
  using (scope <> 'provider' or scope_id = (select app_provider_id()));
