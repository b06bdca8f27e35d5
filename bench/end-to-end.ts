import { request } from 'undici';
import { createUser, openSession } from '../src/access/index.ts';
import { SYSTEM } from '../src/journal/audit/index.ts';
import { newId } from '../src/kernel/ids.ts';
import { editCampaign } from '../src/market/campaigns/index.ts';
import { createNiche } from '../src/market/catalog/index.ts';
import { createEndpoint } from '../src/market/endpoints/index.ts';
import { createProvider } from '../src/market/providers/index.ts';
import { createSource } from '../src/market/sources/index.ts';
import { subscribe } from '../src/market/subscriptions/index.ts';
import { lockProviders, post } from '../src/money/ledger/index.ts';
import type { App } from '../src/platform/app.ts';
import { type BenchChild, startChild } from './child.ts';
import { type Figure, percentile } from './figures.ts';
import { runLoad } from './load.ts';
import { BENCH_KEY, type BenchServer, startBenchServer } from './server.ts';

/**
 * End to end: leads come by HTTP through a source, are checked, decided, charged and delivered, signed, to three
 * providers each. From submit to the partner's 200, as the database saw both; the backlog must be 0 at the end. Then
 * the same at 40 a second with the portal's live stream open. Memory of our two processes at rest and under load.
 */
const PROVIDERS = 12;
const SEATS = 3;
const CONNECTIONS = 32;
const FLOOD = { perSecond: 100, ms: 60_000 };
const WATCHED = { perSecond: 40, ms: 20_000 };
const P99_BAR_MS = 2_000;
const DRAIN_MS = 10_000;
const engine = { role: 'engine' } as const;

async function openMarket(app: App, receiver: string): Promise<string> {
  const { campaignId, levels } = await createNiche(
    app,
    {
      name: 'Bench', slug: 'bench-end-to-end', description: '', nicheGroup: 'bench', currency: 'EUR', isLocationBased: false,
      duplicateWindowDays: 30, unsoldExpiryMs: null, preset: 'instant', fields: undefined,
      levels: [{ name: 'Shared', pricePerLead: '10.00', maxProviders: SEATS, refundUndelivered: false, active: true }],
    },
    SYSTEM,
  ); // biome-ignore format: one niche
  await editCampaign(
    app,
    {
      id: campaignId,
      expected: 1,
      edit: { confirmation: 'source_attested', approval: 'auto', recipientsTold: SEATS },
    },
    SYSTEM,
  );
  for (let n = 0; n < PROVIDERS; n += 1) await addBuyer(app, { n, receiver, levelId: levels[0]!.id });
  const { token } = await createSource(
    app,
    { name: 'bench', type: 'api', campaignId, attested: true, ratePerMinute: 10_000_000 },
    SYSTEM,
  );
  return token;
}

/** A provider with money, an endpoint and a subscription. */
async function addBuyer(app: App, of: { n: number; receiver: string; levelId: string }): Promise<void> {
  const provider = await createProvider(
    app,
    {
      companyName: `Provider ${of.n}`, contactEmail: `provider-${of.n}@example.org`, website: null, country: 'DE', timezone: 'Europe/Berlin',
      lowBalanceThreshold: 0, lowBalanceAlertEmail: null, notificationPreferences: { new_lead: false }, status: 'active',
    },
    SYSTEM,
  ); // biome-ignore format: one provider
  const { endpoint } = await createEndpoint(
    app,
    {
      providerId: provider.id, url: `${of.receiver}/ok/${of.n}`, name: 'Main', format: 'json', phoneFormat: 'international',
      countryFormat: 'name', requiredFields: ['name', 'email', 'phone', 'country'], fieldMap: {}, defaultValues: {},
      withExtras: true, responseRules: [], timeoutMs: null, slots: null, acceptsTest: false, headers: {},
    },
    SYSTEM,
  ); // biome-ignore format: one endpoint
  await subscribe(
    app,
    {
      providerId: provider.id, levelId: of.levelId, endpointId: endpoint.id, countries: [], campaignIds: [], filters: [],
      requiredFields: [], caps: [], schedule: null, timezone: undefined, offHours: 'skip', premiumRatio: null, ratioMode: 'soft',
      maxAgeMs: 86_400_000, priceOverride: null, weight: 1, priority: 0,
    },
    SYSTEM,
  ); // biome-ignore format: one subscription
  await app.db.tx(engine, async (tx) => {
    await lockProviders(tx, [provider.id]);
    const cause = `deposit:bank:${newId()}`;
    await post(
      tx,
      [
        {
          kind: 'deposit',
          clearing: 'clearing_bank',
          cause,
          amount: 1_000_000_000n,
          currency: 'EUR',
          providerId: provider.id,
        },
      ],
      new Date(),
    );
  });
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

type Outcome = { p50: number; p99: number; delivered: number; backlog: number; errors: number; sent: number };

async function flow(
  server: BenchServer,
  api: BenchChild,
  token: string,
  load: { perSecond: number; ms: number },
): Promise<Outcome> {
  const { app } = server;
  const [before] = await app.db.tx(engine, (tx) => tx<{ at: Date }[]>`select clock_timestamp() as at`);
  const sent = await runLoad({
    url: api.url, connections: CONNECTIONS, durationMs: load.ms, perSecond: load.perSecond,
    next: () => ({ path: `/api/v1/inbound/${token}`, body: JSON.stringify({ answers: answers() }) }),
  }); // biome-ignore format: one load
  const waiting = () =>
    app.db.tx(engine, async (tx) => {
      const [row] = await tx<{ n: number }[]>`
        select (select count(*) from leads where state in ('received', 'checking', 'approved', 'unsold'))::int
          + (select count(*) from deliveries where state in ('pending', 'sending'))::int as n`;
      return row!.n;
    });
  const limit = performance.now() + DRAIN_MS;
  let backlog = await waiting();
  while (backlog > 0 && performance.now() < limit) {
    await new Promise((done) => setTimeout(done, 100));
    backlog = await waiting();
  }
  const rows = await app.db.tx(
    engine,
    (tx) => tx<{ ms: number }[]>`
    select (extract(epoch from d.ended_at - l.submitted_at) * 1000)::float8 as ms
    from deliveries d join leads l on l.id = d.lead_id where l.submitted_at >= ${before!.at} and d.state = 'delivered'`,
  );
  const times = rows.map(({ ms }) => ms);
  return {
    p50: percentile(times, 0.5),
    p99: percentile(times, 0.99),
    delivered: times.length,
    backlog,
    errors: sent.errors,
    sent: sent.sent,
  };
}

/** A portal that watches: one live stream, read and thrown away. */
async function watch(api: BenchChild, bearer: string) {
  const stop = new AbortController();
  const headers = { authorization: `Bearer ${bearer}` };
  const answer = await request(`${api.url}/api/v1/live`, { headers, signal: stop.signal });
  if (answer.statusCode !== 200) throw new Error(`the live stream answered ${answer.statusCode}`);
  let notices = 0;
  answer.body.on('data', () => {
    notices += 1;
  });
  answer.body.on('error', () => undefined);
  return { stop: () => stop.abort(), notices: () => notices };
}

/** A token of a member of staff. */
const signIn = (app: App): Promise<string> =>
  app.db.tx(engine, async (tx) => {
    const person = {
      email: 'bench@example.org',
      role: 'admin',
      providerId: null,
      firstName: 'Bench',
      lastName: 'Admin',
    };
    const user = await createUser(tx, { ...person, passwordHash: 'nobody signs in with it' });
    return (await openSession(tx, user, true, { ip: '127.0.0.1', userAgent: null })).secret;
  });

const figureOf = (name: string, outcome: Outcome, load: { perSecond: number }): Figure => ({
  name: `${name} (p50 ${outcome.p50.toFixed(0)} ms, ${outcome.delivered} delivered, backlog ${outcome.backlog}, ${outcome.errors} errors)`,
  unit: 'ms p99', ours: outcome.p99, baseline: null, ratio: null, bar: `p99 < ${P99_BAR_MS} ms, backlog 0 at ${load.perSecond}/s`,
  ok: outcome.p99 < P99_BAR_MS && outcome.backlog === 0 && outcome.errors === 0 && outcome.delivered >= outcome.sent * SEATS,
  samples: [outcome.p50, outcome.p99],
}); // biome-ignore format: one figure

export async function benchEndToEnd(): Promise<Figure[]> {
  await using server = await startBenchServer();
  await using receiver = await startChild('receiver.ts', {});
  const token = await openMarket(server.app, receiver.url);
  const env = {
    DATABASE_URL: server.appUrl, FAIRLEAD_DEV: '1', NODE_ENV: 'test', SESSION_SECRET: 'the session secret of the benches, long enough',
    BENCH_KEY, PORT: '0', MX_CHECK: '0', RATE_SOURCE_PER_MINUTE: '10000000', FAIRLEAD_DATA: server.folder,
  }; // biome-ignore format: one environment
  await using api = await startChild('intake-server.ts', env);
  await using worker = await startChild('worker-server.ts', env);
  const rest = (await api.rssMb()) + (await worker.rssMb());
  await flow(server, api, token, { perSecond: 20, ms: 3_000 });
  const flood = await flow(server, api, token, FLOOD);
  const loaded = (await api.rssMb()) + (await worker.rssMb());
  const watcher = await watch(api, await signIn(server.app));
  const watched = await flow(server, api, token, WATCHED);
  watcher.stop();
  return [
    figureOf('end to end at 100 leads/s, 3 providers each', flood, FLOOD),
    figureOf(`end to end at 40 leads/s, live stream open, ${watcher.notices()} notices`, watched, WATCHED),
    {
      name: 'memory of api and worker at rest',
      unit: 'MB',
      ours: rest,
      baseline: null,
      ratio: null,
      bar: 'reported',
      ok: true,
      samples: [],
    },
    {
      name: 'memory of api and worker under that load',
      unit: 'MB',
      ours: loaded,
      baseline: null,
      ratio: null,
      bar: 'reported',
      ok: true,
      samples: [],
    },
  ];
}
