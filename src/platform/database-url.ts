import { StartupError } from './startup-error.ts';

/**
 * One string for every database: `postgres://user:password@localhost:5432/name?host=/dir` names a unix socket in
 * `/dir` (libpq reads the same form), without `host=` the address is the URL's own. The driver does not know
 * `host=`, so every connection of the program goes through `connectionOptions`.
 */

export type ConnectionOptions = {
  /** Host name, address, or a folder that holds the socket. */
  host: string;
  port: number;
  database: string;
  username: string;
  password: string;
  ssl: false | 'require' | 'prefer' | 'verify-full';
};

const SSL_MODES = { disable: false, allow: 'prefer', prefer: 'prefer', require: 'require' } as const;
const PARAMETERS = ['host', 'port', 'sslmode', 'application_name'];

/** Reads a database URL. Refuses with `database_url_invalid`, never repeating the password. */
export function connectionOptions(databaseUrl: string): ConnectionOptions {
  const url = parse(databaseUrl);
  const query = url.searchParams;
  const unknown = [...query.keys()].find((key) => !PARAMETERS.includes(key));
  if (unknown !== undefined) throw invalid(`does not know the parameter "${unknown}"; leave it out`);

  const host = query.get('host') ?? decoded(url.hostname);
  const port = Number(query.get('port') ?? (url.port === '' ? '5432' : url.port));
  const database = decoded(url.pathname.slice(1));
  if (host === '') throw invalid('names no host');
  if (!Number.isInteger(port) || port < 1 || port > 65_535) throw invalid('has a port outside 1 to 65535');
  if (database === '') throw invalid('names no database: end it with /name');
  if (url.username === '') throw invalid('names no user');
  return {
    host,
    port,
    database,
    username: decoded(url.username),
    password: decoded(url.password),
    ssl: sslMode(query.get('sslmode'), host),
  };
}

/** Writes the URL that `connectionOptions` reads. */
export function databaseUrl(parts: Omit<ConnectionOptions, 'ssl'>): string {
  const onSocket = parts.host.startsWith('/');
  const login = `${encodeURIComponent(parts.username)}:${encodeURIComponent(parts.password)}`;
  const address = `${onSocket ? 'localhost' : parts.host}:${parts.port}/${encodeURIComponent(parts.database)}`;
  return `postgres://${login}@${address}${onSocket ? `?host=${encodeURIComponent(parts.host)}` : ''}`;
}

/** The same server and login with another database. */
export function withDatabase(url: string, database: string): string {
  const changed = parse(url);
  changed.pathname = `/${encodeURIComponent(database)}`;
  return changed.href;
}

/** The same server and database with another login. */
export function withLogin(url: string, username: string, password: string): string {
  const changed = parse(url);
  changed.username = encodeURIComponent(username);
  changed.password = encodeURIComponent(password);
  return changed.href;
}

function parse(databaseUrl: string): URL {
  if (!URL.canParse(databaseUrl))
    throw invalid('is no URL; characters such as # or @ in a password need %23, %40');
  const url = new URL(databaseUrl);
  if (url.protocol !== 'postgres:' && url.protocol !== 'postgresql:')
    throw invalid('must begin with postgres://');
  return url;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw invalid('has a wrong % sign: write the sign itself as %25');
  }
}

function sslMode(mode: string | null, host: string): ConnectionOptions['ssl'] {
  if (host.startsWith('/') || mode === null) return false;
  if (mode === 'verify-full' || mode === 'verify-ca') return 'verify-full';
  if (mode in SSL_MODES) return SSL_MODES[mode as keyof typeof SSL_MODES];
  throw invalid(`has an unknown sslmode "${mode}"; use disable, prefer, require or verify-full`);
}

function invalid(problem: string): StartupError {
  const form = 'postgres://user:password@host:5432/name, or ?host=/dir at the end for a unix socket';
  return new StartupError('database_url_invalid', `The database URL ${problem}. Form: ${form}.`);
}
