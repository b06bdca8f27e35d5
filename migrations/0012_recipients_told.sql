-- How many providers the person was told of at most, as the form said it then: the campaign may promise another number
-- tomorrow, and a lead that waits must not be sold by it. Null: from before this was kept; the campaign's number counts.
alter table consents
  add column recipients_told smallint,
  add constraint consents_recipients_positive check (recipients_told between 1 and 100);
