-- The market: what is sold (niches, competition levels, form schemas), through what (campaigns, sources), and who
-- buys it (providers, endpoints, subscriptions).
--
-- Configuration that a decision depends on is versioned from the first row: *_versions rows carry the niche's
-- config_version from which they hold and the one at which they stopped holding (exclusive). Every edit takes the
-- niche's turn row, adds 1 to config_version, closes the old row and opens a new one, so the configuration of any
-- decision can be read back.

create table niches (
  id uuid primary key,
  name text not null,
  slug text not null unique,
  description text not null default '',
  -- Niches of one group share the search for duplicates.
  niche_group text not null default 'general',
  currency char(3) not null,
  is_location_based boolean not null default false,
  preset text not null default 'exchange',
  duplicate_window_days int not null default 30,
  unsold_expiry_ms bigint,
  active boolean not null default true,
  archived_at timestamptz(3),
  version int not null default 1,
  created_at timestamptz(3) not null default clock_timestamp(),
  updated_at timestamptz(3) not null default clock_timestamp(),
  constraint niches_preset_known check (preset in ('instant', 'exchange', 'exchange_in_order', 'campaign_store')),
  constraint niches_slug_plain check (slug ~ '^[a-z0-9][a-z0-9-]{0,59}$'),
  constraint niches_duplicate_window_in_range check (duplicate_window_days between 0 and 3650)
);

-- One row per niche: the lock that distribution and edits of the niche's rules take first, and what a turn remembers.
create table niche_turns (
  niche_id uuid primary key references niches,
  config_version int not null default 1,
  -- The competition level that starts next under level_rotation = rotate.
  next_level_id uuid,
  -- Order of receipt: counts up with every assignment of the niche.
  receipt_no bigint not null default 0,
  last_clock timestamptz(3) not null default clock_timestamp(),
  -- The chain of decision records.
  chain_seq bigint not null default 0,
  chain_hash bytea not null default '\x'::bytea
);

create table niche_versions (
  niche_id uuid not null references niches,
  from_version int not null,
  to_version int,
  level_rotation text not null,
  fill_mode text not null,
  default_level_id uuid,
  primary key (niche_id, from_version),
  constraint niche_versions_rotation_known check (level_rotation in ('rotate', 'fixed')),
  constraint niche_versions_fill_known check (fill_mode in ('cascade', 'fill_all')),
  constraint niche_versions_forward check (to_version > from_version)
);
create unique index niche_versions_current on niche_versions (niche_id) where to_version is null;

create table competition_levels (
  id uuid primary key,
  niche_id uuid not null references niches,
  archived_at timestamptz(3),
  version int not null default 1,
  created_at timestamptz(3) not null default clock_timestamp(),
  updated_at timestamptz(3) not null default clock_timestamp(),
  unique (niche_id, id)
);

create table level_versions (
  level_id uuid not null references competition_levels,
  niche_id uuid not null references niches,
  from_version int not null,
  to_version int,
  name text not null,
  price_per_lead bigint not null,
  max_providers smallint not null,
  priority_order smallint not null,
  strategy text not null default 'longest_waiting',
  bill_on text not null default 'assigned',
  refund_undelivered boolean not null default false,
  active boolean not null default true,
  primary key (level_id, from_version),
  constraint level_versions_price_positive check (price_per_lead > 0),
  constraint level_versions_seats_in_range check (max_providers between 1 and 100),
  constraint level_versions_strategy_known check (
    strategy in ('longest_waiting', 'least_loaded_today', 'weighted', 'priority')
  ),
  constraint level_versions_bill_on_known check (bill_on in ('assigned', 'accepted')),
  constraint level_versions_forward check (to_version > from_version)
);
create unique index level_versions_current on level_versions (level_id) where to_version is null;
create unique index level_versions_order_once on level_versions (niche_id, priority_order) where to_version is null;

create table form_schemas (
  id uuid primary key,
  niche_id uuid not null references niches,
  schema_version int not null,
  active boolean not null default false,
  fields jsonb not null,
  change_summary text not null default '',
  created_by uuid references users,
  activated_by uuid references users,
  created_at timestamptz(3) not null default clock_timestamp(),
  activated_at timestamptz(3),
  unique (niche_id, schema_version)
);
create unique index form_schemas_one_active on form_schemas (niche_id) where active;

create table campaigns (
  id uuid primary key,
  niche_id uuid not null references niches,
  name text not null,
  slug text not null unique,
  is_default boolean not null default false,
  -- Empty: every country.
  countries text[] not null default '{}',
  confirmation text not null default 'double_opt_in',
  approval text not null default 'manual',
  approval_score smallint,
  premium_score smallint not null default 70,
  consent_text text not null,
  consent_version int not null default 1,
  -- How many providers the form tells the person about; never exceeded.
  recipients_told smallint not null default 10,
  active boolean not null default true,
  archived_at timestamptz(3),
  version int not null default 1,
  created_at timestamptz(3) not null default clock_timestamp(),
  updated_at timestamptz(3) not null default clock_timestamp(),
  constraint campaigns_confirmation_known check (
    confirmation in ('double_opt_in', 'source_attested', 'admin_attested')
  ),
  constraint campaigns_approval_known check (approval in ('manual', 'auto', 'auto_if')),
  constraint campaigns_approval_score_with_auto_if check ((approval = 'auto_if') = (approval_score is not null)),
  constraint campaigns_scores_in_range check (premium_score between 0 and 100 and approval_score between 0 and 100),
  constraint campaigns_recipients_positive check (recipients_told between 1 and 100),
  unique (niche_id, id)
);
create unique index campaigns_one_default on campaigns (niche_id) where is_default;

-- The exact texts that people agreed to.
create table consent_texts (
  campaign_id uuid not null references campaigns,
  text_version int not null,
  text text not null,
  text_hash bytea not null,
  created_at timestamptz(3) not null default clock_timestamp(),
  primary key (campaign_id, text_version)
);
create trigger consent_texts_append_only before update or delete or truncate on consent_texts
  for each statement execute function refuse_change();

create table sources (
  id uuid primary key,
  name text not null,
  type text not null,
  campaign_id uuid not null references campaigns,
  token_prefix text not null,
  token_hash bytea not null unique,
  -- A trusted source attests that the person agreed; its word may also make a lead premium.
  attested boolean not null default false,
  rate_per_minute int,
  active boolean not null default true,
  version int not null default 1,
  created_at timestamptz(3) not null default clock_timestamp(),
  updated_at timestamptz(3) not null default clock_timestamp(),
  constraint sources_type_known check (type in ('landing_page', 'facebook', 'api', 'import', 'affiliate'))
);

create table providers (
  id uuid primary key,
  company_name text not null,
  contact_email text not null,
  website text,
  country char(2) not null,
  timezone text not null default 'Europe/Berlin',
  status text not null default 'active',
  paused boolean not null default false,
  paused_until timestamptz(3),
  low_balance_threshold bigint not null default 10000,
  low_balance_alert_email text,
  notification_preferences jsonb not null
    default '{"new_lead": true, "bad_lead_decision": true, "low_balance": true}',
  version int not null default 1,
  created_at timestamptz(3) not null default clock_timestamp(),
  updated_at timestamptz(3) not null default clock_timestamp(),
  archived_at timestamptz(3),
  constraint providers_status_known check (status in ('pending', 'active', 'inactive'))
);
alter table users add constraint users_provider_fkey foreign key (provider_id) references providers;
alter table messages add constraint messages_provider_fkey foreign key (provider_id) references providers;

create table endpoints (
  id uuid primary key,
  provider_id uuid not null references providers,
  name text not null,
  url text not null,
  format text not null default 'json',
  phone_format text not null default 'international',
  country_format text not null default 'name',
  required_fields text[] not null default '{name,email,phone,country}',
  field_map jsonb not null default '{}',
  default_values jsonb not null default '{}',
  with_extras boolean not null default true,
  response_rules jsonb not null default '[]',
  headers_enc bytea,
  secret_enc bytea not null,
  secret_previous_enc bytea,
  secret_previous_until timestamptz(3),
  timeout_ms int,
  slots smallint,
  accepts_test boolean not null default false,
  state text not null default 'active',
  disabled_reason text,
  -- Breaker: see src/lead/delivery/breaker.ts for what the JSON holds.
  breaker_state text not null default 'closed',
  breaker jsonb not null default '{}',
  breaker_opened_at timestamptz(3),
  probe_at timestamptz(3),
  -- The oldest due delivery; null when nothing waits. It names the work, so a full endpoint costs nothing.
  next_due_at timestamptz(3),
  last_served_at timestamptz(3),
  version int not null default 1,
  created_at timestamptz(3) not null default clock_timestamp(),
  updated_at timestamptz(3) not null default clock_timestamp(),
  unique (provider_id, id),
  constraint endpoints_format_known check (format in ('json', 'xml', 'form')),
  constraint endpoints_phone_format_known check (
    phone_format in ('international', 'national', 'local', 'e164', 'national_trunk')
  ),
  constraint endpoints_country_format_known check (country_format in ('name', 'iso2')),
  constraint endpoints_state_known check (state in ('active', 'disabled')),
  constraint endpoints_breaker_known check (breaker_state in ('closed', 'open', 'half_open'))
) with (fillfactor = 70);
create index endpoints_due on endpoints (next_due_at) where next_due_at is not null and state = 'active';

create table subscriptions (
  id uuid primary key,
  provider_id uuid not null references providers,
  niche_id uuid not null references niches,
  level_id uuid not null,
  endpoint_id uuid,
  active boolean not null default true,
  paused boolean not null default false,
  paused_until timestamptz(3),
  -- Order of receipt: the niche's receipt_no when this subscription last received a lead; null: never.
  -- It survives unsubscribe and re-subscribe, so nobody gains a turn by leaving and coming back.
  receipt_no bigint,
  last_received_at timestamptz(3),
  leads_received_count int not null default 0,
  -- The types of the last leads received, newest last: 'p' premium, 'r' raw. For the premium ratio.
  recent_types text not null default '',
  -- Set by whoever makes unsold leads worth another look for it: money in, pause ended, rules changed, endpoint healthy.
  flagged_at timestamptz(3),
  version int not null default 1,
  created_at timestamptz(3) not null default clock_timestamp(),
  updated_at timestamptz(3) not null default clock_timestamp(),
  cancelled_at timestamptz(3),
  unique (provider_id, level_id),
  unique (provider_id, id),
  -- What an assignment refers to: one reference proves provider, subscription and level.
  unique (id, provider_id, level_id),
  foreign key (niche_id, level_id) references competition_levels (niche_id, id),
  foreign key (provider_id, endpoint_id) references endpoints (provider_id, id),
  constraint subscriptions_recent_types_plain check (recent_types ~ '^[pr]{0,100}$'),
  constraint subscriptions_cancelled_is_inactive check ((cancelled_at is not null) = (not active))
) with (fillfactor = 70);
create index subscriptions_niche on subscriptions (niche_id);
create index subscriptions_level on subscriptions (level_id);
create index subscriptions_flagged on subscriptions (niche_id) where flagged_at is not null;
create index subscriptions_endpoint on subscriptions (endpoint_id) where endpoint_id is not null;

create table subscription_versions (
  subscription_id uuid not null references subscriptions,
  provider_id uuid not null references providers,
  niche_id uuid not null references niches,
  from_version int not null,
  to_version int,
  -- Empty: every country / every campaign.
  countries text[] not null default '{}',
  campaign_ids uuid[] not null default '{}',
  -- [{field, kind: range|set|boolean|text, ..., missing: pass|fail}]: shape in src/market/subscriptions/schema.ts.
  filters jsonb not null default '[]',
  required_fields text[] not null default '{}',
  -- [{window: hour|day|week|month|total, kind: count|spend, value}]
  caps jsonb not null default '[]',
  -- {zone, weekly, exceptions} as kernel/time reads it; null: always open.
  schedule jsonb,
  timezone text not null,
  off_hours text not null default 'skip',
  premium_ratio smallint,
  ratio_mode text not null default 'soft',
  max_age_ms bigint not null default 86400000,
  price_override bigint,
  weight smallint not null default 1,
  priority smallint not null default 0,
  primary key (subscription_id, from_version),
  constraint subscription_versions_off_hours_known check (off_hours in ('skip', 'hold')),
  constraint subscription_versions_ratio_in_range check (premium_ratio between 0 and 100),
  constraint subscription_versions_ratio_mode_known check (ratio_mode in ('soft', 'hard')),
  constraint subscription_versions_weight_in_range check (weight between 1 and 1000),
  constraint subscription_versions_price_positive check (price_override > 0),
  constraint subscription_versions_forward check (to_version > from_version)
);
create unique index subscription_versions_current on subscription_versions (subscription_id) where to_version is null;
create index subscription_versions_niche on subscription_versions (niche_id) where to_version is null;

-- What was used of a cap, kept by the transaction that assigns. `scope_id` is a subscription or a provider; the day's
-- count of a subscription is always kept (least_loaded_today and the screens read it).
create table cap_counters (
  scope_id uuid not null,
  provider_id uuid not null references providers,
  kind text not null,
  window_key text not null,
  used bigint not null default 0,
  primary key (scope_id, kind, window_key),
  constraint cap_counters_kind_known check (kind in ('count', 'spend')),
  constraint cap_counters_used_positive check (used >= 0)
) with (fillfactor = 70);

-- People who must not be contacted: keyed hashes only. provider_id null: for everybody.
create table suppressions (
  id uuid primary key,
  provider_id uuid references providers,
  kind text not null,
  key_id text not null,
  person_hash bytea not null,
  reason text not null default '',
  created_by uuid references users,
  created_at timestamptz(3) not null default clock_timestamp(),
  constraint suppressions_kind_known check (kind in ('email', 'phone'))
);
create unique index suppressions_once on suppressions (person_hash, kind, provider_id) nulls not distinct;

-- Rights. The catalogue is no secret between providers (levels and prices are offered to all); what is a provider's
-- own is kept by row-level security.
grant select, insert, update on niches, niche_turns, niche_versions, competition_levels, level_versions, form_schemas,
  campaigns, sources, providers, endpoints, subscriptions, subscription_versions, cap_counters
  to fairlead_operator, fairlead_engine;
grant select, insert on consent_texts to fairlead_operator, fairlead_engine;
grant select, insert, delete on suppressions to fairlead_operator;
grant select, insert on suppressions to fairlead_engine;
grant delete on cap_counters to fairlead_engine;
grant select on niches, niche_turns, niche_versions, competition_levels, level_versions, form_schemas, campaigns
  to fairlead_provider;
grant update (config_version) on niche_turns to fairlead_provider;
grant select, update on providers, endpoints, subscriptions to fairlead_provider;
grant insert on endpoints, subscriptions to fairlead_provider;
grant select, insert, update on subscription_versions to fairlead_provider;
grant select on cap_counters to fairlead_provider;

do $$
declare
  owned text;
begin
  foreach owned in array array['endpoints', 'subscriptions', 'subscription_versions', 'cap_counters'] loop
    execute format('alter table %I enable row level security', owned);
    execute format('alter table %I force row level security', owned);
    execute format('create policy %I on %I to fairlead_engine using (true) with check (true)', owned || '_engine', owned);
    execute format('create policy %I on %I to fairlead_operator using (true) with check (true)', owned || '_operator', owned);
    execute format(
      'create policy %I on %I to fairlead_provider using (provider_id = (select app_provider_id())) '
      'with check (provider_id = (select app_provider_id()))', owned || '_provider', owned);
  end loop;
end
$$;
alter table providers enable row level security;
alter table providers force row level security;
create policy providers_engine on providers to fairlead_engine using (true) with check (true);
create policy providers_operator on providers to fairlead_operator using (true) with check (true);
create policy providers_provider on providers to fairlead_provider
  using (id = (select app_provider_id())) with check (id = (select app_provider_id()));
alter table suppressions enable row level security;
alter table suppressions force row level security;
create policy suppressions_engine on suppressions to fairlead_engine using (true) with check (true);
create policy suppressions_operator on suppressions to fairlead_operator using (true) with check (true);
