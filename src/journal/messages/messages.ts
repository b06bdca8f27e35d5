import type { Tx } from '../../platform/db.ts';
import type { Secrets } from '../../platform/secrets.ts';
import { insertMessages } from './store.ts';

/** A message to a person. It is rendered from its template when it is sent. */
export type NewMessage = {
  /** Name of a file of pages/mail without its ending. */
  template: string;
  /** An e-mail address. */
  recipient: string;
  /** What the template shows; a missing value is an error at sending, not an empty place. */
  params: Params;
  /**
   * Values that work like a key, for instance a link that confirms: encrypted until the message is sent or dead, then
   * dropped. In a table they would work for whoever reads it, or a backup of it.
   */
  secret?: { params: Record<string, string>; by: Pick<Secrets, 'encrypt'> };
  /** Default en-GB; a template without that language is sent in English. */
  locale?: string;
  providerId?: string | null;
  leadId?: string | null;
  /** Not before this time; at once if left out. */
  dueAt?: Date | null;
  /**
   * Never sent: an empty row that is `cancelled` from the start and says nothing of whom it is about. For a request
   * whose answer must take as long for people who are not written to.
   */
  withheld?: boolean;
};

export type Params = Record<string, string | number | boolean | null>;

/**
 * Puts messages into the table with the transaction that causes them: no message without its cause, no cause without
 * its message. One statement for any number. A provider's transaction may only write messages of that provider.
 */
export async function enqueueMessages(tx: Tx, messages: NewMessage[]): Promise<void> {
  if (messages.length > 0) await insertMessages(tx, messages);
}
