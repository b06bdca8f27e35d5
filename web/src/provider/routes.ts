/** The provider's pages. Each one is loaded when it is first opened; its address is checked here. */
import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { providerRoute } from '../frame/tree.ts';
import { listSearch } from '../search.ts';
import { ownPages } from './own-routes.ts';

const coming = lazyRouteComponent(() => import('../frame/coming.tsx'), 'ComingPage');
const getParentRoute = () => providerRoute;

export const providerPages = [
  createRoute({
    getParentRoute,
    path: 'leads',
    staticData: { title: 'Leads' },
    validateSearch: listSearch(),
    component: coming,
  }),
  ...ownPages,
];
