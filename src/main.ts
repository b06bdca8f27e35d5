#!/usr/bin/env node
import { existsSync } from 'node:fs';
import { Argument, Command, CommanderError, InvalidArgumentError } from 'commander';
import { isId } from './kernel/ids.ts';
import type { StopScope } from './market/stops/index.ts';
import { ConfigurationError, loadConfig } from './platform/config.ts';
import { StartupError } from './platform/startup-error.ts';

/**
 * The one program. Each command loads what it needs when it is called; expected failures are one plain sentence and an
 * exit code (src/platform/startup-error.ts), never a stack trace.
 */

const STOP_SCOPES: readonly StopScope[] = ['everything', 'niche', 'source', 'provider'];
const STOP_REASON_MAX = 500;

const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** Fires at the first SIGINT or SIGTERM, or when the process we hang on is gone; a second signal ends at once. */
function stopSignal(): AbortSignal {
  const stopping = new AbortController();
  const stop = () => {
    if (stopping.signal.aborted) process.exit(130);
    stopping.abort();
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  process.on('disconnect', () => stopping.abort());
  return stopping.signal;
}

/** What breaks off because somebody asked to stop is no failure. */
async function untilAsked<T>(stopped: AbortSignal, work: Promise<T>): Promise<T | undefined> {
  return work.catch((error: unknown) => {
    if (!stopped.aborted) throw error;
    return undefined;
  });
}

/** Runs a part of the program until it is asked to stop. */
async function serve(name: 'api' | 'worker'): Promise<void> {
  const stopped = stopSignal();
  const { checkDatabase } = await import('./cli/database.ts');
  const { openApp } = await import('./platform/open-app.ts');
  const config = loadConfig(process.env);
  await checkDatabase(config);
  const app = await openApp(config, { name });
  try {
    const part =
      name === 'api'
        ? await (await import('./api/start.ts')).startApi(app)
        : await (await import('./worker/worker.ts')).startWorker(app);
    process.send?.({ ready: true, ...('address' in part ? { address: part.address } : {}) });
    if (!stopped.aborted) await new Promise((done) => stopped.addEventListener('abort', done));
    await part.stop();
  } finally {
    await app.close();
    if (process.connected) process.disconnect();
  }
}

async function migrateNow(): Promise<void> {
  const { withOwner } = await import('./cli/database.ts');
  const { migrate } = await import('./platform/migrate.ts');
  const { applied } = await withOwner(loadConfig(process.env), (ownerUrl) => migrate(ownerUrl, { log: say }));
  say(applied.length === 0 ? 'The schema is up to date.' : `${applied.length} migrations applied.`);
}

async function auditNow(): Promise<void> {
  const { withOwner } = await import('./cli/database.ts');
  const { runAudit } = await import('./cli/audit.ts');
  const { clean } = await withOwner(loadConfig(process.env), (ownerUrl) =>
    runAudit({ ownerUrl, print: say }),
  );
  if (!clean) process.exitCode = 1;
}

async function verifyNow(options: { day: string; niche?: string; provider?: string }): Promise<void> {
  const { withOwner } = await import('./cli/database.ts');
  const { runVerify } = await import('./cli/verify.ts');
  const { presentHashes } = await import('./platform/open-app.ts');
  const { day, niche: nicheId, provider: providerId } = options;
  const config = loadConfig(process.env);
  const secrets = presentHashes(config);
  const { findings } = await withOwner(config, (ownerUrl) =>
    runVerify({ ownerUrl, day, nicheId, providerId, secrets, print: say }),
  );
  if (findings.length > 0) process.exitCode = 1;
}

function commands(): Command {
  const program = new Command('fairlead')
    .description('Takes in leads, checks, distributes and delivers them, and can prove every decision.')
    .showHelpAfterError()
    .exitOverride();
  program
    .command('start')
    .description('everything on one machine: database, API, portal and worker')
    .action(async () => {
      const stopped = stopSignal();
      const { start } = await import('./cli/start.ts');
      await untilAsked(stopped, start(process.env, stopped, say));
    });
  program
    .command('demo')
    .description('the whole program on fresh data, with made-up people and partners, live in the terminal')
    .option(
      '--once <leads>',
      'post so many leads, wait until all have ended, print a summary and audit',
      wholeNumber,
    )
    .action(async (options: { once?: number }) => {
      const stopped = stopSignal();
      const { demo } = await import('./cli/demo.ts');
      process.exitCode = (await untilAsked(stopped, demo(options, stopped, say))) ?? 0;
    });
  program
    .command('api')
    .description('the HTTP side alone (needs DATABASE_URL)')
    .action(() => serve('api'));
  program
    .command('worker')
    .description('the background work alone (needs DATABASE_URL)')
    .action(() => serve('worker'));
  program
    .command('migrate')
    .alias('db:push')
    .description('bring the database schema up to date')
    .action(migrateNow);
  program
    .command('audit')
    .description('check every invariant of leads, money and deliveries; names the rows that break one')
    .action(auditNow);
  program
    .command('explain')
    .description('why each subscription did or did not get a lead, in words; reads only')
    .argument('<lead>', 'id of the lead', leadId)
    .action(async (lead: string) => {
      const { withOwner } = await import('./cli/database.ts');
      const { runExplain } = await import('./cli/explain.ts');
      await withOwner(loadConfig(process.env), (ownerUrl) => runExplain({ ownerUrl, lead, print: say }));
    });
  program
    .command('verify')
    .description('run the decisions of a day again from their records; names every difference')
    .requiredOption('--day <day>', 'for instance 2026-11-20, in UTC', aDay)
    .option('--niche <id>', 'only this niche')
    .option('--provider <id>', 'name only what concerns this provider')
    .action(verifyNow);
  stopCommands(program);
  assignCommand(program);
  setUpCommands(program);
  return program;
}

/** The stop switches, for when the portal is not at hand. */
function stopCommands(program: Command): void {
  for (const [verb, description] of [
    ['stop', 'stop everything, a niche, a source or a provider at once; leads come in and wait'],
    ['go', 'end such a stop: what waited goes on'],
  ] as const) {
    program
      .command(verb)
      .description(description)
      .addArgument(new Argument('<scope>').choices(STOP_SCOPES))
      .argument('[what]', 'id or exact name; of a niche also its address')
      .requiredOption('--reason <text>', 'why; stands in the audit log')
      .action(async (scope: StopScope, what: string | undefined, { reason }: { reason: string }) => {
        const { runStop, withDb } = await import('./cli/stop.ts');
        const command = { scope, what, reason: reason.trim().slice(0, STOP_REASON_MAX) };
        if (command.reason === '') throw new StartupError('stop_refused', 'Say why, with --reason.');
        say(await withDb(loadConfig(process.env), (db) => runStop(db, verb, command)));
      });
  }
}

/** A lead that somebody decided about outside the rules' order. */
function assignCommand(program: Command): void {
  program
    .command('assign')
    .description('give a lead to one subscription by hand; every check of the engine holds')
    .argument('<lead>', 'id of the lead', leadId)
    .argument('<subscription>', 'id of the subscription', subscriptionId)
    .requiredOption('--reason <text>', 'why; stands beside the decision and in the audit log')
    .action(async (lead: string, subscription: string, options: { reason: string }) => {
      const { runAssign } = await import('./cli/assign.ts');
      const { withDb } = await import('./cli/stop.ts');
      const reason = options.reason.trim().slice(0, STOP_REASON_MAX);
      if (reason === '') throw new StartupError('assign_refused', 'Say why, with --reason.');
      const input = { leadId: lead, subscriptionId: subscription, reason };
      const config = loadConfig(process.env);
      say(await withDb(config, (db) => runAssign({ db, config }, input)));
    });
}

/** What is done once, around the program. */
function setUpCommands(program: Command): void {
  program
    .command('import-places')
    .description(
      'say where postcodes lie, for filters by distance: a CSV file with country, postcode, lat, lon',
    )
    .argument('<file>', 'its first line names the columns; each country in it is replaced at once')
    .action(async (file: string) => {
      const { withOwner } = await import('./cli/database.ts');
      const { importPlacesFile } = await import('./cli/import-places.ts');
      const done = await withOwner(loadConfig(process.env), (ownerUrl) => importPlacesFile(ownerUrl, file));
      for (const { country, count } of done) say(`${country}: ${count} postcodes`);
    });
  program
    .command('check-proof')
    .description("check a provider's proof of a day; needs no database and no account")
    .argument(
      '<file>',
      'what GET /api/v1/providers/me/proofs/:day answered, or several of its pages in one file',
    )
    .option('--root <hash>', 'the root of the day as you were told it, for instance by the daily mail')
    .action(async (file: string, options: { root?: string }) => {
      const { runCheckProof } = await import('./cli/check-proof.ts');
      if (!(await runCheckProof({ file, root: options.root, print: say })).holds) process.exitCode = 1;
    });
  program
    .command('simulate')
    .description('who would get a lead if it came now; reads only')
    .requiredOption('--lead <id>', 'id of a stored lead', leadId)
    .action(async ({ lead }: { lead: string }) => {
      const { withOwner } = await import('./cli/database.ts');
      const { runSimulate } = await import('./cli/explain.ts');
      await withOwner(loadConfig(process.env), (ownerUrl) => runSimulate({ ownerUrl, lead, print: say }));
    });
  program
    .command('setup-db')
    .description('make the logins and roles on a PostgreSQL server; prints the two URLs')
    .argument('<url>', 'of a superuser, or of an owner who may make roles')
    .action(async (url: string) => {
      const { setupDb } = await import('./cli/setup-db.ts');
      const { databaseUrl, databaseOwnerUrl } = await setupDb({ url });
      say(`DATABASE_URL=${databaseUrl}\nDATABASE_OWNER_URL=${databaseOwnerUrl}`);
    });
}

function subscriptionId(text: string): string {
  if (isId(text.toLowerCase())) return text.toLowerCase();
  throw new InvalidArgumentError('Give the id of a subscription, as its sheet shows it.');
}

function leadId(text: string): string {
  if (isId(text.toLowerCase())) return text.toLowerCase();
  throw new InvalidArgumentError('Give the id of a lead, as its page shows it.');
}

function aDay(text: string): string {
  const at = /^\d{4}-\d\d-\d\d$/.test(text) ? new Date(`${text}T00:00:00Z`) : new Date(Number.NaN);
  if (text >= '1970' && !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text)) return text;
  throw new InvalidArgumentError('Give a day as 2026-11-20; it is meant in UTC.');
}

function wholeNumber(text: string): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Give a whole number from 1 to 999999.');
}

/** Expected failures in plain words; anything else is a bug and shows where it came from. */
function explain(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode;
  if (error instanceof ConfigurationError) {
    console.error(error.message);
    return 1;
  }
  if (error instanceof StartupError) {
    console.error(`${error.code}: ${error.message}`);
    return error.exitCode;
  }
  console.error(error);
  return 1;
}

// In development a file .env is read as well. A child of ours has been given everything; the demo has its own.
const readsFile = process.env.NODE_ENV !== 'production' && !process.send && process.argv[2] !== 'demo';
if (readsFile && existsSync('.env')) process.loadEnvFile('.env');
try {
  await commands().parseAsync();
} catch (error) {
  process.exitCode = explain(error);
}
