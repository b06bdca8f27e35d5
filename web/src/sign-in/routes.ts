import { createRoute, lazyRouteComponent, redirect } from '@tanstack/react-router';
import { rootRoute } from '../frame/tree.ts';
import { searchOf, text } from '../search.ts';
import { homeOf, meQuery } from '../session.ts';

/** Only addresses of the portal itself: a link to the sign-in page must not lead elsewhere. */
const ownAddress = /^\/(admin|dashboard)(?=[/?#]|$)/;

const NEXT_MAX = 2_000;

const loginSearch = searchOf({
  /** Where to go on after signing in. */
  next: (raw) =>
    typeof raw === 'string' && raw.length <= NEXT_MAX && ownAddress.test(raw) ? raw : undefined,
  /** True when a session has just ended. */
  ended: (raw) => raw === true || raw === 'true' || undefined,
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
const linkSearch = searchOf({ token: text });

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
