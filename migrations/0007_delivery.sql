-- What is under way at an endpoint, counted at every claim: without it the count reads everything that waits there.
create index deliveries_sending on deliveries (endpoint_id, lease_until) where state = 'sending';
