-- Prices of a campaign and own prices of a subscription are announced like those of a level. What is announced decides
-- nothing: when its moment comes it becomes a version of the rules like any other edit.
alter table campaigns add column coming_level_prices jsonb;
alter table campaigns add column coming_level_prices_at timestamptz(3);
alter table campaigns add constraint campaigns_coming_level_prices_whole
  check ((coming_level_prices is null) = (coming_level_prices_at is null));
create index campaigns_coming_level_prices on campaigns (coming_level_prices_at)
  where coming_level_prices_at is not null;
-- No amount with a moment: from then on it pays what others pay.
alter table subscriptions add column coming_own_price bigint;
alter table subscriptions add column coming_own_price_at timestamptz(3);
alter table subscriptions add constraint subscriptions_coming_own_price_whole
  check (coming_own_price is null or (coming_own_price > 0 and coming_own_price_at is not null));
create index subscriptions_coming_own_price on subscriptions (coming_own_price_at)
  where coming_own_price_at is not null;
