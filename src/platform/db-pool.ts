import { setTimeout as wait } from 'node:timers/promises';
import postgres from 'postgres';

/**
 * Connections to PostgreSQL, and what happens when one is lost. The driver (postgres 3.4) puts a lost connection back
 * into its pool and connects it again, and work that still holds it goes on there: its statements, its commit or its
 * rollback would reach the transaction of somebody else; and what was about to be written when the connection closed
 * keeps it from ever writing again. Therefore a transaction whose connection is gone sends nothing any more, and a pool
 * that lost a connection is given up for a fresh one; what runs on its other connections may end there. The driver also
 * asks for the array types on every new connection and lets nobody catch that this failed: we ask one time.
 */

type Types = { bigint: bigint; date: string };
export type PoolTx = postgres.TransactionSql<Types>;
type Sql = postgres.Sql<Types>;

export type Pools = {
  /** One transaction. @throws NotBegun when nothing was sent: doing it again is safe */
  begin<T>(mode: string, work: (tx: PoolTx) => Promise<T>): Promise<T>;
  /** A statement outside any transaction. */
  use<T>(work: (sql: Sql) => Promise<T>): Promise<T>;
  listen(channel: string, onNotice: (payload: string) => void): Promise<() => Promise<void>>;
  close(): Promise<void>;
};

/** The connection was lost before the transaction began. */
export class NotBegun extends Error {
  override readonly name = 'NotBegun';
  readonly code = 'CONNECTION_CLOSED';
}

class TransactionEnded extends Error {
  override readonly name = 'TransactionEnded';
  readonly code = 'CONNECTION_CLOSED';
}

type Pool = {
  sql: Sql;
  retired: boolean;
  /** Callers who have not got an answer yet; with the last one a retired pool ends. */
  users: number;
  /** Those who wait for a connection. */
  waiting: Set<() => void>;
};
/** How arrays are read and written; the driver keeps it beside its options. */
type Arrays = { parsers: object; serializers: object; shared: { typeArrayMap: object } };
type State = { started: boolean; abandoned: boolean; ended: boolean };

/** After an error that ends the connection, its end is waited for this long before anything more is sent. */
const LOSS_WAIT_MS = 1_000;
const CLOSE_TIMEOUT_S = 5;

type Options = postgres.Options<{ bigint: postgres.PostgresType<bigint> }>;
type House = {
  options: Options;
  pools: Set<Pool>;
  current: Pool;
  arrays: Arrays | undefined;
  learning: Promise<void> | undefined;
  closing: boolean;
};

export function openPools(options: Options): Pools {
  const house = { options, pools: new Set(), closing: false } as unknown as House;
  house.current = open(house);
  const listener = postgres(options) as unknown as Sql;
  return {
    begin: (mode, work) => beginOn(house, mode, work),
    use: (work) =>
      onPool(
        house,
        ({ sql }) => work(sql),
        () => {},
      ),
    async listen(channel, onNotice) {
      const { unlisten } = await listener.listen(channel, onNotice);
      return unlisten;
    },
    async close() {
      house.closing = true;
      const all = [listener, ...[...house.pools].map(({ sql }) => sql)];
      await Promise.all(all.map((sql) => sql.end({ timeout: CLOSE_TIMEOUT_S })));
    },
  };
}

function open(house: House): Pool {
  const pool: Pool = { sql: undefined as unknown as Sql, retired: false, users: 0, waiting: new Set() };
  const onclose = () => retire(house, pool);
  pool.sql = postgres({ ...house.options, fetch_types: false, onclose }) as unknown as Sql;
  if (house.arrays) teach(pool, house.arrays);
  house.pools.add(pool);
  return pool;
}

function retire(house: House, pool: Pool): void {
  if (pool.retired || house.closing) return;
  pool.retired = true;
  house.current = open(house);
  for (const giveUp of pool.waiting) giveUp();
  endIfUnused(house, pool);
}

function endIfUnused(house: House, pool: Pool): void {
  if (!pool.retired || pool.users > 0 || !house.pools.delete(pool)) return;
  pool.sql.end({ timeout: CLOSE_TIMEOUT_S }).catch(() => {});
}

async function learn(house: House): Promise<void> {
  const teacher = postgres({ ...house.options, max: 1 });
  try {
    await teacher`select 1`;
    house.arrays = teacher.options as unknown as Arrays;
    teach(house.current, house.arrays);
  } finally {
    house.learning = undefined;
    teacher.end({ timeout: CLOSE_TIMEOUT_S }).catch(() => {});
  }
}

async function beginOn<T>(house: House, mode: string, work: (tx: PoolTx) => Promise<T>): Promise<T> {
  const state: State = { started: false, abandoned: false, ended: false };
  const end = () => {
    state.ended = true;
  };
  const begin = (pool: Pool, begun: () => void): Promise<T> => {
    const running = pool.sql.begin(mode, (raw) => {
      begun();
      return runGuarded(raw, state, work);
    });
    running.then(end, end);
    return running as Promise<T>;
  };
  try {
    return await onPool(house, begin, () => {
      state.abandoned = true;
    });
  } catch (error) {
    if (state.started || !isLoss(error) || error instanceof NotBegun) throw error;
    throw new NotBegun('the connection to the database was lost', { cause: error });
  }
}

/** `call` on the present pool; given up when the pool is lost before `call` said that it has a connection. */
async function onPool<T>(
  house: House,
  call: (pool: Pool, begun: () => void) => Promise<T>,
  onGivenUp: () => void,
): Promise<T> {
  if (!house.arrays) {
    house.learning ??= learn(house);
    await house.learning;
  }
  const pool = house.current;
  const { promise: lost, reject } = Promise.withResolvers<never>();
  const giveUp = () => {
    onGivenUp();
    reject(new NotBegun('the connection to the database was lost'));
  };
  pool.users += 1;
  pool.waiting.add(giveUp);
  try {
    return await Promise.race([call(pool, () => pool.waiting.delete(giveUp)), lost]);
  } finally {
    pool.waiting.delete(giveUp);
    pool.users -= 1;
    endIfUnused(house, pool);
  }
}

function teach(pool: Pool, arrays: Arrays): void {
  const options = pool.sql.options as unknown as Arrays;
  Object.assign(options.parsers, arrays.parsers);
  Object.assign(options.serializers, arrays.serializers);
  Object.assign(options.shared.typeArrayMap, arrays.shared.typeArrayMap);
}

/** Runs `work`; once the connection is gone it never comes back to the driver, which would commit or roll back. */
async function runGuarded<T>(raw: PoolTx, state: State, work: (tx: PoolTx) => Promise<T>): Promise<T> {
  if (state.abandoned) throw new NotBegun('the connection to the database was lost');
  state.started = true;
  try {
    const value = await work(guarded(raw, state));
    if (state.ended) await forever();
    return value;
  } catch (error) {
    // The driver tells the statement first and the transaction a moment later.
    if (isLoss(error)) await wait(LOSS_WAIT_MS, undefined, { ref: false });
    if (state.ended) await forever();
    throw error;
  }
}

const forever = (): Promise<never> => new Promise(() => {});

/** The transaction's door, which closes with the transaction. */
function guarded(raw: PoolTx, state: State): PoolTx {
  const open = () => {
    if (state.ended) throw new TransactionEnded('the transaction has ended, or its connection was lost');
  };
  const unsafe = (...args: Parameters<PoolTx['unsafe']>) => {
    open();
    return raw.unsafe(...args);
  };
  const savepoint = (work: (inner: PoolTx) => Promise<unknown>) => {
    open();
    return raw.savepoint((inner) => runGuarded(inner as PoolTx, state, work));
  };
  return new Proxy(raw, {
    apply(target, self, args) {
      open();
      return Reflect.apply(target as never, self, args);
    },
    get(target, name) {
      if (name === 'unsafe') return unsafe;
      if (name === 'savepoint') return savepoint;
      return Reflect.get(target, name);
    },
  });
}

/** Errors after which the connection is gone or about to go. */
function isLoss(error: unknown): boolean {
  const { code = '', severity = '' } = error as { code?: string; severity?: string };
  return (
    ['FATAL', 'PANIC'].includes(severity) || /^(CONNECT|ECONN|EPIPE|ENOENT|ERR_STREAM|ERR_SOCKET)/.test(code)
  );
}
