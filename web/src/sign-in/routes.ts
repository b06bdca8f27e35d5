import { createRoute, lazyRouteComponent, redirect } from '@tanstack/react-router';
import { z } from 'zod';
import { rootRoute } from '../frame/tree.ts';
import { homeOf, meQuery } from '../session.ts';

/** Only addresses of the portal itself: a link to the sign-in page must not lead elsewhere. */
const ownAddress = /^\/(admin|dashboard)(?=[/?#]|$)/;

const loginSearch = z.object({
  /** Where to go on after signing in. */
  next: z.string().max(2_000).regex(ownAddress).optional().catch(undefined),
  /** True when a session has just ended. */
  ended: z.coerce.boolean().optional().catch(undefined),
});

export const loginRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/login',
  validateSearch: loginSearch,
  beforeLoad: async ({ context, search }) => {
    // A server that cannot be reached is told when the form is sent, not instead of the form.
    const me = await context.queries.ensureQueryData(meQuery).catch(() => null);
    if (me) throw redirect({ href: search.next ?? homeOf(me) });
  },
  component: lazyRouteComponent(() => import('./sign-in.tsx'), 'SignInPage'),
});

export const firstAdminRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/first-admin',
  validateSearch: z.object({ token: z.string().max(200).optional().catch(undefined) }),
  component: lazyRouteComponent(() => import('./first-admin.tsx'), 'FirstAdminPage'),
});
