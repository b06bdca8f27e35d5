import { QueryClient } from '@tanstack/react-query';
import { createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router';
import { adminPages } from './admin/routes.ts';
import { Refusal } from './client.ts';
import { NotFound, Pending, Problem } from './frame/problem.tsx';
import { adminRoute, frameRoute, providerRoute, rootRoute } from './frame/tree.ts';
import { providerPages } from './provider/routes.ts';
import { parseSearch, stringifySearch } from './search.ts';
import { acceptInviteRoute, firstAdminRoute, loginRoute, startRoute } from './sign-in/routes.ts';

/** A request that failed for lack of a connection or by the server's fault is tried this often again. */
const RETRIES_MAX = 2;
const FRESH_MS = 10_000;

export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: FRESH_MS,
      retry: (failures, error) =>
        failures < RETRIES_MAX && error instanceof Refusal && (error.status === 0 || error.status >= 500),
    },
    // Nothing that changes something is repeated by itself.
    mutations: { retry: false },
  },
});

/** Every component in its states, to look at while working on them; not part of the built portal. */
const galleryPages =
  import.meta.env.MODE === 'production'
    ? []
    : [
        createRoute({
          getParentRoute: () => rootRoute,
          path: '/gallery',
          component: lazyRouteComponent(() => import('./gallery/gallery.tsx'), 'GalleryPage'),
        }),
      ];

const routeTree = rootRoute.addChildren([
  startRoute,
  loginRoute,
  firstAdminRoute,
  acceptInviteRoute,
  frameRoute.addChildren([adminRoute.addChildren(adminPages), providerRoute.addChildren(providerPages)]),
  ...galleryPages,
]);

export const router = createRouter({
  routeTree,
  context: { queries },
  parseSearch,
  stringifySearch,
  defaultPreload: 'intent',
  defaultPreloadStaleTime: 0,
  defaultErrorComponent: Problem,
  defaultNotFoundComponent: NotFound,
  defaultPendingComponent: Pending,
  defaultPendingMs: 300,
  scrollRestoration: true,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
