import { createHash } from 'node:crypto';
import type { Secrets } from '../platform/secrets.ts';

/** A person as duplicates, suppressions and locks know it: keyed hashes of e-mail and phone, never the texts. */
export type PersonHashes = {
  keyId: string;
  /** Under the newest key, for the new row; hex. */
  email: string;
  phone: string | null;
  /** Under every key, for look-ups. */
  emails: string[];
  phones: string[];
};

export function personHashes(
  secrets: Secrets,
  person: { emailFolded: string; e164: string | null },
): PersonHashes {
  const emails = secrets.keyedHashes(person.emailFolded);
  const phones = person.e164 === null ? [] : secrets.keyedHashes(person.e164);
  return {
    keyId: emails[0]!.keyId,
    email: emails[0]!.hash,
    phone: phones[0]?.hash ?? null,
    emails: emails.map(({ hash }) => hash),
    phones: phones.map(({ hash }) => hash),
  };
}

/**
 * The advisory locks under which duplicates of a person are decided, in the one order that everybody takes them in.
 * They depend on the person alone, so processes in the middle of a change of keys still meet at the same lock.
 */
export function personLocks(
  nicheGroup: string,
  person: { emailFolded: string; e164: string | null },
): bigint[] {
  const keys = [`email ${person.emailFolded}`, ...(person.e164 === null ? [] : [`phone ${person.e164}`])];
  return keys
    .map((key) => createHash('sha256').update(`${nicheGroup}\n${key}`).digest().readBigInt64BE(0))
    .sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}
