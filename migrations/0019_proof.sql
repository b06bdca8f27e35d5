-- The proof of a day: one root over all its decisions, given to everybody as witness, and what checking it found.

create table daily_roots (
  day date not null,
  -- sha256(3, day, previous root, decisions, root of the tree): what is published.
  root bytea not null,
  previous_day date,
  previous_root bytea,
  tree_root bytea not null,
  decisions bigint not null,
  -- One salted leaf per candidate, and one per decision for its place in the chain.
  leaves bigint not null,
  -- Where each niche's chain began and ended: [{niche, first, last, hash}].
  heads jsonb not null,
  -- The data key under which the salts of the day are derived.
  key_id text not null,
  -- A root that was published for this day before a restore, and that the data no longer give.
  replaces bytea,
  made_at timestamptz(3) not null default clock_timestamp(),
  constraint daily_roots_pkey primary key (day),
  constraint daily_roots_previous_whole check ((previous_day is null) = (previous_root is null)),
  constraint daily_roots_previous_earlier check (previous_day < day),
  constraint daily_roots_bytes check (length(root) = 32 and length(tree_root) = 32)
);
create trigger daily_roots_append_only before update or delete or truncate on daily_roots
  for each statement execute function refuse_change();
grant select, insert on daily_roots to fairlead_engine;
grant select on daily_roots to fairlead_operator;
grant select on daily_roots to fairlead_auditor;

-- Roots of the decisions of a day in order of niche and number, 1,024 in a row: the paths of a proof are read from here.
create table daily_root_leaves (
  day date not null,
  place int not null,
  leaves bytea not null,
  root bytea not null,
  constraint daily_root_leaves_pkey primary key (day, place),
  constraint daily_root_leaves_day_fkey foreign key (day) references daily_roots (day),
  constraint daily_root_leaves_bytes check (length(leaves) between 32 and 32768 and length(leaves) % 32 = 0 and length(root) = 32)
);
create trigger daily_root_leaves_append_only before update or delete or truncate on daily_root_leaves
  for each statement execute function refuse_change();
grant select, insert on daily_root_leaves to fairlead_engine;
grant select on daily_root_leaves to fairlead_operator;
grant select on daily_root_leaves to fairlead_auditor;

-- What running the day again found.
create table proof_runs (
  day date not null,
  run_at timestamptz(3) not null default clock_timestamp(),
  decisions bigint not null,
  replayed bigint not null,
  arithmetic_only bigint not null,
  erased bigint not null,
  findings int not null,
  -- The first of them, in words: ids and numbers only.
  first_finding text,
  constraint proof_runs_pkey primary key (day, run_at),
  constraint proof_runs_first_named check ((findings > 0) = (first_finding is not null))
);
grant select, insert on proof_runs to fairlead_engine;
grant select on proof_runs to fairlead_operator;
grant select on proof_runs to fairlead_auditor;
