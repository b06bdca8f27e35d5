/** The provider's pages about its own company: home, subscriptions, delivery and money. */
import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { providerRoute } from '../frame/tree.ts';
import { listSearch, oneOf, text } from '../search.ts';

const getParentRoute = () => providerRoute;

export const ownPages = [
  createRoute({
    getParentRoute,
    path: '/',
    staticData: { title: 'Home' },
    component: lazyRouteComponent(() => import('./home.tsx'), 'HomePage'),
  }),
  createRoute({
    getParentRoute,
    path: 'subscriptions',
    staticData: { title: 'Subscriptions' },
    validateSearch: listSearch(),
    component: lazyRouteComponent(() => import('./subscriptions.tsx'), 'SubscriptionsPage'),
  }),
  createRoute({
    getParentRoute,
    path: 'store',
    staticData: { title: 'Store' },
    validateSearch: listSearch({ niche_id: text }),
    component: lazyRouteComponent(() => import('./store/store.tsx'), 'StorePage'),
  }),
  createRoute({
    getParentRoute,
    path: 'delivery',
    staticData: { title: 'Delivery' },
    validateSearch: listSearch({
      state: oneOf(['waiting', 'failed', 'pending', 'sending', 'delivered', 'refused', 'dead', 'cancelled']),
      endpoint_id: text,
    }),
    component: lazyRouteComponent(() => import('./delivery.tsx'), 'DeliveryPage'),
  }),
  createRoute({
    getParentRoute,
    path: 'why',
    staticData: { title: 'Why not more leads?' },
    validateSearch: listSearch({ days: oneOf(['1', '7', '14', '31']) }),
    component: lazyRouteComponent(() => import('./why/why.tsx'), 'WhyPage'),
  }),
  createRoute({
    getParentRoute,
    path: 'proof',
    staticData: { title: 'Proof' },
    validateSearch: listSearch({ day: text }),
    component: lazyRouteComponent(() => import('./proof/proof.tsx'), 'ProofPage'),
  }),
  createRoute({
    getParentRoute,
    path: 'billing',
    staticData: { title: 'Money' },
    validateSearch: listSearch({ type: text, currency: text }),
    component: lazyRouteComponent(() => import('./billing.tsx'), 'BillingPage'),
  }),
];
