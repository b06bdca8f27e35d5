-- How many leads came and how many of them nobody could have taken, per hour, source and niche; the last 14 days of it. The
-- row of scope `everything` is there for every hour that was counted, also one without leads.
create table traffic_hours (
  scope text not null,
  scope_id uuid not null,
  hour timestamptz(3) not null,
  leads integer not null default 0,
  decided integer not null default 0,
  unmatched integer not null default 0,
  primary key (scope, scope_id, hour),
  constraint traffic_hours_scope_known check (scope in ('everything', 'source', 'niche')),
  constraint traffic_hours_counts check (leads >= 0 and unmatched between 0 and decided)
);
create index traffic_hours_age on traffic_hours (hour);
grant select, insert, update, delete on traffic_hours to fairlead_engine;
grant select on traffic_hours to fairlead_operator;

-- A source or niche that has gone quiet, or a niche whose leads suddenly match nobody: one row from its beginning to its end.
create table traffic_alerts (
  id uuid primary key,
  kind text not null,
  scope text not null,
  scope_id uuid not null,
  began_at timestamptz(3) not null default clock_timestamp(),
  ended_at timestamptz(3),
  -- no_leads: hours without a lead, and the longest pause before. unmatched: leads of the hour that match nobody, of how many.
  found integer not null,
  usual integer not null,
  of_leads integer not null,
  constraint traffic_alerts_kind_known check (kind in ('no_leads', 'unmatched')),
  constraint traffic_alerts_scope_known check (scope in ('source', 'niche'))
);
create unique index traffic_alerts_once on traffic_alerts (kind, scope, scope_id) where ended_at is null;
grant select, insert, update on traffic_alerts to fairlead_engine;
grant select on traffic_alerts to fairlead_operator;
