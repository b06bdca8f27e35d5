import { useQuery } from '@tanstack/react-query';
import { spanOf } from '../../lead/period.ts';
import { PeriodFilter } from '../../lead/period-filter.tsx';
import { filtersOf, type ListSearch, oneEach, useListPlace } from '../../list.ts';
import { nichesQuery } from '../../market/queries.ts';
import { FilterBar, type FilterField } from '../../ui/filter-bar.tsx';
import { states } from '../../ui/states.ts';
import { campaignsQuery, sourcesQuery } from './queries.ts';

const SINGLE = ['niche_id', 'campaign_id', 'source_id', 'test', 'parked'] as const;
const NAMES = ['state', ...SINGLE] as const;

/** What the API is asked for, from the address. */
export function askedOf(search: ListSearch) {
  const filters = filtersOf(search, NAMES);
  return {
    ...oneEach(filters, SINGLE),
    state: filters.state?.join(','),
    q: search.q,
    ...spanOf(search.from as string | undefined, search.to as string | undefined),
  };
}

export const isFiltered = (search: ListSearch): boolean =>
  Boolean(search.q || search.from || search.to) || NAMES.some((name) => search[name] !== undefined);

const yesNo = (yes: string, no: string) => [
  { value: 'true', label: yes },
  { value: 'false', label: no },
];

function useFields(): readonly FilterField[] {
  const niches = useQuery(nichesQuery).data ?? [];
  const campaigns = useQuery(campaignsQuery).data ?? [];
  const sources = useQuery(sourcesQuery).data ?? [];
  const named = (rows: readonly { id: string; name: string }[]) =>
    rows.map(({ id, name }) => ({ value: id, label: name }));
  return [
    {
      key: 'state',
      label: 'State',
      choices: Object.entries(states.lead).flatMap(([value, { word }]) =>
        value === 'parked' ? [] : { value, label: word },
      ),
    },
    { key: 'niche_id', label: 'Niche', choices: named(niches) },
    { key: 'campaign_id', label: 'Campaign', choices: named(campaigns) },
    { key: 'source_id', label: 'Source', choices: named(sources) },
    { key: 'test', label: 'Test leads', choices: yesNo('Only test leads', 'No test leads') },
    { key: 'parked', label: 'Parked', choices: yesNo('Only parked leads', 'No parked leads') },
  ];
}

/** Search, filters and days of the list of leads; all of them live in the address. */
export function LeadFilters() {
  const { search, change } = useListPlace();
  const fields = useFields();
  const set = (patch: Parameters<typeof change>[0]) => change({ after: undefined, ...patch });
  return (
    <FilterBar
      fields={fields}
      value={filtersOf(search, NAMES)}
      onChange={(filters) => set({ ...oneEach(filters, SINGLE), state: filters.state })}
      search={search.q ?? ''}
      onSearch={(q) => set({ q: q.trim() || undefined })}
      searchHint="E-mail, phone or lead id"
    >
      <PeriodFilter
        label="Received"
        from={search.from as string | undefined}
        to={search.to as string | undefined}
        onChange={(span) => set(span)}
      />
    </FilterBar>
  );
}
