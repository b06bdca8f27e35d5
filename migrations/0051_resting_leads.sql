-- The leads of a stopped source that are due leave their queue until the stop ends: else every batch would read past all of
-- them. No release has these tables large yet, so the
-- two queues are made anew here and not one file each.
alter table leads add column rests_since timestamptz(3);
drop index leads_approved;
create index leads_approved on leads (niche_id, ready_at)
  where state = 'approved' and parked_at is null and rests_since is null;
drop index leads_unsold;
create index leads_unsold on leads (niche_id, due_at)
  where state = 'unsold' and parked_at is null and rests_since is null;
-- To find them again: when the stop of their source ends, and when their time is over. Empty unless a source is stopped.
create index leads_resting on leads (source_id, expires_at) where rests_since is not null;
