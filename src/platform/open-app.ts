import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { App } from './app.ts';
import type { Config } from './config.ts';
import { type Db, openDb } from './db.ts';
import type { Raised } from './events.ts';
import { createLive, type Live } from './live.ts';
import { createLog, type Logger } from './log.ts';
import { counter, histogram } from './metrics.ts';
import { createOutbound } from './outbound.ts';
import { keepOnce, loadKeys } from './secret-keys.ts';
import { createSecrets, type DataKey, type Secrets } from './secrets.ts';
import { StartupError } from './startup-error.ts';

export type OpenApp = App & {
  /** Ends what is under way and gives back every connection. */
  close(): Promise<void>;
};

export type OpenOptions = {
  /** `api`, `worker`, `cli`: shown by PostgreSQL and in the log. */
  name: string;
  /** In place of stdout. */
  log?: Logger;
  /** In place of FAIRLEAD_KEYS and the key file. */
  keys?: DataKey[];
};

const repeats = counter('tx_repeats_total', 'Transactions done again after a conflict', ['code']);
const txSeconds = histogram('tx_seconds', 'Duration of a transaction');

/**
 * Builds what the use cases need, once per process. DATABASE_URL must be set: whoever runs the built-in PostgreSQL
 * puts its address there.
 * @throws StartupError `database_url_missing`, and those of the keys
 */
export function openApp(config: Config, options: OpenOptions): Promise<OpenApp> {
  return Promise.resolve().then(() => build(config, options));
}

function build(config: Config, options: OpenOptions): OpenApp {
  const url = config.DATABASE_URL;
  if (url === undefined) throw new StartupError('database_url_missing', 'Set DATABASE_URL');
  const log = (options.log ?? createLog(config.LOG_LEVEL)).child({ process: options.name });
  const secrets = createSecrets({
    keys: options.keys ?? keysOf(config),
    sessionSecret: config.SESSION_SECRET ?? ownSessionSecret(config.dataDir),
    sessionSecretPrevious: config.SESSION_SECRET_PREVIOUS,
  });
  let live: Live | undefined;
  const db: Db = openDb({
    url,
    poolMax: config.DB_POOL_MAX,
    name: `fairlead ${options.name}`,
    onCommitted: (raised) => tell(log, live, raised),
    onRepeat: (code) => repeats.inc({ code }),
    onTx: (durationMs) => txSeconds.observe(durationMs / 1000),
  });
  live = createLive(db, (error) => log.warn({ err: error }, 'live.failed'));
  const outbound = createOutbound({ allow: config.OUTBOUND_ALLOW, dev: config.FAIRLEAD_DEV });
  const app: App = { config, db, secrets, outbound, log, live };
  const close = async () => {
    await outbound.close();
    await live.close();
    await db.close();
  };
  return { ...app, close };
}

/** For a command that has no app: undefined where the data keys are not at hand; nothing is made. */
export function presentHashes(config: Config): Pick<Secrets, 'keyedHashes'> | undefined {
  try {
    const keys = loadKeys({ text: config.FAIRLEAD_KEYS, file: keyFile(config) });
    // Keyed hashes need no session secret; this one is thrown away.
    return createSecrets({ keys, sessionSecret: randomBytes(48).toString('base64url') });
  } catch (error) {
    if (error instanceof StartupError && error.code === 'keys_missing') return undefined;
    throw error;
  }
}

/** What a transaction raised, after its commit: the counter, one wide log line, the live topics. */
function tell(log: Logger, live: Live | undefined, raised: Raised[]): void {
  const topics = new Set<string>();
  for (const event of raised) {
    event.counter?.inc(event.labels ?? {}, event.by ?? 1);
    log[event.level ?? 'info'](plain(event.fields), event.name);
    for (const topic of event.topics ?? []) topics.add(topic);
  }
  if (topics.size > 0) live?.publish([...topics]);
}

/** JSON has no bigint: money and counts stand in the log as text. */
function plain(fields: Raised['fields']): Record<string, unknown> {
  const entries = Object.entries(fields).map(([name, value]) => [
    name,
    typeof value === 'bigint' ? value.toString() : value,
  ]);
  return Object.fromEntries(entries);
}

/** In production nothing is made by itself: with several machines each would have keys of its own. */
function keysOf(config: Config): DataKey[] {
  return loadKeys({
    text: config.FAIRLEAD_KEYS,
    file: keyFile(config),
    create: config.NODE_ENV !== 'production',
  });
}

const keyFile = (config: Config): string => join(config.dataDir, 'keys');

/** On one machine without SESSION_SECRET: made once below the data folder, so that links live through a restart. */
function ownSessionSecret(dataDir: string): string {
  return keepOnce(join(dataDir, 'session-secret'), () => randomBytes(48).toString('base64url'));
}

/**
 * For whoever runs the built-in PostgreSQL, which is one machine by nature: makes the data keys and the session secret
 * that are not set, also in production, and answers with what its child processes need in their environment.
 */
export function makeOwnSecrets(config: Config): { SESSION_SECRET: string } {
  loadKeys({ text: config.FAIRLEAD_KEYS, file: keyFile(config), create: true });
  return { SESSION_SECRET: config.SESSION_SECRET ?? ownSessionSecret(config.dataDir) };
}
