/** The operator's pages of the market, the money and the audit log. */
import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { adminRoute } from '../frame/tree.ts';
import { listSearch, manyOf, oneOf, text } from '../search.ts';

const getParentRoute = () => adminRoute;

const providersRoute = createRoute({
  getParentRoute,
  path: 'providers',
  staticData: { title: 'Providers' },
});
const getProviders = () => providersRoute;

const providerPages = providersRoute.addChildren([
  createRoute({
    getParentRoute: getProviders,
    path: '/',
    validateSearch: listSearch({
      status: manyOf(['active', 'pending', 'inactive']),
      paused: oneOf(['true', 'false']),
      country: text,
      niche_id: text,
    }),
    component: lazyRouteComponent(() => import('./providers/providers.tsx'), 'ProvidersPage'),
  }),
  createRoute({
    getParentRoute: getProviders,
    path: 'new',
    staticData: { title: 'Add provider' },
    component: lazyRouteComponent(() => import('./providers/add-provider.tsx'), 'AddProviderPage'),
  }),
  createRoute({
    getParentRoute: getProviders,
    path: '$providerId',
    staticData: { title: 'Provider' },
    validateSearch: listSearch({
      tab: oneOf(['money', 'subscriptions', 'endpoints', 'company', 'people']),
      type: text,
      currency: text,
    }),
    component: lazyRouteComponent(() => import('./providers/provider.tsx'), 'ProviderPage'),
  }),
]);

const nichesRoute = createRoute({ getParentRoute, path: 'niches', staticData: { title: 'Niches & levels' } });
const getNiches = () => nichesRoute;

const nichePages = nichesRoute.addChildren([
  createRoute({
    getParentRoute: getNiches,
    path: '/',
    validateSearch: listSearch({ archived: oneOf(['true']) }),
    component: lazyRouteComponent(() => import('./niches/niches.tsx'), 'NichesPage'),
  }),
  createRoute({
    getParentRoute: getNiches,
    path: 'new',
    staticData: { title: 'Add niche' },
    component: lazyRouteComponent(() => import('./niches/add-niche.tsx'), 'AddNichePage'),
  }),
  createRoute({
    getParentRoute: getNiches,
    path: '$nicheId',
    staticData: { title: 'Niche' },
    validateSearch: listSearch({ tab: oneOf(['levels', 'form', 'campaigns', 'rules']) }),
    component: lazyRouteComponent(() => import('./niches/niche.tsx'), 'NichePage'),
  }),
]);

export const marketPages = [providerPages, nichePages];
