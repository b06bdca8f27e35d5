import { createHash } from 'node:crypto';
import type { InjectOptions } from 'fastify';
import { createUser, openSession, type Role } from '../../src/access/index.ts';
import { type Api, buildServer } from '../../src/api/server.ts';
import { newId } from '../../src/kernel/ids.ts';
import type { RouteInfo } from '../../src/platform/http.ts';
import type { OpenApp } from '../../src/platform/open-app.ts';
import { testApp } from './app.ts';
import { type FreshDatabase, freshDatabase } from './database.ts';

export type Answer = {
  status: number;
  headers: Record<string, string | string[] | number | undefined>;
  // What comes back is what the test is about: each names the fields it expects.
  // biome-ignore lint/suspicious/noExplicitAny: the answer of any route
  body: any;
};

export type Send = (
  method: string,
  url: string,
  body?: unknown,
  headers?: Record<string, string>,
) => Promise<Answer>;

export type HttpTest = {
  api: Api;
  app: OpenApp;
  database: FreshDatabase;
  /** Sends as nobody. */
  send: Send;
  [Symbol.asyncDispose](): Promise<void>;
};

/** A server over a database of one's own: `http = await httpTest()` in `beforeAll`, disposed of in `afterAll`. */
export async function httpTest(overrides: Record<string, string> = {}): Promise<HttpTest> {
  const database = await freshDatabase();
  const app = await testApp(database, overrides);
  const api = await buildServer(app);
  return {
    api,
    app,
    database,
    send: sender(api),
    [Symbol.asyncDispose]: async () => {
      await api.server.close();
      await app.close();
      await database[Symbol.asyncDispose]();
    },
  };
}

function sender(api: Api, always: Record<string, string> = {}): Send {
  return async (method, url, body, headers = {}) => {
    const options: InjectOptions = {
      method: method as 'GET',
      url,
      headers: { ...always, ...headers },
      ...(body === undefined ? {} : { payload: body as object }),
    };
    const answer = await api.server.inject(options);
    const json = String(answer.headers['content-type'] ?? '').includes('json');
    return {
      status: answer.statusCode,
      headers: answer.headers,
      body: json && answer.body !== '' ? answer.json() : answer.body,
    };
  };
}

export type SignedInTest = { send: Send; userId: string; email: string; secret: string };

let users = 0;

/**
 * A caller with this role. `by: 'cookie'` (default) sends the session cookie and says it comes from our own page,
 * `'bearer'` sends a token. A provider's user needs the provider.
 */
export async function signedInAs(
  http: Pick<HttpTest, 'api' | 'app'>,
  role: Role,
  options: { providerId?: string; by?: 'cookie' | 'bearer' } = {},
): Promise<SignedInTest> {
  users += 1;
  const email = `${role}-${users}@example.com`;
  const token = options.by === 'bearer';
  const { user, secret } = await http.app.db.tx({ role: 'engine' }, async (tx) => {
    const user = await createUser(tx, {
      ...{ email, role, providerId: options.providerId ?? null, firstName: 'Test', lastName: 'Person' },
      passwordHash: `no password: ${createHash('sha256').update(email).digest('hex')}`,
    });
    return await openSession(tx, user, token, { ip: '127.0.0.1', userAgent: null });
  });
  const headers: Record<string, string> = token
    ? { authorization: `Bearer ${secret}` }
    : { cookie: `fairlead=${secret}`, 'sec-fetch-site': 'same-origin' };
  return { send: sender(http.api, headers), userId: user.id, email, secret };
}

/** A provider with nothing but a name, for tests that need one to belong to. */
export async function bareProvider(http: Pick<HttpTest, 'app'>): Promise<string> {
  const id = newId();
  await http.app.db.tx(
    { role: 'operator' },
    (tx) => tx`
      insert into providers (id, company_name, contact_email, country)
      values (${id}, ${`Provider ${id}`}, 'office@example.com', 'DE')`,
  );
  return id;
}

/** One request to a route with ids that exist nowhere: enough to see whether the door opens. */
export const knock = (route: RouteInfo): { method: string; url: string } => ({
  method: route.method,
  url: route.url.replace(/:[a-z_]+/gi, () => newId()).replace('*', 'nothing'),
});

/**
 * Sends one request to every route whose answer a caller must not get, and returns those that did not refuse with
 * `status`.
 */
export async function walkRefusals(
  routes: RouteInfo[],
  send: Send,
  expected: { status: number; code: string },
): Promise<string[]> {
  const wrong: string[] = [];
  for (const route of routes) {
    const { method, url } = knock(route);
    const answer = await send(method, url);
    const refused =
      answer.status === expected.status && (method === 'HEAD' || answer.body.code === expected.code);
    if (!refused) wrong.push(`${method} ${route.url}: ${answer.status} ${answer.body?.code ?? ''}`);
  }
  return wrong;
}
