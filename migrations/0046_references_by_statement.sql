-- A batch writes its rows with one statement per table. Their references are checked once per statement, over all its
-- rows, and more strictly than a foreign key can: a delivery names the lead and the provider of its assignment. Foreign
-- keys ask and lock the parent row by row, which was two thirds of what these inserts cost (decision record 0015). What
-- they kept beside that is kept here: nobody removes a parent or changes its key.

create function refuse_orphans() returns trigger
  language plpgsql
as $$
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
$$;

create function refuse_removal() returns trigger
  language plpgsql
as $$
begin
  raise exception 'rows of % stay, with their keys: others name them', tg_table_name
    using errcode = 'foreign_key_violation';
end
$$;

create trigger assignments_refer after insert on assignments referencing new table as new_rows
  for each statement execute function refuse_orphans();
create trigger deliveries_refer after insert on deliveries referencing new table as new_rows
  for each statement execute function refuse_orphans();
create trigger transfers_refer after insert on transfers referencing new table as new_rows
  for each statement execute function refuse_orphans();
create trigger decisions_refer after insert on decisions referencing new table as new_rows
  for each statement execute function refuse_orphans();

create trigger leads_stay before delete or truncate or update of id, niche_id on leads
  for each statement execute function refuse_removal();
create trigger subscriptions_stay before delete or truncate or update of id, provider_id, level_id on subscriptions
  for each statement execute function refuse_removal();
create trigger endpoints_stay before delete or truncate or update of id, provider_id on endpoints
  for each statement execute function refuse_removal();
create trigger wallets_stay before delete or truncate or update of id, provider_id, currency on wallets
  for each statement execute function refuse_removal();
create trigger assignments_stay before delete or truncate or update of id, lead_id, provider_id, subscription_id,
  level_id, niche_id on assignments for each statement execute function refuse_removal();
create trigger deliveries_stay before update of id, assignment_id, lead_id, provider_id, endpoint_id on deliveries
  for each statement execute function refuse_removal();

alter table assignments
  drop constraint assignments_lead_id_fkey,
  drop constraint assignments_subscription_id_provider_id_level_id_fkey;
alter table deliveries
  drop constraint deliveries_assignment_id_fkey,
  drop constraint deliveries_endpoint_id_fkey;
alter table transfers
  drop constraint transfers_assignment_fkey,
  drop constraint transfers_provider_id_wallet_id_fkey;
alter table decisions drop constraint decisions_lead_id_fkey, drop constraint decisions_niche_id_fkey;

-- They were there for the foreign keys alone.
alter table subscriptions drop constraint subscriptions_id_provider_id_level_id_key;
alter table wallets drop constraint wallets_provider_id_id_key;
