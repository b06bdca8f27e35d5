import { SYSTEM } from '../src/journal/audit/index.ts';
import { editCampaign } from '../src/market/campaigns/index.ts';
import { createNiche } from '../src/market/catalog/index.ts';
import { createSource } from '../src/market/sources/index.ts';
import { startChild } from './child.ts';
import { compare, type Figure } from './figures.ts';
import { type Post, runLoad } from './load.ts';
import { BENCH_KEY, type BenchServer, startBenchServer } from './server.ts';

/**
 * Intake: durable leads per second with all checks on, through a source's token, against the bare handler; then a
 * steady 300 a second for 60 s without an error.
 */
const CONNECTIONS = 32;
const ROUNDS = 5;
const ROUND_MS = 4_000;
const WARM_UP_MS = 2_000;
const BAR = 0.3;
const STEADY_PER_SECOND = 300;
const STEADY_MS = 60_000;

async function openSource(server: BenchServer) {
  const { app } = server;
  const { niche, campaignId } = await createNiche(
    app,
    {
      name: 'Bench', slug: 'bench-intake', description: '', nicheGroup: 'bench', currency: 'EUR', isLocationBased: false,
      duplicateWindowDays: 30, unsoldExpiryMs: null, preset: 'instant', levels: [], fields: undefined,
    },
    SYSTEM,
  ); // biome-ignore format: one niche
  await editCampaign(
    app,
    { id: campaignId, expected: 1, edit: { confirmation: 'source_attested', approval: 'auto' } },
    SYSTEM,
  );
  const { source, token } = await createSource(
    app,
    { name: 'bench', type: 'api', campaignId, attested: true, ratePerMinute: 10_000_000 },
    SYSTEM,
  );
  return { ids: [niche.id, campaignId, source.id].join(','), token };
}

let people = 0;
const answers = () => {
  people += 1;
  const number = String(people).padStart(7, '0');
  return {
    name: 'Ada Lovelace',
    email: `ada.${number}@example.org`,
    phone: `+49 151 ${number}1`,
    country: 'DE',
  };
};

export async function benchIntake(): Promise<Figure[]> {
  await using server = await startBenchServer();
  const { ids, token } = await openSource(server);
  const env = {
    DATABASE_URL: server.appUrl, BENCH_SUPERUSER_URL: server.superuserUrl, BENCH_IDS: ids, FAIRLEAD_DEV: '1', NODE_ENV: 'test',
    SESSION_SECRET: 'the session secret of the benches, long enough', BENCH_KEY, PORT: '0',
    MX_CHECK: '0', DB_POOL_MAX: '16', INTAKE_BACKLOG_MAX: '10000000', INTAKE_BACKLOG_AGE_MS: '86400000',
    RATE_SOURCE_PER_MINUTE: '10000000', FAIRLEAD_DATA: server.folder,
  }; // biome-ignore format: one environment
  await using ours = await startChild('intake-server.ts', env);
  await using bare = await startChild('intake-bare.ts', env);
  const ourPost = (): Post => ({
    path: `/api/v1/inbound/${token}`,
    body: JSON.stringify({ answers: answers(), attribution: { utm_source: 'bench' } }),
  });
  const barePost = (): Post => ({ path: '/', body: JSON.stringify({ answers: answers() }) });
  const round = async (url: string, next: () => Post, durationMs = ROUND_MS) => {
    const result = await runLoad({ url, connections: CONNECTIONS, durationMs, next });
    if (result.errors > 0)
      throw new Error(`intake answered with errors: ${JSON.stringify([...result.answers])}`);
    return result.perSecond;
  };
  await round(ours.url, ourPost, WARM_UP_MS);
  await round(bare.url, barePost, WARM_UP_MS);
  const rounds: { ours: number; baseline: number }[] = [];
  for (let n = 0; n < ROUNDS; n += 1) {
    rounds.push({ ours: await round(ours.url, ourPost), baseline: await round(bare.url, barePost) });
  }
  const steady = await runLoad({
    url: ours.url,
    connections: CONNECTIONS,
    durationMs: STEADY_MS,
    perSecond: STEADY_PER_SECOND,
    next: ourPost,
  });
  return [compare('intake against a bare handler', 'leads/s', rounds, BAR), steadyFigure(steady)];
}

const steadyFigure = (steady: Awaited<ReturnType<typeof runLoad>>): Figure => {
  const reached = steady.perSecond >= STEADY_PER_SECOND * 0.98;
  return {
    name: `intake at a steady ${STEADY_PER_SECOND}/s for ${STEADY_MS / 1000} s (p99 ${steady.p99.toFixed(0)} ms, ${steady.errors} errors)`,
    unit: 'leads/s',
    ours: steady.perSecond,
    baseline: null,
    ratio: null,
    bar: '0 errors',
    ok: steady.errors === 0 && reached,
    samples: [steady.p50, steady.p99],
  };
};
