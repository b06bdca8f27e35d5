import { readFile } from 'node:fs/promises';
import postgres from 'postgres';
import { openDistributor, runDistribution } from '../src/lead/distribution/index.ts';
import { connectionOptions } from '../src/platform/database-url.ts';
import { compare, type Figure } from './figures.ts';
import { addLeads, type BenchMarket, seedMarket } from './market.ts';
import { type BenchServer, startBenchServer } from './server.ts';

/**
 * Distribution: 600 subscriptions in 3 levels (3, 2, 1 seats), filters on, one niche, against the obvious way done
 * correctly (baselines/plain-distribution.sql: one plpgsql function per lead) with the better of 2 and 4 clients, and
 * against a bare set-based insert of the same rows without deciding anything.
 */
const LEVELS = 3;
const SUBSCRIPTIONS = 600;
const WARM_UP = 1_000;
const PER_ROUND = 4_000;
const ROUNDS = 5;
/** What holds, and what the complete engine has to reach: each is a row of its own, so that a miss shows. */
const BASELINE_BARS = [1.2, 1.8];
const INSERT_BARS = [0.4, 0.6];

type Plain = { sql: postgres.Sql; close: () => Promise<void> };

async function openPlain(server: BenchServer, baseline: string): Promise<Plain> {
  const sql = postgres({ ...connectionOptions(server.superuserUrl), max: 4, onnotice: () => {} });
  await sql.unsafe(await readFile(baseline, 'utf8'));
  await sql`select plain.setup(${LEVELS}, ${SUBSCRIPTIONS})`;
  return { sql, close: () => sql.end({ timeout: 5 }) };
}

/** Leads per second with `clients` callers, until none is left. */
async function plainRate(plain: Plain, leads: number, clients: number): Promise<number> {
  await plain.sql`select plain.add_leads(${leads})`;
  const startedAt = performance.now();
  const caller = async () => {
    for (;;) {
      const [row] = await plain.sql<{ taken: number | null }[]>`select plain.distribute_next() as taken`;
      if (row!.taken === null) return;
    }
  };
  await Promise.all(Array.from({ length: clients }, caller));
  return (leads / (performance.now() - startedAt)) * 1000;
}

async function ourRate(
  server: BenchServer,
  market: BenchMarket,
  distributor: ReturnType<typeof openDistributor>,
  leads: number,
) {
  await server.app.db.tx({ role: 'engine' }, (tx) => addLeads(tx, market, leads));
  const startedAt = performance.now();
  let decided = 0;
  while (decided < leads) {
    const did = await runDistribution(distributor);
    if (did === 0) throw new Error(`distribution stopped after ${decided} of ${leads} leads`);
    decided += did;
  }
  return (leads / (performance.now() - startedAt)) * 1000;
}

/** The same rows, copied in bulk by one statement per table and batch of 200 leads, nothing decided. */
async function insertRate(plain: Plain, leads: number): Promise<number> {
  const { sql } = plain;
  await sql.unsafe(`
    drop schema if exists bare cascade; create schema bare;
    create table bare.assignments (like public.assignments including all);
    create table bare.transfers (like public.transfers including all);
    create table bare.deliveries (like public.deliveries including all);
    create table bare.decisions (like public.decisions including all);
    create table bare.audit_log (like public.audit_log including all);
    -- "like" leaves triggers out; ours check the references of every statement, so the bare insert does too.
    create trigger refer after insert on bare.assignments referencing new table as new_rows
      for each statement execute function refuse_orphans();
    create trigger refer after insert on bare.transfers referencing new table as new_rows
      for each statement execute function refuse_orphans();
    create trigger refer after insert on bare.deliveries referencing new table as new_rows
      for each statement execute function refuse_orphans();
    create trigger refer after insert on bare.decisions referencing new table as new_rows
      for each statement execute function refuse_orphans();
    create table bare.picked as
      select row_number() over (order by seq) as n, lead_id
      from (select seq, lead_id from public.decisions where outcome = 'sold' order by seq desc limit ${leads}) newest;
    create index on bare.picked (n);
  `);
  const BATCH = 200;
  const startedAt = performance.now();
  for (let from = 0; from < leads; from += BATCH) {
    const picked = sql`select lead_id from bare.picked where n > ${from} and n <= ${from + BATCH}`;
    await sql.begin(async (tx) => {
      await tx`insert into bare.decisions select d.* from public.decisions d where d.lead_id in (${picked})`;
      await tx`insert into bare.assignments select a.* from public.assignments a where a.lead_id in (${picked})`;
      await tx`
        insert into bare.transfers select t.* from public.transfers t
        where t.assignment_id in (select id from public.assignments where lead_id in (${picked}))`;
      await tx`insert into bare.deliveries select d.* from public.deliveries d where d.lead_id in (${picked})`;
      await tx`
        insert into bare.audit_log select a.* from public.audit_log a
        where a.entity_type = 'lead' and a.entity_id in (select lead_id::text from (${picked}) p)`;
    });
  }
  return (leads / (performance.now() - startedAt)) * 1000;
}

export async function benchDistribution(baseline: string): Promise<Figure[]> {
  await using server = await startBenchServer();
  const plain = await openPlain(server, baseline);
  try {
    const market = await server.app.db.tx({ role: 'engine' }, (tx) =>
      seedMarket(tx, { levels: LEVELS, subscriptions: SUBSCRIPTIONS, slug: 'bench' }),
    );
    await plain.sql`update wallets set available = 1000000000000, credit_limit = 0`;
    const distributor = openDistributor(server.app);
    await ourRate(server, market, distributor, WARM_UP);
    await plainRate(plain, WARM_UP, 2);
    await plain.sql`analyze`;
    const against: { ours: number; baseline: number }[] = [];
    const insert: { ours: number; baseline: number }[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const ours = await ourRate(server, market, distributor, PER_ROUND);
      const two = await plainRate(plain, PER_ROUND / 2, 2);
      const four = await plainRate(plain, PER_ROUND / 2, 4);
      against.push({ ours, baseline: Math.max(two, four) });
      insert.push({ ours, baseline: await insertRate(plain, PER_ROUND) });
    }
    return [
      ...BASELINE_BARS.map((bar) => compare('distribution against the plain way', 'leads/s', against, bar)),
      ...INSERT_BARS.map((bar) =>
        compare('distribution against a bare insert of its rows', 'leads/s', insert, bar),
      ),
    ];
  } finally {
    await plain.close();
  }
}
