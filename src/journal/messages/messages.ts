import type { Tx } from '../../platform/db.ts';
import { insertMessages } from './store.ts';

/** A message to a person. It is rendered from its template when it is sent. */
export type NewMessage = {
  /** Name of a file of pages/mail without its ending. */
  template: string;
  /** An e-mail address. */
  recipient: string;
  /** What the template shows; a missing value is an error at sending, not an empty place. */
  params: Record<string, string | number | boolean | null>;
  /** Default en-GB; a template without that language is sent in English. */
  locale?: string;
  providerId?: string | null;
  leadId?: string | null;
  /** Not before this time; at once if left out. */
  dueAt?: Date | null;
};

/**
 * Puts messages into the table with the transaction that causes them: no message without its cause, no cause without
 * its message. One statement for any number. A provider's transaction may only write messages of that provider.
 */
export async function enqueueMessages(tx: Tx, messages: NewMessage[]): Promise<void> {
  if (messages.length > 0) await insertMessages(tx, messages);
}
