import { columnOf } from '../platform/columns.ts';
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

/**
 * Hashes given as hex, as an array for `= any(...)`. Never as a subquery over unnest: the planner expects 100 rows of
 * one and reads the whole table instead of the index (1.7 ms per lead at 2,500 leads, and growing).
 */
export const bytesOf = (tx: Tx, hexes: readonly string[]) =>
  tx`${columnOf(hexes.map((hex) => Buffer.from(hex, 'hex')))}::bytea[]`;

/**
 * The oldest lead of the person in the niches of one group that counts: confirmed, inside the window, not stopped or
 * ended without a sale. Read it under the person's locks only. Indexes: lead_contacts_email, lead_contacts_phone.
 * Found first and ordered afterwards: with order and limit in one step the planner walks all leads by time instead
 * (4 ms at 2,500 leads, and growing).
 */
export const duplicateQuery = (tx: Tx, person: PersonQuery) => tx`
  with same as materialized (
    select lead_id from lead_contacts where email_hash = any(${bytesOf(tx, person.emails)})
    union select lead_id from lead_contacts where phone_hash = any(${bytesOf(tx, person.phones)})
  ), counting as materialized (
    select l.id, l.submitted_at
    from same join leads l on l.id = same.lead_id join niches n on n.id = l.niche_id
    where n.niche_group = ${person.nicheGroup} and l.test = ${person.test}
      and l.confirmed_at is not null and l.state = any(${COUNTS_AS_DUPLICATE as unknown as string[]}::text[])
      and l.id is distinct from ${person.exceptLeadId}::uuid
      and l.submitted_at > clock_timestamp() - ${person.windowDays}::int * interval '1 day'
  )
  select id from counting order by submitted_at limit 1`;

/** Whether nobody may contact the person. A provider's own list is distribution's business. */
export const suppressionQuery = (tx: Tx, person: Pick<PersonQuery, 'emails' | 'phones'>) => tx`
  select 1 from suppressions
  where provider_id is null and person_hash = any(${bytesOf(tx, [...person.emails, ...person.phones])})`;

/** Both in one round trip. */
export async function findPerson(tx: Tx, person: PersonQuery): Promise<PersonFound> {
  const [found] = await tx<PersonFound[]>`
    select (${duplicateQuery(tx, person)}) as "duplicateOf", exists (${suppressionQuery(tx, person)}) as suppressed`;
  return found ?? { duplicateOf: null, suppressed: false };
}
