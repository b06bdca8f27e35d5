-- Areas as lists of postcodes. A list is named by the hash of what it says and never changes, so a subscription's terms
-- refer to it by 32 bytes and the engine compiles each list once.
create table postcode_lists (
  hash bytea primary key,
  -- In one writing, sorted, each once: src/kernel/postcode-areas.ts.
  entries text[] not null,
  created_at timestamptz(3) not null default clock_timestamp(),
  constraint postcode_lists_not_too_long check (cardinality(entries) between 1 and 5000),
  constraint postcode_lists_hash_of_entries
    check (hash = sha256(convert_to(array_to_string(entries, E'\n'), 'UTF8')))
);
create trigger postcode_lists_append_only before update or delete or truncate on postcode_lists
  for each statement execute function refuse_change();

-- Where postcodes lie, for filters by distance. Filled by `fairlead import-places`.
create table postcode_places (
  country char(2) not null,
  -- Capitals and digits only.
  postcode text not null,
  lat double precision not null,
  lon double precision not null,
  primary key (country, postcode),
  constraint postcode_places_bare check (postcode ~ '^[A-Z0-9]{1,10}$'),
  constraint postcode_places_on_earth check (lat between -90 and 90 and lon between -180 and 180)
);

grant select, insert on postcode_lists to fairlead_operator, fairlead_engine, fairlead_provider;
grant select on postcode_places to fairlead_operator, fairlead_engine, fairlead_provider;

-- A provider reads the lists that its own subscriptions name or named, and may write any: a list says nothing but itself.
alter table postcode_lists enable row level security;
alter table postcode_lists force row level security;
create policy postcode_lists_engine on postcode_lists to fairlead_engine using (true) with check (true);
create policy postcode_lists_operator on postcode_lists to fairlead_operator using (true) with check (true);
create policy postcode_lists_provider on postcode_lists for select to fairlead_provider using (
  exists (
    select 1 from subscription_versions v
    where v.provider_id = (select app_provider_id())
      and v.filters @> jsonb_build_array(jsonb_build_object('kind', 'postcodes', 'hash', encode(postcode_lists.hash, 'hex')))
  )
);
create policy postcode_lists_provider_adds on postcode_lists for insert to fairlead_provider
  with check ((select app_provider_id()) is not null);
