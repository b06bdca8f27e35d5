import type { Config } from '../platform/config.ts';
import { isPrivateHost } from '../platform/private-host.ts';

/**
 * The session cookie. On https its name begins with `__Host-`, which binds it to this host, path and https. On plain
 * http, allowed only on a loopback or private address, it is an ordinary cookie.
 */
export const isSecure = (config: Config): boolean => config.PUBLIC_URL.startsWith('https:');

/** Whether people may sign in at all: never with a cookie that travels readably over a network. */
export const maySignIn = (config: Config): boolean =>
  isSecure(config) || isPrivateHost(new URL(config.PUBLIC_URL).hostname);

export const cookieName = (config: Config): string => (isSecure(config) ? '__Host-fairlead' : 'fairlead');

/** The attributes for `reply.setCookie` and `reply.clearCookie`. */
export const cookieOptions = (config: Config) =>
  ({ path: '/', httpOnly: true, secure: isSecure(config), sameSite: 'lax' }) as const;
