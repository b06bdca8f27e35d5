import postgres from 'postgres';
import { Pool } from 'undici';
import { newId } from '../src/kernel/ids.ts';
import { startDeliveries } from '../src/lead/delivery/index.ts';
import { openDistributor, runDistribution } from '../src/lead/distribution/index.ts';
import { connectionOptions } from '../src/platform/database-url.ts';
import { startChild } from './child.ts';
import { compare, type Figure, median, percentile } from './figures.ts';
import { addLeads, type BenchMarket, pointEndpoints, seedMarket } from './market.ts';
import { type BenchServer, startBenchServer } from './server.ts';

/**
 * Delivery: signed deliveries per second with every attempt recorded, against bare undici with the same number of
 * connections plus one autocommit insert per post; and what one hanging endpoint of 11 costs the ten others.
 */
const ENDPOINTS = 10;
const SLOTS = 5;
const PER_ROUND = 3_000;
const WARM_UP = 500;
const ROUNDS = 3;
const BAR = 0.2;
const FEED_PER_SECOND = 100;
const FEED_MS = 12_000;
const FEED_ROUNDS = 3;
const HANG_FACTOR = 2;
const HANG_SLACK_MS = 50;
const WAIT_LIMIT_MS = 120_000;

const engine = { role: 'engine' } as const;

/**
 * Until no healthy endpoint waits for anything. Asked on a connection of its own, by the index of due deliveries, so that
 * asking does not slow what is measured.
 */
async function untilDelivered(sql: postgres.Sql, market: BenchMarket): Promise<void> {
  const rows = await sql<{ id: string }[]>`
    select e.id from subscriptions s join endpoints e on e.id = s.endpoint_id
    where s.niche_id = ${market.nicheId} and e.url not like '%/hang'`;
  const healthy = rows.map(({ id }) => id);
  const limit = performance.now() + WAIT_LIMIT_MS;
  for (;;) {
    const [row] = await sql<{ waits: boolean }[]>`
      select exists (
        select 1 from deliveries where endpoint_id = any(${healthy}::uuid[]) and state in ('pending', 'sending')
      ) as waits`;
    if (!row!.waits) return;
    if (performance.now() > limit) throw new Error('deliveries did not end');
    await new Promise((done) => setTimeout(done, 20));
  }
}

async function sell(
  server: BenchServer,
  market: BenchMarket,
  distributor: ReturnType<typeof openDistributor>,
  leads: number,
): Promise<void> {
  await server.app.db.tx(engine, (tx) => addLeads(tx, market, leads));
  for (let left = leads; left > 0; ) {
    const did = await runDistribution(distributor);
    if (did === 0) throw new Error('distribution stopped');
    left -= did;
  }
}

async function ourRate(
  sql: postgres.Sql,
  server: BenchServer,
  market: BenchMarket,
  distributor: ReturnType<typeof openDistributor>,
  count: number,
): Promise<number> {
  await sell(server, market, distributor, count);
  const startedAt = performance.now();
  const deliveries = startDeliveries(server.app);
  await untilDelivered(sql, market);
  const rate = (count / (performance.now() - startedAt)) * 1000;
  await deliveries.stop();
  return rate;
}

async function bareRate(sql: postgres.Sql, receiver: string, body: string, count: number): Promise<number> {
  const pool = new Pool(receiver, { connections: ENDPOINTS * SLOTS, pipelining: 1 });
  let next = 0;
  const startedAt = performance.now();
  const caller = async () => {
    while (next < count) {
      const n = next++;
      const headers = {
        'content-type': 'application/json',
        'webhook-id': `dlv_${n}`,
        'idempotency-key': `dlv_${n}`,
      };
      const answer = await pool.request({ method: 'POST', path: `/ok/${n % ENDPOINTS}`, body, headers });
      await answer.body.dump();
      await sql`insert into bare_attempts (id, delivery_id, status, duration_ms) values (${newId()}, ${n}, ${answer.statusCode}, 1)`;
    }
  };
  await Promise.all(Array.from({ length: ENDPOINTS * SLOTS }, caller));
  const rate = (count / (performance.now() - startedAt)) * 1000;
  await pool.close();
  return rate;
}

/** Leads come at a steady rate; the p99 from sale to the partner's 200, over the healthy endpoints, in ms. */
async function healthyP99(
  sql: postgres.Sql,
  server: BenchServer,
  market: BenchMarket,
  distributor: ReturnType<typeof openDistributor>,
): Promise<number> {
  const { app } = server;
  const [before] = await app.db.tx(engine, (tx) => tx<{ at: Date }[]>`select clock_timestamp() as at`);
  const deliveries = startDeliveries(app);
  const startedAt = performance.now();
  let sold = 0;
  while (performance.now() - startedAt < FEED_MS) {
    const due = Math.floor(((performance.now() - startedAt) * FEED_PER_SECOND) / 1000) - sold;
    if (due > 0) {
      await sell(server, market, distributor, due);
      // What the live notice does in the worker.
      deliveries.wake();
      sold += due;
    }
    await new Promise((done) => setTimeout(done, 20));
  }
  await untilDelivered(sql, market);
  await deliveries.stop();
  const rows = await app.db.tx(
    engine,
    (tx) => tx<{ ms: number }[]>`
    select (extract(epoch from d.ended_at - d.created_at) * 1000)::float8 as ms
    from deliveries d join endpoints e on e.id = d.endpoint_id
    where d.created_at >= ${before!.at} and d.state = 'delivered' and e.url not like '%/hang'
      and d.lead_id in (select id from leads where niche_id = ${market.nicheId})`,
  );
  return percentile(
    rows.map(({ ms }) => ms),
    0.99,
  );
}

export async function benchDelivery(): Promise<Figure[]> {
  await using server = await startBenchServer({
    DELIVERY_SLOTS_PER_ENDPOINT: String(SLOTS),
    DELIVERY_TIMEOUT_MS: '30000',
  });
  await using receiver = await startChild('receiver.ts', {});
  const { app } = server;
  const open = (slug: string, subscriptions: number) =>
    app.db.tx(engine, async (tx) => {
      const market = await seedMarket(tx, { levels: 1, subscriptions, slug });
      await pointEndpoints(tx, app.secrets, market, (n) => `${receiver.url}/ok/${n}`);
      await tx`update wallets set available = 1000000000000`;
      return market;
    });
  const market = await open('bench-delivery', ENDPOINTS);
  const distributor = openDistributor(app);
  const sql = postgres({ ...connectionOptions(server.superuserUrl), max: 16, onnotice: () => {} });
  try {
    await sql`create table bare_attempts (id uuid primary key, delivery_id int, status int, duration_ms int, at timestamptz default now())`;
    await ourRate(sql, server, market, distributor, WARM_UP);
    const body = JSON.stringify({
      lead_id: newId(),
      name: 'Ada Lovelace',
      email: 'ada@example.org',
      phone: '+491701234567',
      fill: 'x'.repeat(400),
    });
    await bareRate(sql, receiver.url, body, WARM_UP);
    const rounds: { ours: number; baseline: number }[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      rounds.push({
        ours: await ourRate(sql, server, market, distributor, PER_ROUND),
        baseline: await bareRate(sql, receiver.url, body, PER_ROUND),
      });
    }
    return [
      compare('signed deliveries against bare posts', 'deliveries/s', rounds, BAR),
      await hangingFigure(sql, server, market, distributor),
    ];
  } finally {
    await sql.end({ timeout: 5 });
  }
}

async function hangingFigure(
  sql: postgres.Sql,
  server: BenchServer,
  market: BenchMarket,
  distributor: ReturnType<typeof openDistributor>,
): Promise<Figure> {
  const { app } = server;
  const turn = (hanging: boolean) =>
    app.db.tx(
      engine,
      (tx) => tx`
      update endpoints set url = case when ${hanging} then regexp_replace(url, '/ok/.*', '/hang')
        else regexp_replace(url, '/hang', '/ok/1') end
      where id = (select endpoint_id from subscriptions where niche_id = ${market.nicheId} order by id limit 1)`,
    );
  const alone: number[] = [];
  const beside: number[] = [];
  for (let round = 0; round < FEED_ROUNDS; round += 1) {
    alone.push(await healthyP99(sql, server, market, distributor));
    await turn(true);
    beside.push(await healthyP99(sql, server, market, distributor));
    await turn(false);
    await app.db.tx(
      engine,
      (tx) =>
        tx`update endpoints set breaker_state = 'closed', breaker = '{}', probe_at = null, breaker_opened_at = null`,
    );
  }
  const [without, with_] = [median(alone), median(beside)];
  const bar = HANG_FACTOR * without + HANG_SLACK_MS;
  return {
    name: 'healthy p99 beside a hanging endpoint', unit: 'ms', ours: with_, baseline: without, ratio: with_ / without,
    bar: `<= 2 x alone + ${HANG_SLACK_MS} ms`, ok: with_ <= bar, samples: beside,
  }; // biome-ignore format: one figure
}
