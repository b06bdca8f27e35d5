-- A cap that is set in the middle of its window begins with what came in it before. A provider may edit its own caps, so
-- its transaction writes its own counters; row-level security keeps it from those of others.
grant insert, update on cap_counters to fairlead_provider;
