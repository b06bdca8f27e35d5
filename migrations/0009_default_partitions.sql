-- The default partitions have no grants of their own, so nobody reads them directly; like the monthly ones they still
-- get row-level security, so that a grant given by mistake shows nothing.
alter table audit_log_default enable row level security;
alter table audit_log_default force row level security;
alter table messages_default enable row level security;
alter table messages_default force row level security;
alter table lead_receipts_default enable row level security;
alter table lead_receipts_default force row level security;
alter table attempts_default enable row level security;
alter table attempts_default force row level security;
