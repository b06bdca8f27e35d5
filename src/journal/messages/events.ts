import type { Tx } from '../../platform/db.ts';
import { raise } from '../../platform/events.ts';
import { counter } from '../../platform/metrics.ts';
import type { Outcome } from './store.ts';

const messages = counter('messages_total', 'Messages by template and what became of them.', [
  'template',
  'outcome',
]);

/** One try of a message ended: sent, to be tried again, or dead. */
export function messageEnded(tx: Tx, { message, state, error }: Outcome): void {
  const outcome = state === 'pending' ? 'failed' : state;
  raise(tx, {
    name: `message.${outcome}`,
    fields: { messageId: message.id, template: message.template, tries: message.tries, reason: error },
    level: state === 'dead' ? 'warn' : 'info',
    counter: messages,
    labels: { template: message.template, outcome },
  });
}
