import { type Currency, formatMoney } from '../kernel/money.ts';
import type { App } from '../platform/app.ts';
import type { Db } from '../platform/db.ts';
import type { OverviewView } from './schema.ts';
import { type Overview, readOverview, type Waiting } from './store-overview.ts';

/** Days of the home page begin at midnight UTC: an installation may serve several zones, and money books by UTC. */
const ZONE = 'UTC';
const FAILED_HOURS = 24;
/** Several open home pages cost one read. */
const KEPT_MS = 2_000;

const kept = new WeakMap<Db, { view: Promise<OverviewView>; readAt: number }>();

export async function overviewOf(app: App): Promise<OverviewView> {
  const known = kept.get(app.db);
  if (known && performance.now() - known.readAt < KEPT_MS) return known.view;
  const read = app.db.tx({ role: 'operator' }, (tx) => readOverview(tx, ZONE, FAILED_HOURS), {
    readOnly: true,
  });
  const fresh = { view: read.then(viewOf), readAt: performance.now() };
  kept.set(app.db, fresh);
  // A failed read is not kept.
  fresh.view.catch(() => kept.delete(app.db));
  return fresh.view;
}

function viewOf(overview: Overview): OverviewView {
  const figure = (value: number, basis: string) => ({ value, basis });
  const waiting = ({ count, oldestAt }: Waiting, basis: string) => ({
    ...figure(count, basis),
    oldest_at: oldestAt?.toISOString() ?? null,
  });
  return {
    generated_at: overview.now.toISOString(),
    day_began_at: overview.since.toISOString(),
    timezone: ZONE,
    leads_today: {
      total: overview.byState.reduce((sum, { count }) => sum + count, 0),
      by_state: Object.fromEntries(overview.byState.map(({ state, count }) => [state, count])),
      basis: 'Leads submitted since midnight, by the state they are in now; without test leads.',
    },
    money_today: {
      by_currency: overview.money.map(({ currency, charged, refunded }) => ({
        currency,
        charged: text(charged, currency),
        refunded: text(refunded, currency),
        revenue: text(charged - refunded, currency),
      })),
      basis:
        'Charged and captured since midnight, less what was refunded since midnight for leads of any day.',
    },
    waiting_for_approval: waiting(
      overview.waitingForApproval,
      'Leads that wait for an operator’s approval now.',
    ),
    quarantined: waiting(overview.quarantined, 'Leads that a check stopped and nobody has decided about.'),
    waiting_for_checks: figure(overview.waitingForChecks, 'Leads whose outside checks are running now.'),
    waiting_for_distribution: figure(
      overview.waitingForDistribution,
      'Approved leads that no distribution has decided about yet.',
    ),
    failed_deliveries: figure(
      overview.failedDeliveries,
      `Deliveries that ended refused or dead in the last ${FAILED_HOURS} hours.`,
    ),
    stopped_endpoints: figure(
      overview.stoppedEndpoints,
      'Endpoints that are disabled or paused by their breaker.',
    ),
    parked: figure(overview.parked, 'Leads taken out of every queue after five failed steps.'),
    oldest_due_ms: figure(
      overview.oldestDueMs,
      'Age in milliseconds of the oldest work that is due for checks or distribution.',
    ),
  };
}

const text = (amount: bigint, currency: string): string =>
  formatMoney({ amount, currency: currency as Currency });
