import { join, resolve } from 'node:path';

/**
 * Configuration: environment variables, checked at start with every problem in one message. The table below is the
 * one list of settings; docs/configuration.md documents each of them and a test keeps the two in step.
 */

type Kind<T> = { read: (text: string) => T; expects: string };

const text: Kind<string> = { read: (value) => value, expects: 'a text' };
const flag: Kind<boolean> = {
  read: (value) => {
    if (value === '1' || value === 'true') return true;
    if (value === '0' || value === 'false') return false;
    throw new Error();
  },
  expects: '1 or 0',
};
const url: Kind<string> = {
  read: (value) => {
    const parsed = new URL(value);
    if (parsed.protocol !== 'http:' && parsed.protocol !== 'https:') throw new Error();
    return parsed.origin;
  },
  expects: 'an address such as https://leads.example.com',
};
const list: Kind<string[]> = {
  read: (value) =>
    value
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== ''),
  expects: 'values separated by commas',
};
const whole = (min: number, max: number): Kind<number> => ({
  read: (value) => {
    const number = Number(value);
    if (!/^\d{1,12}$/.test(value) || number < min || number > max) throw new Error();
    return number;
  },
  expects: `a whole number from ${min} to ${max}`,
});
const wholes = (countMax: number): Kind<number[]> => ({
  read: (value) => {
    const numbers = list.read(value).map(Number);
    if (numbers.length === 0 || numbers.length > countMax) throw new Error();
    if (numbers.some((number) => !Number.isSafeInteger(number) || number < 0)) throw new Error();
    return numbers;
  },
  expects: `at most ${countMax} whole numbers separated by commas`,
});
const oneOf = <const T extends string>(...values: T[]): Kind<T> => ({
  read: (value) => {
    if (!values.includes(value as T)) throw new Error();
    return value as T;
  },
  expects: `one of ${values.join(', ')}`,
});

type Setting<T> = { kind: Kind<T>; fallback: T };
const setting = <T>(kind: Kind<T>, fallback: T): Setting<T> => ({ kind, fallback });
const optional = (): Setting<string | undefined> => ({
  kind: text as Kind<string | undefined>,
  fallback: undefined,
});

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Delivery retries, as offsets in ms from the first attempt. */
const RETRY_OFFSETS_MS = [
  0, 5 * SECOND_MS, 30 * SECOND_MS, 2 * MINUTE_MS, 5 * MINUTE_MS, 10 * MINUTE_MS, 20 * MINUTE_MS,
  HOUR_MS, 3 * HOUR_MS, 8 * HOUR_MS, DAY_MS,
]; // biome-ignore format: the schedule reads as one line of the design

export const settings = {
  NODE_ENV: setting(oneOf('development', 'production', 'test'), 'development'),
  DATABASE_URL: optional(),
  DATABASE_OWNER_URL: optional(),
  DB_POOL_MAX: setting(whole(2, 200), 10),
  FAIRLEAD_DATA: setting(text, '.fairlead'),
  FAIRLEAD_DEV: setting(flag, false),
  FAIRLEAD_UNSAFE_DB: setting(flag, false),
  FAIRLEAD_KEYS: optional(),
  SESSION_SECRET: optional(),
  SESSION_SECRET_PREVIOUS: optional(),
  PUBLIC_URL: setting(url, 'http://127.0.0.1:3000'),
  HOST: setting(text, '127.0.0.1'),
  PORT: setting(whole(0, 65_535), 3000),
  METRICS_PORT: setting(whole(0, 65_535), 0),
  TRUST_PROXY: setting(list, ['loopback']),
  CORS_ORIGINS: setting(list, []),
  LOG_LEVEL: setting(oneOf('fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'), 'info'),
  OUTBOUND_ALLOW: setting(list, []),
  SMTP_URL: optional(),
  MAIL_FROM: setting(text, 'Fairlead <leads@localhost>'),
  POSTMARK_SERVER_TOKEN: optional(),
  POSTMARK_FROM_EMAIL: optional(),
  REDIS_URL: optional(),
  BODY_LIMIT_BYTES: setting(whole(1_024, 10_485_760), 262_144),
  RATE_API_PER_MINUTE: setting(whole(1, 1_000_000), 100),
  RATE_SESSION_PER_MINUTE: setting(whole(1, 1_000_000), 600),
  RATE_SOURCE_PER_MINUTE: setting(whole(1, 10_000_000), 1_000),
  RATE_FORM_PER_MINUTE: setting(whole(1, 10_000_000), 30),
  INTAKE_BACKLOG_MAX: setting(whole(1, 10_000_000), 10_000),
  INTAKE_BACKLOG_AGE_MS: setting(whole(1_000, DAY_MS), 2 * MINUTE_MS),
  DUPLICATE_WINDOW_DAYS: setting(whole(1, 3_650), 30),
  PRICE_NOTICE_DAYS: setting(whole(0, 365), 0),
  CONFIRMATION_EXPIRY_MS: setting(whole(1_000, 90 * DAY_MS), 7 * DAY_MS),
  UNSOLD_EXPIRY_MS: setting(whole(1_000, 90 * DAY_MS), 7 * DAY_MS),
  QUARANTINE_EXPIRY_MS: setting(whole(1_000, 365 * DAY_MS), 30 * DAY_MS),
  CHECKING_LIMIT_MS: setting(whole(1_000, DAY_MS), 5 * MINUTE_MS),
  CHECKING_LATE: setting(oneOf('pass', 'quarantine'), 'pass'),
  MX_CHECK: setting(flag, true),
  MX_TIMEOUT_MS: setting(whole(100, 30_000), 2_000),
  LEASE_MS: setting(whole(500, 10 * MINUTE_MS), 30 * SECOND_MS),
  LEASE_RENEW_MS: setting(whole(100, 5 * MINUTE_MS), 10 * SECOND_MS),
  POLL_BUSY_MS: setting(whole(5, 60_000), 250),
  POLL_IDLE_MS: setting(whole(10, 60_000), 1_000),
  DISTRIBUTION_BATCH_MAX: setting(whole(1, 1_000), 200),
  DELIVERY_TIMEOUT_MS: setting(whole(100, 30_000), 30 * SECOND_MS),
  DELIVERY_SLOTS_PER_ENDPOINT: setting(whole(1, 100), 5),
  DELIVERY_CONCURRENCY_MAX: setting(whole(1, 1_000), 64),
  DELIVERY_RETRY_OFFSETS_MS: setting(wholes(20), RETRY_OFFSETS_MS),
  BREAKER_PROBE_MS: setting(whole(50, HOUR_MS), 30 * SECOND_MS),
  AUDIT_SEAL_MS: setting(whole(100, 60_000), 1_000),
  STOP_TIMEOUT_MS: setting(whole(100, 10 * MINUTE_MS), 30 * SECOND_MS),
};

type Settings = typeof settings;
/** Every setting with its checked value, plus the data folder as an absolute path. */
export type Config = {
  readonly [name in keyof Settings]: Settings[name] extends Setting<infer T> ? T : never;
} & {
  readonly dataDir: string;
};

/** What is wrong with the configuration; one line per problem. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
  readonly problems: string[];
  constructor(problems: string[]) {
    super(`The configuration cannot be used:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
    this.problems = problems;
  }
}

const isLoopback = (address: string): boolean =>
  ['127.0.0.1', 'localhost', '[::1]'].includes(new URL(address).hostname);

/** Rules that span settings; each names the setting to change. */
function contradictions(config: Config): string[] {
  const problems: string[] = [];
  if (config.FAIRLEAD_DEV && !isLoopback(config.PUBLIC_URL)) {
    problems.push(
      'FAIRLEAD_DEV=1 opens plain http and test pages: remove it, or set PUBLIC_URL to a loopback address',
    );
  }
  if (config.LEASE_RENEW_MS * 2 > config.LEASE_MS) {
    problems.push(
      'LEASE_RENEW_MS must be at most half of LEASE_MS, else a lease ends while its work goes on',
    );
  }
  if (config.SESSION_SECRET !== undefined && config.SESSION_SECRET.length < 32) {
    problems.push(
      'SESSION_SECRET must have at least 32 characters (for instance from `openssl rand -base64 48`)',
    );
  }
  if (
    config.DATABASE_URL !== undefined &&
    config.SESSION_SECRET === undefined &&
    config.NODE_ENV === 'production'
  ) {
    problems.push('SESSION_SECRET is needed with DATABASE_URL in production: all processes must share it');
  }
  return problems;
}

/**
 * Reads and checks the configuration. An unknown variable is left alone: the environment belongs to others too.
 * @throws ConfigurationError naming every problem at once.
 */
export function loadConfig(env: Record<string, string | undefined>): Config {
  const problems: string[] = [];
  const values: Record<string, unknown> = {};
  for (const [name, { kind, fallback }] of Object.entries(settings) as [string, Setting<unknown>][]) {
    const given = env[name];
    if (given === undefined || given === '') {
      values[name] = fallback;
      continue;
    }
    try {
      values[name] = kind.read(given);
    } catch {
      problems.push(`${name} must be ${kind.expects}`);
    }
  }
  if (problems.length > 0) throw new ConfigurationError(problems);
  const config = { ...values, dataDir: resolve(join(String(values.FAIRLEAD_DATA))) } as Config;
  const crossed = contradictions(config);
  if (crossed.length > 0) throw new ConfigurationError(crossed);
  return config;
}
