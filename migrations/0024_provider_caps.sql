-- A provider sets the caps over all its subscriptions itself.
grant insert, update on provider_cap_versions to fairlead_provider;
