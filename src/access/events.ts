import type { Tx } from '../platform/db.ts';
import { raise } from '../platform/events.ts';
import type { Logger } from '../platform/log.ts';
import { counter } from '../platform/metrics.ts';

const opened = counter('sessions_opened_total', 'Sessions opened', ['kind']);
const refused = counter('sign_ins_refused_total', 'Sign-ins with a wrong e-mail or password');

export const sessionOpened = (tx: Tx, session: { userId: string; kind: 'browser' | 'bearer' }): void =>
  raise(tx, { name: 'session.opened', fields: session, counter: opened, labels: { kind: session.kind } });

/** Outside a transaction: nothing is written for a wrong password. The user is null for an unknown e-mail. */
export function signInRefused(log: Logger, userId: string | null): void {
  refused.inc();
  log.warn({ userId }, 'session.refused');
}
