-- The schema after all migrations, for reading. Written by `node src/cli/dump-schema.ts`; do not edit.

grant usage on schema public to fairlead_auditor;
grant usage on schema public to fairlead_engine;
grant usage on schema public to fairlead_operator;
grant usage on schema public to fairlead_provider;
alter default privileges in schema public grant select on tables to fairlead_auditor;

CREATE OR REPLACE FUNCTION public.app_provider_id()
 RETURNS uuid
 LANGUAGE plpgsql
 STABLE PARALLEL SAFE
AS $function$
declare
  id text := current_setting('app.provider_id', true);
begin
  if id is null or id = '' then
    raise exception 'no provider is set for this transaction' using errcode = '42501';
  end if;
  return id::uuid;
end
$function$;
grant execute on function app_provider_id() to fairlead_engine;
grant execute on function app_provider_id() to fairlead_operator;
grant execute on function app_provider_id() to fairlead_provider;

CREATE OR REPLACE FUNCTION public.ensure_partitions(months_ahead integer DEFAULT 3)
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public'
AS $function$
declare
  parent text;
  month date;
  made int := 0;
  child text;
begin
  if months_ahead not between 0 and 24 then
    raise exception 'months_ahead must be from 0 to 24' using errcode = '22023';
  end if;
  foreach parent in array array['audit_log', 'messages', 'lead_receipts', 'attempts'] loop
    continue when to_regclass('public.' || parent) is null;
    for i in 0 .. months_ahead loop
      month := (date_trunc('month', now() at time zone 'utc') + make_interval(months => i))::date;
      child := parent || '_' || to_char(month, 'YYYY_MM');
      continue when to_regclass('public.' || child) is not null;
      execute format('create table public.%I partition of public.%I for values from (%L) to (%L)', child, parent,
        month::text || ' 00:00:00+00', (month + interval '1 month')::date::text || ' 00:00:00+00');
      execute format('alter table public.%I enable row level security', child);
      execute format('alter table public.%I force row level security', child);
      if parent = 'audit_log' then
        execute format('create trigger audit_log_not_truncated before truncate on public.%I
          for each statement execute function public.refuse_change()', child);
      end if;
      made := made + 1;
    end loop;
  end loop;
  return made;
end
$function$;
grant execute on function ensure_partitions(integer) to fairlead_engine;

CREATE OR REPLACE FUNCTION public.refuse_change()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  raise exception '% is append-only', tg_table_name using errcode = '55000';
end
$function$;

CREATE OR REPLACE FUNCTION public.refuse_orphans()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
declare
  orphan uuid;
  reference text;
begin
  -- "offset 0" keeps each question a look by key; a plan made while a parent was small would read it whole.
  case tg_table_name
    when 'assignments' then
      select n.lead_id, 'a lead' into orphan, reference from (select distinct lead_id from new_rows) n
      where not exists (select 1 from leads p where p.id = n.lead_id offset 0) limit 1;
      if orphan is null then
        select n.subscription_id, 'a subscription of that provider and level' into orphan, reference
        from (select distinct subscription_id, provider_id, level_id from new_rows) n
        where not exists (
          select 1 from subscriptions p
          where p.id = n.subscription_id and p.provider_id = n.provider_id and p.level_id = n.level_id offset 0
        ) limit 1;
      end if;
    when 'deliveries' then
      select n.assignment_id, 'an assignment of that lead and provider' into orphan, reference from new_rows n
      where not exists (
        select 1 from assignments p
        where p.id = n.assignment_id and p.lead_id = n.lead_id and p.provider_id = n.provider_id offset 0
      ) limit 1;
      if orphan is null then
        select n.endpoint_id, 'an endpoint of that provider' into orphan, reference
        from (select distinct endpoint_id, provider_id from new_rows) n
        where not exists (
          select 1 from endpoints p where p.id = n.endpoint_id and p.provider_id = n.provider_id offset 0
        ) limit 1;
      end if;
    when 'transfers' then
      select n.wallet_id, 'a wallet of that provider and currency' into orphan, reference
      from (select distinct wallet_id, provider_id, currency from new_rows) n
      where not exists (
        select 1 from wallets p
        where p.id = n.wallet_id and p.provider_id = n.provider_id and p.currency = n.currency offset 0
      ) limit 1;
      if orphan is null then
        select n.assignment_id, 'an assignment of that provider' into orphan, reference from new_rows n
        where n.assignment_id is not null and not exists (
          select 1 from assignments p where p.id = n.assignment_id and p.provider_id = n.provider_id offset 0
        ) limit 1;
      end if;
    when 'decisions' then
      select n.lead_id, 'a lead of that niche' into orphan, reference from new_rows n
      where not exists (select 1 from leads p where p.id = n.lead_id and p.niche_id = n.niche_id offset 0) limit 1;
  end case;
  if orphan is not null then
    raise exception 'a row of % names %, which is not %', tg_table_name, orphan, reference
      using errcode = 'foreign_key_violation', table = tg_table_name, constraint = tg_table_name || '_refer';
  end if;
  return null;
end
$function$;

CREATE OR REPLACE FUNCTION public.refuse_removal()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  raise exception 'rows of % stay, with their keys: others name them', tg_table_name
    using errcode = 'foreign_key_violation';
end
$function$;

create table api_keys (
  id uuid not null,
  user_id uuid not null,
  name text not null,
  prefix text not null,
  key_hash bytea not null,
  scopes text[] not null default '{}'::text[],
  last_used_at timestamp(3) with time zone,
  revoked_at timestamp(3) with time zone,
  created_at timestamp(3) with time zone not null default clock_timestamp(),
  constraint api_keys_pkey PRIMARY KEY (id),
  constraint api_keys_key_hash_key UNIQUE (key_hash),
  constraint api_keys_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id)
);
CREATE INDEX api_keys_user ON public.api_keys USING btree (user_id);
grant insert, select, update on api_keys to fairlead_engine;
grant insert, select, update on api_keys to fairlead_operator;
grant select on api_keys to fairlead_auditor;

create table assignments (
  id uuid not null,
  lead_id uuid not null,
  provider_id uuid not null,
  subscription_id uuid not null,
  level_id uuid not null,
  niche_id uuid not null,
  decision_seq bigint not null,
  state text not null,
  charged_amount bigint not null,
  currency character(3) not null,
  max_shared smallint not null,
  receipt_no bigint,
  test boolean not null default false,
  assigned_at timestamp(3) with time zone not null,
  refunded_at timestamp(3) with time zone,
  refund_reason text,
  hold_ended_at timestamp(3) with time zone,
  release_reason text,
  constraint assignments_pkey PRIMARY KEY (id),
  constraint assignments_once_per_provider UNIQUE (lead_id, provider_id),
  constraint assignments_amount_positive CHECK ((charged_amount >= 0)),
  constraint assignments_refund_whole CHECK (((state = 'refunded'::text) = (refunded_at IS NOT NULL))),
  constraint assignments_release_reason_known CHECK ((release_reason = ANY (ARRAY['refused'::text, 'undelivered'::text, 'late'::text, 'unresolved'::text, 'bad_lead'::text]))),
  constraint assignments_release_reason_of_released CHECK (((release_reason IS NULL) OR (state = 'released'::text))),
  constraint assignments_state_known CHECK ((state = ANY (ARRAY['held'::text, 'charged'::text, 'released'::text, 'refunded'::text]))),
  constraint assignments_test_is_free CHECK ((test = (charged_amount = 0)))
) with (fillfactor=90);
CREATE INDEX assignments_held ON public.assignments USING btree (assigned_at) WHERE (state = 'held'::text);
CREATE INDEX assignments_hold_ended ON public.assignments USING btree (subscription_id, hold_ended_at DESC) WHERE (hold_ended_at IS NOT NULL);
CREATE INDEX assignments_provider ON public.assignments USING btree (provider_id, assigned_at DESC);
CREATE TRIGGER assignments_refer AFTER INSERT ON public.assignments REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION refuse_orphans();
CREATE TRIGGER assignments_stay BEFORE DELETE OR UPDATE OF id, lead_id, provider_id, subscription_id, level_id, niche_id OR TRUNCATE ON public.assignments FOR EACH STATEMENT EXECUTE FUNCTION refuse_removal();
alter table assignments enable row level security;
alter table assignments force row level security;
create policy assignments_engine on assignments for all to fairlead_engine using (true) with check (true);
create policy assignments_operator on assignments for all to fairlead_operator using (true) with check (true);
create policy assignments_provider on assignments for select to fairlead_provider using ((provider_id = ( SELECT app_provider_id() AS app_provider_id)));
grant insert, select, update on assignments to fairlead_engine;
grant insert, select, update on assignments to fairlead_operator;
grant select on assignments to fairlead_auditor;
grant select on assignments to fairlead_provider;

create table attempts (
  id uuid not null,
  created_at timestamp(3) with time zone not null default clock_timestamp(),
  delivery_id uuid not null,
  number smallint not null,
  endpoint_id uuid not null,
  provider_id uuid not null,
  lead_id uuid not null,
  started_at timestamp(3) with time zone not null,
  duration_ms integer not null,
  outcome text not null,
  status smallint,
  reason text,
  message text,
  answer text,
  answer_truncated boolean not null default false,
  request_headers jsonb,
  response_headers jsonb,
  constraint attempts_pkey PRIMARY KEY (created_at, id),
  constraint attempts_numbered_from_one CHECK ((number >= 1)),
  constraint attempts_outcome_known CHECK ((outcome = ANY (ARRAY['delivered'::text, 'refused'::text, 'retry'::text, 'unknown'::text, 'disabled'::text, 'blocked'::text, 'lost'::text])))
) partition by RANGE (created_at);
CREATE INDEX attempts_delivery ON ONLY public.attempts USING btree (delivery_id, number);
CREATE INDEX attempts_endpoint ON ONLY public.attempts USING btree (endpoint_id, created_at DESC);
alter table attempts enable row level security;
alter table attempts force row level security;
create policy attempts_engine on attempts for all to fairlead_engine using (true) with check (true);
create policy attempts_operator on attempts for all to fairlead_operator using (true) with check (true);
create policy attempts_provider on attempts for select to fairlead_provider using ((provider_id = ( SELECT app_provider_id() AS app_provider_id)));
grant insert, select on attempts to fairlead_engine;
grant insert, select on attempts to fairlead_operator;
grant select on attempts to fairlead_auditor;
grant select on attempts to fairlead_provider;

create table attempts_default partition of attempts DEFAULT;
alter table attempts_default enable row level security;
alter table attempts_default force row level security;
grant select on attempts_default to fairlead_auditor;

create table audit_log (
  id uuid not null,
  created_at timestamp(3) with time zone not null default clock_timestamp(),
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
  constraint audit_log_pkey PRIMARY KEY (created_at, id),
  constraint audit_log_role_known CHECK ((actor_role = ANY (ARRAY['admin'::text, 'operator'::text, 'finance'::text, 'auditor'::text, 'provider'::text, 'submitter'::text, 'source'::text, 'system'::text])))
) partition by RANGE (created_at);
CREATE INDEX audit_log_action ON ONLY public.audit_log USING btree (action, created_at DESC);
CREATE INDEX audit_log_actor ON ONLY public.audit_log USING btree (actor_id, created_at DESC) WHERE (actor_id IS NOT NULL);
CREATE INDEX audit_log_entity ON ONLY public.audit_log USING btree (entity_type, entity_id, created_at DESC);
CREATE INDEX audit_log_tx ON ONLY public.audit_log USING btree (tx_id);
CREATE TRIGGER audit_log_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.audit_log FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_log_rows_append_only BEFORE DELETE OR UPDATE ON public.audit_log FOR EACH ROW EXECUTE FUNCTION refuse_change();
alter table audit_log enable row level security;
alter table audit_log force row level security;
create policy audit_log_engine on audit_log for all to fairlead_engine using (true) with check (true);
create policy audit_log_operator on audit_log for all to fairlead_operator using (true) with check (true);
create policy audit_log_provider on audit_log for insert to fairlead_provider with check ((actor_role = 'provider'::text));
grant insert on audit_log to fairlead_provider;
grant insert, select on audit_log to fairlead_engine;
grant insert, select on audit_log to fairlead_operator;
grant select on audit_log to fairlead_auditor;

create table audit_log_default partition of audit_log DEFAULT;
CREATE TRIGGER audit_log_not_truncated BEFORE TRUNCATE ON public.audit_log_default FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
alter table audit_log_default enable row level security;
alter table audit_log_default force row level security;
grant select on audit_log_default to fairlead_auditor;

create table audit_seals (
  seq bigint not null,
  sealed_at timestamp(3) with time zone not null default clock_timestamp(),
  tx_from xid8 not null,
  tx_to xid8 not null,
  row_count integer not null,
  rows_hash bytea not null,
  prev_hash bytea not null,
  hash bytea not null,
  constraint audit_seals_pkey PRIMARY KEY (seq),
  constraint audit_seals_count_positive CHECK ((row_count > 0)),
  constraint audit_seals_forward CHECK ((tx_to > tx_from))
);
CREATE TRIGGER audit_seals_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.audit_seals FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
grant insert, select on audit_seals to fairlead_engine;
grant select on audit_seals to fairlead_auditor;
grant select on audit_seals to fairlead_operator;

create table campaign_versions (
  campaign_id uuid not null,
  niche_id uuid not null,
  from_version integer not null,
  to_version integer,
  countries text[] not null,
  recipients_told smallint not null,
  level_prices jsonb not null default '{}'::jsonb,
  active boolean not null,
  purchase text not null default 'off'::text,
  constraint campaign_versions_pkey PRIMARY KEY (campaign_id, from_version),
  constraint campaign_versions_forward CHECK ((to_version > from_version)),
  constraint campaign_versions_purchase_known CHECK ((purchase = ANY (ARRAY['off'::text, 'unsold'::text, 'open_seats'::text]))),
  constraint campaign_versions_campaign_id_fkey FOREIGN KEY (campaign_id) REFERENCES campaigns(id),
  constraint campaign_versions_niche_id_fkey FOREIGN KEY (niche_id) REFERENCES niches(id)
);
CREATE UNIQUE INDEX campaign_versions_current ON public.campaign_versions USING btree (campaign_id) WHERE (to_version IS NULL);
CREATE INDEX campaign_versions_niche ON public.campaign_versions USING btree (niche_id) WHERE (to_version IS NULL);
grant insert, select, update on campaign_versions to fairlead_engine;
grant insert, select, update on campaign_versions to fairlead_operator;
grant select on campaign_versions to fairlead_auditor;
grant select on campaign_versions to fairlead_provider;

create table campaigns (
  id uuid not null,
  niche_id uuid not null,
  name text not null,
  slug text not null,
  is_default boolean not null default false,
  countries text[] not null default '{}'::text[],
  confirmation text not null default 'double_opt_in'::text,
  approval text not null default 'manual'::text,
  approval_score smallint,
  premium_score smallint not null default 70,
  consent_text text not null,
  consent_version integer not null default 1,
  recipients_told smallint not null default 10,
  active boolean not null default true,
  archived_at timestamp(3) with time zone,
  version integer not null default 1,
  created_at timestamp(3) with time zone not null default clock_timestamp(),
  updated_at timestamp(3) with time zone not null default clock_timestamp(),
  late_approval text not null default 'alert'::text,
  level_prices jsonb not null default '{}'::jsonb,
  purchase text not null default 'off'::text,
  coming_level_prices jsonb,
  coming_level_prices_at timestamp(3) with time zone,
  constraint campaigns_pkey PRIMARY KEY (id),
  constraint campaigns_niche_id_id_key UNIQUE (niche_id, id),
  constraint campaigns_slug_key UNIQUE (slug),
  constraint campaigns_approval_known CHECK ((approval = ANY (ARRAY['manual'::text, 'auto'::text, 'auto_if'::text]))),
  constraint campaigns_approval_score_with_auto_if CHECK (((approval = 'auto_if'::text) = (approval_score IS NOT NULL))),
  constraint campaigns_coming_level_prices_whole CHECK (((coming_level_prices IS NULL) = (coming_level_prices_at IS NULL))),
  constraint campaigns_confirmation_known CHECK ((confirmation = ANY (ARRAY['double_opt_in'::text, 'source_attested'::text, 'admin_attested'::text]))),
  constraint campaigns_late_approval_known CHECK ((late_approval = ANY (ARRAY['alert'::text, 'approve'::text]))),
  constraint campaigns_purchase_known CHECK ((purchase = ANY (ARRAY['off'::text, 'unsold'::text, 'open_seats'::text]))),
  constraint campaigns_recipients_positive CHECK (((recipients_told >= 1) AND (recipients_told <= 100))),
  constraint campaigns_scores_in_range CHECK ((((premium_score >= 0) AND (premium_score <= 100)) AND ((approval_score >= 0) AND (approval_score <= 100)))),
  constraint campaigns_niche_id_fkey FOREIGN KEY (niche_id) REFERENCES niches(id)
);
CREATE INDEX campaigns_coming_level_prices ON public.campaigns USING btree (coming_level_prices_at) WHERE (coming_level_prices_at IS NOT NULL);
CREATE UNIQUE INDEX campaigns_one_default ON public.campaigns USING btree (niche_id) WHERE is_default;
grant insert, select, update on campaigns to fairlead_engine;
grant insert, select, update on campaigns to fairlead_operator;
grant select on campaigns to fairlead_auditor;
grant select on campaigns to fairlead_provider;

create table cap_counters (
  scope_id uuid not null,
  provider_id uuid not null,
  kind text not null,
  window_key text not null,
  used bigint not null default 0,
  constraint cap_counters_pkey PRIMARY KEY (scope_id, kind, window_key),
  constraint cap_counters_kind_known CHECK ((kind = ANY (ARRAY['count'::text, 'spend'::text, 'load'::text]))),
  constraint cap_counters_used_positive CHECK ((used >= 0)),
  constraint cap_counters_provider_id_fkey FOREIGN KEY (provider_id) REFERENCES providers(id)
) with (fillfactor=70);
alter table cap_counters enable row level security;
alter table cap_counters force row level security;
create policy cap_counters_engine on cap_counters for all to fairlead_engine using (true) with check (true);
create policy cap_counters_operator on cap_counters for all to fairlead_operator using (true) with check (true);
create policy cap_counters_provider on cap_counters for all to fairlead_provider using ((provider_id = ( SELECT app_provider_id() AS app_provider_id))) with check ((provider_id = ( SELECT app_provider_id() AS app_provider_id)));
grant delete, insert, select, update on cap_counters to fairlead_engine;
grant insert, select, update on cap_counters to fairlead_operator;
grant insert, select, update on cap_counters to fairlead_provider;
grant select on cap_counters to fairlead_auditor;

create table cap_warnings (
  scope_id uuid not null,
  provider_id uuid not null,
  kind text not null,
  window_key text not null,
  threshold smallint not null,
  warned_at timestamp(3) with time zone not null default clock_timestamp(),
  constraint cap_warnings_pkey PRIMARY KEY (scope_id, kind, window_key, threshold),
  constraint cap_warnings_kind_known CHECK ((kind = ANY (ARRAY['count'::text, 'spend'::text]))),
  constraint cap_warnings_threshold_known CHECK ((threshold = ANY (ARRAY[80, 100]))),
  constraint cap_warnings_provider_id_fkey FOREIGN KEY (provider_id) REFERENCES providers(id)
);
alter table cap_warnings enable row level security;
alter table cap_warnings force row level security;
create policy cap_warnings_engine on cap_warnings for all to fairlead_engine using (true) with check (true);
create policy cap_warnings_operator on cap_warnings for all to fairlead_operator using (true);
create policy cap_warnings_provider on cap_warnings for all to fairlead_provider using ((provider_id = ( SELECT app_provider_id() AS app_provider_id)));
grant delete, insert, select, update on cap_warnings to fairlead_engine;
grant select on cap_warnings to fairlead_auditor;
grant select on cap_warnings to fairlead_operator;
grant select on cap_warnings to fairlead_provider;

create table competition_levels (
  id uuid not null,
  niche_id uuid not null,
  archived_at timestamp(3) with time zone,
  version integer not null default 1,
  created_at timestamp(3) with time zone not null default clock_timestamp(),
  updated_at timestamp(3) with time zone not null default clock_timestamp(),
  constraint competition_levels_pkey PRIMARY KEY (id),
  constraint competition_levels_niche_id_id_key UNIQUE (niche_id, id),
  constraint competition_levels_niche_id_fkey FOREIGN KEY (niche_id) REFERENCES niches(id)
);
grant insert, select, update on competition_levels to fairlead_engine;
grant insert, select, update on competition_levels to fairlead_operator;
grant select on competition_levels to fairlead_auditor;
grant select on competition_levels to fairlead_provider;

create table consent_texts (
  campaign_id uuid not null,
  text_version integer not null,
  text text not null,
  text_hash bytea not null,
  created_at timestamp(3) with time zone not null default clock_timestamp(),
  constraint consent_texts_pkey PRIMARY KEY (campaign_id, text_version),
  constraint consent_texts_campaign_id_fkey FOREIGN KEY (campaign_id) REFERENCES campaigns(id)
);
CREATE TRIGGER consent_texts_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.consent_texts FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
grant insert, select on consent_texts to fairlead_engine;
grant insert, select on consent_texts to fairlead_operator;
grant select on consent_texts to fairlead_auditor;
grant select on consent_texts to fairlead_provider;

create table consents (
  id uuid not null,
  lead_id uuid not null,
  campaign_id uuid not null,
  text_version integer not null,
  given_at timestamp(3) with time zone not null,
  method text not null,
  ip inet,
  user_agent text,
  page_url text,
  locale text,
  created_at timestamp(3) with time zone not null default clock_timestamp(),
  recipients_told smallint,
  constraint consents_pkey PRIMARY KEY (id),
  constraint consents_method_known CHECK ((method = ANY (ARRAY['form'::text, 'source'::text, 'admin'::text]))),
  constraint consents_recipients_positive CHECK (((recipients_told >= 1) AND (recipients_told <= 100))),
  constraint consents_campaign_id_fkey FOREIGN KEY (campaign_id) REFERENCES campaigns(id),
  constraint consents_campaign_id_text_version_fkey FOREIGN KEY (campaign_id, text_version) REFERENCES consent_texts(campaign_id, text_version),
  constraint consents_lead_id_fkey FOREIGN KEY (lead_id) REFERENCES leads(id)
);
CREATE UNIQUE INDEX consents_lead ON public.consents USING btree (lead_id);
alter table consents enable row level security;
alter table consents force row level security;
create policy consents_engine on consents for all to fairlead_engine using (true) with check (true);
create policy consents_operator on consents for all to fairlead_operator using (true) with check (true);
create policy consents_provider on consents for select to fairlead_provider using ((EXISTS ( SELECT 1
   FROM assignments a
  WHERE ((a.lead_id = consents.lead_id) AND (a.provider_id = ( SELECT app_provider_id() AS app_provider_id)) AND (a.state = 'charged'::text)))));
grant insert, select on consents to fairlead_engine;
grant insert, select on consents to fairlead_operator;
grant select on consents to fairlead_auditor;
grant select on consents to fairlead_provider;

create table daily_root_leaves (
  day date not null,
  place integer not null,
  leaves bytea not null,
  root bytea not null,
  constraint daily_root_leaves_pkey PRIMARY KEY (day, place),
  constraint daily_root_leaves_bytes CHECK ((((length(leaves) >= 32) AND (length(leaves) <= 32768)) AND ((length(leaves) % 32) = 0) AND (length(root) = 32))),
  constraint daily_root_leaves_day_fkey FOREIGN KEY (day) REFERENCES daily_roots(day)
);
CREATE TRIGGER daily_root_leaves_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.daily_root_leaves FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
grant insert, select on daily_root_leaves to fairlead_engine;
grant select on daily_root_leaves to fairlead_auditor;
grant select on daily_root_leaves to fairlead_operator;

create table daily_roots (
  day date not null,
  root bytea not null,
  previous_day date,
  previous_root bytea,
  tree_root bytea not null,
  decisions bigint not null,
  leaves bigint not null,
  heads jsonb not null,
  key_id text not null,
  replaces bytea,
  made_at timestamp(3) with time zone not null default clock_timestamp(),
  constraint daily_roots_pkey PRIMARY KEY (day),
  constraint daily_roots_bytes CHECK (((length(root) = 32) AND (length(tree_root) = 32))),
  constraint daily_roots_previous_earlier CHECK ((previous_day < day)),
  constraint daily_roots_previous_whole CHECK (((previous_day IS NULL) = (previous_root IS NULL)))
);
CREATE TRIGGER daily_roots_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.daily_roots FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
grant insert, select on daily_roots to fairlead_engine;
grant select on daily_roots to fairlead_auditor;
grant select on daily_roots to fairlead_operator;

create table day_seeds (
  day date not null,
  seed bytea not null,
  seed_hash bytea not null,
  created_at timestamp(3) with time zone not null default clock_timestamp(),
  constraint day_seeds_pkey PRIMARY KEY (day)
);
grant insert, select on day_seeds to fairlead_engine;
grant insert, select on day_seeds to fairlead_operator;
grant select on day_seeds to fairlead_auditor;

create table decisions (
  niche_id uuid not null,
  seq bigint not null,
  lead_id uuid not null,
  decided_at timestamp(3) with time zone not null,
  rules_version smallint not null,
  config_version integer not null,
  outcome text not null,
  n_assigned smallint not null,
  retry_at timestamp(3) with time zone,
  record bytea not null,
  prev_hash bytea not null,
  hash bytea not null,
  kind text not null default 'auto'::text,
  decided_by uuid,
  reason text,
  constraint decisions_pkey PRIMARY KEY (niche_id, seq),
  constraint decisions_kind_known CHECK ((kind = ANY (ARRAY['auto'::text, 'by_hand'::text, 'second'::text, 'purchase'::text]))),
  constraint decisions_outcome_counts CHECK (((outcome = 'sold'::text) = (n_assigned > 0))),
  constraint decisions_outcome_known CHECK ((outcome = ANY (ARRAY['sold'::text, 'unsold'::text])))
);
CREATE INDEX decisions_lead ON public.decisions USING btree (lead_id);
CREATE TRIGGER decisions_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.decisions FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER decisions_refer AFTER INSERT ON public.decisions REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION refuse_orphans();
alter table decisions enable row level security;
alter table decisions force row level security;
create policy decisions_engine on decisions for all to fairlead_engine using (true) with check (true);
create policy decisions_operator on decisions for all to fairlead_operator using (true) with check (true);
grant insert, select on decisions to fairlead_engine;
grant insert, select on decisions to fairlead_operator;
grant select on decisions to fairlead_auditor;

create table deliveries (
  id uuid not null,
  assignment_id uuid not null,
  number smallint not null default 1,
  lead_id uuid not null,
  provider_id uuid not null,
  endpoint_id uuid not null,
  state text not null default 'pending'::text,
  due_at timestamp(3) with time zone,
  tries smallint not null default 0,
  first_attempt_at timestamp(3) with time zone,
  unknown_seen boolean not null default false,
  lease_token uuid,
  lease_until timestamp(3) with time zone,
  body_enc bytea,
  content_type text,
  ended_at timestamp(3) with time zone,
  reason text,
  partner_reference text,
  created_at timestamp(3) with time zone not null default clock_timestamp(),
  first_due_at timestamp(3) with time zone not null default clock_timestamp(),
  constraint deliveries_pkey PRIMARY KEY (id),
  constraint deliveries_once UNIQUE (assignment_id, number),
  constraint deliveries_due_unless_ended CHECK (((due_at IS NULL) = (state = ANY (ARRAY['delivered'::text, 'refused'::text, 'dead'::text, 'cancelled'::text])))),
  constraint deliveries_ended_whole CHECK (((ended_at IS NOT NULL) = (state = ANY (ARRAY['delivered'::text, 'refused'::text, 'dead'::text, 'cancelled'::text])))),
  constraint deliveries_lease_whole CHECK (((lease_token IS NULL) = (lease_until IS NULL))),
  constraint deliveries_sending_leased CHECK (((state = 'sending'::text) = (lease_token IS NOT NULL))),
  constraint deliveries_state_known CHECK ((state = ANY (ARRAY['pending'::text, 'sending'::text, 'delivered'::text, 'refused'::text, 'dead'::text, 'cancelled'::text])))
) with (fillfactor=70);
CREATE INDEX deliveries_body_kept ON public.deliveries USING btree (ended_at) WHERE (body_enc IS NOT NULL);
CREATE INDEX deliveries_due ON public.deliveries USING btree (endpoint_id, due_at) WHERE (state = ANY (ARRAY['pending'::text, 'sending'::text]));
CREATE INDEX deliveries_failed ON public.deliveries USING btree (ended_at DESC) WHERE (state = ANY (ARRAY['refused'::text, 'dead'::text]));
CREATE INDEX deliveries_lead ON public.deliveries USING btree (lead_id);
CREATE INDEX deliveries_provider ON public.deliveries USING btree (provider_id, id);
CREATE INDEX deliveries_sending ON public.deliveries USING btree (endpoint_id, lease_until) WHERE (state = 'sending'::text);
CREATE TRIGGER deliveries_refer AFTER INSERT ON public.deliveries REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION refuse_orphans();
CREATE TRIGGER deliveries_stay BEFORE UPDATE OF id, assignment_id, lead_id, provider_id, endpoint_id ON public.deliveries FOR EACH STATEMENT EXECUTE FUNCTION refuse_removal();
alter table deliveries enable row level security;
alter table deliveries force row level security;
create policy deliveries_engine on deliveries for all to fairlead_engine using (true) with check (true);
create policy deliveries_operator on deliveries for all to fairlead_operator using (true) with check (true);
create policy deliveries_provider on deliveries for select to fairlead_provider using ((provider_id = ( SELECT app_provider_id() AS app_provider_id)));
grant insert, select, update on deliveries to fairlead_engine;
grant insert, select, update on deliveries to fairlead_operator;
grant select on deliveries to fairlead_auditor;
grant select on deliveries to fairlead_provider;

create table endpoints (
  id uuid not null,
  provider_id uuid not null,
  name text not null,
  url text not null,
  format text not null default 'json'::text,
  phone_format text not null default 'international'::text,
  country_format text not null default 'name'::text,
  required_fields text[] not null default '{name,email,phone,country}'::text[],
  field_map jsonb not null default '{}'::jsonb,
  default_values jsonb not null default '{}'::jsonb,
  with_extras boolean not null default true,
  response_rules jsonb not null default '[]'::jsonb,
  headers_enc bytea,
  secret_enc bytea not null,
  secret_previous_enc bytea,
  secret_previous_until timestamp(3) with time zone,
  timeout_ms integer,
  slots smallint,
  accepts_test boolean not null default false,
  state text not null default 'active'::text,
  disabled_reason text,
  breaker_state text not null default 'closed'::text,
  breaker jsonb not null default '{}'::jsonb,
  breaker_opened_at timestamp(3) with time zone,
  probe_at timestamp(3) with time zone,
  next_due_at timestamp(3) with time zone,
  last_served_at timestamp(3) with time zone,
  version integer not null default 1,
  created_at timestamp(3) with time zone not null default clock_timestamp(),
  updated_at timestamp(3) with time zone not null default clock_timestamp(),
  constraint endpoints_pkey PRIMARY KEY (id),
  constraint endpoints_provider_id_id_key UNIQUE (provider_id, id),
  constraint endpoints_breaker_known CHECK ((breaker_state = ANY (ARRAY['closed'::text, 'open'::text, 'half_open'::text]))),
  constraint endpoints_country_format_known CHECK ((country_format = ANY (ARRAY['name'::text, 'iso2'::text]))),
  constraint endpoints_format_known CHECK ((format = ANY (ARRAY['json'::text, 'xml'::text, 'form'::text]))),
  constraint endpoints_phone_format_known CHECK ((phone_format = ANY (ARRAY['international'::text, 'national'::text, 'local'::text, 'e164'::text, 'national_trunk'::text]))),
  constraint endpoints_state_known CHECK ((state = ANY (ARRAY['active'::text, 'disabled'::text]))),
  constraint endpoints_provider_id_fkey FOREIGN KEY (provider_id) REFERENCES providers(id)
) with (fillfactor=70);
CREATE INDEX endpoints_due ON public.endpoints USING btree (next_due_at) WHERE ((next_due_at IS NOT NULL) AND (state = 'active'::text));
CREATE INDEX endpoints_troubled ON public.endpoints USING btree (id) WHERE (NOT ((state = 'active'::text) AND (breaker_state = 'closed'::text) AND (probe_at IS NULL)));
CREATE TRIGGER endpoints_stay BEFORE DELETE OR UPDATE OF id, provider_id OR TRUNCATE ON public.endpoints FOR EACH STATEMENT EXECUTE FUNCTION refuse_removal();
alter table endpoints enable row level security;
alter table endpoints force row level security;
create policy endpoints_engine on endpoints for all to fairlead_engine using (true) with check (true);
create policy endpoints_operator on endpoints for all to fairlead_operator using (true) with check (true);
create policy endpoints_provider on endpoints for all to fairlead_provider using ((provider_id = ( SELECT app_provider_id() AS app_provider_id))) with check ((provider_id = ( SELECT app_provider_id() AS app_provider_id)));
grant insert, select, update on endpoints to fairlead_engine;
grant insert, select, update on endpoints to fairlead_operator;
grant insert, select, update on endpoints to fairlead_provider;
grant select on endpoints to fairlead_auditor;

create table form_mappings (
  niche_id uuid not null,
  config_version integer not null,
  from_schema integer not null,
  to_schema integer not null,
  mappings jsonb not null,
  created_at timestamp(3) with time zone not null default clock_timestamp(),
  constraint form_mappings_pkey PRIMARY KEY (niche_id, config_version),
  constraint form_mappings_is_list CHECK ((jsonb_typeof(mappings) = 'array'::text)),
  constraint form_mappings_niche_id_fkey FOREIGN KEY (niche_id) REFERENCES niches(id)
);
grant insert, select on form_mappings to fairlead_operator;
grant select on form_mappings to fairlead_auditor;
grant select on form_mappings to fairlead_engine;
grant select on form_mappings to fairlead_provider;

create table form_schemas (
  id uuid not null,
  niche_id uuid not null,
  schema_version integer not null,
  active boolean not null default false,
  fields jsonb not null,
  change_summary text not null default ''::text,
  created_by uuid,
  activated_by uuid,
  created_at timestamp(3) with time zone not null default clock_timestamp(),
  activated_at timestamp(3) with time zone,
  constraint form_schemas_pkey PRIMARY KEY (id),
  constraint form_schemas_niche_id_schema_version_key UNIQUE (niche_id, schema_version),
  constraint form_schemas_activated_by_fkey FOREIGN KEY (activated_by) REFERENCES users(id),
  constraint form_schemas_created_by_fkey FOREIGN KEY (created_by) REFERENCES users(id),
  constraint form_schemas_niche_id_fkey FOREIGN KEY (niche_id) REFERENCES niches(id)
);
CREATE UNIQUE INDEX form_schemas_one_active ON public.form_schemas USING btree (niche_id) WHERE active;
grant insert, select, update on form_schemas to fairlead_engine;
grant insert, select, update on form_schemas to fairlead_operator;
grant select on form_schemas to fairlead_auditor;
grant select on form_schemas to fairlead_provider;

create table holiday_calendars (
  country text not null,
  regions jsonb not null default '{}'::jsonb,
  days jsonb not null,
  version integer not null default 1,
  updated_at timestamp(3) with time zone not null default clock_timestamp(),
  constraint holiday_calendars_pkey PRIMARY KEY (country),
  constraint holiday_calendars_country_alpha2 CHECK ((country ~ '^[A-Z]{2}$'::text)),
  constraint holiday_calendars_days_few CHECK (((jsonb_typeof(days) = 'array'::text) AND (jsonb_array_length(days) <= 200))),
  constraint holiday_calendars_regions_object CHECK ((jsonb_typeof(regions) = 'object'::text)),
  constraint holiday_calendars_version_positive CHECK ((version > 0))
);
grant insert, select, update on holiday_calendars to fairlead_operator;
grant select on holiday_calendars to fairlead_auditor;
grant select on holiday_calendars to fairlead_engine;
grant select on holiday_calendars to fairlead_provider;

create table holiday_versions (
  niche_id uuid not null,
  country text not null,
  from_version integer not null,
  to_version integer,
  days jsonb not null,
  constraint holiday_versions_pkey PRIMARY KEY (niche_id, country, from_version),
  constraint holiday_versions_in_order CHECK ((to_version > from_version)),
  constraint holiday_versions_country_fkey FOREIGN KEY (country) REFERENCES holiday_calendars(country),
  constraint holiday_versions_niche_id_fkey FOREIGN KEY (niche_id) REFERENCES niches(id)
);
CREATE UNIQUE INDEX holiday_versions_current ON public.holiday_versions USING btree (niche_id, country) WHERE (to_version IS NULL);
grant insert, select on holiday_versions to fairlead_provider;
grant insert, select, update on holiday_versions to fairlead_engine;
grant insert, select, update on holiday_versions to fairlead_operator;
grant select on holiday_versions to fairlead_auditor;

create table idempotency_keys (
  scope text not null,
  key text not null,
  input_hash bytea not null,
  status smallint not null,
  answer jsonb not null,
  created_at timestamp(3) with time zone not null default clock_timestamp(),
  constraint idempotency_keys_pkey PRIMARY KEY (scope, key),
  constraint idempotency_keys_short CHECK (((length(scope) <= 200) AND (length(key) <= 255)))
);
CREATE INDEX idempotency_keys_age ON public.idempotency_keys USING btree (created_at);
grant delete, insert, select on idempotency_keys to fairlead_engine;
grant delete, insert, select on idempotency_keys to fairlead_operator;
grant insert, select on idempotency_keys to fairlead_provider;
grant select on idempotency_keys to fairlead_auditor;

create table jobs (
  id uuid not null,
  kind text not null,
  unique_key text not null,
  payload jsonb not null default '{}'::jsonb,
  due_at timestamp(3) with time zone not null default clock_timestamp(),
  tries smallint not null default 0,
  lease_token uuid,
  lease_until timestamp(3) with time zone,
  failed_at timestamp(3) with time zone,
  last_error text,
  created_at timestamp(3) with time zone not null default clock_timestamp(),
  constraint jobs_pkey PRIMARY KEY (id),
  constraint jobs_once UNIQUE (kind, unique_key),
  constraint jobs_lease_whole CHECK (((lease_token IS NULL) = (lease_until IS NULL)))
);
CREATE INDEX jobs_due ON public.jobs USING btree (due_at) WHERE (failed_at IS NULL);
grant delete, insert, select, update on jobs to fairlead_engine;
grant insert, select on jobs to fairlead_operator;
grant select on jobs to fairlead_auditor;

create table lead_attribution (
  lead_id uuid not null,
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
  source_name text,
  utm_other jsonb,
  constraint lead_attribution_pkey PRIMARY KEY (lead_id),
  constraint lead_attribution_lead_id_fkey FOREIGN KEY (lead_id) REFERENCES leads(id)
);
CREATE INDEX lead_attribution_utm_source ON public.lead_attribution USING btree (utm_source) WHERE (utm_source IS NOT NULL);
alter table lead_attribution enable row level security;
alter table lead_attribution force row level security;
create policy lead_attribution_engine on lead_attribution for all to fairlead_engine using (true) with check (true);
create policy lead_attribution_operator on lead_attribution for all to fairlead_operator using (true) with check (true);
create policy lead_attribution_provider on lead_attribution for select to fairlead_provider using ((EXISTS ( SELECT 1
   FROM assignments a
  WHERE ((a.lead_id = lead_attribution.lead_id) AND (a.provider_id = ( SELECT app_provider_id() AS app_provider_id))))));
grant insert, select on lead_attribution to fairlead_engine;
grant insert, select on lead_attribution to fairlead_operator;
grant select on lead_attribution to fairlead_auditor;
grant select on lead_attribution to fairlead_provider;

create table lead_blocks (
  lead_id uuid not null,
  provider_id uuid not null,
  reason text not null,
  created_by uuid,
  created_at timestamp(3) with time zone not null default clock_timestamp(),
  constraint lead_blocks_pkey PRIMARY KEY (lead_id, provider_id),
  constraint lead_blocks_created_by_fkey FOREIGN KEY (created_by) REFERENCES users(id),
  constraint lead_blocks_lead_id_fkey FOREIGN KEY (lead_id) REFERENCES leads(id),
  constraint lead_blocks_provider_id_fkey FOREIGN KEY (provider_id) REFERENCES providers(id)
);
alter table lead_blocks enable row level security;
alter table lead_blocks force row level security;
create policy lead_blocks_engine on lead_blocks for all to fairlead_engine using (true);
create policy lead_blocks_operator on lead_blocks for all to fairlead_operator using (true) with check (true);
grant delete, insert, select on lead_blocks to fairlead_operator;
grant select on lead_blocks to fairlead_auditor;
grant select on lead_blocks to fairlead_engine;

create table lead_checks (
  id uuid not null,
  lead_id uuid not null,
  stage text not null,
  verdicts jsonb not null,
  score smallint not null,
  checked_at timestamp(3) with time zone not null default clock_timestamp(),
  constraint lead_checks_pkey PRIMARY KEY (id),
  constraint lead_checks_stage_known CHECK ((stage = ANY (ARRAY['intake'::text, 'after_confirmation'::text]))),
  constraint lead_checks_lead_id_fkey FOREIGN KEY (lead_id) REFERENCES leads(id)
);
CREATE INDEX lead_checks_lead ON public.lead_checks USING btree (lead_id);
alter table lead_checks enable row level security;
alter table lead_checks force row level security;
create policy lead_checks_engine on lead_checks for all to fairlead_engine using (true) with check (true);
create policy lead_checks_operator on lead_checks for all to fairlead_operator using (true) with check (true);
grant insert, select on lead_checks to fairlead_engine;
grant insert, select on lead_checks to fairlead_operator;
grant select on lead_checks to fairlead_auditor;

create table lead_contacts (
  lead_id uuid not null,
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
  country character(2),
  latitude double precision,
  longitude double precision,
  answers text,
  email_hash bytea,
  phone_hash bytea,
  key_id text not null,
  erased_at timestamp(3) with time zone,
  created_at timestamp(3) with time zone not null default clock_timestamp(),
  constraint lead_contacts_pkey PRIMARY KEY (lead_id),
  constraint lead_contacts_lead_id_fkey FOREIGN KEY (lead_id) REFERENCES leads(id)
);
CREATE INDEX lead_contacts_email ON public.lead_contacts USING btree (email_hash) WHERE (email_hash IS NOT NULL);
CREATE INDEX lead_contacts_phone ON public.lead_contacts USING btree (phone_hash) WHERE (phone_hash IS NOT NULL);
alter table lead_contacts enable row level security;
alter table lead_contacts force row level security;
create policy lead_contacts_engine on lead_contacts for all to fairlead_engine using (true) with check (true);
create policy lead_contacts_operator on lead_contacts for all to fairlead_operator using (true) with check (true);
create policy lead_contacts_provider on lead_contacts for select to fairlead_provider using ((EXISTS ( SELECT 1
   FROM assignments a
  WHERE ((a.lead_id = lead_contacts.lead_id) AND (a.provider_id = ( SELECT app_provider_id() AS app_provider_id)) AND (a.state = 'charged'::text)))));
grant insert, select, update on lead_contacts to fairlead_engine;
grant insert, select, update on lead_contacts to fairlead_operator;
grant select on lead_contacts to fairlead_auditor;
grant select on lead_contacts to fairlead_provider;

create table lead_places (
  lead_id uuid not null,
  lat integer not null,
  lon integer not null,
  salt bytea not null,
  created_at timestamp(3) with time zone not null default clock_timestamp(),
  constraint lead_places_pkey PRIMARY KEY (lead_id),
  constraint lead_places_on_earth CHECK ((((lat >= '-9000000'::integer) AND (lat <= 9000000)) AND ((lon >= '-18000000'::integer) AND (lon <= 18000000)))),
  constraint lead_places_salted CHECK ((octet_length(salt) = 16)),
  constraint lead_places_lead_id_fkey FOREIGN KEY (lead_id) REFERENCES leads(id)
);
alter table lead_places enable row level security;
alter table lead_places force row level security;
create policy lead_places_engine on lead_places for all to fairlead_engine using (true) with check (true);
create policy lead_places_operator on lead_places for all to fairlead_operator using (true) with check (true);
grant delete, insert, select on lead_places to fairlead_engine;
grant delete, insert, select on lead_places to fairlead_operator;
grant select on lead_places to fairlead_auditor;

create table lead_receipts (
  id uuid not null,
  created_at timestamp(3) with time zone not null default clock_timestamp(),
  request_id text not null,
  source_id uuid,
  campaign_id uuid,
  lead_id uuid,
  outcome text not null,
  body_enc bytea,
  ip inet,
  user_agent text,
  constraint lead_receipts_pkey PRIMARY KEY (created_at, id)
) partition by RANGE (created_at);
CREATE INDEX lead_receipts_id ON ONLY public.lead_receipts USING btree (id);
CREATE INDEX lead_receipts_lead ON ONLY public.lead_receipts USING btree (lead_id) WHERE (lead_id IS NOT NULL);
alter table lead_receipts enable row level security;
alter table lead_receipts force row level security;
create policy lead_receipts_engine on lead_receipts for all to fairlead_engine using (true) with check (true);
create policy lead_receipts_operator on lead_receipts for all to fairlead_operator using (true) with check (true);
grant insert, select, update on lead_receipts to fairlead_engine;
grant insert, select, update on lead_receipts to fairlead_operator;
grant select on lead_receipts to fairlead_auditor;

create table lead_receipts_default partition of lead_receipts DEFAULT;
alter table lead_receipts_default enable row level security;
alter table lead_receipts_default force row level security;
grant select on lead_receipts_default to fairlead_auditor;

create table leads (
  id uuid not null,
  niche_id uuid not null,
  campaign_id uuid not null,
  source_id uuid,
  schema_version integer not null,
  state text not null,
  test boolean not null default false,
  country character(2),
  lead_type text,
  score smallint,
  submitted_at timestamp(3) with time zone not null default clock_timestamp(),
  confirmation_token_hash bytea,
  confirmation_expires_at timestamp(3) with time zone,
  confirmed_at timestamp(3) with time zone,
  confirmed_by text,
  ready_at timestamp(3) with time zone,
  approved_at timestamp(3) with time zone,
  approved_by text,
  reason text,
  stopped_at text,
  due_at timestamp(3) with time zone,
  expires_at timestamp(3) with time zone,
  ended_at timestamp(3) with time zone,
  n_assigned smallint not null default 0,
  failures smallint not null default 0,
  parked_at timestamp(3) with time zone,
  parked_reason text,
  lease_token uuid,
  lease_until timestamp(3) with time zone,
  version integer not null default 1,
  created_at timestamp(3) with time zone not null default clock_timestamp(),
  approval_warned_at timestamp(3) with time zone,
  released_at timestamp(3) with time zone,
  rests_since timestamp(3) with time zone,
  constraint leads_pkey PRIMARY KEY (id),
  constraint leads_assigned_means_distributed CHECK (((state = ANY (ARRAY['distributed'::text, 'bad_lead'::text])) = (n_assigned > 0))),
  constraint leads_confirmed_before_approval CHECK (((confirmed_at IS NOT NULL) OR (state = ANY (ARRAY['received'::text, 'pending_confirmation'::text, 'quarantined'::text, 'rejected'::text, 'expired'::text])))),
  constraint leads_due_unless_final CHECK (((due_at IS NULL) = (state = ANY (ARRAY['distributed'::text, 'rejected'::text, 'expired'::text, 'bad_lead'::text])))),
  constraint leads_ended_when_final CHECK (((ended_at IS NOT NULL) = (state = ANY (ARRAY['distributed'::text, 'rejected'::text, 'expired'::text, 'bad_lead'::text])))),
  constraint leads_lease_whole CHECK (((lease_token IS NULL) = (lease_until IS NULL))),
  constraint leads_parked_with_reason CHECK (((parked_at IS NULL) = (parked_reason IS NULL))),
  constraint leads_quarantine_remembers CHECK (((state = 'quarantined'::text) = (stopped_at IS NOT NULL))),
  constraint leads_score_in_range CHECK (((score >= 0) AND (score <= 100))),
  constraint leads_state_known CHECK ((state = ANY (ARRAY['received'::text, 'pending_confirmation'::text, 'checking'::text, 'pending_approval'::text, 'approved'::text, 'unsold'::text, 'distributed'::text, 'quarantined'::text, 'rejected'::text, 'expired'::text, 'bad_lead'::text]))),
  constraint leads_type_known CHECK ((lead_type = ANY (ARRAY['premium'::text, 'raw'::text]))),
  constraint leads_campaign_id_fkey FOREIGN KEY (campaign_id) REFERENCES campaigns(id),
  constraint leads_niche_id_fkey FOREIGN KEY (niche_id) REFERENCES niches(id),
  constraint leads_source_id_fkey FOREIGN KEY (source_id) REFERENCES sources(id)
) with (fillfactor=80);
CREATE INDEX leads_approved ON public.leads USING btree (niche_id, ready_at) WHERE ((state = 'approved'::text) AND (parked_at IS NULL) AND (rests_since IS NULL));
CREATE INDEX leads_recent ON public.leads USING btree (submitted_at DESC, id DESC);
CREATE INDEX leads_resting ON public.leads USING btree (source_id, expires_at) WHERE (rests_since IS NOT NULL);
CREATE INDEX leads_unsold ON public.leads USING btree (niche_id, due_at) WHERE ((state = 'unsold'::text) AND (parked_at IS NULL) AND (rests_since IS NULL));
CREATE INDEX leads_waiting ON public.leads USING btree (state, due_at) WHERE ((state = ANY (ARRAY['received'::text, 'pending_confirmation'::text, 'checking'::text, 'pending_approval'::text, 'quarantined'::text])) AND (parked_at IS NULL));
CREATE TRIGGER leads_stay BEFORE DELETE OR UPDATE OF id, niche_id OR TRUNCATE ON public.leads FOR EACH STATEMENT EXECUTE FUNCTION refuse_removal();
alter table leads enable row level security;
alter table leads force row level security;
create policy leads_engine on leads for all to fairlead_engine using (true) with check (true);
create policy leads_operator on leads for all to fairlead_operator using (true) with check (true);
create policy leads_provider on leads for select to fairlead_provider using ((EXISTS ( SELECT 1
   FROM assignments a
  WHERE ((a.lead_id = leads.id) AND (a.provider_id = ( SELECT app_provider_id() AS app_provider_id))))));
grant insert, select, update on leads to fairlead_engine;
grant insert, select, update on leads to fairlead_operator;
grant select on leads to fairlead_auditor;
grant select on leads to fairlead_provider;

create table level_versions (
  level_id uuid not null,
  niche_id uuid not null,
  from_version integer not null,
  to_version integer,
  name text not null,
  price_per_lead bigint not null,
  max_providers smallint not null,
  priority_order smallint not null,
  strategy text not null default 'longest_waiting'::text,
  bill_on text not null default 'assigned'::text,
  refund_undelivered boolean not null default false,
  active boolean not null default true,
  exclusive boolean not null default false,
  coming_price bigint,
  coming_price_at timestamp(3) with time zone,
  constraint level_versions_pkey PRIMARY KEY (level_id, from_version),
  constraint level_versions_bill_on_known CHECK ((bill_on = ANY (ARRAY['assigned'::text, 'accepted'::text]))),
  constraint level_versions_coming_price_whole CHECK ((((coming_price IS NULL) = (coming_price_at IS NULL)) AND (coming_price > 0))),
  constraint level_versions_forward CHECK ((to_version > from_version)),
  constraint level_versions_price_positive CHECK ((price_per_lead > 0)),
  constraint level_versions_seats_in_range CHECK (((max_providers >= 1) AND (max_providers <= 100))),
  constraint level_versions_strategy_known CHECK ((strategy = ANY (ARRAY['longest_waiting'::text, 'least_loaded_today'::text, 'weighted'::text, 'priority'::text]))),
  constraint level_versions_level_id_fkey FOREIGN KEY (level_id) REFERENCES competition_levels(id),
  constraint level_versions_niche_id_fkey FOREIGN KEY (niche_id) REFERENCES niches(id)
);
CREATE UNIQUE INDEX level_versions_current ON public.level_versions USING btree (level_id) WHERE (to_version IS NULL);
CREATE UNIQUE INDEX level_versions_order_once ON public.level_versions USING btree (niche_id, priority_order) WHERE (to_version IS NULL);
grant insert, select, update on level_versions to fairlead_engine;
grant insert, select, update on level_versions to fairlead_operator;
grant select on level_versions to fairlead_auditor;
grant select on level_versions to fairlead_provider;

create table messages (
  id uuid not null,
  created_at timestamp(3) with time zone not null default clock_timestamp(),
  channel text not null default 'mail'::text,
  template text not null,
  locale text not null default 'en-GB'::text,
  recipient text,
  params jsonb,
  provider_id uuid,
  lead_id uuid,
  state text not null default 'pending'::text,
  due_at timestamp(3) with time zone not null default clock_timestamp(),
  tries smallint not null default 0,
  lease_token uuid,
  lease_until timestamp(3) with time zone,
  sent_at timestamp(3) with time zone,
  last_error text,
  secret_enc bytea,
  constraint messages_pkey PRIMARY KEY (created_at, id),
  constraint messages_channel_known CHECK ((channel = 'mail'::text)),
  constraint messages_lease_whole CHECK (((lease_token IS NULL) = (lease_until IS NULL))),
  constraint messages_pending_addressed CHECK (((state <> ALL (ARRAY['pending'::text, 'sending'::text])) OR (recipient IS NOT NULL))),
  constraint messages_state_known CHECK ((state = ANY (ARRAY['pending'::text, 'sending'::text, 'sent'::text, 'dead'::text, 'cancelled'::text]))),
  constraint messages_provider_fkey FOREIGN KEY (provider_id) REFERENCES providers(id)
) partition by RANGE (created_at);
CREATE INDEX messages_due ON ONLY public.messages USING btree (due_at) WHERE (state = ANY (ARRAY['pending'::text, 'sending'::text]));
CREATE INDEX messages_lead ON ONLY public.messages USING btree (lead_id) WHERE (lead_id IS NOT NULL);
alter table messages enable row level security;
alter table messages force row level security;
create policy messages_engine on messages for all to fairlead_engine using (true) with check (true);
create policy messages_operator on messages for all to fairlead_operator using (true) with check (true);
create policy messages_provider on messages for insert to fairlead_provider with check ((provider_id = ( SELECT app_provider_id() AS app_provider_id)));
grant insert on messages to fairlead_provider;
grant insert, select on messages to fairlead_operator;
grant insert, select, update on messages to fairlead_engine;
grant select on messages to fairlead_auditor;

create table messages_default partition of messages DEFAULT;
alter table messages_default enable row level security;
alter table messages_default force row level security;
grant select on messages_default to fairlead_auditor;

create table mx_cache (
  domain text not null,
  accepts_mail boolean not null,
  checked_at timestamp(3) with time zone not null default clock_timestamp(),
  constraint mx_cache_pkey PRIMARY KEY (domain)
);
grant insert, select, update on mx_cache to fairlead_engine;
grant insert, select, update on mx_cache to fairlead_operator;
grant select on mx_cache to fairlead_auditor;

create table niche_turns (
  niche_id uuid not null,
  config_version integer not null default 1,
  next_level_id uuid,
  receipt_no bigint not null default 0,
  last_clock timestamp(3) with time zone not null default clock_timestamp(),
  chain_seq bigint not null default 0,
  chain_hash bytea not null default '\x'::bytea,
  constraint niche_turns_pkey PRIMARY KEY (niche_id),
  constraint niche_turns_niche_id_fkey FOREIGN KEY (niche_id) REFERENCES niches(id)
);
grant insert, select, update on niche_turns to fairlead_engine;
grant insert, select, update on niche_turns to fairlead_operator;
grant select on niche_turns to fairlead_auditor;
grant select on niche_turns to fairlead_provider;
grant update (config_version) on niche_turns to fairlead_provider;

create table niche_versions (
  niche_id uuid not null,
  from_version integer not null,
  to_version integer,
  level_rotation text not null,
  fill_mode text not null,
  default_level_id uuid,
  missed_turns_max smallint not null default 3,
  constraint niche_versions_pkey PRIMARY KEY (niche_id, from_version),
  constraint niche_versions_fill_known CHECK ((fill_mode = ANY (ARRAY['cascade'::text, 'fill_all'::text]))),
  constraint niche_versions_forward CHECK ((to_version > from_version)),
  constraint niche_versions_missed_turns_in_range CHECK (((missed_turns_max >= 0) AND (missed_turns_max <= 20))),
  constraint niche_versions_rotation_known CHECK ((level_rotation = ANY (ARRAY['rotate'::text, 'fixed'::text]))),
  constraint niche_versions_niche_id_fkey FOREIGN KEY (niche_id) REFERENCES niches(id)
);
CREATE UNIQUE INDEX niche_versions_current ON public.niche_versions USING btree (niche_id) WHERE (to_version IS NULL);
grant insert, select, update on niche_versions to fairlead_engine;
grant insert, select, update on niche_versions to fairlead_operator;
grant select on niche_versions to fairlead_auditor;
grant select on niche_versions to fairlead_provider;

create table niches (
  id uuid not null,
  name text not null,
  slug text not null,
  description text not null default ''::text,
  niche_group text not null default 'general'::text,
  currency character(3) not null,
  is_location_based boolean not null default false,
  preset text not null default 'exchange'::text,
  duplicate_window_days integer not null default 30,
  unsold_expiry_ms bigint,
  active boolean not null default true,
  archived_at timestamp(3) with time zone,
  version integer not null default 1,
  created_at timestamp(3) with time zone not null default clock_timestamp(),
  updated_at timestamp(3) with time zone not null default clock_timestamp(),
  constraint niches_pkey PRIMARY KEY (id),
  constraint niches_slug_key UNIQUE (slug),
  constraint niches_duplicate_window_in_range CHECK (((duplicate_window_days >= 0) AND (duplicate_window_days <= 3650))),
  constraint niches_preset_known CHECK ((preset = ANY (ARRAY['instant'::text, 'exchange'::text, 'exchange_in_order'::text, 'campaign_store'::text]))),
  constraint niches_slug_plain CHECK ((slug ~ '^[a-z0-9][a-z0-9-]{0,59}$'::text))
);
grant insert, select, update on niches to fairlead_engine;
grant insert, select, update on niches to fairlead_operator;
grant select on niches to fairlead_auditor;
grant select on niches to fairlead_provider;

create table one_time_links (
  token_hash bytea not null,
  purpose text not null,
  user_id uuid,
  expires_at timestamp(3) with time zone not null,
  used_at timestamp(3) with time zone,
  created_at timestamp(3) with time zone not null default clock_timestamp(),
  constraint one_time_links_pkey PRIMARY KEY (token_hash),
  constraint one_time_links_purpose_known CHECK ((purpose = ANY (ARRAY['first_admin'::text, 'invite'::text, 'password_reset'::text, 'email'::text]))),
  constraint one_time_links_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id)
);
grant insert, select, update on one_time_links to fairlead_engine;
grant insert, select, update on one_time_links to fairlead_operator;
grant select on one_time_links to fairlead_auditor;

create table postcode_lists (
  hash bytea not null,
  entries text[] not null,
  created_at timestamp(3) with time zone not null default clock_timestamp(),
  constraint postcode_lists_pkey PRIMARY KEY (hash),
  constraint postcode_lists_hash_of_entries CHECK ((hash = sha256(convert_to(array_to_string(entries, '
'::text), 'UTF8'::name)))),
  constraint postcode_lists_not_too_long CHECK (((cardinality(entries) >= 1) AND (cardinality(entries) <= 5000)))
);
CREATE TRIGGER postcode_lists_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.postcode_lists FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
alter table postcode_lists enable row level security;
alter table postcode_lists force row level security;
create policy postcode_lists_engine on postcode_lists for all to fairlead_engine using (true) with check (true);
create policy postcode_lists_operator on postcode_lists for all to fairlead_operator using (true) with check (true);
create policy postcode_lists_provider on postcode_lists for select to fairlead_provider using ((EXISTS ( SELECT 1
   FROM subscription_versions v
  WHERE ((v.provider_id = ( SELECT app_provider_id() AS app_provider_id)) AND (v.filters @> jsonb_build_array(jsonb_build_object('kind', 'postcodes', 'hash', encode(postcode_lists.hash, 'hex'::text))))))));
create policy postcode_lists_provider_adds on postcode_lists for insert to fairlead_provider with check ((( SELECT app_provider_id() AS app_provider_id) IS NOT NULL));
grant insert, select on postcode_lists to fairlead_engine;
grant insert, select on postcode_lists to fairlead_operator;
grant insert, select on postcode_lists to fairlead_provider;
grant select on postcode_lists to fairlead_auditor;

create table postcode_places (
  country character(2) not null,
  postcode text not null,
  lat double precision not null,
  lon double precision not null,
  constraint postcode_places_pkey PRIMARY KEY (country, postcode),
  constraint postcode_places_bare CHECK ((postcode ~ '^[A-Z0-9]{1,10}$'::text)),
  constraint postcode_places_on_earth CHECK ((((lat >= ('-90'::integer)::double precision) AND (lat <= (90)::double precision)) AND ((lon >= ('-180'::integer)::double precision) AND (lon <= (180)::double precision))))
);
grant select on postcode_places to fairlead_auditor;
grant select on postcode_places to fairlead_engine;
grant select on postcode_places to fairlead_operator;
grant select on postcode_places to fairlead_provider;

create table proof_runs (
  day date not null,
  run_at timestamp(3) with time zone not null default clock_timestamp(),
  decisions bigint not null,
  replayed bigint not null,
  arithmetic_only bigint not null,
  erased bigint not null,
  findings integer not null,
  first_finding text,
  constraint proof_runs_pkey PRIMARY KEY (day, run_at),
  constraint proof_runs_first_named CHECK (((findings > 0) = (first_finding IS NOT NULL)))
);
grant insert, select on proof_runs to fairlead_engine;
grant select on proof_runs to fairlead_auditor;
grant select on proof_runs to fairlead_operator;

create table provider_cap_versions (
  provider_id uuid not null,
  niche_id uuid not null,
  from_version integer not null,
  to_version integer,
  caps jsonb not null,
  timezone text not null,
  constraint provider_cap_versions_pkey PRIMARY KEY (provider_id, niche_id, from_version),
  constraint provider_cap_versions_forward CHECK ((to_version > from_version)),
  constraint provider_cap_versions_niche_id_fkey FOREIGN KEY (niche_id) REFERENCES niches(id),
  constraint provider_cap_versions_provider_id_fkey FOREIGN KEY (provider_id) REFERENCES providers(id)
);
CREATE UNIQUE INDEX provider_cap_versions_current ON public.provider_cap_versions USING btree (provider_id, niche_id) WHERE (to_version IS NULL);
CREATE INDEX provider_cap_versions_niche ON public.provider_cap_versions USING btree (niche_id) WHERE (to_version IS NULL);
alter table provider_cap_versions enable row level security;
alter table provider_cap_versions force row level security;
create policy provider_cap_versions_engine on provider_cap_versions for all to fairlead_engine using (true) with check (true);
create policy provider_cap_versions_operator on provider_cap_versions for all to fairlead_operator using (true) with check (true);
create policy provider_cap_versions_provider on provider_cap_versions for all to fairlead_provider using ((provider_id = ( SELECT app_provider_id() AS app_provider_id)));
grant insert, select, update on provider_cap_versions to fairlead_engine;
grant insert, select, update on provider_cap_versions to fairlead_operator;
grant insert, select, update on provider_cap_versions to fairlead_provider;
grant select on provider_cap_versions to fairlead_auditor;

create table providers (
  id uuid not null,
  company_name text not null,
  contact_email text not null,
  website text,
  country character(2) not null,
  timezone text not null default 'Europe/Berlin'::text,
  status text not null default 'active'::text,
  paused boolean not null default false,
  paused_until timestamp(3) with time zone,
  low_balance_threshold bigint not null default 10000,
  low_balance_alert_email text,
  notification_preferences jsonb not null default '{"new_lead": true, "low_balance": true, "bad_lead_decision": true}'::jsonb,
  version integer not null default 1,
  created_at timestamp(3) with time zone not null default clock_timestamp(),
  updated_at timestamp(3) with time zone not null default clock_timestamp(),
  archived_at timestamp(3) with time zone,
  open_since timestamp(3) with time zone not null default clock_timestamp(),
  paused_by text,
  caps jsonb not null default '[]'::jsonb,
  constraint providers_pkey PRIMARY KEY (id),
  constraint providers_paused_by_known CHECK ((paused_by = ANY (ARRAY['operator'::text, 'provider'::text]))),
  constraint providers_status_known CHECK ((status = ANY (ARRAY['pending'::text, 'active'::text, 'inactive'::text])))
);
alter table providers enable row level security;
alter table providers force row level security;
create policy providers_engine on providers for all to fairlead_engine using (true) with check (true);
create policy providers_operator on providers for all to fairlead_operator using (true) with check (true);
create policy providers_provider on providers for all to fairlead_provider using ((id = ( SELECT app_provider_id() AS app_provider_id))) with check ((id = ( SELECT app_provider_id() AS app_provider_id)));
grant insert, select, update on providers to fairlead_engine;
grant insert, select, update on providers to fairlead_operator;
grant select on providers to fairlead_auditor;
grant select, update on providers to fairlead_provider;

create unlogged table rate_buckets (
  key text not null,
  window_start timestamp(3) with time zone not null,
  count integer not null,
  constraint rate_buckets_pkey PRIMARY KEY (key)
);
grant delete, insert, select, update on rate_buckets to fairlead_engine;
grant select on rate_buckets to fairlead_auditor;

create table schedules (
  name text not null,
  rhythm text not null,
  next_due_at timestamp(3) with time zone not null,
  last_enqueued_at timestamp(3) with time zone,
  constraint schedules_pkey PRIMARY KEY (name)
);
grant delete, insert, select, update on schedules to fairlead_engine;
grant select on schedules to fairlead_auditor;
grant select on schedules to fairlead_operator;

create table schema_migrations (
  name text not null,
  checksum text not null,
  min_app text,
  applied_at timestamp(3) with time zone not null default now(),
  constraint schema_migrations_pkey PRIMARY KEY (name)
);
grant select on schema_migrations to fairlead_engine;

create table second_offers (
  assignment_id uuid not null,
  lead_id uuid not null,
  niche_id uuid not null,
  level_id uuid not null,
  freed_at timestamp(3) with time zone not null default clock_timestamp(),
  due_at timestamp(3) with time zone default clock_timestamp(),
  tries smallint not null default 0,
  failures smallint not null default 0,
  ended_at timestamp(3) with time zone,
  ended_as text,
  constraint second_offers_pkey PRIMARY KEY (assignment_id),
  constraint second_offers_ended_whole CHECK ((((ended_at IS NULL) = (ended_as IS NULL)) AND ((ended_at IS NULL) = (due_at IS NOT NULL)))),
  constraint second_offers_outcome_known CHECK ((ended_as = ANY (ARRAY['taken'::text, 'expired'::text, 'no_seat'::text, 'limit'::text, 'over'::text, 'failed'::text]))),
  constraint second_offers_tries_positive CHECK ((tries >= 0)),
  constraint second_offers_assignment_id_fkey FOREIGN KEY (assignment_id) REFERENCES assignments(id),
  constraint second_offers_lead_id_fkey FOREIGN KEY (lead_id) REFERENCES leads(id),
  constraint second_offers_niche_id_fkey FOREIGN KEY (niche_id) REFERENCES niches(id)
) with (fillfactor=80);
CREATE INDEX second_offers_due ON public.second_offers USING btree (niche_id, due_at) WHERE (due_at IS NOT NULL);
CREATE INDEX second_offers_lead ON public.second_offers USING btree (lead_id);
alter table second_offers enable row level security;
alter table second_offers force row level security;
create policy second_offers_engine on second_offers for all to fairlead_engine using (true) with check (true);
create policy second_offers_operator on second_offers for all to fairlead_operator using (true) with check (true);
grant insert, select, update on second_offers to fairlead_engine;
grant insert, select, update on second_offers to fairlead_operator;
grant select on second_offers to fairlead_auditor;

create table sessions (
  token_hash bytea not null,
  user_id uuid not null,
  kind text not null default 'browser'::text,
  created_at timestamp(3) with time zone not null default clock_timestamp(),
  last_seen_at timestamp(3) with time zone not null default clock_timestamp(),
  expires_at timestamp(3) with time zone not null,
  revoked_at timestamp(3) with time zone,
  ip inet,
  user_agent text,
  constraint sessions_pkey PRIMARY KEY (token_hash),
  constraint sessions_kind_known CHECK ((kind = ANY (ARRAY['browser'::text, 'bearer'::text]))),
  constraint sessions_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id)
);
CREATE INDEX sessions_expiry ON public.sessions USING btree (expires_at);
CREATE INDEX sessions_user ON public.sessions USING btree (user_id);
grant insert, select, update on sessions to fairlead_engine;
grant insert, select, update on sessions to fairlead_operator;
grant select on sessions to fairlead_auditor;

create table sources (
  id uuid not null,
  name text not null,
  type text not null,
  campaign_id uuid not null,
  token_prefix text not null,
  token_hash bytea not null,
  attested boolean not null default false,
  rate_per_minute integer,
  active boolean not null default true,
  version integer not null default 1,
  created_at timestamp(3) with time zone not null default clock_timestamp(),
  updated_at timestamp(3) with time zone not null default clock_timestamp(),
  constraint sources_pkey PRIMARY KEY (id),
  constraint sources_token_hash_key UNIQUE (token_hash),
  constraint sources_type_known CHECK ((type = ANY (ARRAY['landing_page'::text, 'facebook'::text, 'api'::text, 'import'::text, 'affiliate'::text]))),
  constraint sources_campaign_id_fkey FOREIGN KEY (campaign_id) REFERENCES campaigns(id)
);
grant insert, select, update on sources to fairlead_engine;
grant insert, select, update on sources to fairlead_operator;
grant select on sources to fairlead_auditor;

create table stop_switches (
  id uuid not null,
  scope text not null,
  scope_id uuid,
  reason text not null,
  set_by uuid,
  set_at timestamp(3) with time zone not null default clock_timestamp(),
  released_by uuid,
  released_at timestamp(3) with time zone,
  release_reason text,
  constraint stop_switches_pkey PRIMARY KEY (id),
  constraint stop_switches_reason_short CHECK (((length(reason) >= 1) AND (length(reason) <= 500))),
  constraint stop_switches_released_with_reason CHECK (((released_at IS NULL) = (release_reason IS NULL))),
  constraint stop_switches_scope_known CHECK ((scope = ANY (ARRAY['everything'::text, 'niche'::text, 'source'::text, 'provider'::text]))),
  constraint stop_switches_scope_named CHECK (((scope = 'everything'::text) = (scope_id IS NULL))),
  constraint stop_switches_released_by_fkey FOREIGN KEY (released_by) REFERENCES users(id),
  constraint stop_switches_set_by_fkey FOREIGN KEY (set_by) REFERENCES users(id)
);
CREATE INDEX stop_switches_newest ON public.stop_switches USING btree (set_at DESC, id);
CREATE UNIQUE INDEX stop_switches_once ON public.stop_switches USING btree (scope, scope_id) NULLS NOT DISTINCT WHERE (released_at IS NULL);
alter table stop_switches enable row level security;
alter table stop_switches force row level security;
create policy stop_switches_engine on stop_switches for all to fairlead_engine using (true) with check (true);
create policy stop_switches_operator on stop_switches for all to fairlead_operator using (true) with check (true);
create policy stop_switches_provider on stop_switches for all to fairlead_provider using (((scope <> 'provider'::text) OR (scope_id = ( SELECT app_provider_id() AS app_provider_id))));
grant insert, select, update on stop_switches to fairlead_engine;
grant insert, select, update on stop_switches to fairlead_operator;
grant select on stop_switches to fairlead_auditor;
grant select on stop_switches to fairlead_provider;

create table subscription_versions (
  subscription_id uuid not null,
  provider_id uuid not null,
  niche_id uuid not null,
  from_version integer not null,
  to_version integer,
  countries text[] not null default '{}'::text[],
  campaign_ids uuid[] not null default '{}'::uuid[],
  filters jsonb not null default '[]'::jsonb,
  required_fields text[] not null default '{}'::text[],
  caps jsonb not null default '[]'::jsonb,
  schedule jsonb,
  timezone text not null,
  off_hours text not null default 'skip'::text,
  premium_ratio smallint,
  ratio_mode text not null default 'soft'::text,
  max_age_ms bigint not null default 86400000,
  price_override bigint,
  weight smallint not null default 1,
  priority smallint not null default 0,
  endpoint_fields text[] not null default '{}'::text[],
  away jsonb not null default '[]'::jsonb,
  person_window_days smallint,
  ratio_window smallint not null default 20,
  holidays jsonb,
  constraint subscription_versions_pkey PRIMARY KEY (subscription_id, from_version),
  constraint subscription_versions_forward CHECK ((to_version > from_version)),
  constraint subscription_versions_off_hours_known CHECK ((off_hours = ANY (ARRAY['skip'::text, 'hold'::text]))),
  constraint subscription_versions_person_window_in_range CHECK (((person_window_days >= 1) AND (person_window_days <= 365))),
  constraint subscription_versions_price_positive CHECK ((price_override > 0)),
  constraint subscription_versions_ratio_in_range CHECK (((premium_ratio >= 0) AND (premium_ratio <= 100))),
  constraint subscription_versions_ratio_mode_known CHECK ((ratio_mode = ANY (ARRAY['soft'::text, 'hard'::text]))),
  constraint subscription_versions_ratio_window_in_range CHECK (((ratio_window >= 5) AND (ratio_window <= 100))),
  constraint subscription_versions_weight_in_range CHECK (((weight >= 1) AND (weight <= 1000))),
  constraint subscription_versions_niche_id_fkey FOREIGN KEY (niche_id) REFERENCES niches(id),
  constraint subscription_versions_provider_id_fkey FOREIGN KEY (provider_id) REFERENCES providers(id),
  constraint subscription_versions_subscription_id_fkey FOREIGN KEY (subscription_id) REFERENCES subscriptions(id)
);
CREATE UNIQUE INDEX subscription_versions_current ON public.subscription_versions USING btree (subscription_id) WHERE (to_version IS NULL);
CREATE INDEX subscription_versions_niche ON public.subscription_versions USING btree (niche_id) WHERE (to_version IS NULL);
alter table subscription_versions enable row level security;
alter table subscription_versions force row level security;
create policy subscription_versions_engine on subscription_versions for all to fairlead_engine using (true) with check (true);
create policy subscription_versions_operator on subscription_versions for all to fairlead_operator using (true) with check (true);
create policy subscription_versions_provider on subscription_versions for all to fairlead_provider using ((provider_id = ( SELECT app_provider_id() AS app_provider_id))) with check ((provider_id = ( SELECT app_provider_id() AS app_provider_id)));
grant insert, select, update on subscription_versions to fairlead_engine;
grant insert, select, update on subscription_versions to fairlead_operator;
grant insert, select, update on subscription_versions to fairlead_provider;
grant select on subscription_versions to fairlead_auditor;

create table subscriptions (
  id uuid not null,
  provider_id uuid not null,
  niche_id uuid not null,
  level_id uuid not null,
  endpoint_id uuid,
  active boolean not null default true,
  paused boolean not null default false,
  paused_until timestamp(3) with time zone,
  receipt_no bigint,
  last_received_at timestamp(3) with time zone,
  leads_received_count integer not null default 0,
  recent_types text not null default ''::text,
  flagged_at timestamp(3) with time zone,
  version integer not null default 1,
  created_at timestamp(3) with time zone not null default clock_timestamp(),
  updated_at timestamp(3) with time zone not null default clock_timestamp(),
  cancelled_at timestamp(3) with time zone,
  open_since timestamp(3) with time zone not null default clock_timestamp(),
  load_since timestamp(3) with time zone,
  refusals_since timestamp(3) with time zone,
  paused_by text,
  weight_state integer not null default 0,
  missed_turns smallint not null default 0,
  coming_own_price bigint,
  coming_own_price_at timestamp(3) with time zone,
  constraint subscriptions_pkey PRIMARY KEY (id),
  constraint subscriptions_provider_id_id_key UNIQUE (provider_id, id),
  constraint subscriptions_provider_id_level_id_key UNIQUE (provider_id, level_id),
  constraint subscriptions_cancelled_is_inactive CHECK (((cancelled_at IS NOT NULL) = (NOT active))),
  constraint subscriptions_coming_own_price_whole CHECK (((coming_own_price IS NULL) OR ((coming_own_price > 0) AND (coming_own_price_at IS NOT NULL)))),
  constraint subscriptions_missed_turns_positive CHECK ((missed_turns >= 0)),
  constraint subscriptions_paused_by_known CHECK ((paused_by = ANY (ARRAY['operator'::text, 'provider'::text]))),
  constraint subscriptions_recent_types_plain CHECK (((length(recent_types) <= 100) AND (translate(recent_types, 'pr'::text, ''::text) = ''::text))),
  constraint subscriptions_niche_id_fkey FOREIGN KEY (niche_id) REFERENCES niches(id),
  constraint subscriptions_niche_id_level_id_fkey FOREIGN KEY (niche_id, level_id) REFERENCES competition_levels(niche_id, id),
  constraint subscriptions_provider_id_endpoint_id_fkey FOREIGN KEY (provider_id, endpoint_id) REFERENCES endpoints(provider_id, id),
  constraint subscriptions_provider_id_fkey FOREIGN KEY (provider_id) REFERENCES providers(id)
) with (fillfactor=70);
CREATE INDEX subscriptions_coming_own_price ON public.subscriptions USING btree (coming_own_price_at) WHERE (coming_own_price_at IS NOT NULL);
CREATE INDEX subscriptions_endpoint ON public.subscriptions USING btree (endpoint_id) WHERE (endpoint_id IS NOT NULL);
CREATE INDEX subscriptions_flagged ON public.subscriptions USING btree (niche_id) WHERE (flagged_at IS NOT NULL);
CREATE INDEX subscriptions_level ON public.subscriptions USING btree (level_id);
CREATE INDEX subscriptions_niche ON public.subscriptions USING btree (niche_id);
CREATE TRIGGER subscriptions_stay BEFORE DELETE OR UPDATE OF id, provider_id, level_id OR TRUNCATE ON public.subscriptions FOR EACH STATEMENT EXECUTE FUNCTION refuse_removal();
alter table subscriptions enable row level security;
alter table subscriptions force row level security;
create policy subscriptions_engine on subscriptions for all to fairlead_engine using (true) with check (true);
create policy subscriptions_operator on subscriptions for all to fairlead_operator using (true) with check (true);
create policy subscriptions_provider on subscriptions for all to fairlead_provider using ((provider_id = ( SELECT app_provider_id() AS app_provider_id))) with check ((provider_id = ( SELECT app_provider_id() AS app_provider_id)));
grant insert, select, update on subscriptions to fairlead_engine;
grant insert, select, update on subscriptions to fairlead_operator;
grant insert, select, update on subscriptions to fairlead_provider;
grant select on subscriptions to fairlead_auditor;

create table suppressions (
  id uuid not null,
  provider_id uuid,
  kind text not null,
  key_id text not null,
  person_hash bytea not null,
  reason text not null default ''::text,
  created_by uuid,
  created_at timestamp(3) with time zone not null default clock_timestamp(),
  constraint suppressions_pkey PRIMARY KEY (id),
  constraint suppressions_kind_known CHECK ((kind = ANY (ARRAY['email'::text, 'phone'::text]))),
  constraint suppressions_created_by_fkey FOREIGN KEY (created_by) REFERENCES users(id),
  constraint suppressions_provider_id_fkey FOREIGN KEY (provider_id) REFERENCES providers(id)
);
CREATE UNIQUE INDEX suppressions_once ON public.suppressions USING btree (person_hash, kind, provider_id) NULLS NOT DISTINCT;
alter table suppressions enable row level security;
alter table suppressions force row level security;
create policy suppressions_engine on suppressions for all to fairlead_engine using (true) with check (true);
create policy suppressions_operator on suppressions for all to fairlead_operator using (true) with check (true);
grant delete, insert, select on suppressions to fairlead_operator;
grant insert, select on suppressions to fairlead_engine;
grant select on suppressions to fairlead_auditor;

create table traffic_alerts (
  id uuid not null,
  kind text not null,
  scope text not null,
  scope_id uuid not null,
  began_at timestamp(3) with time zone not null default clock_timestamp(),
  ended_at timestamp(3) with time zone,
  found integer not null,
  usual integer not null,
  of_leads integer not null,
  constraint traffic_alerts_pkey PRIMARY KEY (id),
  constraint traffic_alerts_kind_known CHECK ((kind = ANY (ARRAY['no_leads'::text, 'unmatched'::text]))),
  constraint traffic_alerts_scope_known CHECK ((scope = ANY (ARRAY['source'::text, 'niche'::text])))
);
CREATE UNIQUE INDEX traffic_alerts_once ON public.traffic_alerts USING btree (kind, scope, scope_id) WHERE (ended_at IS NULL);
grant insert, select, update on traffic_alerts to fairlead_engine;
grant select on traffic_alerts to fairlead_auditor;
grant select on traffic_alerts to fairlead_operator;

create table traffic_hours (
  scope text not null,
  scope_id uuid not null,
  hour timestamp(3) with time zone not null,
  leads integer not null default 0,
  decided integer not null default 0,
  unmatched integer not null default 0,
  constraint traffic_hours_pkey PRIMARY KEY (scope, scope_id, hour),
  constraint traffic_hours_counts CHECK (((leads >= 0) AND ((unmatched >= 0) AND (unmatched <= decided)))),
  constraint traffic_hours_scope_known CHECK ((scope = ANY (ARRAY['everything'::text, 'source'::text, 'niche'::text])))
);
CREATE INDEX traffic_hours_age ON public.traffic_hours USING btree (hour);
grant delete, insert, select, update on traffic_hours to fairlead_engine;
grant select on traffic_hours to fairlead_auditor;
grant select on traffic_hours to fairlead_operator;

create table transfers (
  id uuid not null,
  kind text not null,
  cause text not null,
  from_account text not null,
  to_account text not null,
  amount bigint not null,
  currency character(3) not null,
  provider_id uuid not null,
  wallet_id uuid not null,
  seq bigint not null,
  available_after bigint not null,
  held_after bigint not null,
  credit_limit bigint not null,
  lead_id uuid,
  assignment_id uuid,
  subscription_id uuid,
  memo text,
  created_by uuid,
  created_at timestamp(3) with time zone not null default clock_timestamp(),
  prev_hash bytea not null,
  hash bytea not null,
  constraint transfers_pkey PRIMARY KEY (id),
  constraint transfers_cause_key UNIQUE (cause),
  constraint transfers_wallet_id_seq_key UNIQUE (wallet_id, seq),
  constraint transfers_accounts_known CHECK (((from_account = ANY (ARRAY['wallet'::text, 'hold'::text, 'revenue'::text, 'clearing_stripe'::text, 'clearing_paypal'::text, 'clearing_bank'::text, 'adjustments'::text, 'disputes'::text, 'payable'::text])) AND (to_account = ANY (ARRAY['wallet'::text, 'hold'::text, 'revenue'::text, 'clearing_stripe'::text, 'clearing_paypal'::text, 'clearing_bank'::text, 'adjustments'::text, 'disputes'::text, 'payable'::text])))),
  constraint transfers_amount_positive CHECK ((amount > 0)),
  constraint transfers_between_two_accounts CHECK ((from_account <> to_account)),
  constraint transfers_held_positive CHECK ((held_after >= 0)),
  constraint transfers_kind_known CHECK ((kind = ANY (ARRAY['deposit'::text, 'hold'::text, 'charge'::text, 'capture'::text, 'release'::text, 'refund'::text, 'credit'::text, 'debit'::text, 'sla_credit'::text, 'payment_reversal'::text]))),
  constraint transfers_within_limit CHECK (((kind <> ALL (ARRAY['charge'::text, 'hold'::text, 'debit'::text])) OR (available_after >= (- credit_limit))))
);
CREATE INDEX transfers_provider ON public.transfers USING btree (provider_id, created_at DESC, seq DESC);
CREATE TRIGGER transfers_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.transfers FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER transfers_refer AFTER INSERT ON public.transfers REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION refuse_orphans();
alter table transfers enable row level security;
alter table transfers force row level security;
create policy transfers_engine on transfers for all to fairlead_engine using (true) with check (true);
create policy transfers_operator on transfers for all to fairlead_operator using (true) with check (true);
create policy transfers_provider on transfers for select to fairlead_provider using ((provider_id = ( SELECT app_provider_id() AS app_provider_id)));
grant insert, select on transfers to fairlead_engine;
grant insert, select on transfers to fairlead_operator;
grant select on transfers to fairlead_auditor;
grant select on transfers to fairlead_provider;

create table users (
  id uuid not null,
  email text not null,
  password_hash text,
  role text not null,
  provider_id uuid,
  first_name text not null default ''::text,
  last_name text not null default ''::text,
  status text not null default 'pending'::text,
  email_verified_at timestamp(3) with time zone,
  failed_logins smallint not null default 0,
  locked_until timestamp(3) with time zone,
  version integer not null default 1,
  created_at timestamp(3) with time zone not null default clock_timestamp(),
  updated_at timestamp(3) with time zone not null default clock_timestamp(),
  deleted_at timestamp(3) with time zone,
  constraint users_pkey PRIMARY KEY (id),
  constraint users_active_can_sign_in CHECK (((status <> 'active'::text) OR (password_hash IS NOT NULL))),
  constraint users_email_lower CHECK (((email = lower(email)) AND (length(email) <= 255))),
  constraint users_provider_by_role CHECK (((role = ANY (ARRAY['provider_owner'::text, 'provider_member'::text])) = (provider_id IS NOT NULL))),
  constraint users_role_known CHECK ((role = ANY (ARRAY['admin'::text, 'operator'::text, 'finance'::text, 'auditor'::text, 'provider_owner'::text, 'provider_member'::text]))),
  constraint users_status_known CHECK ((status = ANY (ARRAY['pending'::text, 'active'::text, 'deactivated'::text, 'suspended'::text]))),
  constraint users_provider_fkey FOREIGN KEY (provider_id) REFERENCES providers(id)
);
CREATE UNIQUE INDEX users_email_once ON public.users USING btree (email) WHERE (deleted_at IS NULL);
CREATE INDEX users_provider ON public.users USING btree (provider_id) WHERE (provider_id IS NOT NULL);
alter table users enable row level security;
alter table users force row level security;
create policy users_engine on users for all to fairlead_engine using (true) with check (true);
create policy users_operator on users for all to fairlead_operator using (true) with check (true);
create policy users_own_provider on users for select to fairlead_provider using ((provider_id = ( SELECT app_provider_id() AS app_provider_id)));
grant insert, select, update on users to fairlead_engine;
grant insert, select, update on users to fairlead_operator;
grant select on users to fairlead_auditor;
grant select on users to fairlead_provider;

create table wallets (
  id uuid not null,
  provider_id uuid not null,
  currency character(3) not null,
  available bigint not null default 0,
  held bigint not null default 0,
  credit_limit bigint not null default 0,
  seq bigint not null default 0,
  last_hash bytea not null default '\x'::bytea,
  low_balance_alert_sent boolean not null default false,
  version integer not null default 1,
  created_at timestamp(3) with time zone not null default clock_timestamp(),
  constraint wallets_pkey PRIMARY KEY (id),
  constraint wallets_provider_id_currency_key UNIQUE (provider_id, currency),
  constraint wallets_credit_limit_positive CHECK ((credit_limit >= 0)),
  constraint wallets_held_positive CHECK ((held >= 0)),
  constraint wallets_provider_id_fkey FOREIGN KEY (provider_id) REFERENCES providers(id)
) with (fillfactor=70);
CREATE TRIGGER wallets_stay BEFORE DELETE OR UPDATE OF id, provider_id, currency OR TRUNCATE ON public.wallets FOR EACH STATEMENT EXECUTE FUNCTION refuse_removal();
alter table wallets enable row level security;
alter table wallets force row level security;
create policy wallets_engine on wallets for all to fairlead_engine using (true) with check (true);
create policy wallets_operator on wallets for all to fairlead_operator using (true) with check (true);
create policy wallets_provider on wallets for select to fairlead_provider using ((provider_id = ( SELECT app_provider_id() AS app_provider_id)));
grant insert, select, update on wallets to fairlead_engine;
grant insert, select, update on wallets to fairlead_operator;
grant select on wallets to fairlead_auditor;
grant select on wallets to fairlead_provider;
