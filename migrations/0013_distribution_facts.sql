-- Facts that distribution decides on and that nothing kept: what an endpoint cannot do without, since when a
-- subscription takes part, and how `least_loaded_today` counts it.

-- The endpoint's required fields that have no default value, as they were when this version was written. They are
-- part of the rules: a lead without one of them could be charged and never sent.
alter table subscription_versions add column endpoint_fields text[] not null default '{}';

-- Who joins or comes back in the middle of a day does not start at zero beside those who received since the morning.
alter table subscriptions add column open_since timestamptz(3);
update subscriptions set open_since = created_at;
alter table subscriptions alter column open_since set not null, alter column open_since set default clock_timestamp();
-- When it was last given its place in the counts of a level that serves the least loaded.
alter table subscriptions add column load_since timestamptz(3);
alter table providers add column open_since timestamptz(3);
update providers set open_since = created_at;
alter table providers alter column open_since set not null, alter column open_since set default clock_timestamp();

-- `load`: the count that `least_loaded_today` compares, by the UTC day, with the head start of who came later in it.
alter table cap_counters drop constraint cap_counters_kind_known;
alter table cap_counters add constraint cap_counters_kind_known check (kind in ('count', 'spend', 'load'));

-- Present subscriptions take over what their endpoints require, as an edit would: under a new config_version.
create temporary table renewed on commit drop as
select w.subscription_id, w.niche_id, fields.names
from subscription_versions w
join subscriptions s on s.id = w.subscription_id
join endpoints e on e.id = s.endpoint_id
cross join lateral (
  select array(
    select name from unnest(e.required_fields) with ordinality as f (name, place)
    where not e.default_values ? name order by place
  ) as names
) fields
where w.to_version is null and cardinality(fields.names) > 0;
update niche_turns set config_version = config_version + 1 where niche_id in (select niche_id from renewed);
update subscription_versions w set to_version = t.config_version
from renewed r join niche_turns t on t.niche_id = r.niche_id
where w.subscription_id = r.subscription_id and w.to_version is null;
insert into subscription_versions (subscription_id, provider_id, niche_id, from_version, countries, campaign_ids, filters,
  required_fields, endpoint_fields, caps, schedule, timezone, off_hours, premium_ratio, ratio_mode, max_age_ms,
  price_override, weight, priority)
select w.subscription_id, w.provider_id, w.niche_id, t.config_version, w.countries, w.campaign_ids, w.filters,
  w.required_fields, r.names, w.caps, w.schedule, w.timezone, w.off_hours, w.premium_ratio, w.ratio_mode, w.max_age_ms,
  w.price_override, w.weight, w.priority
from renewed r
join niche_turns t on t.niche_id = r.niche_id
join subscription_versions w on w.subscription_id = r.subscription_id and w.to_version = t.config_version;
