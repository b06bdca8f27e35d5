/** The upper routes of the portal. Pages hang below them in `admin/routes.ts` and `provider/routes.ts`. */
import type { QueryClient } from '@tanstack/react-query';
import {
  createRootRouteWithContext,
  createRoute,
  lazyRouteComponent,
  redirect,
} from '@tanstack/react-router';
import { homeOf, isProvider, meQuery } from '../session.ts';

declare module '@tanstack/react-router' {
  interface StaticDataRouteOption {
    /** Shown in the breadcrumb. */
    title?: string;
  }
}

export const rootRoute = createRootRouteWithContext<{ queries: QueryClient }>()();

/** Lets only signed-in people through and puts rail and top bar around the page. */
export const frameRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: 'frame',
  beforeLoad: async ({ context, location }) => {
    const me = await context.queries.ensureQueryData(meQuery);
    if (!me) throw redirect({ to: '/login', search: { next: location.href } });
    return { me };
  },
  component: lazyRouteComponent(() => import('./frame.tsx'), 'Frame'),
});

export const adminRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/admin',
  beforeLoad: ({ context }) => {
    if (isProvider(context.me)) throw redirect({ to: homeOf(context.me) });
  },
});

export const providerRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/dashboard',
  beforeLoad: ({ context }) => {
    if (!isProvider(context.me)) throw redirect({ to: homeOf(context.me) });
  },
});
