import { randomUUID } from 'node:crypto';
import type { App } from '../../platform/app.ts';
import type { Config } from '../../platform/config.ts';
import { createMailDriver, type MailDriver, MailError } from '../../platform/mail.ts';
import { messageEnded } from './events.ts';
import { renderMessage } from './render.ts';
import { openParams } from './secret-params.ts';
import { claimMessages, type DueMessage, type Outcome, recordOutcomes, renewMessages } from './store.ts';

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
/** Wait before the second try, the third ...; after the last one the message is dead. */
export const RETRY_WAITS_MS = [
  30 * SECOND_MS,
  2 * MINUTE_MS,
  10 * MINUTE_MS,
  30 * MINUTE_MS,
  HOUR_MS,
  3 * HOUR_MS,
  8 * HOUR_MS,
];
const SEND_MAX = 200;

const drivers = new WeakMap<Config, MailDriver>();

/** The driver of this process, made when the first message is sent. */
function driverOf(config: Config): MailDriver {
  const known = drivers.get(config);
  if (known) return known;
  const driver = createMailDriver(config);
  drivers.set(config, driver);
  return driver;
}

type Sending = Pick<App, 'db' | 'config' | 'secrets'>;

/**
 * Sends up to `limit` due messages and answers with how many it took: claim (lease) > render and send, outside any
 * transaction > record. While a server takes its time the lease is renewed, so nobody sends the same mail beside us.
 * A crash between sending and recording sends again with the same Message-ID: at least one time. A message that cannot
 * be rendered or that the server refuses for good is dead at once.
 */
export async function sendDueMessages(
  app: Sending,
  limit: number = SEND_MAX,
  driver: MailDriver = driverOf(app.config),
): Promise<number> {
  let taken = 0;
  while (taken < limit) {
    const token = randomUUID();
    const claim = { token, leaseMs: app.config.LEASE_MS, limit: Math.min(limit - taken, driver.batchMax) };
    const due = await app.db.tx({ role: 'engine' }, (tx) => claimMessages(tx, claim));
    if (due.length === 0) break;
    const outcomes = await holding(app, token, due, () =>
      Promise.all(due.map((message) => sendOne(app, message, driver))),
    );
    await app.db.tx({ role: 'engine' }, async (tx) => {
      const recorded = await recordOutcomes(tx, token, outcomes, app.config.FAIRLEAD_DEV);
      for (const outcome of outcomes) if (recorded.has(outcome.message.id)) messageEnded(tx, outcome);
    });
    taken += due.length;
  }
  return taken;
}

/** Renews the leases as long as the work goes on. A renewal that fails costs nothing: the next one is soon. */
async function holding<T>(
  { db, config }: Sending,
  token: string,
  messages: readonly DueMessage[],
  work: () => Promise<T>,
): Promise<T> {
  const renew = { token, leaseMs: config.LEASE_MS, messages };
  const timer = setInterval(() => {
    void db.tx({ role: 'engine' }, (tx) => renewMessages(tx, renew)).catch(() => {});
  }, config.LEASE_RENEW_MS);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}

async function sendOne(app: Sending, message: DueMessage, driver: MailDriver): Promise<Outcome> {
  try {
    const params = openSecret(app, message);
    const rendered = await renderMessage({ ...message, params }, app.config.PUBLIC_URL).catch(
      (error: Error) => {
        throw new MailError(`template: ${error.message.split('\n')[0]}`.slice(0, 300), true);
      },
    );
    await driver.send({ id: message.id, to: message.recipient, ...rendered });
    return { message, state: 'sent', waitMs: 0, error: null };
  } catch (error) {
    const { message: reason, final } =
      error instanceof MailError ? error : { message: 'failed', final: false };
    const waitMs = RETRY_WAITS_MS[message.tries - 1];
    if (final || waitMs === undefined) return { message, state: 'dead', waitMs: 0, error: reason };
    return { message, state: 'pending', waitMs, error: reason };
  }
}

/** A data key that is missing here may be there in the next process, or after a restart: it is tried again. */
function openSecret(app: Sending, message: DueMessage): DueMessage['params'] {
  try {
    return openParams(message, app.secrets);
  } catch (error) {
    throw new MailError(`secret: ${(error as { code?: string }).code ?? 'unreadable'}`, false);
  }
}
