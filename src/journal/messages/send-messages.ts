import { randomUUID } from 'node:crypto';
import type { App } from '../../platform/app.ts';
import type { Config } from '../../platform/config.ts';
import { createMailDriver, type MailDriver, MailError } from '../../platform/mail.ts';
import { messageEnded } from './events.ts';
import { renderMessage } from './render.ts';
import { claimMessages, type DueMessage, type Outcome, recordOutcomes } from './store.ts';

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

/**
 * Sends up to `limit` due messages and answers with how many it took: claim (lease) > render and send, outside any
 * transaction > record. A crash between sending and recording sends again with the same Message-ID: at least one
 * time. A message that cannot be rendered or that the server refuses for good is dead at once.
 */
export async function sendDueMessages(
  app: Pick<App, 'db' | 'config'>,
  limit: number = SEND_MAX,
  driver: MailDriver = driverOf(app.config),
): Promise<number> {
  let taken = 0;
  while (taken < limit) {
    const token = randomUUID();
    const claim = { token, leaseMs: app.config.LEASE_MS, limit: Math.min(limit - taken, driver.batchMax) };
    const due = await app.db.tx({ role: 'engine' }, (tx) => claimMessages(tx, claim));
    if (due.length === 0) break;
    const outcomes = await Promise.all(due.map((message) => sendOne(message, driver, app.config.PUBLIC_URL)));
    await app.db.tx({ role: 'engine' }, async (tx) => {
      const recorded = await recordOutcomes(tx, token, outcomes);
      for (const outcome of outcomes) if (recorded.has(outcome.message.id)) messageEnded(tx, outcome);
    });
    taken += due.length;
  }
  return taken;
}

async function sendOne(message: DueMessage, driver: MailDriver, publicUrl: string): Promise<Outcome> {
  try {
    const rendered = await renderMessage(message, publicUrl).catch((error: Error) => {
      throw new MailError(`template: ${error.message.split('\n')[0]}`.slice(0, 300), true);
    });
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
