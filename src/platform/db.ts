import { performance } from 'node:perf_hooks';
import postgres from 'postgres';
import { connectionOptions } from './database-url.ts';
import { NotBegun, openPools, type PoolTx } from './db-pool.ts';
import type { Raised } from './events.ts';

/**
 * The one door to PostgreSQL. The login has no grant of its own, so a statement outside `db.tx` is "permission
 * denied": every transaction names its role, and a provider's transaction also names the provider, which the
 * policies of row-level security read. What is raised inside a transaction (events, notices) leaves once, after commit.
 */

/** Who a transaction works for. `provider` sees only the rows of that provider. */
export type Actor = { role: 'engine' } | { role: 'operator' } | { role: 'provider'; providerId: string };

/** A running transaction: a tagged template for SQL. Values are parameters, never text. */
export type Tx = PoolTx;

export type Row = postgres.Row;

/**
 * A piece of SQL that is not sent by itself: a module hands out its insert as a part, and one statement writes the rows
 * of several modules. Each statement costs its own way to the server and back into the planner.
 */
export type Part = postgres.PendingQuery<Row[]>;

export type TxOptions = {
  /** A snapshot for reading: `repeatable read, read only`. */
  readOnly?: boolean;
  /** Longer statements for reports and maintenance; default 10 s. */
  statementTimeoutMs?: number;
};

export type Db = {
  /** Runs `work` in one transaction; serialization failures and deadlocks are repeated, at most 5 times in all. */
  tx<T>(actor: Actor, work: (tx: Tx) => Promise<T>, options?: TxOptions): Promise<T>;
  /** Listens to notices on a channel, on a connection of its own; returns the way to stop. */
  listen(channel: string, onNotice: (payload: string) => void): Promise<() => Promise<void>>;
  /** Tells every process that listens; a hint without data, never inside a business transaction. */
  notify(channel: string, payload: string): Promise<void>;
  /** Whether the database answers at all (readiness). */
  ping(): Promise<void>;
  close(): Promise<void>;
};

export type DbOptions = {
  url: string;
  /** Connections of this process, `DB_POOL_MAX`. */
  poolMax: number;
  /** Name shown in pg_stat_activity. */
  name: string;
  /** Receives what a transaction raised, once, after its commit. */
  onCommitted: (raised: Raised[]) => void;
  /** Counts repeats; metrics. */
  onRepeat?: (code: string) => void;
  /** Duration of each transaction in ms; metrics. */
  onTx?: (durationMs: number) => void;
};

/** Serialization failure and deadlock: nothing was done, so doing it again is safe. So it is before the beginning. */
const REPEATABLE = new Set(['40001', '40P01']);
const TX_TRIES_MAX = 5;
const LOCK_TIMEOUT_MS = 2_000;
const STATEMENT_TIMEOUT_MS = 10_000;
const IDLE_IN_TRANSACTION_TIMEOUT_MS = 5_000;
const CONNECT_TIMEOUT_S = 10;
const CONNECTION_LIFETIME_S = 60 * 30;

const raisedOf = new WeakMap<object, Raised[]>();

/** Adds to what leaves after this transaction's commit. Nothing leaves when it rolls back. */
export function afterCommit(tx: Tx, raised: Raised): void {
  const list = raisedOf.get(tx);
  if (!list) throw new Error('afterCommit needs the transaction given by db.tx, not a savepoint of it');
  list.push(raised);
}

/** Runs `work` in a savepoint; what it raises leaves with the outer transaction. */
export async function savepoint<T>(tx: Tx, work: (inner: Tx) => Promise<T>): Promise<T> {
  const outer = raisedOf.get(tx);
  const kept: Raised[] = [];
  const result = await tx.savepoint(async (inner) => {
    raisedOf.set(inner, kept);
    return work(inner);
  });
  outer?.push(...kept);
  return result as T;
}

/** bigint columns arrive as bigint, timestamps as Date, `date` and `numeric` as text (no off-by-one day, no float). */
const types = {
  bigint: {
    to: 20,
    from: [20],
    serialize: (value: bigint) => value.toString(),
    parse: (text: string) => BigInt(text),
  },
  date: { to: 1082, from: [1082], serialize: (value: string) => value, parse: (text: string) => text },
};

const roleOf: Record<Actor['role'], string> = {
  engine: 'fairlead_engine',
  operator: 'fairlead_operator',
  provider: 'fairlead_provider',
};

const uuid = /^[0-9a-f-]{36}$/;

/** The statement that gives a transaction its role. Sent ahead without waiting: it costs no round trip. */
function preamble(actor: Actor, options: TxOptions): string {
  const parts = [`set local role ${roleOf[actor.role]}`];
  if (actor.role === 'provider') {
    if (!uuid.test(actor.providerId)) throw new Error('providerId is not an id');
    parts.push(`set local app.provider_id = '${actor.providerId}'`);
  }
  if (options.statementTimeoutMs)
    parts.push(`set local statement_timeout = ${options.statementTimeoutMs | 0}`);
  return parts.join('; ');
}

export function openDb(options: DbOptions): Db {
  const pools = openPools({
    ...connectionOptions(options.url),
    max: options.poolMax,
    connect_timeout: CONNECT_TIMEOUT_S,
    max_lifetime: CONNECTION_LIFETIME_S,
    onnotice: () => {},
    types,
    connection: {
      application_name: options.name,
      lock_timeout: LOCK_TIMEOUT_MS,
      statement_timeout: STATEMENT_TIMEOUT_MS,
      idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_TIMEOUT_MS,
      TimeZone: 'UTC',
    },
  });

  async function once<T>(actor: Actor, work: (tx: Tx) => Promise<T>, txOptions: TxOptions) {
    const raised: Raised[] = [];
    const mode = txOptions.readOnly ? 'isolation level repeatable read read only' : 'read write';
    const result = await pools.begin(mode, async (tx) => {
      raisedOf.set(tx, raised);
      // `execute` sends it now, ahead of the first statement of `work`. A refused role aborts the transaction: what
      // follows fails with it, and the first cause is what is thrown.
      const role = tx.unsafe(preamble(actor, txOptions)).simple().execute();
      const [, value] = await Promise.all([role, work(tx)]);
      return value;
    });
    return { result: result as T, raised };
  }

  return {
    async tx(actor, work, txOptions = {}) {
      for (let tries = 1; ; tries += 1) {
        const startedAt = performance.now();
        try {
          const { result, raised } = await once(actor, work, txOptions);
          options.onTx?.(performance.now() - startedAt);
          if (raised.length > 0) options.onCommitted(raised);
          return result;
        } catch (error) {
          const code = (error as { code?: string }).code ?? '';
          const safe = REPEATABLE.has(code) || error instanceof NotBegun;
          if (!safe || tries >= TX_TRIES_MAX) throw error;
          options.onRepeat?.(code);
        }
      }
    },
    listen: pools.listen,
    async notify(channel, payload) {
      await pools.use((sql) => sql`select pg_notify(${channel}, ${payload})`);
    },
    async ping() {
      await pools.use((sql) => sql`select 1`);
    },
    close: pools.close,
  };
}

/** The code of a PostgreSQL error (`23505` unique violation ...) and the constraint it names, if it is one. */
export function sqlState(error: unknown): { code: string; constraint?: string } | undefined {
  if (!(error instanceof postgres.PostgresError)) return undefined;
  return error.constraint_name === undefined
    ? { code: error.code }
    : { code: error.code, constraint: error.constraint_name };
}
