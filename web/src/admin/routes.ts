/** The operator's pages. Each one is loaded when it is first opened; its address is checked here. */
import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { adminRoute } from '../frame/tree.ts';
import { listSearch } from '../search.ts';
import { marketPages } from './market-routes.ts';

const coming = lazyRouteComponent(() => import('../frame/coming.tsx'), 'ComingPage');
const getParentRoute = () => adminRoute;

export const adminPages = [
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
    path: 'review',
    staticData: { title: 'Review' },
    validateSearch: listSearch(),
    component: coming,
  }),
  ...marketPages,
];
