import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { firstAdminLink } from '../access/index.ts';
import { type Config, loadConfig } from '../platform/config.ts';
import { type OpenApp, openApp } from '../platform/open-app.ts';
import { StartupError } from '../platform/startup-error.ts';
import { runAudit } from './audit.ts';
import { type Database, openDatabase, prepareDatabase } from './database.ts';
import { type Api, openApi } from './demo-api.ts';
import { dataIn, newDemoFolder } from './demo-folder.ts';
import { type Market, setUpMarket } from './demo-market.ts';
import { startPeople } from './demo-people.ts';
import { allEnded, summaryOf, untilAllEnded } from './demo-summary.ts';
import { startView } from './demo-view.ts';
import { buildPortalIfNeeded } from './portal.ts';
import { aborted, freePort } from './start.ts';
import { supervise } from './supervise.ts';

/**
 * `fairlead demo`: the whole program on fresh data in a temporary folder, with made-up people and partners around it.
 * What they do goes through the public API; nothing is written past it.
 */
export type DemoOptions = {
  /** Post so many leads as fast as intake takes them, wait until all have ended, print a summary, audit, end. */
  once?: number;
};
type Say = (line: string) => void;

const PORT = 3000;
const LIVE_PER_SECOND = 5;
const ONCE_PER_SECOND_MAX = 50;
const LIVE_CLICK_WITHIN_MS = 4_000;
const ONCE_CLICK_WITHIN_MS = 500;
/** After the last lead was posted: retries of a partner that never answers take about 30 s. */
const ONCE_PATIENCE_MS = 120_000;
const ADMIN_EMAIL = 'admin@demo.example';
const OWNER_EMAIL = 'owner@demo.example';

/** What differs from a real installation, so that everything can be seen within a minute; shown in the header. */
const DEMO_SETTINGS = {
  MX_CHECK: '0',
  DELIVERY_TIMEOUT_MS: '3000',
  DELIVERY_RETRY_OFFSETS_MS: '0,200,1000,2000,4000,8000',
  BREAKER_PROBE_MS: '200',
  UNSOLD_EXPIRY_MS: '15000',
  QUARANTINE_EXPIRY_MS: '15000',
  RATE_API_PER_MINUTE: '1000000',
  RATE_SESSION_PER_MINUTE: '1000000',
  RATE_SOURCE_PER_MINUTE: '1000000',
  RATE_FORM_PER_MINUTE: '1000000',
};
const SETTINGS_SHOWN =
  'Demo settings: partners have 3 s to answer, retries after 0.2, 1, 2, 4 and 8 s; unsold and stopped leads expire ' +
  'after 15 s; no MX check; high rate limits.';

/** Answers with the exit code: 0 unless `once` found something that did not end or does not add up. */
export async function demo(options: DemoOptions, stopped: AbortSignal, say: Say): Promise<number> {
  await using stack = new AsyncDisposableStack();
  const startedAt = performance.now();
  const folder = await newDemoFolder();
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const env = await settingsIn(folder);
  say(`Fairlead demo, with fresh data in ${folder}`);
  const partners = await startPartnerProcess(stack);
  const database = await openDemoDatabase(loadConfig(env), stack, say);
  if (stopped.aborted) return 0;
  const config = await startPrograms(
    { ...env, DATABASE_URL: database.appUrl },
    { folder, stack, stopped, say },
  );
  const app = await openApp(config, { name: 'demo' });
  stack.defer(() => app.close());
  const { market, header } = await openMarket(app, partners, say);
  say(`Ready after ${((performance.now() - startedAt) / 1_000).toFixed(1)} s.`);
  if (stopped.aborted) return 0;
  return await show({ app, market, header, options, stopped, say, database });
}

async function settingsIn(folder: string): Promise<Record<string, string | undefined>> {
  const port = await freePort('127.0.0.1', PORT).catch(() => freePort('127.0.0.1', 0));
  return {
    PATH: process.env.PATH,
    NODE_ENV: 'development',
    FAIRLEAD_DEV: '1',
    FAIRLEAD_DATA: dataIn(folder),
    PORT: String(port),
    PUBLIC_URL: `http://127.0.0.1:${port}`,
    LOG_LEVEL: 'warn',
    ...DEMO_SETTINGS,
  };
}

type Partners = { open: number; closed: number };

async function startPartnerProcess(stack: AsyncDisposableStack): Promise<Partners> {
  const script = join(import.meta.dirname, 'demo-partners.ts');
  const child: ChildProcess = fork(script, { detached: true, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  stack.defer(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGTERM');
    await gone;
  });
  const [{ port }] = (await once(child, 'message')) as [{ port: number }];
  return { open: port, closed: await freePort('127.0.0.1', 0) };
}

async function openDemoDatabase(config: Config, stack: AsyncDisposableStack, say: Say): Promise<Database> {
  const portal = buildPortalIfNeeded(say);
  const database = await openDatabase(config);
  stack.defer(() => database.stop());
  await prepareDatabase(database);
  await portal;
  return database;
}

type Around = { folder: string; stack: AsyncDisposableStack; stopped: AbortSignal; say: Say };

async function startPrograms(env: Record<string, string | undefined>, around: Around): Promise<Config> {
  const config = loadConfig(env);
  const log = await open(join(around.folder, 'fairlead.log'), 'a', 0o600);
  around.stack.defer(() => log.close());
  const programs = supervise({
    names: ['api', 'worker'],
    env,
    output: log.fd,
    stopTimeoutMs: config.STOP_TIMEOUT_MS,
    say: around.say,
  });
  around.stack.defer(() => programs.stop());
  const ready = Promise.all(programs.children.map((child) => child.ready));
  await Promise.race([ready, aborted(around.stopped)]);
  return config;
}

/** The operator's part: become the administrator, set up the market, invite one provider's user. */
async function openMarket(
  app: OpenApp,
  partners: Partners,
  say: Say,
): Promise<{ market: Market; header: string[] }> {
  const { PUBLIC_URL } = app.config;
  const visitor = openApi(app.outbound, PUBLIC_URL);
  const link = await firstAdminLink(app);
  const token = link === null ? null : new URL(link).searchParams.get('token');
  const password = newPassword();
  const first = { token, email: ADMIN_EMAIL, name: 'Demo Admin', password };
  await visitor.call('POST', '/api/v1/auth/first-admin', first);
  const admin = visitor.as(await signIn(visitor, ADMIN_EMAIL, password));
  say('Setting up two niches and 24 providers through the API ...');
  const market = await setUpMarket(admin, partners);
  const provider = market.providers.find(({ behaviour }) => behaviour === 'accepting')!;
  const ownerPassword = newPassword();
  const invitation = await admin.call<{ link: string }>(
    'POST',
    `/api/v1/admin/providers/${provider.id}/users`,
    {
      email: OWNER_EMAIL,
      name: 'Demo Owner',
    },
  );
  const invited = new URL(invitation.link).searchParams.get('token');
  await visitor.call('POST', '/api/v1/auth/accept-invite', { token: invited, password: ownerPassword });
  const header = [
    `Portal      ${PUBLIC_URL}      mailbox ${PUBLIC_URL}/dev/mail      API ${PUBLIC_URL}/api/docs`,
    `Operator    ${ADMIN_EMAIL}  ${password}`,
    `Provider    ${OWNER_EMAIL}  ${ownerPassword}   (${provider.name})`,
    `Source      ${market.niches[0]!.slug}: POST ${PUBLIC_URL}/api/v1/inbound/${market.niches[0]!.sourceToken}`,
    SETTINGS_SHOWN,
  ];
  return { market, header };
}

async function signIn(visitor: Api, email: string, password: string): Promise<string> {
  const signedIn = await visitor.call<{ token: string }>('POST', '/api/v1/auth/login', {
    email,
    password,
    token: true,
  });
  return signedIn.token;
}

const newPassword = (): string => `demo-${crypto.randomUUID().slice(0, 13)}`;

type Show = {
  app: OpenApp;
  market: Market;
  header: string[];
  options: DemoOptions;
  stopped: AbortSignal;
  say: Say;
  database: Database;
};

async function show({ app, market, header, options, stopped, say, database }: Show): Promise<number> {
  for (const line of header) say(line);
  if (options.once === undefined) say('Ctrl-C stops everything and removes the data.');
  const startedAt = performance.now();
  const people = startPeople({
    api: openApi(app.outbound, app.config.PUBLIC_URL),
    market,
    perSecond: options.once === undefined ? LIVE_PER_SECOND : ONCE_PER_SECOND_MAX,
    ...(options.once === undefined ? {} : { total: options.once }),
    clickWithinMs: options.once === undefined ? LIVE_CLICK_WITHIN_MS : ONCE_CLICK_WITHIN_MS,
  });
  const view = startView(app, people, { out: process.stdout, header });
  try {
    if (options.once === undefined) {
      const lost = database.ended.then(() => {
        if (!stopped.aborted) throw new StartupError('postgres_ended', 'PostgreSQL ended unexpectedly.');
      });
      await Promise.race([aborted(stopped), lost]);
      return 0;
    }
    const figures = await untilAllEnded(app, people, { timeoutMs: ONCE_PATIENCE_MS, stopped });
    await view.stop();
    for (const line of summaryOf(figures, people, (performance.now() - startedAt) / 1_000)) say(line);
    const whole = allEnded(figures, people) && people.posted() === options.once;
    const clean = await auditNow(database, say);
    return whole && clean ? 0 : 1;
  } finally {
    await view.stop();
    await people.stop();
    if (stopped.aborted) say('\nStopping ...');
  }
}

async function auditNow(database: Database, say: Say): Promise<boolean> {
  const { clean, checked, findings } = await runAudit({ ownerUrl: database.ownerUrl!, print: () => {} });
  for (const { id, row, text } of findings) say(`  Audit ${id}  ${row}: ${text}`);
  say(
    clean
      ? `  Audit                   clean: all ${checked.length} invariants hold`
      : `  Audit                   NOT clean: ${findings.length} findings`,
  );
  return clean;
}
