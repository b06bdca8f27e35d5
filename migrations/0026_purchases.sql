-- Whether providers may buy leads of a campaign themselves: `unsold` only those that nobody took, `open_seats` also
-- seats that stayed open beside those who have the lead.
alter table campaigns add column purchase text not null default 'off';
alter table campaigns add constraint campaigns_purchase_known check (purchase in ('off', 'unsold', 'open_seats'));

-- With the configuration, so that it can be read back for every purchase.
alter table campaign_versions add column purchase text not null default 'off';
alter table campaign_versions
  add constraint campaign_versions_purchase_known check (purchase in ('off', 'unsold', 'open_seats'));
