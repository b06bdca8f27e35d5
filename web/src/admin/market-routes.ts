/** The operator's pages of the market, the money and the audit log. */
import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { adminRoute } from '../frame/tree.ts';
import { listSearch, oneOf, text } from '../search.ts';

const getParentRoute = () => adminRoute;

/** As the API takes them; `waiting` and `failed` stand for two each. */
const DELIVERY_STATES = [
  'waiting',
  'failed',
  'pending',
  'sending',
  'delivered',
  'refused',
  'dead',
  'cancelled',
] as const;

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
      status: oneOf(['active', 'pending', 'inactive']),
      paused: oneOf(['true', 'false']),
      endpoints: oneOf(['down']),
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
  createRoute({
    getParentRoute: getNiches,
    path: '$nicheId/forms/new',
    staticData: { title: 'New version of the form' },
    validateSearch: listSearch(),
    component: lazyRouteComponent(() => import('./niches/forms/form-editor.tsx'), 'NewFormPage'),
  }),
  createRoute({
    getParentRoute: getNiches,
    path: '$nicheId/forms/$version',
    staticData: { title: 'Version of the form' },
    component: lazyRouteComponent(() => import('./niches/forms/form-editor.tsx'), 'EditFormPage'),
  }),
  createRoute({
    getParentRoute: getNiches,
    path: '$nicheId/forms/$version/use',
    staticData: { title: 'Put in use' },
    component: lazyRouteComponent(() => import('./niches/forms/use-form.tsx'), 'UseFormPage'),
  }),
]);

const sourcesRoute = createRoute({
  getParentRoute,
  path: 'sources',
  staticData: { title: 'Sources' },
  validateSearch: listSearch({ niche_id: text }),
  component: lazyRouteComponent(() => import('./sources/sources.tsx'), 'SourcesPage'),
});

const holidaysRoute = createRoute({
  getParentRoute,
  path: 'holidays',
  staticData: { title: 'Holidays' },
  validateSearch: listSearch(),
  component: lazyRouteComponent(() => import('./holidays/holidays.tsx'), 'HolidaysPage'),
});

const deliveriesRoute = createRoute({
  getParentRoute,
  path: 'deliveries',
  staticData: { title: 'Deliveries' },
  validateSearch: listSearch({
    state: oneOf([...DELIVERY_STATES]),
    provider_id: text,
    endpoint_id: text,
    lead_id: text,
  }),
  component: lazyRouteComponent(() => import('./deliveries/deliveries.tsx'), 'DeliveriesPage'),
});

const moneyRoute = createRoute({
  getParentRoute,
  path: 'money',
  staticData: { title: 'Money' },
  validateSearch: listSearch({ provider: text, type: text, currency: text }),
  component: lazyRouteComponent(() => import('./money.tsx'), 'MoneyPage'),
});

const auditRoute = createRoute({
  getParentRoute,
  path: 'audit',
  staticData: { title: 'Audit' },
  validateSearch: listSearch({
    entity_type: text,
    actor_role: text,
    entity_id: text,
    actor_id: text,
    period: oneOf(['day', 'week', 'month']),
  }),
  component: lazyRouteComponent(() => import('./audit/audit.tsx'), 'AuditPage'),
});

const fairnessRoute = createRoute({
  getParentRoute,
  path: 'fairness',
  staticData: { title: 'Fairness' },
  validateSearch: listSearch({ niche_id: text, days: oneOf(['1', '7', '14', '31']) }),
  component: lazyRouteComponent(() => import('./fairness/fairness.tsx'), 'FairnessPage'),
});

const proofRoute = createRoute({
  getParentRoute,
  path: 'proof',
  staticData: { title: 'Proof' },
  component: lazyRouteComponent(() => import('./proof/proof.tsx'), 'ProofPage'),
});

const simulatorRoute = createRoute({
  getParentRoute,
  path: 'simulator',
  staticData: { title: 'Simulator' },
  validateSearch: listSearch({ tab: oneOf(['lead', 'draft']), niche_id: text, lead_id: text }),
  component: lazyRouteComponent(() => import('./simulator/simulator.tsx'), 'SimulatorPage'),
});

export const marketPages = [
  providerPages,
  nichePages,
  sourcesRoute,
  holidaysRoute,
  deliveriesRoute,
  moneyRoute,
  auditRoute,
  fairnessRoute,
  proofRoute,
  simulatorRoute,
];
