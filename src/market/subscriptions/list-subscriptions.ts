import type { Pagination } from '../../kernel/page.ts';
import { pagination } from '../../kernel/page.ts';
import { localDate, windowKey } from '../../kernel/time.ts';
import { readWallets } from '../../money/ledger/index.ts';
import type { App } from '../../platform/app.ts';
import type { Actor, Tx } from '../../platform/db.ts';
import { type Health, healthOf } from '../endpoints/index.ts';
import { FIRST_ENTRIES } from '../schema.ts';
import { refusals } from './errors.ts';
import type { Cap, Filter } from './rules.ts';
import { countsOf, listSubscriptions, type SubscriptionFilter, type SubscriptionRow } from './store.ts';
import { firstEntries } from './store-areas.ts';
import { type State, stateOf } from './subscription.ts';

/** Of a list of postcodes its beginning is shown. */
export type ShownFilter = Filter & { first?: string[] };

/** A subscription as screens show it. */
export type ShownSubscription = Omit<SubscriptionRow, 'filters'> & {
  filters: ShownFilter[];
  /** What the next lead costs it, in minor units. */
  price: bigint;
  state: State;
  endpointHealth: Health;
  /** Leads in the present local day, and the cap of the day. */
  leadsToday: number;
  leadsPerDayMax: number | null;
};

const ALL: SubscriptionFilter = {
  id: null,
  providerId: null,
  nicheId: null,
  levelId: null,
  cancelled: null,
  search: null,
};

/** One page of subscriptions; under a provider's role only its own. */
export async function showSubscriptions(
  app: App,
  filter: Partial<SubscriptionFilter>,
  page: { page: number; limit: number; offset: number },
  actor: Actor,
): Promise<{ rows: ShownSubscription[]; pagination: Pagination }> {
  return app.db.tx(actor, async (tx) => {
    const { rows, counted } = await listSubscriptions(tx, { ...ALL, ...filter }, page);
    return { rows: await withFigures(tx, rows), pagination: pagination(page, counted) };
  });
}

/** @throws Refusal 404 subscription_not_found, also for one of another provider */
export async function showSubscription(app: App, id: string, actor: Actor): Promise<ShownSubscription> {
  return app.db.tx(actor, async (tx) => {
    const { rows } = await listSubscriptions(tx, { ...ALL, id }, { limit: 1, offset: 0 });
    const [shown] = await withFigures(tx, rows);
    if (!shown) throw refusals.subscription_not_found();
    return shown;
  });
}

async function withFigures(tx: Tx, rows: SubscriptionRow[]): Promise<ShownSubscription[]> {
  const now = new Date();
  const counts = await countsOf(
    tx,
    rows.map((row) => row.id),
    rows.map((row) => windowKey('day', now, row.timezone)),
  );
  const spendable = await spendableOf(tx, rows);
  const listed = rows.flatMap(({ filters }) =>
    filters.flatMap((one) => (one.kind === 'postcodes' ? one.hash : [])),
  );
  const firsts = await firstEntries(tx, listed, FIRST_ENTRIES);
  return rows.map((row) => {
    const price = row.priceOverride ?? row.levelPrice;
    const dayCap = capOfDay(row.caps, localDate(now, row.timezone));
    const endpoint =
      row.endpointState === null ? null : { state: row.endpointState, breakerState: row.breakerState! };
    const health = healthOf(endpoint);
    return {
      ...row,
      filters: row.filters.map((one) =>
        one.kind === 'postcodes' ? { ...one, first: firsts.get(one.hash) ?? [] } : one,
      ),
      price,
      state: stateOf({
        ...row,
        ...{ cancelled: !row.active, paused: row.pausedNow },
        price: row.priceOverride ?? row.cheapestPrice ?? price,
        endpointTakes: health === 'healthy' || health === 'none',
        spendable: spendable.get(`${row.providerId} ${row.currency}`) ?? 0n,
      }),
      endpointHealth: health,
      leadsToday: Number(counts.get(row.id) ?? 0n),
      leadsPerDayMax: dayCap === undefined ? null : Number(dayCap.value),
    };
  });
}

/** The cap of leads that holds on this date: one for its weekday goes before the day's other one. */
function capOfDay(caps: readonly Cap[], date: string): Cap | undefined {
  const daily = caps.filter((cap) => cap.window === 'day' && cap.kind === 'count');
  const weekday = ((new Date(`${date}T00:00:00Z`).getUTCDay() + 6) % 7) + 1;
  return (
    daily.find((cap) => cap.weekday === weekday) ?? daily.find(({ weekday: only }) => only === undefined)
  );
}

/** Available money and credit limit by provider and currency. */
async function spendableOf(tx: Tx, rows: SubscriptionRow[]): Promise<Map<string, bigint>> {
  const found = new Map<string, bigint>();
  for (const currency of new Set(rows.map((row) => row.currency))) {
    const providerIds = rows.filter((row) => row.currency === currency).map((row) => row.providerId);
    for (const wallet of await readWallets(tx, providerIds, currency)) {
      found.set(`${wallet.providerId} ${currency}`, wallet.available + wallet.creditLimit);
    }
  }
  return found;
}
