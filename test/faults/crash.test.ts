import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { SYSTEM } from '../../src/journal/audit/index.ts';
import { createSource } from '../../src/market/sources/index.ts';
import type { Tx } from '../../src/platform/db.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../src/platform/embedded-postgres.ts';
import { migrate } from '../../src/platform/migrate.ts';
import { clean, openFolder } from '../support/embedded.ts';
import { type Fleet, startFleet } from '../support/fleet.ts';
import { engine, somebody } from '../support/lead.ts';
import { sumsOf } from '../support/ledger-sums.ts';
import { seedEndpoint, seedNiche, seedProvider, seedSubscription } from '../support/market.ts';
import { seeded } from '../support/random.ts';
import { type Conduct, type ReceiverLog, startReceiverLog } from '../support/receiver-log.ts';
import { until } from '../support/until.ts';

/** Everything is killed, again and again, while leads come in: none is lost, none is paid twice, every cent is there. */

const MAIN = join(import.meta.dirname, '..', '..', 'src', 'main.ts');
const LEADS = Number(process.env.FAULT_LEADS ?? 2_000);
const SENDERS = 8;
const WORKER_KILLS = 5;
const API_KILLS = 3;
/** From a kill until what it interrupted goes on: a few leases of 2 seconds. */
const GOES_ON_WITHIN_MS = 15_000;
/** Answers that the client never reads: it sends again. */
const ANSWERS_LOST_PERCENT = 3;
const POST_TRIES_MAX = 300;
const POST_TIMEOUT_MS = 5_000;
const ALL_ENDED_WITHIN_MS = 60_000;
const STEADY_TRIES_MAX = 100;
const DEPOSIT = 10_000_000n;
/** 100.00: soon spent. */
const SMALL_DEPOSIT = 10_000n;

const random = seeded();
let folder: string;
let postgres: EmbeddedPostgres;
let fleet: Fleet;
let token: string;
let paidIn = 0n;

type Receiver = { name: string; log: ReceiverLog; endpointId: string };
const receivers: Receiver[] = [];

const taken = new Set<string>();
/** By receiver: what it does with a delivery. */
const CONDUCTS: Record<string, { deposit: bigint; conduct: Conduct }> = {
  steady: { deposit: DEPOSIT, conduct: () => ({ status: 200, afterMs: random.below(30) }) },
  'refuses what it has': {
    deposit: DEPOSIT,
    conduct: ({ id }) => {
      if (taken.has(id)) return { status: 409 };
      taken.add(id);
      return { status: 201, afterMs: random.below(30) };
    },
  },
  'fails at times': {
    deposit: DEPOSIT,
    conduct: () => (random.percent(10) ? 'drop' : { status: random.percent(15) ? 500 : 200 }),
  },
  slow: { deposit: DEPOSIT, conduct: () => ({ status: 200, afterMs: 100 }) },
  'soon without money': { deposit: SMALL_DEPOSIT, conduct: () => ({ status: 200 }) },
};

beforeAll(async () => {
  folder = await openFolder();
  postgres = await startEmbeddedPostgres({ dataDir: join(folder, 'data') });
  await migrate(postgres.ownerUrl);
  const settings = { DELIVERY_SLOTS_PER_ENDPOINT: '10' };
  const names: ('api' | 'worker')[] = ['api', 'worker', 'worker'];
  fleet = await startFleet({ names, appUrl: postgres.appUrl, folder, settings });
  const { app } = fleet;
  const { levels, campaignId } = await seedNiche(app, {
    levels: [
      { billOn: 'assigned', maxProviders: 2 },
      { billOn: 'accepted', maxProviders: 2, pricePerLead: '5.50' },
    ],
    policy: { confirmation: 'source_attested', approval: 'auto' },
  });
  for (const [name, { deposit, conduct }] of Object.entries(CONDUCTS)) {
    const log = await startReceiverLog(conduct);
    const { id: providerId } = await seedProvider(app, { balance: deposit });
    const { endpoint, secret } = await seedEndpoint(app, { providerId, url: log.url });
    log.secret = secret;
    for (const { id: levelId } of levels) {
      await seedSubscription(app, { providerId, levelId, endpointId: endpoint.id });
    }
    receivers.push({ name, log, endpointId: endpoint.id });
    paidIn += deposit;
  }
  const input = {
    name: 'partner',
    type: 'api' as const,
    campaignId,
    attested: true,
    ratePerMinute: 1_000_000,
  };
  token = (await createSource(app, input, SYSTEM)).token;
});

afterAll(async () => {
  await fleet?.[Symbol.asyncDispose]();
  await postgres?.stop();
  await Promise.all(receivers.map(({ log }) => log[Symbol.asyncDispose]()));
  await clean(folder);
});

/** A look into the database; while it is away, again. */
async function look<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await fleet.app.db.tx(engine, work);
    } catch (error) {
      if (tries === STEADY_TRIES_MAX) throw error;
      await random.moment(50, 150);
    }
  }
}

/** A client that does not give up: the same submission under the same key until it is acknowledged. */
async function send(number: number): Promise<string> {
  const body = JSON.stringify({ answers: somebody() });
  const headers = { 'content-type': 'application/json', 'idempotency-key': `lead-${number}` };
  let said = '';
  let lost: string | undefined;
  for (let tries = 0; tries < POST_TRIES_MAX; tries += 1) {
    try {
      const signal = AbortSignal.timeout(POST_TIMEOUT_MS);
      const begunAt = performance.now();
      const answer = await fetch(`${fleet.address}/api/v1/inbound/${token}`, {
        method: 'POST',
        body,
        headers,
        signal,
      });
      said = `${answer.status} ${await answer.text()}`;
      if (answer.ok) {
        answeredSince = Math.max(answeredSince, begunAt);
        const { lead_id: leadId } = (JSON.parse(said.slice(4)) as { data: { lead_id: string } }).data;
        if (lost !== undefined && lost !== leadId)
          throw new Error(`lead ${number} became two: ${lost}, ${leadId}`);
        if (lost !== undefined || !random.percent(ANSWERS_LOST_PERCENT)) return leadId;
        lost = leadId;
        continue;
      }
      // In flight elsewhere, or nobody is there to work: everything else is our mistake.
      if (![409, 429, 500, 503].includes(answer.status))
        throw new Error(`lead ${number} was refused: ${said}`);
      if (answer.status === 500) serverErrors.push(said);
    } catch (error) {
      if (error instanceof Error && error.message.startsWith('lead ')) throw error;
      said = String((error as Error).cause ?? error);
    }
    await random.moment(50, 150);
  }
  throw new Error(`lead ${number} was never acknowledged: ${said}`);
}

const serverErrors: string[] = [];
const acknowledged = new Map<number, string>();
/** When the last request began that was acknowledged. */
let answeredSince = 0;
let interrupted = 0;
const delivered = () => receivers.reduce((sum, { log }) => sum + log.came.size, 0);

/** How long after each kill the work went on. */
const pauses: { what: string; ms: number }[] = [];

async function goesOn(what: string, isSo: () => Promise<boolean>): Promise<void> {
  const since = performance.now();
  await until(isSo, 2 * GOES_ON_WITHIN_MS);
  pauses.push({ what, ms: Math.round(performance.now() - since) });
}

async function kill(name: 'api' | 'worker'): Promise<void> {
  await until(() => fleet.pids(name).length > 0);
  process.kill(random.one(fleet.pids(name)), 'SIGKILL');
}

/** What is under way at this moment is, later, no longer held by whoever holds it now. */
async function killWorker(): Promise<void> {
  await kill('worker');
  const held = await look(
    (tx) => tx<{ id: string; token: string }[]>`
      select id, lease_token as token from deliveries where state = 'sending'`,
  );
  interrupted += held.length;
  await goesOn(`a worker (${held.length} deliveries under way)`, async () => {
    const [row] = await look(
      (tx) => tx<{ count: number }[]>`
        select count(*)::int as count from deliveries d
        join unnest(${held.map(({ id }) => id)}::uuid[], ${held.map(({ token: of }) => of)}::uuid[]) as h (id, token)
          on d.id = h.id and d.state = 'sending' and d.lease_token = h.token`,
    );
    return row!.count === 0;
  });
}

/** A request that began after this moment was acknowledged. */
function leadsComeIn(): () => Promise<boolean> {
  const since = performance.now();
  return async () => answeredSince > since || acknowledged.size === LEADS;
}

async function killApi(): Promise<void> {
  await kill('api');
  await goesOn('the api', leadsComeIn());
}

async function killPostgres(): Promise<void> {
  process.kill(postgres.pid, 'SIGKILL');
  const killedAt = new Date();
  const back = (async () => {
    await postgres.ended;
    await postgres.stop();
    postgres = await startEmbeddedPostgres({ dataDir: join(folder, 'data') });
  })();
  await Promise.all([
    back,
    goesOn('the database (leads)', leadsComeIn()),
    goesOn('the database (deliveries)', async () => {
      const rows = await look((tx) => tx`select from deliveries where ended_at > ${killedAt} limit 1`);
      return rows.length > 0;
    }),
  ]);
}

/** Each kill at a random part of the way; leads that came in count, and deliveries that arrived. */
function plan(): { at: number; what: string; run: () => Promise<void> }[] {
  const somewhere = (from: number, to: number) =>
    Math.floor(LEADS * (from + random.below(1_000) * ((to - from) / 1_000)));
  return [
    ...Array.from({ length: WORKER_KILLS }, () => ({
      at: somewhere(0.05, 1.6),
      what: 'worker',
      run: killWorker,
    })),
    ...Array.from({ length: API_KILLS }, () => ({ at: somewhere(0.05, 0.9), what: 'api', run: killApi })),
    { at: somewhere(0.2, 0.8), what: 'database', run: killPostgres },
  ].sort((a, b) => a.at - b.at);
}

test('leads survive when workers, the API and the database are killed: each ends, is billed one time, and arrives', async () => {
  console.log(`crash: FAULT_SEED=${random.seed}`);
  const kills = plan();
  const last = new Map<string, Promise<void>>();
  const strike = () => {
    while (kills[0] && acknowledged.size + delivered() / 2 >= kills[0].at) {
      const { what, run } = kills.shift()!;
      // A kind is struck again when its last victim's work goes on; the kinds strike whenever it hits them.
      const struck = (last.get(what) ?? Promise.resolve()).then(() => random.moment(0, 200)).then(run);
      struck.catch(() => {});
      last.set(what, struck);
    }
  };
  let next = 0;
  const senders = Array.from({ length: SENDERS }, async () => {
    while (next < LEADS) {
      next += 1;
      const number = next;
      acknowledged.set(number, await send(number));
      strike();
    }
  });
  await Promise.all(senders);
  await until(() => {
    strike();
    return kills.length === 0;
  }, ALL_ENDED_WITHIN_MS);
  await Promise.all(last.values());
  await until(async () => (await unfinished()) === 0, ALL_ENDED_WITHIN_MS);
  console.log(pauses.map(({ what, ms }) => `crash: after ${what}: ${ms} ms`).join('\n'));
  for (const { what, ms } of pauses) expect(ms, what).toBeLessThan(GOES_ON_WITHIN_MS);
  expect(pauses).toHaveLength(WORKER_KILLS + API_KILLS + 2);
  expect(interrupted, 'no kill met a delivery under way: nothing was proved').toBeGreaterThan(0);
  const failures = (await fleet.log())
    .split('\n')
    .filter((line) => serverErrors.some((said) => line.includes(said.slice(-40, -2))));
  expect(serverErrors, `a client was told of a bug of ours:\n${failures[0]}`).toEqual([]);

  await everyLeadEnded();
  await nobodyPaidTwice();
  await everyReceiverGotItsOwn();
  await theAuditIsClean();
});

const unfinished = async (): Promise<number> => {
  const [row] = await look(
    (tx) => tx<{ count: number }[]>`
      select (select count(*) from leads where state not in ('distributed', 'rejected', 'expired', 'bad_lead'))::int
        + (select count(*) from deliveries where state not in ('delivered', 'refused', 'dead'))::int as count`,
  );
  return row!.count;
};

async function everyLeadEnded(): Promise<void> {
  expect(acknowledged.size).toBe(LEADS);
  const leads = await look((tx) => tx<{ id: string; state: string }[]>`select id, state from leads`);
  // A key is one lead: whatever was sent again after a broken connection made no second one.
  expect(leads.map(({ id }) => id).sort()).toEqual([...acknowledged.values()].sort());
  expect(new Set(leads.map(({ state }) => state))).toEqual(new Set(['distributed']));
}

async function nobodyPaidTwice(): Promise<void> {
  const twice = await look(
    (tx) => tx`
      select lead_id, provider_id from transfers where kind in ('charge', 'capture')
      group by lead_id, provider_id having count(*) > 1`,
  );
  expect(twice).toEqual([]);
  const sums = await sumsOf(fleet.app);
  expect(sums).toMatchObject({ paidIn, held: 0n });
  expect(sums.available + sums.charged - sums.refunded).toBe(paidIn);
}

async function everyReceiverGotItsOwn(): Promise<void> {
  const deliveries = await look(
    (tx) => tx<{ id: string; state: string; endpointId: string; reason: string | null }[]>`
      select 'dlv_' || id as id, state, endpoint_id as "endpointId", reason from deliveries`,
  );
  const known = new Map(deliveries.map((delivery) => [delivery.id, delivery]));
  for (const { name, log, endpointId } of receivers) {
    expect(log.complaints, name).toEqual([]);
    const strangers = [...log.came.keys()].filter((id) => known.get(id)?.endpointId !== endpointId);
    expect(strangers, `${name} got what was not for it`).toEqual([]);
    const own = deliveries.filter((delivery) => delivery.endpointId === endpointId);
    const unproven = own.filter(({ id, state }) => state === 'delivered' && !log.came.get(id)?.taken);
    expect(unproven, `${name} never took what counts as delivered`).toEqual([]);
  }
  const reliable = receivers
    .filter(({ name }) => name !== 'fails at times')
    .map(({ endpointId }) => endpointId);
  const lost = deliveries.filter(
    ({ endpointId, state }) => reliable.includes(endpointId) && state !== 'delivered',
  );
  expect(lost, 'a receiver that takes everything got everything').toEqual([]);
}

async function theAuditIsClean(): Promise<void> {
  const env = { ...fleet.env, DATABASE_URL: postgres.appUrl, DATABASE_OWNER_URL: postgres.ownerUrl };
  const { stdout } = await promisify(execFile)(process.execPath, [MAIN, 'audit'], { cwd: '/', env }).catch(
    (error: { stdout: string; stderr: string }) => ({ stdout: `${error.stdout}${error.stderr}` }),
  );
  expect(stdout).toMatch(/Nothing is wrong\.\s*$/);
}
