import { rm } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runAudit } from '../../src/cli/audit.ts';
import { SYSTEM } from '../../src/journal/audit/index.ts';
import { enqueueMessages } from '../../src/journal/messages/index.ts';
import { receiveLead } from '../../src/lead/intake/index.ts';
import { createSource } from '../../src/market/sources/index.ts';
import { type FreshDatabase, freshDatabase } from '../support/database.ts';
import { attemptsOf, deliveryOf } from '../support/deliveries.ts';
import { openFolder } from '../support/embedded.ts';
import { type Fleet, startFleet } from '../support/fleet.ts';
import { engine, somebody } from '../support/lead.ts';
import { sumsOf } from '../support/ledger-sums.ts';
import { seedEndpoint, seedNiche, seedProvider, seedSubscription } from '../support/market.ts';
import { seeded } from '../support/random.ts';
import { type ReceiverLog, startReceiverLog } from '../support/receiver-log.ts';
import { startSmtpReceiver } from '../support/smtp.ts';
import { until } from '../support/until.ts';

/** A worker that sleeps through its leases and wakes up: others have done its work, and it may not do it again. */

const PATIENCE_MS = 30_000;
/** A sleeping worker costs a delivery a try and its time, one answer in ten another: the schedule must not end meanwhile. */
const PATIENT = {
  DELIVERY_TIMEOUT_MS: '30000',
  DELIVERY_RETRY_OFFSETS_MS: '0,200,500,1000,2000,4000,7000,10000,14000,18000,22000,26000,30000,40000,60000',
};
const ROUNDS = Number(process.env.FAULT_ROUNDS ?? 5);
const LEADS_PER_ROUND = 40;
/** Longer than a lease of 2 seconds. */
const SLEEP_MS = [2_500, 4_000] as const;

let folder: string;
let database: FreshDatabase;
beforeEach(async () => {
  folder = await openFolder();
  database = await freshDatabase();
});
afterEach(async () => {
  await database[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

const startWorkers = (count: number, settings: Record<string, string> = {}): Promise<Fleet> =>
  startFleet({
    names: Array.from({ length: count }, () => 'worker' as const),
    ...{ appUrl: database.appUrl, folder, settings: { ...PATIENT, ...settings } },
  });

/** A niche that charges on acceptance, so that an answer moves money; one provider; leads of one source. */
async function openMarket({ app }: Fleet, url: string) {
  const { level, campaignId } = await seedNiche(app, {
    levels: [{ billOn: 'accepted', maxProviders: 1 }],
    policy: { confirmation: 'source_attested', approval: 'auto' },
  });
  const { id: providerId } = await seedProvider(app, { balance: 1_000_000n });
  const { endpoint, secret } = await seedEndpoint(app, { providerId, url });
  await seedSubscription(app, { providerId, levelId: level.id, endpointId: endpoint.id });
  const source = {
    name: 'partner',
    type: 'api' as const,
    campaignId,
    attested: true,
    ratePerMinute: 1_000_000,
  };
  const { token } = await createSource(app, source, SYSTEM);
  const send = async (count: number) => {
    const origin = { kind: 'source', token } as const;
    for (let sent = 0; sent < count; sent += 1)
      await receiveLead(app, { origin, body: { answers: somebody() } });
  };
  return { providerId, secret, send };
}

async function expectClean(fleet: Fleet, ownerUrl: string): Promise<void> {
  const sums = await sumsOf(fleet.app);
  expect(sums.available + sums.held + sums.charged - sums.refunded).toBe(sums.paidIn);
  expect((await runAudit({ ownerUrl, print: () => {} })).findings).toEqual([]);
}

/** Keeps every call open until the test answers it. */
async function startHoldingReceiver() {
  const calls: { id: string; body: string; answer: (status: number) => void }[] = [];
  const server = createServer((request, response: ServerResponse) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text) => {
      body += text;
    });
    request.on('end', () => {
      const answer = (status: number) => void response.writeHead(status).end();
      calls.push({ id: String(request.headers['webhook-id']), body, answer });
    });
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  return {
    calls,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/leads`,
    [Symbol.asyncDispose]: () =>
      new Promise<void>((closed) => {
        server.closeAllConnections();
        server.close(() => closed());
      }),
  };
}

test('a worker that slept through its lease changes nothing with its late answers, neither a delivery nor money nor a mail', async () => {
  await using receiver = await startHoldingReceiver();
  await using mails = await startSmtpReceiver();
  await using sleeper = await startWorkers(1, { SMTP_URL: mails.url });
  const { app } = sleeper;
  const [pid] = sleeper.pids('worker');
  const { providerId, send } = await openMarket(sleeper, receiver.url);
  mails.holds = true;
  await send(3);
  await until(() => receiver.calls.length === 3, PATIENCE_MS);
  const message = (recipient: string) => ({
    ...{ template: 'low-balance', recipient, providerId },
    params: { provider: 'Seeded', balance: '1.00', threshold: '2.00', currency: 'EUR' },
  });
  await app.db.tx(engine, (tx) => enqueueMessages(tx, [message('first@example.com')]));
  await until(() => mails.held.length > 0, PATIENCE_MS);
  // Notices of the sale may be on their way too; the mail of this test is among them.
  const firstMails = mails.held.splice(0);

  process.kill(pid!, 'SIGSTOP');
  try {
    mails.holds = false;
    const first = receiver.calls.slice(0, 3);
    const { PORT: _, ...env } = sleeper.env;
    await using other = await startWorkers(1, env);
    await until(() => receiver.calls.length === 6, PATIENCE_MS);
    const again = receiver.calls.slice(3);
    const secondOf = (at: number) => again.find(({ id }) => id === first[at]!.id)!;
    // The same ids with the same bytes: a receiver can tell that it has them.
    expect(again.map(({ id, body }) => [id, body]).sort()).toEqual(
      first.map(({ id, body }) => [id, body]).sort(),
    );
    const ids = first.map(({ id }) => id.slice('dlv_'.length));
    secondOf(0).answer(200);
    secondOf(2).answer(200);
    await until(async () => (await deliveryOf(app, ids[0]!)).state === 'delivered');
    await until(async () => (await deliveryOf(app, ids[2]!)).state === 'delivered');
    await until(async () => (await mailState()).every(({ state }) => state === 'sent'), PATIENCE_MS);
    const sent = await mailState();

    // The sleeper wakes to a "not now", a "no" and a "yes" for what is no longer its own.
    const token = (await deliveryOf(app, ids[1]!)).lease_token;
    first[0]!.answer(500);
    first[1]!.answer(422);
    first[2]!.answer(200);
    for (const answer of firstMails) answer('451 try later');
    process.kill(pid!, 'SIGCONT');
    await until(async () => (await attemptsOf(app, ids[0]!)).length === 3, PATIENCE_MS);
    await until(async () => (await attemptsOf(app, ids[1]!)).length === 2, PATIENCE_MS);
    await until(async () => (await attemptsOf(app, ids[2]!)).length === 3, PATIENCE_MS);
    expect(await deliveryOf(app, ids[1]!)).toMatchObject({ state: 'sending', lease_token: token });
    secondOf(1).answer(200);
    await until(async () => (await deliveryOf(app, ids[1]!)).state === 'delivered');
    const outcomes = await Promise.all(
      ids.map(async (id) => (await attemptsOf(app, id)).map(({ outcome }) => outcome)),
    );
    expect(outcomes).toEqual([
      ['lost', 'delivered', 'retry'],
      ['lost', 'refused', 'delivered'],
      ['lost', 'delivered', 'delivered'],
    ]);
    expect(await Promise.all(ids.map(async (id) => (await deliveryOf(app, id)).state))).toEqual(
      Array(3).fill('delivered'),
    );

    // Now the sleeper is alone; once it has sent another mail, it has recorded what it knew of the first ones.
    await other[Symbol.asyncDispose]();
    await app.db.tx(engine, (tx) => enqueueMessages(tx, [message('second@example.com')]));
    await until(() => mails.received.some(({ to }) => to === 'second@example.com'), PATIENCE_MS);
    expect((await mailState()).filter(({ id }) => sent.some((one) => one.id === id))).toEqual(sent);
  } finally {
    process.kill(pid!, 'SIGCONT');
  }
  expect(receiver.calls).toHaveLength(6);
  expect(await sumsOf(app)).toMatchObject({ charged: 3_000n, held: 0n });
  await expectClean(sleeper, database.ownerUrl);

  async function mailState() {
    return app.db.tx(
      engine,
      (tx) => tx<{ id: string; state: string; tries: number; sent_at: Date }[]>`
        select id, state, tries, sent_at from messages order by id`,
    );
  }
});

test('workers that fall asleep at random moments lose nothing, send under no second id and charge nobody twice', async () => {
  const random = seeded();
  console.log(`fencing: FAULT_SEED=${random.seed}`);
  const conduct = () => ({ status: random.percent(10) ? 500 : 200, afterMs: random.below(300) });
  await using receiver: ReceiverLog = await startReceiverLog(conduct);
  await using fleet = await startWorkers(2);
  const { app } = fleet;
  const { secret, send } = await openMarket(fleet, receiver.url);
  receiver.secret = secret;
  for (let round = 0; round < ROUNDS; round += 1) {
    const sending = send(LEADS_PER_ROUND);
    const pid = random.one(fleet.pids('worker'));
    await random.moment(0, 300);
    process.kill(pid, 'SIGSTOP');
    await random.moment(...SLEEP_MS);
    process.kill(pid, 'SIGCONT');
    await sending;
  }
  const total = ROUNDS * LEADS_PER_ROUND;
  await until(async () => {
    const [row] = await app.db.tx(
      engine,
      (tx) =>
        tx<{ count: number }[]>`select count(*)::int as count from deliveries where state = 'delivered'`,
    );
    return row!.count === total;
  }, PATIENCE_MS);
  expect(receiver.complaints).toEqual([]);
  expect(receiver.came.size).toBe(total);
  expect(await sumsOf(app)).toMatchObject({ charged: BigInt(total) * 1_000n, held: 0n });
  await expectClean(fleet, database.ownerUrl);
});
