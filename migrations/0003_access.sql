-- Who may come in: users, sessions, one-time links, API keys. Only hashes of what a caller presents are stored.

create table users (
  id uuid primary key,
  email text not null,
  password_hash text,
  role text not null,
  provider_id uuid,
  first_name text not null default '',
  last_name text not null default '',
  status text not null default 'pending',
  email_verified_at timestamptz(3),
  failed_logins smallint not null default 0,
  locked_until timestamptz(3),
  version int not null default 1,
  created_at timestamptz(3) not null default clock_timestamp(),
  updated_at timestamptz(3) not null default clock_timestamp(),
  deleted_at timestamptz(3),
  constraint users_email_lower check (email = lower(email) and length(email) <= 255),
  constraint users_role_known check (
    role in ('admin', 'operator', 'finance', 'auditor', 'provider_owner', 'provider_member')
  ),
  constraint users_status_known check (status in ('pending', 'active', 'deactivated', 'suspended')),
  constraint users_provider_by_role check ((role in ('provider_owner', 'provider_member')) = (provider_id is not null)),
  constraint users_active_can_sign_in check (status <> 'active' or password_hash is not null)
);
create unique index users_email_once on users (email) where deleted_at is null;
create index users_provider on users (provider_id) where provider_id is not null;

create table sessions (
  token_hash bytea primary key,
  user_id uuid not null references users,
  kind text not null default 'browser',
  created_at timestamptz(3) not null default clock_timestamp(),
  last_seen_at timestamptz(3) not null default clock_timestamp(),
  expires_at timestamptz(3) not null,
  revoked_at timestamptz(3),
  ip inet,
  user_agent text,
  constraint sessions_kind_known check (kind in ('browser', 'bearer'))
);
create index sessions_user on sessions (user_id);
create index sessions_expiry on sessions (expires_at);

create table one_time_links (
  token_hash bytea primary key,
  purpose text not null,
  user_id uuid references users,
  expires_at timestamptz(3) not null,
  used_at timestamptz(3),
  created_at timestamptz(3) not null default clock_timestamp(),
  constraint one_time_links_purpose_known check (purpose in ('first_admin', 'invite', 'password_reset', 'email'))
);

create table api_keys (
  id uuid primary key,
  user_id uuid not null references users,
  name text not null,
  prefix text not null,
  key_hash bytea not null unique,
  scopes text[] not null default '{}',
  last_used_at timestamptz(3),
  revoked_at timestamptz(3),
  created_at timestamptz(3) not null default clock_timestamp()
);
create index api_keys_user on api_keys (user_id);

-- Signing in happens before anybody is known, so the engine role serves it; operators manage users.
grant select, insert, update on users, sessions, one_time_links, api_keys to fairlead_engine, fairlead_operator;
grant select on users to fairlead_provider;
alter table users enable row level security;
alter table users force row level security;
create policy users_engine on users to fairlead_engine using (true) with check (true);
create policy users_operator on users to fairlead_operator using (true) with check (true);
create policy users_own_provider on users for select to fairlead_provider
  using (provider_id = (select app_provider_id()));
