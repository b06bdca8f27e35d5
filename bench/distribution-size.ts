import postgres from 'postgres';
import { SYSTEM } from '../src/journal/audit/index.ts';
import { newId } from '../src/kernel/ids.ts';
import { openDistributor, runDistribution } from '../src/lead/distribution/index.ts';
import { adjustWallet } from '../src/money/wallet/index.ts';
import { connectionOptions } from '../src/platform/database-url.ts';
import { type BenchChild, startChild } from './child.ts';
import { type Figure, median, percentile } from './figures.ts';
import { addLeads, type BenchMarket, seedMarket } from './market.ts';
import { BENCH_KEY, type BenchServer, startBenchServer } from './server.ts';

/**
 * How distribution grows: with subscriptions (each lead matches about 50 of them), with leads that lie in the table, with
 * a second niche on a second worker; what one lead costs alone; and how long a deposit waits in a busy niche.
 */
const SIZES = [100, 300, 1_000, 3_000, 10_000] as const;
const CANDIDATES = 50;
const PER_ROUND = 2_000;
const ROUNDS = 3;
const GROWTH_BAR = 2;
const STORED = [10_000, 1_000_000] as const;
const STORED_BAR = 1.3;
const ALONE = 300;
const ALONE_BAR_MS = 10;
const TWO_NICHES_LEADS = 6_000;
const TWO_NICHES_BAR = 1.4;
const DEPOSITS = 300;
const DEPOSIT_EVERY_MS = 25;
const DEPOSIT_BAR_MS = 50;

const engine = { role: 'engine' } as const;
type Distributor = ReturnType<typeof openDistributor>;

async function rich(server: BenchServer): Promise<postgres.Sql> {
  const sql = postgres({ ...connectionOptions(server.superuserUrl), max: 1, onnotice: () => {} });
  await sql`update wallets set available = 1000000000000`;
  return sql;
}

/** Milliseconds that a lead costs, over `leads` of them, from being due to being decided. */
async function costOf(server: BenchServer, market: BenchMarket, distributor: Distributor, leads: number) {
  await server.app.db.tx(engine, (tx) => addLeads(tx, market, leads));
  const startedAt = performance.now();
  for (let left = leads; left > 0; ) {
    const did = await runDistribution(distributor);
    if (did === 0) throw new Error('distribution stopped');
    left -= did;
  }
  return (performance.now() - startedAt) / leads;
}

/** At most so many times as dear. */
function growth(name: string, rounds: { small: number; large: number }[], atMost: number): Figure {
  const samples = rounds.map(({ small, large }) => large / small);
  const ratio = median(samples);
  const [ours, baseline] = [
    median(rounds.map(({ large }) => large)),
    median(rounds.map(({ small }) => small)),
  ];
  return {
    name,
    unit: 'ms/lead',
    ours,
    baseline,
    ratio,
    bar: `ratio <= ${atMost}`,
    ok: ratio <= atMost,
    samples,
  };
}

/** One niche per size in one database, in turn, so that all meet the same disk. */
async function benchSubscriptions(): Promise<Figure[]> {
  await using server = await startBenchServer();
  const markets: BenchMarket[] = [];
  for (const subscriptions of SIZES) {
    const areas = Math.max(1, subscriptions / CANDIDATES);
    const of = { levels: 2, subscriptions, slug: `size-${subscriptions}`, areas };
    markets.push(await server.app.db.tx(engine, (tx) => seedMarket(tx, of)));
  }
  const sql = await rich(server);
  await sql`analyze`;
  const distributor = openDistributor(server.app);
  for (const market of markets) await costOf(server, market, distributor, PER_ROUND / 4);
  const rounds: number[][] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const costs: number[] = [];
    for (const market of markets) costs.push(await costOf(server, market, distributor, PER_ROUND));
    rounds.push(costs);
  }
  await sql.end({ timeout: 5 });
  return SIZES.slice(1).map((size, at) => {
    const pairs = rounds.map((costs) => ({ small: costs[0]!, large: costs[at + 1]! }));
    return growth(`cost per lead at ${size} subscriptions against ${SIZES[0]}`, pairs, GROWTH_BAR);
  });
}

/** Leads that were decided long ago lie in the same tables. */
async function store(sql: postgres.Sql, market: BenchMarket, count: number): Promise<void> {
  await sql`
    insert into leads (id, niche_id, campaign_id, schema_version, state, country, confirmed_at, confirmed_by, ready_at,
      approved_at, ended_at, reason)
    select gen_random_uuid(), ${market.nicheId}, ${market.campaignId}, 1, 'expired', 'DE', now(), 'bench', now(), now(), now(),
      'stored'
    from generate_series(1, ${count})`;
  await sql`
    insert into lead_contacts (lead_id, name, email, country, answers, email_hash, key_id)
    select id, 'Name', 'stored@example.org', 'DE', '{}', sha256(id::text::bytea), 'bench' from leads l
    where not exists (select 1 from lead_contacts c where c.lead_id = l.id)`;
  await sql`analyze leads, lead_contacts`;
}

async function benchStored(): Promise<Figure[]> {
  await using server = await startBenchServer();
  const market = await server.app.db.tx(engine, (tx) =>
    seedMarket(tx, { levels: 3, subscriptions: 600, slug: 'stored' }),
  );
  const sql = await rich(server);
  const distributor = openDistributor(server.app);
  await store(sql, market, STORED[0]);
  await costOf(server, market, distributor, PER_ROUND);
  const measure = async () => {
    const costs: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1)
      costs.push(await costOf(server, market, distributor, PER_ROUND));
    return costs;
  };
  const few = await measure();
  await store(sql, market, STORED[1] - STORED[0]);
  await sql`checkpoint`;
  const many = await measure();
  await sql.end({ timeout: 5 });
  const pairs = few.map((small, round) => ({ small, large: many[round]! }));
  return [growth(`cost per lead at ${STORED[1]} stored leads against ${STORED[0]}`, pairs, STORED_BAR)];
}

async function benchAlone(): Promise<Figure[]> {
  await using server = await startBenchServer();
  const market = await server.app.db.tx(engine, (tx) =>
    seedMarket(tx, { levels: 3, subscriptions: 600, slug: 'alone' }),
  );
  const sql = await rich(server);
  const distributor = openDistributor(server.app);
  await costOf(server, market, distributor, 200);
  const times: number[] = [];
  for (let n = 0; n < ALONE; n += 1) times.push(await costOf(server, market, distributor, 1));
  const alone = percentile(times, 0.99);
  const waits = await depositWaits(server, market);
  await sql.end({ timeout: 5 });
  const figure = (name: string, ours: number, atMost: number, samples: number[]): Figure => ({
    name, unit: 'ms', ours, baseline: null, ratio: null, bar: `<= ${atMost} ms`, ok: ours <= atMost, samples,
  }); // biome-ignore format: one figure
  return [
    figure('one lead at rest, due to decided, p99', alone, ALONE_BAR_MS, times),
    figure('a deposit in a flooded niche, p99', percentile(waits, 0.99), DEPOSIT_BAR_MS, waits),
  ];
}

/** Deposits one after the other while the niche is decided without a pause. */
async function depositWaits(server: BenchServer, market: BenchMarket): Promise<number[]> {
  const { app } = server;
  const rows = await app.db.tx(
    engine,
    (tx) =>
      tx<{ id: string }[]>`select provider_id as id from subscriptions where niche_id = ${market.nicheId}`,
  );
  // As in an installation: who decides is a process of its own, and does not keep the one that pays in from its work.
  await using worker = await startDistributor(server);
  let flooding = true;
  const flood = (async () => {
    while (flooding) {
      await app.db.tx(engine, (tx) => addLeads(tx, market, 1_000));
      await worker.go();
    }
  })();
  const waits: number[] = [];
  for (let n = 0; n < DEPOSITS; n += 1) {
    const providerId = rows[(n * 31) % rows.length]!.id;
    const startedAt = performance.now();
    await adjustWallet(
      app,
      {
        providerId,
        kind: 'credit',
        amount: '1.00',
        currency: 'EUR',
        reason: 'bench',
        idempotencyKey: newId(),
      },
      SYSTEM,
    );
    waits.push(performance.now() - startedAt);
    await new Promise((done) => setTimeout(done, DEPOSIT_EVERY_MS));
  }
  flooding = false;
  await flood;
  return waits;
}

/** Two niches that share all providers, worked off by one process, then by two. */
async function benchTwoNiches(): Promise<Figure[]> {
  await using server = await startBenchServer();
  const { app } = server;
  const one = await app.db.tx(engine, (tx) =>
    seedMarket(tx, { levels: 3, subscriptions: 600, slug: 'first' }),
  );
  const other = await app.db.tx(engine, (tx) =>
    seedMarket(tx, { levels: 3, subscriptions: 1, slug: 'second' }),
  );
  const sql = await rich(server);
  await shareProviders(sql, one, other);
  await using first = await startDistributor(server);
  await using second = await startDistributor(server);
  const rate = async (workers: BenchChild[]): Promise<number> => {
    await app.db.tx(engine, (tx) => addLeads(tx, one, TWO_NICHES_LEADS / 2));
    await app.db.tx(engine, (tx) => addLeads(tx, other, TWO_NICHES_LEADS / 2));
    const startedAt = performance.now();
    await Promise.all(workers.map((worker) => worker.go()));
    return (TWO_NICHES_LEADS / (performance.now() - startedAt)) * 1_000;
  };
  // Both know their work before it is measured.
  await rate([first]);
  await rate([second]);
  const samples: number[] = [];
  const [ones, twos]: [number[], number[]] = [[], []];
  for (let round = 0; round < ROUNDS; round += 1) {
    ones.push(await rate([first]));
    twos.push(await rate([first, second]));
    samples.push(twos.at(-1)! / ones.at(-1)!);
  }
  await sql.end({ timeout: 5 });
  const ratio = median(samples);
  return [
    {
      name: 'two niches on two workers against one worker, all providers in both', unit: 'leads/s', ours: median(twos),
      baseline: median(ones), ratio, bar: `ratio >= ${TWO_NICHES_BAR}`, ok: ratio >= TWO_NICHES_BAR, samples,
    }, // biome-ignore format: one figure
  ];
}

/** The providers of one niche subscribe to the other too, on the same terms. */
async function shareProviders(sql: postgres.Sql, one: BenchMarket, other: BenchMarket): Promise<void> {
  await sql`
    with levels as (
      select a.level_id as from_level, b.level_id as to_level
      from level_versions a join level_versions b on a.priority_order = b.priority_order
      where a.niche_id = ${one.nicheId} and b.niche_id = ${other.nicheId}
    ), joined as (
      insert into subscriptions (id, provider_id, niche_id, level_id, endpoint_id)
      select gen_random_uuid(), s.provider_id, ${other.nicheId}, l.to_level, s.endpoint_id
      from subscriptions s join levels l on l.from_level = s.level_id where s.niche_id = ${one.nicheId}
      returning id, provider_id, niche_id
    )
    insert into subscription_versions (subscription_id, provider_id, niche_id, from_version, timezone, countries, filters, caps)
    select j.id, j.provider_id, j.niche_id, 2, v.timezone, v.countries, v.filters, v.caps
    from joined j join subscriptions s on s.provider_id = j.provider_id and s.niche_id = ${one.nicheId}
    join subscription_versions v on v.subscription_id = s.id`;
  await sql`update niche_turns set config_version = 2 where niche_id = ${other.nicheId}`;
}

const startDistributor = (server: BenchServer): Promise<BenchChild> =>
  startChild('distribute-all.ts', {
    NODE_ENV: 'test',
    FAIRLEAD_DEV: '1',
    SESSION_SECRET: 'the session secret of the benches, long enough',
    FAIRLEAD_DATA: server.folder,
    DATABASE_URL: server.appUrl,
    BENCH_KEY,
  });

export async function benchDistributionSize(): Promise<Figure[]> {
  return [
    ...(await benchSubscriptions()),
    ...(await benchAlone()),
    ...(await benchTwoNiches()),
    ...(await benchStored()),
  ];
}
