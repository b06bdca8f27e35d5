import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Role, SIGNED_IN } from '../../src/access/index.ts';
import type { RouteInfo } from '../../src/platform/http.ts';
import {
  bareProvider,
  type HttpTest,
  httpTest,
  knock,
  type Send,
  signedInAs,
  walkRefusals,
} from '../support/http.ts';

/** Everything that answers without a login. A new entry is a decision, so it is spelled out here. */
const WITHOUT_LOGIN = new Set([
  'GET /healthz',
  'GET /readyz',
  'GET /metrics',
  'GET /api/v1/openapi.json',
  'GET /api/docs',
  'GET /api/docs/start.js',
  'GET /api/docs/scalar.js',
  'GET /assets/*',
  'GET /',
  'GET /login',
  'GET /signup',
  'GET /verify-email',
  'GET /forgot-password',
  'GET /reset-password',
  'GET /first-admin',
  'GET /accept-invite',
  'GET /dashboard',
  'GET /dashboard/*',
  'GET /admin',
  'GET /admin/*',
  'POST /api/v1/leads',
  'GET /api/v1/leads/:receipt/thank-you',
  'POST /api/v1/leads/confirm',
  'POST /api/v1/leads/confirm/resend',
  'GET /confirm',
  'POST /confirm',
  'POST /api/v1/auth/login',
  'GET /api/v1/niches',
  'GET /api/v1/niches/:slug/schema',
  'GET /proof',
  'GET /api/v1/proof',
  'GET /api/v1/proof/:day',
  // Only with FAIRLEAD_DEV=1, which is refused on an address that others reach.
  'GET /dev/mail',
  'GET /dev/mail.json',
  'GET /dev/mail/:id',
  'GET /dev/partner',
  'POST /dev/partner',
]);

/** Answers to who holds a link, a source's token or a signature; the handler verifies it. */
const WITH_A_TOKEN_OF_ITS_OWN = new Set([
  'POST /api/v1/auth/first-admin',
  'POST /api/v1/auth/accept-invite',
  'POST /api/v1/inbound/:token',
]);

let http: HttpTest;
const callers = new Map<Role, Send>();
let guarded: RouteInfo[];
const nameOf = ({ method, url }: RouteInfo) => `${method} ${url}`;
const rolesOf = (route: RouteInfo) => route.access as readonly string[];

beforeAll(async () => {
  http = await httpTest({ RATE_SESSION_PER_MINUTE: '1000000' });
  const providerId = await bareProvider(http);
  for (const role of SIGNED_IN) {
    const own = role.startsWith('provider') ? { providerId } : {};
    callers.set(role, (await signedInAs(http, role, own)).send);
  }
  guarded = http.api.routes.filter(({ access }) => Array.isArray(access));
});
afterAll(async () => await http?.[Symbol.asyncDispose]());

test('the routes that answer without a login are these and no others', () => {
  const open = (kind: string) => http.api.routes.filter(({ access }) => access === kind).map(nameOf);
  expect(open('public').filter((name) => !WITHOUT_LOGIN.has(name))).toEqual([]);
  expect(open('token').filter((name) => !WITH_A_TOKEN_OF_ITS_OWN.has(name))).toEqual([]);
  const known = new Set([...open('public'), ...open('token')]);
  expect([...WITHOUT_LOGIN, ...WITH_A_TOKEN_OF_ITS_OWN].filter((name) => !known.has(name))).toEqual([]);
});

test('every other route names roles that exist', () => {
  expect(guarded.length).toBeGreaterThan(10);
  const wrong = guarded.filter((route) => {
    const roles = rolesOf(route);
    return roles.length === 0 || roles.some((role) => !(SIGNED_IN as readonly string[]).includes(role));
  });
  expect(wrong.map(nameOf)).toEqual([]);
});

test('nobody gets in without signing in', async () => {
  expect(await walkRefusals(guarded, http.send, { status: 401, code: 'not_signed_in' })).toEqual([]);
});

describe.each(SIGNED_IN)('a signed-in %s', (role) => {
  test('is refused by every route that is for other roles', async () => {
    const others = guarded.filter((route) => !rolesOf(route).includes(role));
    const refused = { status: 403, code: 'role_not_allowed' };
    expect(await walkRefusals(others, callers.get(role)!, refused)).toEqual([]);
  });

  test('is let through by every route that is for this role', async () => {
    const closed: string[] = [];
    // Signing out would end the walk, a stream would not end at all.
    const walkable = guarded.filter(({ url }) => !['/api/v1/auth/logout', '/api/v1/live'].includes(url));
    for (const route of walkable.filter((one) => rolesOf(one).includes(role))) {
      const { method, url } = knock(route);
      const answer = await callers.get(role)!(method, url);
      const stopped = [401, 429].includes(answer.status) || answer.body?.code === 'role_not_allowed';
      if (stopped || answer.status >= 500)
        closed.push(`${nameOf(route)}: ${answer.status} ${answer.body?.code}`);
    }
    expect(closed).toEqual([]);
  });
});

test('a user of a provider is told by no route that a thing of another provider exists', async () => {
  const send = callers.get('provider_owner')!;
  const own = guarded.filter((route) => rolesOf(route).includes('provider_owner') && route.url.includes(':'));
  const seen: string[] = [];
  for (const route of own) {
    const { method, url } = knock(route);
    const answer = await send(method, url);
    if (answer.status < 400) seen.push(`${nameOf(route)}: ${answer.status}`);
  }
  expect(seen).toEqual([]);
});
