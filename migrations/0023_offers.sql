-- Decisions beside the first one: a lead given by hand, and a freed seat that is offered again.

-- By hand: who decided, and why. Staff only; a decision of the engine has neither.
alter table decisions add column decided_by uuid;
alter table decisions add column reason text;

-- Seats freed by a released hold. One row per assignment, made with its release; the niche's next round offers the seat.
create table second_offers (
  assignment_id uuid primary key references assignments,
  lead_id uuid not null references leads,
  niche_id uuid not null references niches,
  -- The level of the freed seat.
  level_id uuid not null,
  freed_at timestamptz(3) not null default clock_timestamp(),
  -- When the next try is due; null once it has ended.
  due_at timestamptz(3) default clock_timestamp(),
  tries smallint not null default 0,
  failures smallint not null default 0,
  ended_at timestamptz(3),
  -- taken: somebody has the seat. expired: nobody took it in time. no_seat: nobody may share the lead any more.
  -- limit: the lead was offered again often enough. over: the lead ended, or its level did. failed: it could not be decided.
  ended_as text,
  constraint second_offers_outcome_known check (
    ended_as in ('taken', 'expired', 'no_seat', 'limit', 'over', 'failed')
  ),
  constraint second_offers_ended_whole check (
    (ended_at is null) = (ended_as is null) and (ended_at is null) = (due_at is not null)
  ),
  constraint second_offers_tries_positive check (tries >= 0)
) with (fillfactor = 80);
create index second_offers_due on second_offers (niche_id, due_at) where due_at is not null;
create index second_offers_lead on second_offers (lead_id);

grant select, insert, update on second_offers to fairlead_engine, fairlead_operator;
alter table second_offers enable row level security;
alter table second_offers force row level security;
create policy second_offers_engine on second_offers to fairlead_engine using (true) with check (true);
create policy second_offers_operator on second_offers to fairlead_operator using (true) with check (true);

-- How the fields of one form version become those of the next: filters were carried over by it, and leads of the older
-- version are matched by it. One row per activation that changed the version.
create table form_mappings (
  niche_id uuid not null references niches,
  config_version int not null,
  from_schema int not null,
  to_schema int not null,
  mappings jsonb not null,
  created_at timestamptz(3) not null default clock_timestamp(),
  primary key (niche_id, config_version),
  constraint form_mappings_is_list check (jsonb_typeof(mappings) = 'array')
);
grant select, insert on form_mappings to fairlead_operator;
grant select on form_mappings to fairlead_engine, fairlead_provider;
