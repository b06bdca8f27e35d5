import type { SubscriptionView } from '../../../src/market/subscriptions/schema.ts';
import { Status } from '../ui/badge.tsx';
import { Money } from '../ui/money.tsx';
import type { Column } from '../ui/table.tsx';
import { Time } from '../ui/time.tsx';
import { TodayCount } from './subscription-sheet.tsx';

/** A subscription as a row, for staff and for its provider. */
export const subscriptionColumns: readonly Column<SubscriptionView>[] = [
  {
    id: 'name',
    header: 'Subscription',
    grow: true,
    cell: (row) => (
      <>
        {row.niche_name} <span className="font-normal text-muted">{row.level_name}</span>
      </>
    ),
  },
  { id: 'state', header: 'State', cell: (row) => <Status kind="subscription" state={row.state} /> },
  {
    id: 'price',
    header: 'Price of a lead',
    align: 'right',
    cell: (row) => (
      <>
        <Money amount={row.price_per_lead} currency={row.currency} />
        {row.coming_prices[0] && (
          <span className="block text-muted text-xs">
            changes <Time at={row.coming_prices[0].from} quiet />
          </span>
        )}
      </>
    ),
  },
  { id: 'today', header: 'Today', align: 'right', cell: (row) => <TodayCount subscription={row} /> },
  {
    id: 'all',
    header: 'In all',
    align: 'right',
    cell: (row) => row.leads_received_count.toLocaleString(),
  },
  {
    id: 'endpoint',
    header: 'Endpoint',
    cell: (row) => <Status kind="endpoint" state={row.endpoint_health} />,
  },
  {
    id: 'last',
    header: 'Last lead',
    align: 'right',
    cell: (row) =>
      row.last_received_at ? (
        <Time at={row.last_received_at} quiet />
      ) : (
        <span className="text-faint">None yet</span>
      ),
  },
];
