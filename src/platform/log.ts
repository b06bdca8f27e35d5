import { type Logger, pino } from 'pino';

export type { Logger } from 'pino';

/**
 * Fields that never reach a log line, wherever they stand. Events carry ids and figures only; this list is the net
 * below them, for what a library or an error might carry along.
 */
const REDACTED = [
  'authorization', 'cookie', 'password', 'token', 'secret', 'email', 'phone', 'name', 'answers', 'body', 'address',
].flatMap((field) => [field, `*.${field}`, `*.*.${field}`, `req.headers.${field}`]); // biome-ignore format: one list

/** JSON lines to stdout. One wide line per business event, requests at debug unless they fail. */
export function createLog(level: string, destination?: { write(line: string): void }): Logger {
  const options = {
    level,
    base: undefined,
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    redact: { paths: REDACTED, censor: '[hidden]' },
    serializers: { err: (error: unknown) => plainError(error) },
    formatters: { level: (label: string) => ({ level: label }) },
  };
  return destination ? pino(options, destination) : pino(options);
}

const CAUSES_MAX = 5;

/** PostgreSQL repeats whole rows in `detail` and `where`; of an error only what says where the fault is goes on. */
function plainError(error: unknown, depth = 0): unknown {
  if (!(error instanceof Error)) return String(error);
  const { code, constraint_name, table_name, column_name, routine, cause } = error as Error &
    Record<string, unknown>;
  return {
    type: error.name,
    message: error.message,
    stack: error.stack,
    ...Object.fromEntries(
      Object.entries({ code, constraint_name, table_name, column_name, routine }).filter(
        ([, held]) => held !== undefined,
      ),
    ),
    ...(cause === undefined || depth >= CAUSES_MAX ? {} : { cause: plainError(cause, depth + 1) }),
  };
}
