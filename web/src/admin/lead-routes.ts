/** Home, leads and review: what the operator looks at all day. */
import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { adminRoute } from '../frame/tree.ts';
import { listSearch, manyOf, oneOf, text } from '../search.ts';

/** Written out, because the words of the states bring their icons along, and this is loaded with the sign-in page. */
const LEAD_STATES = [
  'received',
  'pending_confirmation',
  'checking',
  'pending_approval',
  'approved',
  'unsold',
  'distributed',
  'quarantined',
  'rejected',
  'expired',
  'bad_lead',
];

const yesNo = oneOf(['true', 'false']);

const leadsRoute = createRoute({
  getParentRoute: () => adminRoute,
  path: 'leads',
  staticData: { title: 'Leads' },
});

export const leadPages = [
  createRoute({
    getParentRoute: () => adminRoute,
    path: '/',
    staticData: { title: 'Home' },
    component: lazyRouteComponent(() => import('./home/home.tsx'), 'HomePage'),
  }),
  leadsRoute.addChildren([
    createRoute({
      getParentRoute: () => leadsRoute,
      path: '/',
      validateSearch: listSearch({
        state: manyOf(LEAD_STATES),
        niche_id: text,
        campaign_id: text,
        source_id: text,
        test: yesNo,
        parked: yesNo,
        from: text,
        to: text,
        after: text,
      }),
      component: lazyRouteComponent(() => import('./leads/leads.tsx'), 'LeadsPage'),
    }),
    createRoute({
      getParentRoute: () => leadsRoute,
      path: '$leadId',
      staticData: { title: 'Lead' },
      component: lazyRouteComponent(() => import('./leads/lead.tsx'), 'LeadFullPage'),
    }),
  ]),
  createRoute({
    getParentRoute: () => adminRoute,
    path: 'review',
    staticData: { title: 'Review' },
    validateSearch: listSearch({ state: oneOf(['pending_approval', 'quarantined']) }),
    component: lazyRouteComponent(() => import('./review/review.tsx'), 'ReviewPage'),
  }),
];
