-- What becomes of a lead that nobody approved in time (25 minutes): the operators are alarmed, or the campaign's rule
-- approves it.
alter table campaigns
  add column late_approval text not null default 'alert',
  add constraint campaigns_late_approval_known check (late_approval in ('alert', 'approve'));

alter table leads
  -- The staff were told by mail that this lead waits: once is enough.
  add column approval_warned_at timestamptz(3),
  -- Left quarantine: the time to approve it runs from here, not from a confirmation that may be weeks old.
  add column released_at timestamptz(3);

-- utm_* names beyond the five that have a column: {"utm_id": "7"}.
alter table lead_attribution add column utm_other jsonb;

-- Values of a message that work like a key (a link that confirms): encrypted until it is sent, then dropped.
alter table messages add column secret_enc bytea;

-- A trigger for each statement of the partitioned table does not fire for a statement that names a partition. One for
-- each row is cloned to every partition, those of later months included; TRUNCATE knows statements only, so each
-- partition gets a trigger of its own.
create trigger audit_log_rows_append_only before update or delete on audit_log
  for each row execute function refuse_change();

do $$
declare
  child regclass;
begin
  for child in select inhrelid::regclass from pg_inherits where inhparent = 'audit_log'::regclass loop
    execute format('create trigger audit_log_not_truncated before truncate on %s
      for each statement execute function refuse_change()', child);
  end loop;
end
$$;

create or replace function ensure_partitions(months_ahead int default 3) returns int
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
      if parent = 'audit_log' then
        execute format('create trigger audit_log_not_truncated before truncate on public.%I
          for each statement execute function public.refuse_change()', child);
      end if;
      made := made + 1;
    end loop;
  end loop;
  return made;
end
$$;
