import { personName } from '../../lead/words.ts';
import { countryName } from '../../market/places.ts';
import { Badge, Status } from '../../ui/badge.tsx';
import { Id } from '../../ui/id.tsx';
import { lookOf, states } from '../../ui/states.ts';
import type { Column } from '../../ui/table.tsx';
import { Time } from '../../ui/time.tsx';
import type { LeadListItem } from './queries.ts';

/** A column that can also be written into a file. */
export type LeadColumn = Column<LeadListItem> & { text: (lead: LeadListItem) => string };

/** A parked lead waits in no queue, whatever its state says. */
export const shownState = ({ state, parked_at }: Pick<LeadListItem, 'state' | 'parked_at'>): string =>
  parked_at ? 'parked' : state;

const typeWords: Readonly<Record<string, string>> = { premium: 'Premium', raw: 'Ordinary' };

export const leadColumns: readonly LeadColumn[] = [
  {
    id: 'name',
    header: 'Lead',
    grow: true,
    cell: (lead) => (
      <span className="inline-flex max-w-full items-center gap-2">
        <span className="truncate">{personName(lead)}</span>
        {lead.test && (
          <Badge tone="test" icon={states.mode.test.icon}>
            {states.mode.test.word}
          </Badge>
        )}
      </span>
    ),
    text: (lead) => personName(lead),
  },
  {
    id: 'state',
    header: 'State',
    cell: (lead) => <Status kind="lead" state={shownState(lead)} />,
    text: (lead) => lookOf('lead', shownState(lead)).word,
  },
  { id: 'niche', header: 'Niche', cell: (lead) => lead.niche_name, text: (lead) => lead.niche_name },
  {
    id: 'email',
    header: 'E-mail',
    hidden: true,
    cell: (lead) => lead.email ?? '',
    text: (lead) => lead.email ?? '',
  },
  { id: 'phone', header: 'Phone', cell: (lead) => lead.phone ?? '', text: (lead) => lead.phone ?? '' },
  {
    id: 'country',
    header: 'Country',
    hidden: true,
    cell: (lead) => (lead.country ? countryName(lead.country) : ''),
    text: (lead) => lead.country ?? '',
  },
  {
    id: 'campaign',
    header: 'Campaign',
    hidden: true,
    cell: (lead) => lead.campaign_name,
    text: (lead) => lead.campaign_name,
  },
  {
    id: 'source',
    header: 'Source',
    cell: (lead) => lead.source_name ?? 'Public form',
    text: (lead) => lead.source_name ?? 'Public form',
  },
  {
    id: 'type',
    header: 'Type',
    hidden: true,
    cell: (lead) => typeWords[lead.lead_type ?? ''] ?? '',
    text: (lead) => typeWords[lead.lead_type ?? ''] ?? '',
  },
  {
    id: 'score',
    header: 'Score',
    align: 'right',
    cell: (lead) => lead.score ?? '',
    text: (lead) => (lead.score === null ? '' : String(lead.score)),
  },
  {
    id: 'providers',
    header: 'Providers',
    align: 'right',
    cell: (lead) => lead.n_assigned,
    text: (lead) => String(lead.n_assigned),
  },
  {
    id: 'id',
    header: 'Id',
    hidden: true,
    cell: (lead) => <Id value={lead.id} quiet />,
    text: (lead) => lead.id,
  },
  {
    id: 'at',
    header: 'Received',
    align: 'right',
    cell: (lead) => <Time at={lead.submitted_at} quiet />,
    text: (lead) => lead.submitted_at,
  },
];
