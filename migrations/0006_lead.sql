-- The way of a lead: the lead with its person data apart, its checks, its decisions, its assignments, their deliveries.

-- What never changes the outcome of a claim is kept out of this table: at most four indexes beside the key.
create table leads (
  id uuid primary key,
  niche_id uuid not null references niches,
  campaign_id uuid not null references campaigns,
  source_id uuid references sources,
  schema_version int not null,
  state text not null,
  test boolean not null default false,
  country char(2),
  lead_type text,
  score smallint,
  submitted_at timestamptz(3) not null default clock_timestamp(),
  confirmation_token_hash bytea,
  confirmation_expires_at timestamptz(3),
  confirmed_at timestamptz(3),
  confirmed_by text,
  -- Later of submission and confirmation: the clock of the 30-minute promise starts here.
  ready_at timestamptz(3),
  approved_at timestamptz(3),
  approved_by text,
  -- Why it was rejected, quarantined, expired or marked bad: a code of docs/errors.md or an operator's words.
  reason text,
  -- Under quarantine: the state it would have gone to, where release takes it.
  stopped_at text,
  -- When the next step of this state is due; null only in final states.
  due_at timestamptz(3),
  expires_at timestamptz(3),
  ended_at timestamptz(3),
  n_assigned smallint not null default 0,
  -- Steps of this lead that failed one after the other; at 5 it is parked.
  failures smallint not null default 0,
  parked_at timestamptz(3),
  parked_reason text,
  lease_token uuid,
  lease_until timestamptz(3),
  version int not null default 1,
  created_at timestamptz(3) not null default clock_timestamp(),
  constraint leads_state_known check (
    state in ('received', 'pending_confirmation', 'checking', 'pending_approval', 'approved', 'unsold', 'distributed',
      'quarantined', 'rejected', 'expired', 'bad_lead')
  ),
  constraint leads_confirmed_before_approval check (
    confirmed_at is not null or state in ('received', 'pending_confirmation', 'quarantined', 'rejected', 'expired')
  ),
  constraint leads_assigned_means_distributed check ((state in ('distributed', 'bad_lead')) = (n_assigned > 0)),
  constraint leads_due_unless_final check (
    (due_at is null) = (state in ('distributed', 'rejected', 'expired', 'bad_lead'))
  ),
  constraint leads_ended_when_final check (
    (ended_at is not null) = (state in ('distributed', 'rejected', 'expired', 'bad_lead'))
  ),
  constraint leads_quarantine_remembers check ((state = 'quarantined') = (stopped_at is not null)),
  constraint leads_type_known check (lead_type in ('premium', 'raw')),
  constraint leads_score_in_range check (score between 0 and 100),
  constraint leads_parked_with_reason check ((parked_at is null) = (parked_reason is null)),
  constraint leads_lease_whole check ((lease_token is null) = (lease_until is null))
) with (fillfactor = 80);
-- Distribution: fresh ones in order of readiness; unsold ones by their next chance.
create index leads_approved on leads (niche_id, ready_at) where state = 'approved' and parked_at is null;
create index leads_unsold on leads (niche_id, due_at) where state = 'unsold' and parked_at is null;
-- Everything else that waits for a time: confirmation, checks, approval, quarantine.
create index leads_waiting on leads (state, due_at)
  where state in ('received', 'pending_confirmation', 'checking', 'pending_approval', 'quarantined')
    and parked_at is null;
-- Lists and counts of the screens.
create index leads_recent on leads (submitted_at desc, id desc);

-- The person. Emptied by erasure; the hashes stay, so that a duplicate is still found.
create table lead_contacts (
  lead_id uuid primary key references leads,
  name text,
  first_name text,
  last_name text,
  email text,
  phone text,
  phone_typed text,
  calling_code text,
  street text,
  city text,
  postcode text,
  region text,
  country char(2),
  latitude double precision,
  longitude double precision,
  -- The answers as they were accepted, as JSON text: jsonb would reorder the keys of what is delivered.
  answers text,
  email_hash bytea,
  phone_hash bytea,
  key_id text not null,
  erased_at timestamptz(3),
  created_at timestamptz(3) not null default clock_timestamp()
);
create index lead_contacts_email on lead_contacts (email_hash) where email_hash is not null;
create index lead_contacts_phone on lead_contacts (phone_hash) where phone_hash is not null;

create table lead_attribution (
  lead_id uuid primary key references leads,
  referrer_url text,
  page_url text,
  utm_source text,
  utm_medium text,
  utm_campaign text,
  utm_term text,
  utm_content text,
  click_id text,
  session_id text,
  affiliate text,
  -- What the lead calls its origin in payloads, for instance facebook_ads.
  source_name text
);
create index lead_attribution_utm_source on lead_attribution (utm_source) where utm_source is not null;

-- What the person agreed to, and the circumstances.
create table consents (
  id uuid primary key,
  lead_id uuid not null references leads,
  campaign_id uuid not null references campaigns,
  text_version int not null,
  given_at timestamptz(3) not null,
  method text not null,
  ip inet,
  user_agent text,
  page_url text,
  locale text,
  created_at timestamptz(3) not null default clock_timestamp(),
  foreign key (campaign_id, text_version) references consent_texts (campaign_id, text_version),
  constraint consents_method_known check (method in ('form', 'source', 'admin'))
);
create unique index consents_lead on consents (lead_id);

-- Every request of intake as it came, refused ones too: encrypted, kept 30 days.
create table lead_receipts (
  id uuid not null,
  created_at timestamptz(3) not null default clock_timestamp(),
  request_id text not null,
  source_id uuid,
  campaign_id uuid,
  lead_id uuid,
  outcome text not null,
  body_enc bytea,
  ip inet,
  user_agent text,
  primary key (created_at, id)
) partition by range (created_at);
create table lead_receipts_default partition of lead_receipts default;
create index lead_receipts_id on lead_receipts (id);
create index lead_receipts_lead on lead_receipts (lead_id) where lead_id is not null;

-- One row per run of a stage's checks: [{check, result, reason, facts, weight}], never person data.
create table lead_checks (
  id uuid primary key,
  lead_id uuid not null references leads,
  stage text not null,
  verdicts jsonb not null,
  score smallint not null,
  checked_at timestamptz(3) not null default clock_timestamp(),
  constraint lead_checks_stage_known check (stage in ('intake', 'after_confirmation'))
);
create index lead_checks_lead on lead_checks (lead_id);

create table mx_cache (
  domain text primary key,
  accepts_mail boolean not null,
  checked_at timestamptz(3) not null default clock_timestamp()
);

-- The secret of a day's ties (least_loaded_today): random in effect, replayable in fact.
create table day_seeds (
  day date primary key,
  seed bytea not null,
  seed_hash bytea not null,
  created_at timestamptz(3) not null default clock_timestamp()
);

-- The record of each decision, chained per niche; `record` has a version and a layout of its own
-- (src/lead/distribution/record.ts).
create table decisions (
  niche_id uuid not null references niches,
  seq bigint not null,
  lead_id uuid not null references leads,
  decided_at timestamptz(3) not null,
  rules_version smallint not null,
  config_version int not null,
  outcome text not null,
  n_assigned smallint not null,
  retry_at timestamptz(3),
  record bytea not null,
  prev_hash bytea not null,
  hash bytea not null,
  primary key (niche_id, seq),
  constraint decisions_outcome_known check (outcome in ('sold', 'unsold')),
  constraint decisions_outcome_counts check ((outcome = 'sold') = (n_assigned > 0))
);
create index decisions_lead on decisions (lead_id);
create trigger decisions_append_only before update or delete or truncate on decisions
  for each statement execute function refuse_change();

create table assignments (
  id uuid primary key,
  lead_id uuid not null references leads,
  provider_id uuid not null,
  subscription_id uuid not null,
  level_id uuid not null,
  niche_id uuid not null,
  decision_seq bigint not null,
  state text not null,
  -- Zero only for test leads; those move no money.
  charged_amount bigint not null,
  currency char(3) not null,
  -- The competition promise: at most this many providers in all.
  max_shared smallint not null,
  receipt_no bigint,
  test boolean not null default false,
  assigned_at timestamptz(3) not null,
  refunded_at timestamptz(3),
  refund_reason text,
  constraint assignments_once_per_provider unique (lead_id, provider_id),
  foreign key (subscription_id, provider_id, level_id) references subscriptions (id, provider_id, level_id),
  constraint assignments_state_known check (state in ('held', 'charged', 'released', 'refunded')),
  constraint assignments_refund_whole check ((state = 'refunded') = (refunded_at is not null)),
  constraint assignments_test_is_free check (test = (charged_amount = 0)),
  constraint assignments_amount_positive check (charged_amount >= 0)
) with (fillfactor = 90);
create index assignments_provider on assignments (provider_id, assigned_at desc);

create table deliveries (
  id uuid primary key,
  assignment_id uuid not null references assignments,
  -- 1; "send again with the present mapping" makes the next one.
  number smallint not null default 1,
  lead_id uuid not null,
  provider_id uuid not null,
  endpoint_id uuid not null references endpoints,
  state text not null default 'pending',
  due_at timestamptz(3),
  tries smallint not null default 0,
  first_attempt_at timestamptz(3),
  -- Some attempt ended without an answer after bytes had left us: the receiver may have it.
  unknown_seen boolean not null default false,
  lease_token uuid,
  lease_until timestamptz(3),
  -- Same delivery, same bytes: made at the first attempt, kept encrypted until 30 days after the end.
  body_enc bytea,
  content_type text,
  ended_at timestamptz(3),
  reason text,
  partner_reference text,
  created_at timestamptz(3) not null default clock_timestamp(),
  constraint deliveries_once unique (assignment_id, number),
  constraint deliveries_state_known check (
    state in ('pending', 'sending', 'delivered', 'refused', 'dead', 'cancelled')
  ),
  constraint deliveries_due_unless_ended check ((due_at is null) = (state in ('delivered', 'refused', 'dead', 'cancelled'))),
  constraint deliveries_ended_whole check ((ended_at is not null) = (state in ('delivered', 'refused', 'dead', 'cancelled'))),
  constraint deliveries_lease_whole check ((lease_token is null) = (lease_until is null)),
  constraint deliveries_sending_leased check ((state = 'sending') = (lease_token is not null))
) with (fillfactor = 70);
create index deliveries_due on deliveries (endpoint_id, due_at) where state in ('pending', 'sending');
create index deliveries_lead on deliveries (lead_id);
create index deliveries_failed on deliveries (ended_at desc) where state in ('refused', 'dead');

create table attempts (
  id uuid not null,
  created_at timestamptz(3) not null default clock_timestamp(),
  delivery_id uuid not null,
  number smallint not null,
  endpoint_id uuid not null,
  provider_id uuid not null,
  lead_id uuid not null,
  started_at timestamptz(3) not null,
  duration_ms int not null,
  outcome text not null,
  status smallint,
  reason text,
  message text,
  -- Person data may stand in an answer: kept with the retention of the delivery's body.
  answer text,
  answer_truncated boolean not null default false,
  request_headers jsonb,
  response_headers jsonb,
  primary key (created_at, id),
  constraint attempts_outcome_known check (
    outcome in ('delivered', 'refused', 'retry', 'unknown', 'disabled', 'blocked', 'lost')
  ),
  constraint attempts_numbered_from_one check (number >= 1)
) partition by range (created_at);
create table attempts_default partition of attempts default;
create index attempts_delivery on attempts (delivery_id, number);
create index attempts_endpoint on attempts (endpoint_id, created_at desc);

grant select, insert, update on leads, lead_contacts, assignments, deliveries, lead_receipts, mx_cache
  to fairlead_engine, fairlead_operator;
grant select, insert on lead_attribution, consents, lead_checks, decisions, attempts, day_seeds
  to fairlead_engine, fairlead_operator;
-- Decisions are not among them: a record holds facts about every candidate.
grant select on leads, lead_contacts, lead_attribution, consents, assignments, deliveries, attempts
  to fairlead_provider;

-- A provider's own rows.
do $$
declare
  owned text;
begin
  foreach owned in array array['leads', 'lead_contacts', 'lead_attribution', 'consents', 'lead_checks', 'lead_receipts',
    'decisions', 'assignments', 'deliveries', 'attempts'] loop
    execute format('alter table %I enable row level security', owned);
    execute format('alter table %I force row level security', owned);
    execute format('create policy %I on %I to fairlead_engine using (true) with check (true)', owned || '_engine', owned);
    execute format('create policy %I on %I to fairlead_operator using (true) with check (true)', owned || '_operator', owned);
  end loop;
  foreach owned in array array['assignments', 'deliveries', 'attempts'] loop
    execute format(
      'create policy %I on %I for select to fairlead_provider using (provider_id = (select app_provider_id()))',
      owned || '_provider', owned);
  end loop;
end
$$;
-- A lead is visible through an assignment; the person only while that assignment is charged: not before a held one
-- is captured, not after a refund.
create policy leads_provider on leads for select to fairlead_provider using (
  exists (select 1 from assignments a where a.lead_id = leads.id and a.provider_id = (select app_provider_id()))
);
create policy lead_attribution_provider on lead_attribution for select to fairlead_provider using (
  exists (
    select 1 from assignments a where a.lead_id = lead_attribution.lead_id and a.provider_id = (select app_provider_id())
  )
);
create policy lead_contacts_provider on lead_contacts for select to fairlead_provider using (
  exists (
    select 1 from assignments a
    where a.lead_id = lead_contacts.lead_id and a.provider_id = (select app_provider_id()) and a.state = 'charged'
  )
);
create policy consents_provider on consents for select to fairlead_provider using (
  exists (
    select 1 from assignments a
    where a.lead_id = consents.lead_id and a.provider_id = (select app_provider_id()) and a.state = 'charged'
  )
);

alter table transfers add constraint transfers_assignment_fkey foreign key (assignment_id) references assignments;
select ensure_partitions(3);
