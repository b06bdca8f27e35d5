import { setTimeout as wait } from 'node:timers/promises';
import { openDistributor, runDistribution } from '../../src/lead/distribution/index.ts';
import { lockProviders } from '../../src/money/ledger/index.ts';
import type { App } from '../../src/platform/app.ts';
import type { Tx } from '../../src/platform/db.ts';
import { testApp } from './app.ts';
import { engine } from './lead.ts';
import { until } from './until.ts';

/** Workers as an installation on several machines has them: each with its own connections and its own memory. */
export type Workers = {
  /** What a round threw. Only a lock that was not free in time is no trouble: the next round tries again. */
  troubles: unknown[];
  /** The log lines of this name that the workers wrote. */
  said(name: string): object[];
  /** Waits until every worker has begun and ended so many rounds from now on. */
  ranAgain(rounds: number): Promise<void>;
  /** Lets the rounds under way end; none begins before `go`. */
  rest(): Promise<void>;
  go(): void;
  [Symbol.asyncDispose](): Promise<void>;
};

const LOCK_NOT_FREE = '55P03';
const IDLE_MS = 20;
/** A round is short; a machine that does much else at the same time may take long for it. */
const LIMIT_MS = 40_000;
const CONNECTIONS_PER_WORKER = '2';

export async function startWorkers(
  database: { appUrl: string },
  count: number,
  settings: Record<string, string> = {},
): Promise<Workers> {
  const all = { DB_POOL_MAX: CONNECTIONS_PER_WORKER, ...settings };
  const apps = await Promise.all(Array.from({ length: count }, () => testApp(database, all)));
  const ended = apps.map(() => 0);
  const troubles: unknown[] = [];
  const busy = new Set<number>();
  const state = { resting: false, stopped: false };
  const loops = apps.map(async (app, at) => {
    const distributor = openDistributor(app);
    while (!state.stopped) {
      let did = 0;
      if (!state.resting) {
        busy.add(at);
        did = await runDistribution(distributor).catch((error: { code?: string }) => {
          if (error.code !== LOCK_NOT_FREE) troubles.push(error);
          return 0;
        });
        busy.delete(at);
        ended[at]! += 1;
      }
      if (did === 0) await wait(IDLE_MS);
    }
  });
  return {
    troubles,
    said: (name) => apps.flatMap(({ lines }) => lines.filter(({ msg }) => msg === name)),
    ranAgain: async (rounds) => {
      // The round under way began before.
      const target = ended.map((before) => before + rounds + 1);
      await until(() => ended.every((now, at) => now >= target[at]!), LIMIT_MS);
    },
    rest: async () => {
      state.resting = true;
      await until(() => busy.size === 0, LIMIT_MS);
    },
    go: () => {
      state.resting = false;
    },
    [Symbol.asyncDispose]: async () => {
      state.stopped = true;
      await Promise.all(loops);
      await Promise.all(apps.map((app) => app.close()));
    },
  };
}

/** How many connections of this database wait for a lock. */
export async function waitingForLocks(tx: Tx): Promise<number> {
  const [row] = await tx<{ n: number }[]>`
    select count(distinct pid)::int as n from pg_locks
    where not granted and pid in (select pid from pg_stat_activity where datname = current_database())`;
  return row!.n;
}

/**
 * Runs `work` while a provider's row is locked, as by a payment that takes its time, or its wallets, which a decision
 * writes to after its last look at the provider. Ask on its transaction: that keeps it from being ended as idle.
 */
export async function whileHeld(
  app: App,
  held: { what: 'provider' | 'wallets'; providerId: string },
  work: (holder: Tx) => Promise<void>,
): Promise<void> {
  await app.db.tx(engine, async (tx) => {
    if (held.what === 'provider') await lockProviders(tx, [held.providerId]);
    else await tx`select 1 from wallets where provider_id = ${held.providerId} for no key update`;
    await work(tx);
  });
}
