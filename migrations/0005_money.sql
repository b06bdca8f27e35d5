-- Money: integer minor units. A transfer moves a positive amount from one account to another, so every movement is
-- double entry by construction. Account names: a provider's `wallet` and `hold` (which provider: wallet_id), and the
-- platform's own, one per currency.

create table wallets (
  id uuid primary key,
  provider_id uuid not null references providers,
  currency char(3) not null,
  -- Cached sums of this wallet's transfers, written with each transfer under the provider's row lock.
  available bigint not null default 0,
  held bigint not null default 0,
  credit_limit bigint not null default 0,
  seq bigint not null default 0,
  last_hash bytea not null default '\x'::bytea,
  low_balance_alert_sent boolean not null default false,
  version int not null default 1,
  created_at timestamptz(3) not null default clock_timestamp(),
  unique (provider_id, currency),
  unique (provider_id, id),
  constraint wallets_held_positive check (held >= 0),
  constraint wallets_credit_limit_positive check (credit_limit >= 0)
) with (fillfactor = 70);

create table transfers (
  id uuid primary key,
  kind text not null,
  -- What made the money move; unique, so that it moves once. For instance charge:<assignment id>.
  cause text not null unique,
  from_account text not null,
  to_account text not null,
  amount bigint not null,
  currency char(3) not null,
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
  created_at timestamptz(3) not null default clock_timestamp(),
  prev_hash bytea not null,
  hash bytea not null,
  unique (wallet_id, seq),
  -- One reference for both: the wallet is this provider's. Each one checked costs a batch of 1,200 transfers 5 ms.
  foreign key (provider_id, wallet_id) references wallets (provider_id, id),
  constraint transfers_kind_known check (
    kind in ('deposit', 'hold', 'charge', 'capture', 'release', 'refund', 'credit', 'debit', 'sla_credit',
      'payment_reversal')
  ),
  constraint transfers_accounts_known check (
    from_account in ('wallet', 'hold', 'revenue', 'clearing_stripe', 'clearing_paypal', 'clearing_bank',
      'adjustments', 'disputes', 'payable')
    and to_account in ('wallet', 'hold', 'revenue', 'clearing_stripe', 'clearing_paypal', 'clearing_bank',
      'adjustments', 'disputes', 'payable')
  ),
  constraint transfers_between_two_accounts check (from_account <> to_account),
  constraint transfers_amount_positive check (amount > 0),
  constraint transfers_held_positive check (held_after >= 0),
  -- A dispute may take a wallet below its limit, and a deposit must still land; only spending is refused.
  constraint transfers_within_limit check (
    kind not in ('charge', 'hold', 'debit') or available_after >= -credit_limit
  )
);
create index transfers_provider on transfers (provider_id, created_at desc, seq desc);
create trigger transfers_append_only before update or delete or truncate on transfers
  for each statement execute function refuse_change();

grant select, insert, update on wallets to fairlead_engine, fairlead_operator;
grant select, insert on transfers to fairlead_engine, fairlead_operator;
grant select on wallets, transfers to fairlead_provider;
do $$
declare
  owned text;
begin
  foreach owned in array array['wallets', 'transfers'] loop
    execute format('alter table %I enable row level security', owned);
    execute format('alter table %I force row level security', owned);
    execute format('create policy %I on %I to fairlead_engine using (true) with check (true)', owned || '_engine', owned);
    execute format('create policy %I on %I to fairlead_operator using (true) with check (true)', owned || '_operator', owned);
    execute format(
      'create policy %I on %I for select to fairlead_provider using (provider_id = (select app_provider_id()))',
      owned || '_provider', owned);
  end loop;
end
$$;
