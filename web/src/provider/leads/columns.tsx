import { ContactLink } from '../../lead/person.tsx';
import { personName } from '../../lead/words.ts';
import { Badge, Status } from '../../ui/badge.tsx';
import { Money } from '../../ui/money.tsx';
import { lookOf, states } from '../../ui/states.ts';
import type { Column } from '../../ui/table.tsx';
import { Time } from '../../ui/time.tsx';
import type { OwnLeadItem } from './queries.ts';

export type OwnColumn = Column<OwnLeadItem> & { text: (lead: OwnLeadItem) => string };

/** Why the person is not shown, in place of the name. */
export const nameOf = (lead: Pick<OwnLeadItem, 'contact' | 'state'>): string =>
  lead.contact
    ? personName(lead.contact)
    : lead.state === 'refunded'
      ? 'Refunded lead'
      : lead.state === 'held'
        ? 'Not accepted yet'
        : 'Lead without contact';

const placeOf = ({ contact }: OwnLeadItem): string =>
  [contact?.postcode, contact?.city].filter(Boolean).join(' ');

const none = <span className="text-faint">Not shown</span>;

export const ownColumns = (isNew: (lead: OwnLeadItem) => boolean): readonly OwnColumn[] => [
  {
    id: 'name',
    header: 'Lead',
    grow: true,
    cell: (lead) => (
      <span className="inline-flex max-w-full items-center gap-2">
        {isNew(lead) && <Badge tone="info">New</Badge>}
        <span className={lead.contact ? 'truncate' : 'truncate text-muted'}>{nameOf(lead)}</span>
        {lead.test && (
          <Badge tone="test" icon={states.mode.test.icon}>
            {states.mode.test.word}
          </Badge>
        )}
      </span>
    ),
    text: nameOf,
  },
  {
    id: 'phone',
    header: 'Phone',
    cell: (lead) =>
      lead.contact?.phone ? <ContactLink kind="phone" value={lead.contact.phone} bare /> : none,
    text: (lead) => lead.contact?.phone ?? '',
  },
  {
    id: 'email',
    header: 'E-mail',
    cell: (lead) =>
      lead.contact?.email ? <ContactLink kind="email" value={lead.contact.email} bare /> : none,
    text: (lead) => lead.contact?.email ?? '',
  },
  { id: 'place', header: 'Place', hidden: true, cell: placeOf, text: placeOf },
  { id: 'niche', header: 'Niche', cell: (lead) => lead.niche_name, text: (lead) => lead.niche_name },
  {
    id: 'level',
    header: 'Level',
    hidden: true,
    cell: (lead) => lead.level_name ?? '',
    text: (lead) => lead.level_name ?? '',
  },
  {
    id: 'state',
    header: 'Payment',
    cell: (lead) => <Status kind="assignment" state={lead.state} />,
    text: (lead) => lookOf('assignment', lead.state).word,
  },
  {
    id: 'delivery',
    header: 'Delivery',
    cell: (lead) =>
      lead.delivery_state ? <Status kind="delivery" state={lead.delivery_state} /> : 'In the portal',
    text: (lead) => (lead.delivery_state ? lookOf('delivery', lead.delivery_state).word : 'In the portal'),
  },
  {
    id: 'price',
    header: 'Price',
    align: 'right',
    cell: (lead) => <Money amount={lead.charged_amount} currency={lead.currency} />,
    text: (lead) => `${lead.charged_amount} ${lead.currency}`,
  },
  {
    id: 'at',
    header: 'Came',
    align: 'right',
    cell: (lead) => <Time at={lead.assigned_at} quiet />,
    text: (lead) => lead.assigned_at,
  },
];
