import { createRoute, lazyRouteComponent, redirect } from '@tanstack/react-router';
import * as z from 'zod/mini';
import { rootRoute } from '../frame/tree.ts';
import { text } from '../search.ts';
import { homeOf, meQuery } from '../session.ts';

/** Only addresses of the portal itself: a link to the sign-in page must not lead elsewhere. */
const ownAddress = /^\/(admin|dashboard)(?=[/?#]|$)/;

const loginSearch = z.object({
  /** Where to go on after signing in. */
  next: z.catch(z.optional(z.string().check(z.maxLength(2_000), z.regex(ownAddress))), undefined),
  /** True when a session has just ended. */
  ended: z.catch(z.optional(z.coerce.boolean()), undefined),
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

/** A one-time link. */
const linkSearch = z.object({ token: text });

/** The bare address leads to the sign-in page, and from there on when somebody is signed in. */
export const startRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/login' });
  },
});

export const firstAdminRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/first-admin',
  validateSearch: linkSearch,
  component: lazyRouteComponent(() => import('./first-admin.tsx'), 'FirstAdminPage'),
});

export const acceptInviteRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/accept-invite',
  validateSearch: linkSearch,
  component: lazyRouteComponent(() => import('./accept-invite.tsx'), 'AcceptInvitePage'),
});
