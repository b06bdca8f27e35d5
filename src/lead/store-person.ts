import type { Tx } from '../platform/db.ts';
import { COUNTS_AS_DUPLICATE } from './lead.ts';

/**
 * What the database knows about the person of a lead. Intake and confirmation ask the same under the same locks, so
 * of two forms with one person the first confirmed one wins, whatever order they came in.
 */

export type PersonQuery = {
  /** Hex, under every key. */
  emails: string[];
  phones: string[];
  nicheGroup: string;
  windowDays: number;
  test: boolean;
  /** A lead is no duplicate of itself. */
  exceptLeadId: string | null;
};

/** What intake and confirmation need to know before they let a lead on. */
export type PersonFound = { duplicateOf: string | null; suppressed: boolean };

/** Waits for the person's locks, in the order given; they end with the transaction. */
export async function lockPerson(tx: Tx, locks: readonly bigint[]): Promise<void> {
  await tx`select pg_advisory_xact_lock(key) from unnest(${locks.map(String)}::text[]::bigint[]) as key`;
}

/** Hashes given as hex, as bytes of a condition. */
export const bytesOf = (tx: Tx, hexes: readonly string[]) =>
  tx`(select decode(hex, 'hex') from unnest(${hexes as string[]}::text[]) as hex)`;

/**
 * The oldest lead of the person in the niches of one group that counts: confirmed, inside the window, not stopped or
 * ended without a sale. Read it under the person's locks only. Indexes: lead_contacts_email, lead_contacts_phone.
 */
export const duplicateQuery = (tx: Tx, person: PersonQuery) => tx`
  select l.id from leads l join niches n on n.id = l.niche_id
  where l.id in (
      select lead_id from lead_contacts where email_hash in ${bytesOf(tx, person.emails)}
      union all select lead_id from lead_contacts where phone_hash in ${bytesOf(tx, person.phones)}
    )
    and n.niche_group = ${person.nicheGroup} and l.test = ${person.test}
    and l.confirmed_at is not null and l.state = any(${COUNTS_AS_DUPLICATE as unknown as string[]}::text[])
    and l.id is distinct from ${person.exceptLeadId}::uuid
    and l.submitted_at > clock_timestamp() - ${person.windowDays}::int * interval '1 day'
  order by l.submitted_at limit 1`;

/** Whether nobody may contact the person. A provider's own list is distribution's business. */
export const suppressionQuery = (tx: Tx, person: Pick<PersonQuery, 'emails' | 'phones'>) => tx`
  select 1 from suppressions
  where provider_id is null and person_hash in ${bytesOf(tx, [...person.emails, ...person.phones])}`;

/** Both in one round trip. */
export async function findPerson(tx: Tx, person: PersonQuery): Promise<PersonFound> {
  const [found] = await tx<PersonFound[]>`
    select (${duplicateQuery(tx, person)}) as "duplicateOf", exists (${suppressionQuery(tx, person)}) as suppressed`;
  return found ?? { duplicateOf: null, suppressed: false };
}
