import { foldEmail } from '../../kernel/contact.ts';
import type { App } from '../../platform/app.ts';
import type { Tx } from '../../platform/db.ts';
import { personHashes, personLocks } from '../person.ts';
import type { CourseLead } from '../store-advance.ts';
import { findPerson, lockPerson, type PersonFound } from '../store-person.ts';
import { type ConfirmingPerson, readPersonOf } from './store.ts';

/** The person of a lead under the locks that intake takes; they come before the lead's row. null: it was erased. */
export async function lockPersonOf(tx: Tx, leadId: string): Promise<ConfirmingPerson | null> {
  const person = await readPersonOf(tx, leadId);
  if (person?.email) await lockPerson(tx, personLocks(person.nicheGroup, keysOf(person)));
  return person;
}

/** Somebody corrected the contact data while we waited for the lead: the locks we hold are those of another person. */
class PersonChanged extends Error {
  override readonly name = 'PersonChanged';
  /** As a serialization failure: the transaction is rolled back and repeated. */
  readonly code = '40001';
}

/** Under the lead's own lock: that `person` is still who it is about. @throws what repeats the transaction if not */
export async function requireSamePerson(
  tx: Tx,
  leadId: string,
  person: ConfirmingPerson | null,
): Promise<void> {
  const now = await readPersonOf(tx, leadId);
  if (now?.email !== person?.email || now?.phone !== person?.phone) {
    throw new PersonChanged('the contact data of the lead were corrected meanwhile');
  }
}

/** Whether another lead of the person counts, or nobody may contact it. Under `lockPersonOf` only. */
export function findPersonOf(
  app: App,
  tx: Tx,
  lead: CourseLead,
  person: ConfirmingPerson,
): Promise<PersonFound> {
  const hashes = personHashes(app.secrets, keysOf(person));
  return findPerson(tx, {
    ...{ emails: hashes.emails, phones: hashes.phones, nicheGroup: lead.nicheGroup },
    ...{ windowDays: lead.duplicateWindowDays, test: lead.test, exceptLeadId: lead.id },
  });
}

const keysOf = ({ email, phone }: ConfirmingPerson) => ({ emailFolded: foldEmail(email ?? ''), e164: phone });
