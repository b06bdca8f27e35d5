import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runAudit } from '../../src/cli/audit.ts';
import { SYSTEM } from '../../src/journal/audit/index.ts';
import { newId } from '../../src/kernel/ids.ts';
import { releaseOverdue, runDeliveries } from '../../src/lead/delivery/index.ts';
import { openDistributor, runDistribution } from '../../src/lead/distribution/index.ts';
import { receiveLead } from '../../src/lead/intake/index.ts';
import { markBad, refundAssignment } from '../../src/lead/returns/index.ts';
import { editEndpoint, rotateSecret } from '../../src/market/endpoints/index.ts';
import { pauseProvider, resumeProvider } from '../../src/market/providers/index.ts';
import { createSource } from '../../src/market/sources/index.ts';
import {
  pause,
  readSubscription,
  resume,
  unsubscribe,
  updateFilters,
} from '../../src/market/subscriptions/index.ts';
import { adjustWallet } from '../../src/money/wallet/index.ts';
import { withDatabase } from '../../src/platform/database-url.ts';
import type { OpenApp } from '../../src/platform/open-app.ts';
import { testApp } from '../support/app.ts';
import { type FreshDatabase, freshDatabase } from '../support/database.ts';
import { value } from '../support/embedded.ts';
import { engine, somebody } from '../support/lead.ts';
import { sumsOf } from '../support/ledger-sums.ts';
import { seedEndpoint, seedNiche, seedProvider, seedSubscription } from '../support/market.ts';
import { seeded } from '../support/random.ts';

/** Everything that moves money or rules, on the same ten providers, by sixteen callers at once: nobody waits in a ring. */

const CALLERS = 16;
const OPERATIONS = Number(process.env.FAULT_OPERATIONS ?? 150);
const PROVIDERS = 10;
const ANSWER_MAX_MS = 150;
const LEADS_PER_DECISION = 4;
/** 100.00 each at the beginning: enough for a while, so that money runs out and comes again. */
const BALANCE = 10_000n;

const random = seeded();
let database: FreshDatabase;
let app: OpenApp;
let url: string;
/** Answers after a while, so that leases are renewed and recalled while calls are under way. */
const receiver = createServer((request, response) => {
  request.resume();
  const account = String(request.headers['x-account-id']);
  const status = down.has(account) ? 500 : refusing.has(account) ? 422 : 200;
  void random.moment(0, ANSWER_MAX_MS).then(() => response.writeHead(status).end());
});
/** Endpoints whose receiver is down at the moment. */
const down = new Set<string>();
/** Endpoints that refuse whatever comes: held money is released, charged money goes back. */
const refusing = new Set<string>();

/** A source's token for each niche. */
const tokens: string[] = [];
const providers: { id: string; endpointId: string; subscriptions: { id: string; levelId: string }[] }[] = [];

beforeAll(async () => {
  database = await freshDatabase();
  app = await testApp(database, {
    ...{ MX_CHECK: '0', DB_POOL_MAX: '20', LEASE_MS: '500', LEASE_RENEW_MS: '100', BREAKER_PROBE_MS: '50' },
    DELIVERY_RETRY_OFFSETS_MS: '0,20,50,100,200',
  });
  receiver.listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/leads`;
  const levels = [];
  for (const billOn of ['assigned', 'accepted'] as const) {
    const { levels: made, campaignId } = await seedNiche(app, {
      policy: { confirmation: 'source_attested', approval: 'auto' },
      levels: [
        { billOn, maxProviders: 3, refundUndelivered: billOn === 'assigned' },
        { billOn, maxProviders: 2, pricePerLead: '5.00' },
      ],
    });
    const source = {
      name: billOn,
      type: 'api' as const,
      campaignId,
      attested: true,
      ratePerMinute: 1_000_000,
    };
    tokens.push((await createSource(app, source, SYSTEM)).token);
    levels.push(...made);
  }
  for (let count = 0; count < PROVIDERS; count += 1) {
    const { id: providerId } = await seedProvider(app, { balance: BALANCE });
    const headers = { 'x-account-id': `e${count}` };
    const { endpoint } = await seedEndpoint(app, { providerId, url, headers });
    const subscriptions = [];
    for (const { id: levelId } of levels) {
      const { id } = await seedSubscription(app, { providerId, levelId, endpointId: endpoint.id });
      subscriptions.push({ id, levelId });
    }
    providers.push({ id: providerId, endpointId: endpoint.id, subscriptions });
  }
});
afterAll(async () => {
  await app?.close();
  receiver.closeAllConnections();
  receiver.close();
  await database?.[Symbol.asyncDispose]();
});

const distributors: ReturnType<typeof openDistributor>[] = [];

async function oneRow(sql: 'assignment' | 'lead'): Promise<string | undefined> {
  return app.db.tx(engine, async (tx) => {
    const rows =
      sql === 'assignment'
        ? await tx<{ id: string }[]>`
            select id from assignments where state = 'charged' order by id desc offset ${random.below(20)} limit 1`
        : await tx<{ id: string }[]>`
            select id from leads where state = 'distributed' order by id desc offset ${random.below(20)} limit 1`;
    return rows[0]?.id;
  });
}

type Operation = (caller: number) => Promise<unknown>;
const anyProvider = () => random.one(providers);
const anySubscription = () => random.one(anyProvider().subscriptions).id;
const money = (kind: 'credit' | 'debit'): Operation => {
  return () =>
    adjustWallet(
      app,
      {
        ...{
          kind,
          providerId: anyProvider().id,
          currency: 'EUR',
          reason: 'By hand',
          idempotencyKey: newId(),
        },
        amount: `${1 + random.below(kind === 'credit' ? 60 : 10)}.00`,
      },
      SYSTEM,
    );
};

const decide: Operation = async (caller) => {
  const origin = { kind: 'source', token: random.one(tokens) } as const;
  for (let count = 0; count < LEADS_PER_DECISION; count += 1) {
    await receiveLead(app, { origin, body: { answers: somebody() } });
  }
  await runDistribution(distributors[caller]!);
};

/** Each as often as it stands here. */
const OPERATIONS_OF: Record<string, Operation> = {
  'a lead is sold': decide,
  'another lead is sold': decide,
  'a delivery is made': () => runDeliveries(app),
  'another delivery is made': () => runDeliveries(app),
  'money comes in': money('credit'),
  'money goes out': money('debit'),
  'one assignment is refunded': async () => {
    const assignmentId = await oneRow('assignment');
    if (assignmentId) await refundAssignment(app, { assignmentId, reason: 'Wrong number' }, SYSTEM);
  },
  'a lead is bad for all': async () => {
    const leadId = await oneRow('lead');
    if (leadId) await markBad(app, { leadId, reason: 'Invented' }, SYSTEM);
  },
  'a subscription pauses': () => pause(app, { id: anySubscription(), until: null }, SYSTEM),
  'a subscription resumes': () => resume(app, anySubscription(), SYSTEM),
  'a provider pauses': () => pauseProvider(app, { id: anyProvider().id, until: null }, SYSTEM),
  'a provider resumes': () => resumeProvider(app, anyProvider().id, SYSTEM),
  'filters change': async () => {
    const id = anySubscription();
    const before = await app.db.tx({ role: 'operator' }, (tx) => readSubscription(tx, id));
    const edit = { priority: random.below(10) };
    await updateFilters(app, { id, expected: before!.version, edit }, SYSTEM);
  },
  'a subscription ends and begins again': async () => {
    const { id: providerId, endpointId, subscriptions } = anyProvider();
    const { id, levelId } = random.one(subscriptions);
    await unsubscribe(app, id, SYSTEM);
    await seedSubscription(app, { providerId, levelId, endpointId });
  },
  'a secret is changed': () => rotateSecret(app, anyProvider().endpointId, SYSTEM),
  'an endpoint is taken back into use': async () => {
    const id = anyProvider().endpointId;
    const version = await app.db.tx(engine, async (tx) => {
      const [row] = await tx<{ version: number }[]>`select version from endpoints where id = ${id}`;
      return row!.version;
    });
    await editEndpoint(app, { id, expected: version, edit: { state: 'active' } }, SYSTEM);
  },
  'half an hour passes for leads that wait': async () => {
    await app.db.tx(engine, async (tx) => {
      const before = tx`now() - interval '31 minutes'`;
      const waiting = await tx<{ id: string; lead_id: string }[]>`
        select id, lead_id from deliveries where state = 'pending' limit 5`;
      // Leads before deliveries, each in id order, as the program locks.
      const leads = [...new Set(waiting.map(({ lead_id }) => lead_id))].sort();
      for (const id of leads) await tx`update leads set ready_at = ${before} where id = ${id}`;
      for (const { id } of waiting.toSorted((a, b) => (a.id < b.id ? -1 : 1))) {
        await tx`update deliveries set first_due_at = ${before} where id = ${id}`;
      }
    });
    await releaseOverdue(app);
  },
  'a receiver refuses': async () => void refusing.add(`e${3 + random.below(3)}`),
  'a receiver refuses no more': async () => void refusing.delete(`e${3 + random.below(3)}`),
  'a receiver goes down': async () => void down.add(`e${random.below(3)}`),
  'a receiver comes back': async () => void down.delete(`e${random.below(3)}`),
};

/** What people may be told when they do all this at the same time. Anything else is a defect. */
const EXPECTED = new Set([
  ...['already_subscribed', 'subscription_cancelled', 'version_stale', 'insufficient_funds'],
  ...['assignment_not_charged', 'lead_not_distributed'],
]);

const deadlocks = () =>
  value(
    withDatabase(database.superuserUrl, 'postgres'),
    `select deadlocks::int from pg_stat_database where datname = '${database.name}'`,
  );

/** The rings as the server described them: who waited for whom, in which statements. */
async function rings(): Promise<string[]> {
  const folder = String(await value(database.superuserUrl, 'show data_directory'));
  const log = await readFile(join(folder, '..', 'postgres.log'), 'utf8');
  return log.split(/^(?=\S.*ERROR: )/m).filter((entry) => entry.includes('deadlock detected'));
}

test('sixteen callers who sell, pay, refund, pause and edit on the same ten providers never block each other for good', async () => {
  console.log(`lock-order: FAULT_SEED=${random.seed}`);
  const before = await deadlocks();
  const names = Object.keys(OPERATIONS_OF);
  const done = new Map<string, number>();
  const unexpected: string[] = [];
  const callers = Array.from({ length: CALLERS }, async (_, caller) => {
    distributors[caller] = openDistributor(app);
    for (let count = 0; count < OPERATIONS; count += 1) {
      const name = random.one(names);
      try {
        await OPERATIONS_OF[name]!(caller);
        done.set(name, (done.get(name) ?? 0) + 1);
      } catch (error) {
        const { code, message } = error as { code?: string; message: string };
        if (!EXPECTED.has(code ?? '')) unexpected.push(`${name}: ${code ?? ''} ${message}`);
      }
    }
  });
  await Promise.all(callers);
  expect(unexpected).toEqual([]);
  expect([...done.keys()].sort()).toEqual([...names].sort());

  const sums = await sumsOf(app);
  expect(sums.available + sums.held).toBe(sums.paidIn - sums.takenOut - sums.charged + sums.refunded);
  expect(sums.charged).toBeGreaterThan(0n);
  expect(sums.refunded).toBeGreaterThan(0n);
  // The server counts a deadlock when the connection that met it reports: at the latest when it closes.
  await app.close();
  const rose = Number(await deadlocks()) - Number(before);
  expect(rose, rose === 0 ? '' : (await rings()).join('\n')).toBe(0);
  const audit = await runAudit({ ownerUrl: database.ownerUrl, print: () => {} });
  expect(audit.findings).toEqual([]);
});
