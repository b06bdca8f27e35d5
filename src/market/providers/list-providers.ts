import { type Pagination, pagination } from '../../kernel/page.ts';
import { readWallets, type WalletView } from '../../money/ledger/index.ts';
import type { App } from '../../platform/app.ts';
import type { Actor, Tx } from '../../platform/db.ts';
import { type Endpoint, endpointsOf } from '../endpoints/index.ts';
import { type ShownSubscription, showSubscriptions } from '../subscriptions/index.ts';
import { refusals } from './errors.ts';
import type { Provider } from './provider.ts';
import {
  currenciesInUse,
  listProviders,
  type ProviderFilter,
  type ProviderRow,
  readProvider,
} from './store.ts';

export type Balance = WalletView & { currency: string };

/** A detail page shows this many subscriptions and endpoints; lists of their own show the rest. */
const SHOWN_MAX = 100;

/** One page of providers with their money, by name. */
export async function showProviders(
  app: App,
  filter: ProviderFilter,
  page: { page: number; limit: number; offset: number },
): Promise<{ rows: (ProviderRow & { wallets: Balance[] })[]; pagination: Pagination }> {
  return app.db.tx({ role: 'operator' }, async (tx) => {
    const { rows, counted } = await listProviders(tx, filter, page);
    const balances = await balancesOf(
      tx,
      rows.map((row) => row.id),
    );
    const withMoney = rows.map((row) => ({
      ...row,
      wallets: balances.filter((wallet) => wallet.providerId === row.id),
    }));
    return { rows: withMoney, pagination: pagination(page, counted) };
  });
}

export type ProviderDetail = Provider & {
  wallets: Balance[];
  subscriptions: ShownSubscription[];
  endpoints: Endpoint[];
};

/** @throws Refusal 404 provider_not_found */
export async function showProvider(app: App, id: string, actor: Actor): Promise<ProviderDetail> {
  const found = await app.db.tx(actor, async (tx) => {
    const provider = await readProvider(tx, id);
    if (!provider || provider.archivedAt !== null) throw refusals.provider_not_found();
    const endpoints = await endpointsOf(tx, id, SHOWN_MAX);
    return { ...provider, endpoints, wallets: await balancesOf(tx, [id]) };
  });
  const at = { page: 1, limit: SHOWN_MAX, offset: 0 };
  const { rows } = await showSubscriptions(app, { providerId: id }, at, actor);
  return { ...found, subscriptions: rows };
}

/** The wallets of these providers in every currency that something is sold in. */
async function balancesOf(tx: Tx, providerIds: string[]): Promise<Balance[]> {
  const balances: Balance[] = [];
  for (const currency of await currenciesInUse(tx)) {
    const wallets = await readWallets(tx, providerIds, currency);
    balances.push(...wallets.map((wallet) => ({ ...wallet, currency })));
  }
  return balances;
}
