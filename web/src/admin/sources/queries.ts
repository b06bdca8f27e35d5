import type { SourceView } from '../../../../src/market/sources/schema.ts';

export const sourceTypes: Record<SourceView['type'], string> = {
  landing_page: 'Web page',
  facebook: 'Facebook',
  api: 'Program',
  import: 'Import',
  affiliate: 'Affiliate',
};

/** What a new source can be. Facebook sends by a webhook of its own, which is not there yet. */
export const newSourceTypes = Object.entries(sourceTypes)
  .filter(([value]) => value !== 'facebook')
  .map(([value, label]) => ({ value, label }));
