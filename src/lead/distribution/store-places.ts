import type { Tx } from '../../platform/db.ts';

export type WhereRow = {
  /** The lead. */
  key: string;
  country: string | null;
  postcode: string | null;
  lat: number | null;
  lon: number | null;
};

/** What leads said about where they are. Index: lead_contacts_pkey. */
export async function whereLeadsAre(tx: Tx, leadIds: readonly string[]): Promise<WhereRow[]> {
  return tx<WhereRow[]>`
    select c.lead_id as key, coalesce(c.country, l.country) as country, c.postcode, c.latitude as lat,
      c.longitude as lon
    from lead_contacts c join leads l on l.id = c.lead_id
    where c.lead_id = any(${leadIds as string[]}::uuid[])`;
}
