-- A batch keeps the facts of a niche and reads those of subscriptions whose endpoint is not plainly healthy every time.
-- A healthy endpoint is in this index at no moment, so that its deliveries write nothing here.
create index endpoints_troubled on endpoints (id)
  where not (state = 'active' and breaker_state = 'closed' and probe_at is null);
