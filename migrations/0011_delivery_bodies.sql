-- Bodies that are still kept, by the end of their delivery: the nightly job empties the oldest. Without it each step
-- reads every delivery there ever was.
create index deliveries_body_kept on deliveries (ended_at) where body_enc is not null;
