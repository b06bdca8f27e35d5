import { z } from 'zod';
import { PROVIDER, STAFF } from '../../../access/index.ts';
import type { App } from '../../../platform/app.ts';
import { dataOf, ok, type Reply, type Server } from '../../../platform/http.ts';
import { networkOf } from '../../../platform/private-host.ts';
import { limitRequest } from '../../../platform/rate-limit.ts';
import { isDay } from './days.ts';
import { refusals } from './errors.ts';
import { PAGE_POLICY, proofPage } from './proof-page.ts';
import { readDays, readDaysOfAdmin } from './read-days.ts';
import { readProofs } from './read-proofs.ts';
import * as shape from './schema.ts';

const tags = ['Proof'];
/** Days on the public page. */
const PAGE_DAYS = 60;

/** What everybody may see: roots and secrets of days that are over. Nothing in them is about a person or a provider. */
export function proofRoutes(server: Server, app: App): void {
  publicRoutes(server, app);
  ownRoutes(server, app);
}

const limitPublic = (app: App, ip: string, reply: Reply) =>
  limitRequest(app, reply, `proof:${networkOf(ip)}`, app.config.RATE_API_PER_MINUTE);

function publicRoutes(server: Server, app: App): void {
  server.route({
    method: 'GET',
    url: '/api/v1/proof',
    config: { access: 'public' },
    schema: {
      tags,
      summary:
        "The published roots, newest day first, with the hash of each day's secret and the secret when the day is over",
      querystring: shape.daysQuery,
      response: { 200: dataOf(z.array(shape.proofDay)) },
    },
    handler: async (request, reply) => {
      await limitPublic(app, request.ip, reply);
      return ok(await readDays(app, request.query));
    },
  });
  server.route({
    method: 'GET',
    url: '/api/v1/proof/:day',
    config: { access: 'public' },
    schema: {
      tags,
      summary: 'The published root of a day',
      params: shape.dayParams,
      response: { 200: dataOf(shape.proofDay) },
    },
    handler: async (request, reply) => {
      await limitPublic(app, request.ip, reply);
      const { day } = request.params;
      const [found] = isDay(day) ? await readDays(app, { day, limit: 1 }) : [];
      if (!found) throw refusals.proof_missing();
      return ok(found);
    },
  });
  server.route({
    method: 'GET',
    url: '/proof',
    config: { access: 'public', raw: true },
    schema: { hide: true },
    handler: async (request, reply) => {
      await limitPublic(app, request.ip, reply);
      const page = await proofPage(await readDays(app, { limit: PAGE_DAYS }));
      return reply.header('content-security-policy', PAGE_POLICY).type('text/html; charset=utf-8').send(page);
    },
  });
}

function ownRoutes(server: Server, app: App): void {
  server.route({
    method: 'GET',
    url: '/api/v1/admin/proof',
    config: { access: STAFF },
    schema: {
      tags,
      summary: 'The published roots with what running each day again found',
      querystring: shape.daysQuery,
      response: { 200: dataOf(z.array(shape.adminProofDay)) },
    },
    handler: async (request) => ok(await readDaysOfAdmin(app, request.query)),
  });
  server.route({
    method: 'GET',
    url: '/api/v1/providers/me/proofs/:day',
    config: { access: PROVIDER },
    schema: {
      tags,
      summary: 'Own part of every decision of a day, with the way to the published root',
      params: shape.dayParams,
      querystring: shape.proofsQuery,
      response: { 200: dataOf(shape.providerProof) },
    },
    handler: async (request) => {
      const { day } = request.params;
      if (!isDay(day)) throw refusals.proof_missing();
      const providerId = request.principal!.providerId!;
      return ok(await readProofs(app, { providerId, day, ...request.query }));
    },
  });
}
