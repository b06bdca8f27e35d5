-- A provider may read the words that the person of its lead agreed to: they are shown on the campaign's own pages.
grant select on consent_texts to fairlead_provider;
