-- A provider's deliveries, newest first (ids are made in the order of time): without it each page of a provider reads
-- the deliveries of all.
create index deliveries_provider on deliveries (provider_id, id);
