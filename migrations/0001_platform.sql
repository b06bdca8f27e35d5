-- Rights and the tables that have no business words: jobs, schedules, idempotency keys, rate buckets.
-- The logins and roles are made before the first migration (src/platform/roles.ts), because they belong to the cluster.

-- The application's login has no right of its own: without a role, which only the transaction wrapper sets, every
-- statement ends in "permission denied".
revoke all on schema public from public;
grant usage on schema public to fairlead_provider, fairlead_operator, fairlead_engine, fairlead_auditor;
alter default privileges in schema public grant select on tables to fairlead_auditor;
alter default privileges revoke execute on functions from public;

-- The provider a transaction works for. It raises when unset: a policy that read null would quietly show nothing, and
-- one written as "is null or" would show everything.
create function app_provider_id() returns uuid
  language plpgsql stable parallel safe
as $$
declare
  id text := current_setting('app.provider_id', true);
begin
  if id is null or id = '' then
    raise exception 'no provider is set for this transaction' using errcode = '42501';
  end if;
  return id::uuid;
end
$$;
grant execute on function app_provider_id() to fairlead_provider, fairlead_operator, fairlead_engine;

-- Append-only tables carry this trigger besides missing grants, so that even the owner cannot change a row by mistake.
create function refuse_change() returns trigger
  language plpgsql
as $$
begin
  raise exception '% is append-only', tg_table_name using errcode = '55000';
end
$$;

-- Monthly partitions, three ahead, beside a default partition. The application's roles own nothing, so they make
-- partitions through this one function of the owner; it only ever creates partitions of the four tables named here.
create function ensure_partitions(months_ahead int default 3) returns int
  language plpgsql security definer set search_path = pg_catalog, public
as $$
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
      made := made + 1;
    end loop;
  end loop;
  return made;
end
$$;
grant execute on function ensure_partitions(int) to fairlead_engine;

-- Side jobs: what is not a lead, a delivery or a message. The unique key makes enqueuing idempotent.
create table jobs (
  id uuid primary key,
  kind text not null,
  unique_key text not null,
  payload jsonb not null default '{}',
  due_at timestamptz(3) not null default clock_timestamp(),
  tries smallint not null default 0,
  lease_token uuid,
  lease_until timestamptz(3),
  failed_at timestamptz(3),
  last_error text,
  created_at timestamptz(3) not null default clock_timestamp(),
  constraint jobs_once unique (kind, unique_key),
  constraint jobs_lease_whole check ((lease_token is null) = (lease_until is null))
);
create index jobs_due on jobs (due_at) where failed_at is null;
grant select, insert, update, delete on jobs to fairlead_engine;
grant select, insert on jobs to fairlead_operator;

-- What runs when. Who claims the row enqueues the job with key (name, due time) and sets the next time: no leader.
create table schedules (
  name text primary key,
  rhythm text not null,
  next_due_at timestamptz(3) not null,
  last_enqueued_at timestamptz(3)
);
grant select, insert, update, delete on schedules to fairlead_engine;
grant select on schedules to fairlead_operator;

-- An answer is kept with the work it belongs to, in the same transaction: ids and codes only, no person data.
create table idempotency_keys (
  scope text not null,
  key text not null,
  input_hash bytea not null,
  status smallint not null,
  answer jsonb not null,
  created_at timestamptz(3) not null default clock_timestamp(),
  primary key (scope, key),
  constraint idempotency_keys_short check (length(scope) <= 200 and length(key) <= 255)
);
create index idempotency_keys_age on idempotency_keys (created_at);
grant select, insert, delete on idempotency_keys to fairlead_engine, fairlead_operator;
grant select, insert on idempotency_keys to fairlead_provider;

-- Counts of requests per principal and window. Unlogged: after a crash everybody starts a new minute.
create unlogged table rate_buckets (
  key text not null,
  window_start timestamptz(3) not null,
  count int not null,
  primary key (key)
);
grant select, insert, update, delete on rate_buckets to fairlead_engine;
