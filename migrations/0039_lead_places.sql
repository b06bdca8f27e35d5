-- Where a lead is, as filters by distance see it: looked up once, when a rule first asks for it, so that places that are
-- imported anew change nothing about a lead that was decided. Records of decisions hold a hash of it, which says nothing
-- without the salt. Person data: erased with the lead, and then nobody can tell from a record where somebody lives.
create table lead_places (
  lead_id uuid primary key references leads (id),
  -- In 1/100,000 of a degree: about a metre.
  lat integer not null,
  lon integer not null,
  salt bytea not null,
  created_at timestamptz(3) not null default clock_timestamp(),
  constraint lead_places_on_earth check (lat between -9000000 and 9000000 and lon between -18000000 and 18000000),
  constraint lead_places_salted check (octet_length(salt) = 16)
);

alter table lead_places enable row level security;
alter table lead_places force row level security;
create policy lead_places_engine on lead_places to fairlead_engine using (true) with check (true);
create policy lead_places_operator on lead_places to fairlead_operator using (true) with check (true);
grant select, insert, delete on lead_places to fairlead_engine, fairlead_operator;
grant select on lead_places to fairlead_auditor;
