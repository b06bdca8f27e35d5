/** The provider's pages. Each one is loaded when it is first opened; its address is checked here. */
import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { providerRoute } from '../frame/tree.ts';
import { listSearch } from '../search.ts';

const coming = lazyRouteComponent(() => import('../frame/coming.tsx'), 'ComingPage');
const getParentRoute = () => providerRoute;

export const providerPages = [
  createRoute({ getParentRoute, path: '/', staticData: { title: 'Home' }, component: coming }),
  createRoute({
    getParentRoute,
    path: 'leads',
    staticData: { title: 'Leads' },
    validateSearch: listSearch(),
    component: coming,
  }),
  createRoute({
    getParentRoute,
    path: 'subscriptions',
    staticData: { title: 'Subscriptions' },
    validateSearch: listSearch(),
    component: coming,
  }),
  createRoute({
    getParentRoute,
    path: 'billing',
    staticData: { title: 'Money' },
    validateSearch: listSearch(),
    component: coming,
  }),
];
