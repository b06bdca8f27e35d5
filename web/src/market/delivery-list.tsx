import type { DeliveryView } from '../../../src/lead/delivery/schema.ts';
import { Status } from '../ui/badge.tsx';
import { useNow } from '../ui/clock.ts';
import { Id } from '../ui/id.tsx';
import type { Column } from '../ui/table.tsx';
import { Time } from '../ui/time.tsx';

/** The states by which deliveries are looked for; two of them stand for several. */
export const deliveryStates = [
  { value: 'waiting', label: 'Under way' },
  { value: 'delivered', label: 'Delivered' },
  { value: 'failed', label: 'Not delivered' },
  { value: 'refused', label: 'Refused' },
  { value: 'dead', label: 'Dead' },
  { value: 'cancelled', label: 'Cancelled' },
] as const;

/** A delivery as a row, for staff and for its provider. */
export const deliveryColumns = (mine: boolean): readonly Column<DeliveryView>[] => [
  {
    id: 'name',
    header: mine ? 'Endpoint' : 'Provider',
    grow: true,
    cell: (row) => (mine ? row.endpoint_name : row.provider_name),
  },
  { id: 'state', header: 'State', cell: (row) => <Status kind="delivery" state={row.state} /> },
  ...(mine ? [] : [{ id: 'endpoint', header: 'Endpoint', cell: (row: DeliveryView) => row.endpoint_name }]),
  { id: 'lead', header: 'Lead', cell: (row) => <Id value={row.lead_id} quiet /> },
  { id: 'tries', header: 'Attempts', align: 'right', cell: (row) => row.tries },
  {
    id: 'next',
    header: 'Next attempt',
    align: 'right',
    cell: (row) => <NextAttempt at={row.due_at} />,
  },
  { id: 'reference', header: 'Their number', hidden: true, cell: (row) => row.partner_reference },
  { id: 'since', header: 'Since', align: 'right', cell: (row) => <Time at={row.created_at} quiet /> },
];

/** When it is tried next. What is due waits for its turn, or for the endpoint to take leads again. */
export function NextAttempt({ at }: { at: string | null }) {
  const now = useNow();
  if (at === null) return <span className="text-faint">None</span>;
  return Date.parse(at) <= now ? 'When it is its turn' : <Time at={at} quiet />;
}
