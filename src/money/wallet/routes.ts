import { actorOf, auditActorOf, MONEY, memoOf, PROVIDER, providerOf, STAFF } from '../../access/index.ts';
import type { App } from '../../platform/app.ts';
import { dataOf, ok, page, pageOf, type Server } from '../../platform/http.ts';
import { versionHeaders, versionOf } from '../../platform/versions.ts';
import { adjustWallet } from './adjust-wallet.ts';
import { changeCreditLimit } from './change-credit-limit.ts';
import { balanceOf } from './read-balance.ts';
import { readLedger } from './read-ledger.ts';
import * as shape from './schema.ts';

const tags = ['Money'];
const READ_ONLY = { readOnly: true };

export function walletRoutes(server: Server, app: App): void {
  providerReads(server, app);
  staffReads(server, app);
  adjustments(server, app);
  creditLimit(server, app);
}

function providerReads(server: Server, app: App): void {
  server.route({
    method: 'GET',
    url: '/api/v1/providers/me/balance',
    config: { access: PROVIDER },
    schema: { tags, summary: 'Own balance in each currency', response: { 200: dataOf(shape.balanceView) } },
    handler: async (request) =>
      ok(await app.db.tx(actorOf(request), (tx) => balanceOf(tx, providerOf(request)), READ_ONLY)),
  });
  server.route({
    method: 'GET',
    url: '/api/v1/providers/me/ledger',
    config: { access: PROVIDER },
    schema: {
      tags,
      summary: 'Own ledger of one wallet, newest first, with the running balance',
      querystring: shape.ledgerQuery,
      response: { 200: pageOf(shape.ledgerEntry) },
    },
    handler: async (request) => {
      const read = await app.db.tx(
        actorOf(request),
        (tx) => readLedger(tx, providerOf(request), request.query),
        READ_ONLY,
      );
      return page(read.entries, read.pagination);
    },
  });
}

function staffReads(server: Server, app: App): void {
  server.route({
    method: 'GET',
    url: '/api/v1/admin/providers/:id/balance',
    config: { access: STAFF },
    schema: {
      tags,
      summary: 'Balance of a provider in each currency',
      params: shape.providerParams,
      response: { 200: dataOf(shape.balanceView) },
    },
    handler: async (request) =>
      ok(await app.db.tx({ role: 'operator' }, (tx) => balanceOf(tx, request.params.id), READ_ONLY)),
  });
  server.route({
    method: 'GET',
    url: '/api/v1/admin/providers/:id/ledger',
    config: { access: STAFF },
    schema: {
      tags,
      summary: 'Ledger of one wallet of a provider, newest first, with the running balance',
      params: shape.providerParams,
      querystring: shape.ledgerQuery,
      response: { 200: pageOf(shape.ledgerEntryOfStaff) },
    },
    handler: async (request) => {
      const read = await app.db.tx(
        { role: 'operator' },
        (tx) => readLedger(tx, request.params.id, request.query),
        READ_ONLY,
      );
      return page(read.entries, read.pagination);
    },
  });
}

function adjustments(server: Server, app: App): void {
  for (const kind of ['credit', 'debit'] as const) {
    server.route({
      method: 'POST',
      url: `/api/v1/admin/providers/:id/${kind}`,
      config: { access: MONEY },
      schema: {
        tags,
        summary: kind === 'credit' ? 'Add money to a wallet by hand' : 'Take money from a wallet by hand',
        params: shape.providerParams,
        headers: shape.moneyHeaders,
        body: shape.adjustBody,
        response: { 201: dataOf(shape.adjusted) },
      },
      handler: async (request, reply) => {
        const { amount, currency, reason } = request.body;
        const idempotencyKey = request.headers['idempotency-key'];
        const adminOnlyMemo = memoOf(request, request.body.admin_only_memo);
        const of = { kind, providerId: request.params.id, amount, currency };
        const input = { ...of, reason, adminOnlyMemo, idempotencyKey };
        return reply.code(201).send(ok(await adjustWallet(app, input, auditActorOf(request))));
      },
    });
  }
}

function creditLimit(server: Server, app: App): void {
  server.route({
    method: 'PATCH',
    url: '/api/v1/admin/providers/:id/credit-limit',
    config: { access: MONEY },
    schema: {
      tags,
      summary: 'Change how far a wallet may go below zero',
      params: shape.providerParams,
      headers: versionHeaders,
      body: shape.creditLimitBody,
      response: { 200: dataOf(shape.balanceView) },
    },
    handler: async (request) => {
      const { credit_limit: limit, currency, reason } = request.body;
      const version = versionOf(request.headers, request.body);
      const input = { providerId: request.params.id, creditLimit: limit, currency, reason, version };
      return ok(await changeCreditLimit(app, input, auditActorOf(request)));
    },
  });
}
