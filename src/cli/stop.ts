import { SYSTEM } from '../journal/audit/index.ts';
import { Refusal } from '../kernel/errors.ts';
import { endStop, findTargets, heldStop, type StopScope, setStop, subjectOf } from '../market/stops/index.ts';
import type { Config } from '../platform/config.ts';
import { type Db, openDb } from '../platform/db.ts';
import { runningAppUrl } from '../platform/embedded-attach.ts';
import { createLive } from '../platform/live.ts';
import { codeOf, StartupError } from '../platform/startup-error.ts';
import { openDatabase } from './database.ts';

export type StopCommand = {
  scope: StopScope;
  /** Id, address of a niche, or exact name; undefined for everything. */
  what: string | undefined;
  reason: string;
};

/**
 * `fairlead stop` and `fairlead go`: the stop switches from the terminal, when the portal is not at hand. Open pages
 * hear of it.
 * @throws StartupError `stop_refused` with the sentence of the API
 */
export async function runStop(
  db: Db,
  verb: 'stop' | 'go',
  { scope, what, reason }: StopCommand,
): Promise<string> {
  try {
    const scopeId = await targetOf(db, scope, what);
    if (verb === 'stop') {
      const stop = await setStop({ db }, { scope, scopeId, reason }, SYSTEM);
      return `${subjectOf(stop)} is stopped. "fairlead go ${scope}${what ? ` '${what}'` : ''} --reason ..." ends it.`;
    }
    const held = await db.tx({ role: 'operator' }, (tx) => heldStop(tx, { scope, scopeId }));
    if (held === null) throw new StartupError('stop_refused', 'That is not stopped.');
    return `${subjectOf(await endStop({ db }, { id: held.id, reason }, SYSTEM))} goes on.`;
  } catch (error) {
    if (error instanceof Refusal) throw new StartupError('stop_refused', error.message);
    throw error;
  }
}

async function targetOf(db: Db, scope: StopScope, what: string | undefined): Promise<string | null> {
  if (scope === 'everything') {
    if (what === undefined) return null;
    throw new StartupError('stop_refused', 'Everything has no name: leave it out.');
  }
  const words = what?.trim();
  if (!words) throw new StartupError('stop_refused', `Say which ${scope}: its id or its name.`);
  const found = await db.tx({ role: 'operator' }, (tx) => findTargets(tx, scope, words));
  if (found.length === 1) return found[0]!.id;
  throw new StartupError(
    'stop_refused',
    found.length === 0
      ? `There is no ${scope} "${words}": give its id or its exact name.`
      : `More than one ${scope} is called "${words}": give the id.`,
  );
}

/** Runs `work` as the program itself, beside the one that may be running, and tells open pages afterwards. */
export async function withDb<T>(config: Config, work: (db: Db) => Promise<T>): Promise<T> {
  const { url, end } = await programUrl(config);
  const topics = new Set<string>();
  const db = openDb({
    ...{ url, poolMax: 2, name: 'fairlead cli' },
    onCommitted: (raised) => {
      for (const event of raised) for (const topic of event.topics ?? []) topics.add(topic);
    },
  });
  try {
    const result = await work(db);
    const live = createLive(db, () => {});
    live.publish([...topics]);
    await live.close();
    return result;
  } finally {
    await db.close();
    await end();
  }
}

async function programUrl(config: Config): Promise<{ url: string; end: () => Promise<void> }> {
  try {
    const { appUrl, stop } = await openDatabase(config);
    return { url: appUrl, end: stop };
  } catch (error) {
    if (codeOf(error) !== 'data_dir_in_use') throw error;
    const url = await runningAppUrl(config.dataDir).catch(() => undefined);
    if (url === undefined) throw error;
    return { url, end: async () => {} };
  }
}
