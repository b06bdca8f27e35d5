import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RouteInfo } from '../../src/platform/http.ts';
import { type HttpTest, httpTest, knock, signedInAs } from '../support/http.ts';

const HOST = 'localhost:80';

/** What a browser says about where a request comes from, and whether it may change anything with our cookie. */
const MATRIX: [what: string, headers: Record<string, string>, allowed: boolean][] = [
  ['our own page', { 'sec-fetch-site': 'same-origin' }, true],
  ['another host of the same site', { 'sec-fetch-site': 'same-site' }, false],
  ['a foreign site', { 'sec-fetch-site': 'cross-site' }, false],
  ['no page at all (typed, bookmarked)', { 'sec-fetch-site': 'none' }, false],
  [
    'a foreign site that claims our origin',
    { 'sec-fetch-site': 'cross-site', origin: `http://${HOST}` },
    false,
  ],
  ['our own page on plain http', { origin: `http://${HOST}` }, true],
  ['our public address behind a proxy', { origin: 'http://127.0.0.1:3000' }, true],
  ['a foreign page on plain http', { origin: 'http://evil.example' }, false],
  ['another port of this host', { origin: 'http://localhost:8080' }, false],
  ['a sandboxed page', { origin: 'null' }, false],
  ['an origin that is none', { origin: '%%%' }, false],
  ['a caller that says nothing', {}, false],
];

let http: HttpTest;
let cookie: string;
let unsafe: RouteInfo[];

beforeAll(async () => {
  http = await httpTest({ RATE_SESSION_PER_MINUTE: '1000000', RATE_API_PER_MINUTE: '1000000' });
  cookie = `fairlead=${(await signedInAs(http, 'admin')).secret}`;
  unsafe = http.api.routes.filter(
    ({ access, method, url }) =>
      Array.isArray(access) && access.includes('admin') && method !== 'GET' && !url.endsWith('/logout'),
  );
});
afterAll(async () => await http?.[Symbol.asyncDispose]());

describe.each(MATRIX)('with our cookie, %s', (_what, headers, allowed) => {
  test(`is ${allowed ? 'let through' : 'refused'} on every route that changes something`, async () => {
    const wrong: string[] = [];
    for (const route of unsafe) {
      const { method, url } = knock(route);
      const answer = await http.send(method, url, undefined, { cookie, ...headers });
      if ((answer.body.code === 'foreign_origin') === allowed)
        wrong.push(`${method} ${route.url}: ${answer.status}`);
    }
    expect(unsafe.length).toBeGreaterThan(4);
    expect(wrong).toEqual([]);
  });

  test('may read', async () => {
    expect((await http.send('GET', '/api/v1/auth/me', undefined, { cookie, ...headers })).status).toBe(200);
  });
});

test.each(MATRIX)(
  'a bearer token is not sent by browsers by themselves, so %s may use it',
  async (_what, headers) => {
    const { secret } = await signedInAs(http, 'admin', { by: 'bearer' });
    const authorization = `Bearer ${secret}`;
    const answer = await http.send('POST', '/api/v1/admin/users', {}, { authorization, ...headers });
    expect(answer.body.code).toBe('input_invalid');
  },
);

test.each(MATRIX)(
  'nobody is signed in by %s unless it is ours or no browser',
  async (what, headers, allowed) => {
    const answer = await http.send(
      'POST',
      '/api/v1/auth/login',
      { email: 'a@example.com', password: 'x' },
      headers,
    );
    const notABrowser = what === 'a caller that says nothing';
    expect(answer.body.code).toBe(allowed || notABrowser ? 'sign_in_wrong' : 'foreign_origin');
  },
);

test('other websites may ask before posting a public form, and get nothing that needs our cookie', async () => {
  const ask = (url: string, origin: string) =>
    http.send('OPTIONS', url, undefined, { origin, 'access-control-request-method': 'POST' });
  const closed = await ask('/api/v1/admin/users', 'https://evil.example');
  expect(closed.headers['access-control-allow-origin']).toBeUndefined();
  for (const url of ['/api/v1/leads', '/api/v1/leads?niche=energy']) {
    const answer = await ask(url, 'https://landing.example');
    expect(answer.headers['access-control-allow-origin'], url).toBe('*');
    expect(answer.headers['access-control-allow-credentials']).toBeUndefined();
  }
  const sent = await http.send('POST', '/api/v1/leads', {}, { origin: 'https://landing.example' });
  expect(sent.headers['access-control-allow-origin']).toBe('*');
  const read = await http.send('GET', '/api/v1/leads/some-receipt/thank-you', undefined, {
    origin: 'https://landing.example',
  });
  expect(read.headers['access-control-allow-origin']).toBe('*');
});

test('an origin that is listed may use the whole API with a token, and is never sent our cookie', async () => {
  await using open = await httpTest({ CORS_ORIGINS: 'https://tools.example' });
  const ask = (origin: string) =>
    open.send('OPTIONS', '/api/v1/admin/users', undefined, {
      origin,
      'access-control-request-method': 'POST',
    });
  const listed = await ask('https://tools.example');
  expect(listed.headers['access-control-allow-origin']).toBe('https://tools.example');
  expect(listed.headers['access-control-allow-credentials']).toBeUndefined();
  expect((await ask('https://tools.example.evil')).headers['access-control-allow-origin']).toBeUndefined();
});
