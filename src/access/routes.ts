import type { App } from '../platform/app.ts';
import {
  dataOf,
  ok,
  page,
  pageOf,
  pageQuery,
  type Reply,
  type Request,
  type Server,
} from '../platform/http.ts';
import { versionHeaders, versionOf } from '../platform/versions.ts';
import { createApiKey, listApiKeys, revokeApiKey } from './api-keys.ts';
import { changeUser, listUsers } from './change-user.ts';
import { cookieName, cookieOptions, isSecure } from './cookie.ts';
import { refusals } from './errors.ts';
import { makeFirstAdmin } from './first-admin.ts';
import { acceptInvite, inviteUser } from './invite-user.ts';
import { readPersonName } from './person-name.ts';
import { ADMINS, auditActorOf, cameFrom, principalOf, type Role, SIGNED_IN } from './principal.ts';
import * as shape from './schema.ts';
import { type SignedIn, signIn } from './sign-in.ts';
import { signOut } from './sign-out.ts';
import type { ApiKey, User } from './store.ts';
import { SESSION_LIFE_MS } from './tokens.ts';

const AUTH = ['Signing in'];
const KEYS = ['API keys'];
const USERS = ['Users'];

export function accessRoutes(server: Server, app: App): void {
  signInRoutes(server, app);
  linkRoutes(server, app);
  apiKeyRoutes(server, app);
  userLists(server, app);
  userRoutes(server, app);
}

const where = (request: Request) => ({ ...cameFrom(request), requestId: request.id });

function signInRoutes(server: Server, app: App): void {
  server.route({
    method: 'POST',
    url: '/api/v1/auth/login',
    config: { access: 'public', ownPagesOnly: true },
    schema: {
      tags: AUTH,
      summary: 'Sign in with e-mail and password',
      body: shape.loginBody,
      response: { 200: dataOf(shape.signedInShape) },
    },
    handler: async (request, reply) =>
      answerSignedIn(app, reply, await signIn(app, request.body, where(request)), request.body.token),
  });

  server.route({
    method: 'POST',
    url: '/api/v1/auth/logout',
    config: { access: SIGNED_IN },
    schema: {
      tags: AUTH,
      summary: 'End this session, or all of them',
      body: shape.logoutBody,
      response: { 200: dataOf(shape.doneShape) },
    },
    handler: async (request, reply) => {
      const everywhere = request.body?.everywhere ?? false;
      await signOut(app, principalOf(request), everywhere, auditActorOf(request));
      reply.clearCookie(cookieName(app.config), cookieOptions(app.config));
      return ok({ done: true as const });
    },
  });

  server.route({
    method: 'GET',
    url: '/api/v1/auth/me',
    config: { access: SIGNED_IN },
    schema: { tags: AUTH, summary: 'Who is signed in', response: { 200: dataOf(shape.meShape) } },
    handler: async (request) => {
      const { userId, email, name, role, providerId, via, scopes } = principalOf(request);
      const who = { id: userId, email, name, role: role as Role, provider_id: providerId };
      return ok({ ...who, via, scopes: [...scopes], https: isSecure(app.config) });
    },
  });
}

function linkRoutes(server: Server, app: App): void {
  server.route({
    method: 'POST',
    url: '/api/v1/auth/first-admin',
    config: { access: 'token', ownPagesOnly: true },
    schema: {
      tags: AUTH,
      summary: 'Make the first administrator with the one-time link of the first start',
      body: shape.firstAdminBody,
      response: { 200: dataOf(shape.signedInShape) },
    },
    handler: async (request, reply) => {
      const { token, email, password } = request.body;
      const input = { token, email, password, ...readPersonName(request.body) };
      return answerSignedIn(app, reply, await makeFirstAdmin(app, input, where(request)), false);
    },
  });

  server.route({
    method: 'POST',
    url: '/api/v1/auth/accept-invite',
    config: { access: 'token', ownPagesOnly: true },
    schema: {
      tags: AUTH,
      summary: 'Choose a password with the one-time link of an invitation',
      body: shape.acceptInviteBody,
      response: { 200: dataOf(shape.signedInShape) },
    },
    handler: async (request, reply) =>
      answerSignedIn(app, reply, await acceptInvite(app, request.body, where(request)), false),
  });
}

function apiKeyRoutes(server: Server, app: App): void {
  server.route({
    method: 'GET',
    url: '/api/v1/auth/api-keys',
    config: { access: SIGNED_IN },
    schema: { tags: KEYS, summary: 'Your API keys', response: { 200: dataOf(shape.apiKeysShape) } },
    handler: async (request) => ok((await listApiKeys(app, principalOf(request).userId)).map(keyReply)),
  });

  server.route({
    method: 'POST',
    url: '/api/v1/auth/api-keys',
    config: { access: SIGNED_IN },
    schema: {
      tags: KEYS,
      summary: 'Make an API key; it acts with your role',
      body: shape.apiKeyBody,
      response: { 201: dataOf(shape.newApiKeyShape) },
    },
    handler: async (request, reply) => {
      const { userId, via } = principalOf(request);
      if (via === 'api_key') throw refusals.role_not_allowed({ message: 'A key cannot make keys: sign in.' });
      const { name, scopes } = request.body;
      const made = await createApiKey(app, { userId, name, scopes }, auditActorOf(request));
      return reply.code(201).send(ok({ ...keyReply(made.key), key: made.secret }));
    },
  });

  server.route({
    method: 'DELETE',
    url: '/api/v1/auth/api-keys/:id',
    config: { access: SIGNED_IN },
    schema: {
      tags: KEYS,
      summary: 'Revoke an API key at once',
      params: shape.idParams,
      response: { 200: dataOf(shape.doneShape) },
    },
    handler: async (request) => {
      const { userId } = principalOf(request);
      await revokeApiKey(app, { id: request.params.id, userId }, auditActorOf(request));
      return ok({ done: true as const });
    },
  });
}

function userLists(server: Server, app: App): void {
  server.route({
    method: 'GET',
    url: '/api/v1/admin/users',
    config: { access: ADMINS },
    schema: {
      tags: USERS,
      summary: 'The staff',
      querystring: pageQuery,
      response: { 200: pageOf(shape.userShape) },
    },
    handler: async (request) => {
      const { users, pagination } = await listUsers(app, null, request.query);
      return page(users.map(userReply), pagination);
    },
  });

  server.route({
    method: 'GET',
    url: '/api/v1/admin/providers/:id/users',
    config: { access: ADMINS },
    schema: {
      tags: USERS,
      summary: 'The users of a provider',
      params: shape.idParams,
      querystring: pageQuery,
      response: { 200: pageOf(shape.userShape) },
    },
    handler: async (request) => {
      const { users, pagination } = await listUsers(app, request.params.id, request.query);
      return page(users.map(userReply), pagination);
    },
  });
}

function userRoutes(server: Server, app: App): void {
  server.route({
    method: 'POST',
    url: '/api/v1/admin/users',
    config: { access: ADMINS },
    schema: {
      tags: USERS,
      summary: 'Invite a member of the staff',
      body: shape.staffUserBody,
      response: { 201: dataOf(shape.invitationShape) },
    },
    handler: async (request, reply) =>
      reply.code(201).send(ok(await invite(app, request, request.body, null))),
  });

  server.route({
    method: 'POST',
    url: '/api/v1/admin/providers/:id/users',
    config: { access: ADMINS },
    schema: {
      tags: USERS,
      summary: 'Invite a user of a provider',
      params: shape.idParams,
      body: shape.providerUserBody,
      response: { 201: dataOf(shape.invitationShape) },
    },
    handler: async (request, reply) =>
      reply.code(201).send(ok(await invite(app, request, request.body, request.params.id))),
  });

  server.route({
    method: 'PATCH',
    url: '/api/v1/admin/users/:id',
    config: { access: ADMINS },
    schema: {
      tags: USERS,
      summary: 'Change role or status of a user; it holds with his next request',
      params: shape.idParams,
      headers: versionHeaders,
      body: shape.userChangeBody,
      response: { 200: dataOf(shape.userShape) },
    },
    handler: async (request) => {
      const { role, status } = request.body;
      const version = versionOf(request.headers, request.body);
      const change = { id: request.params.id, version, role, status };
      return ok(userReply(await changeUser(app, change, auditActorOf(request))));
    },
  });
}

type Invited = { email: string; role: string } & shape.NameFields;

async function invite(app: App, request: Request, body: Invited, providerId: string | null) {
  const { email, role } = body;
  const input = { email, role, ...readPersonName(body), providerId };
  const { user, link, expiresAt } = await inviteUser(app, input, auditActorOf(request));
  return { user: userReply(user), link, expires_at: expiresAt.toISOString() };
}

/** A session for a browser goes into the cookie, one for a machine into the answer; never both. */
function answerSignedIn(app: App, reply: Reply, signedIn: SignedIn, token: boolean) {
  const { user, secret, expiresAt } = signedIn;
  if (!token) {
    const maxAge = Math.floor(SESSION_LIFE_MS / 1000);
    reply.setCookie(cookieName(app.config), secret, { ...cookieOptions(app.config), maxAge });
  }
  return ok({ user: userReply(user), token: token ? secret : null, expires_at: expiresAt.toISOString() });
}

function userReply(user: User): shape.UserReply {
  return {
    id: user.id,
    email: user.email,
    role: user.role as Role,
    provider_id: user.providerId,
    first_name: user.firstName,
    last_name: user.lastName,
    status: user.status as shape.UserReply['status'],
    version: user.version,
    created_at: user.createdAt.toISOString(),
  };
}

const keyReply = (key: ApiKey) => ({
  id: key.id,
  name: key.name,
  prefix: key.prefix,
  scopes: key.scopes,
  last_used_at: key.lastUsedAt?.toISOString() ?? null,
  created_at: key.createdAt.toISOString(),
});
