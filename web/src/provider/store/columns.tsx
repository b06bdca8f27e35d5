import { countryName } from '../../market/places.ts';
import { Badge } from '../../ui/badge.tsx';
import { Money } from '../../ui/money.tsx';
import type { Column } from '../../ui/table.tsx';
import { Time } from '../../ui/time.tsx';
import type { LeadForSale } from './queries.ts';

type Offer = LeadForSale['offers'][number];

/** The offer that is shown first: one that can be bought, else the first. */
export const bestOffer = ({ offers }: LeadForSale): Offer =>
  offers.find(({ obstacle }) => obstacle === null) ?? offers[0]!;

/** "shared with 1 of at most 2 others". */
export function sharedWords({ holders }: LeadForSale, { max_shared }: Offer): string {
  if (max_shared <= 1) return 'yours alone';
  const most = `at most ${max_shared} companies, you included`;
  return holders === 0 ? most : `${most}; ${holders} ${holders === 1 ? 'has' : 'have'} it`;
}

export const countryOf = ({ country }: LeadForSale): string =>
  country === null ? 'Country not known' : countryName(country);

const answersOf = ({ answers }: LeadForSale): string =>
  answers.map(({ label, answer }) => `${label}: ${answer}`).join(', ');

export const storeColumns: readonly Column<LeadForSale>[] = [
  {
    id: 'lead',
    header: 'Lead',
    grow: true,
    cell: (lead) => (
      <span className="inline-flex max-w-full items-center gap-2">
        <span className="truncate">{`${lead.niche_name}, ${countryOf(lead)}`}</span>
        {lead.lead_type === 'premium' && <Badge tone="info">Premium</Badge>}
      </span>
    ),
  },
  { id: 'answers', header: 'Answers', cell: (lead) => <span className="truncate">{answersOf(lead)}</span> },
  { id: 'campaign', header: 'Campaign', hidden: true, cell: (lead) => lead.campaign_name },
  { id: 'shared', header: 'Shared', cell: (lead) => sharedWords(lead, bestOffer(lead)) },
  { id: 'came', header: 'Came', align: 'right', cell: (lead) => <Time at={lead.ready_at} quiet /> },
  {
    id: 'price',
    header: 'Price',
    align: 'right',
    cell: (lead) => <Money amount={bestOffer(lead).price} currency={lead.currency} />,
  },
];
