import { type Currency, formatMoney, money } from '../kernel/money.ts';
import type { App } from '../platform/app.ts';

/** The figures of the demo's view and summary, read in one snapshot. */
export type Figures = {
  leads: Record<string, number>;
  deliveries: Record<string, number>;
  assignments: number;
  refunded: number;
  /** Decimal text with its currency. */
  revenue: string;
  /** From the form being sent to the partner's yes, in ms; null while there is none. */
  submitToAnswer: { p50: number; p99: number } | null;
  /** From the lead being ready (confirmed) to the partner's yes. */
  readyToAnswer: { p50: number; p99: number } | null;
  providers: { name: string; leads: number; delivered: number; open: number; breaker: string }[];
};

const READ_ONLY = { readOnly: true };

export async function readFigures(app: Pick<App, 'db'>): Promise<Figures> {
  return app.db.tx(
    { role: 'operator' },
    async (tx) => {
      const leads = await tx<Count[]>`select state, count(*)::int as n from leads group by state`;
      const deliveries = await tx<Count[]>`select state, count(*)::int as n from deliveries group by state`;
      const [sold] = await tx<{ n: number; refunded: number; minor: bigint; currency: Currency | null }[]>`
        select count(*)::int as n, count(*) filter (where state = 'refunded')::int as refunded,
          coalesce(sum(charged_amount) filter (where state = 'charged'), 0)::bigint as minor, max(currency) as currency
        from assignments`;
      const [lag] = await tx<Lag[]>`
        select
          percentile_cont(0.5) within group (order by submitted_ms)::float8 as submit50,
          percentile_cont(0.99) within group (order by submitted_ms)::float8 as submit99,
          percentile_cont(0.5) within group (order by ready_ms)::float8 as ready50,
          percentile_cont(0.99) within group (order by ready_ms)::float8 as ready99
        from (
          select extract(epoch from answered_at - l.submitted_at) * 1000 as submitted_ms,
            extract(epoch from answered_at - l.ready_at) * 1000 as ready_ms
          from (
            select lead_id, started_at + duration_ms * interval '1 ms' as answered_at
            from attempts where outcome = 'delivered'
          ) as answered
          join leads l on l.id = answered.lead_id
        ) as lags`;
      const providers = await tx<Figures['providers']>`
        select p.company_name as name, count(d.id)::int as leads,
          count(d.id) filter (where d.state = 'delivered')::int as delivered,
          count(d.id) filter (where d.state in ('pending', 'sending'))::int as open,
          coalesce(max(e.breaker_state), 'closed') as breaker
        from providers p
        left join deliveries d on d.provider_id = p.id
        left join endpoints e on e.id = d.endpoint_id
        group by p.id, p.company_name order by count(d.id) desc, p.company_name`;
      const currency = sold?.currency ?? 'EUR';
      return {
        leads: byState(leads),
        deliveries: byState(deliveries),
        assignments: sold?.n ?? 0,
        refunded: sold?.refunded ?? 0,
        revenue: `${formatMoney(money(sold?.minor ?? 0n, currency))} ${currency}`,
        submitToAnswer: pair(lag?.submit50, lag?.submit99),
        readyToAnswer: pair(lag?.ready50, lag?.ready99),
        providers,
      };
    },
    READ_ONLY,
  );
}

type Count = { state: string; n: number };
type Lag = {
  submit50: number | null;
  submit99: number | null;
  ready50: number | null;
  ready99: number | null;
};

const byState = (rows: Count[]): Record<string, number> =>
  Object.fromEntries(rows.map(({ state, n }) => [state, n]));

const pair = (p50: number | null | undefined, p99: number | null | undefined) =>
  p50 === null || p50 === undefined ? null : { p50: Math.round(p50), p99: Math.round(p99 ?? p50) };

const FINAL_LEADS = ['distributed', 'rejected', 'expired', 'bad_lead'];
const ENDED_DELIVERIES = ['delivered', 'refused', 'dead', 'cancelled'];

export const countOf = (counts: Record<string, number>, states?: readonly string[]): number =>
  Object.entries(counts).reduce((sum, [state, n]) => sum + (!states || states.includes(state) ? n : 0), 0);

/** Leads that are final. */
export const endedLeads = ({ leads }: Figures): number => countOf(leads, FINAL_LEADS);
/** Deliveries that are still under way. */
export const openDeliveries = ({ deliveries }: Figures): number =>
  countOf(deliveries) - countOf(deliveries, ENDED_DELIVERIES);
