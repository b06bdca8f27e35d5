/** A provider's leads. */
import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { providerRoute } from '../frame/tree.ts';
import { listSearch, manyOf, text } from '../search.ts';

const leadsRoute = createRoute({
  getParentRoute: () => providerRoute,
  path: 'leads',
  staticData: { title: 'Leads' },
});

export const ownLeadPages = leadsRoute.addChildren([
  createRoute({
    getParentRoute: () => leadsRoute,
    path: '/',
    validateSearch: listSearch({
      state: manyOf(['held', 'charged', 'released', 'refunded']),
      niche_id: text,
      from: text,
      to: text,
      after: text,
    }),
    component: lazyRouteComponent(() => import('./leads/leads.tsx'), 'OwnLeadsPage'),
  }),
  createRoute({
    getParentRoute: () => leadsRoute,
    path: '$leadId',
    staticData: { title: 'Lead' },
    component: lazyRouteComponent(() => import('./leads/own-lead.tsx'), 'OwnLeadFullPage'),
  }),
]);
