import { column } from '../../platform/columns.ts';
import type { Tx } from '../../platform/db.ts';

export type WhereRow = {
  /** The lead. */
  key: string;
  country: string | null;
  postcode: string | null;
  lat: number | null;
  lon: number | null;
  /** As its first decision by distance kept it; null: there was none. */
  keptLat: number | null;
  keptLon: number | null;
  salt: Buffer | null;
  keptAt: Date | null;
};

/**
 * What leads said about where they are, and what was made of it. Indexes: lead_contacts_pkey, lead_places_pkey; each is
 * asked by key (`offset 0`): a plan made while they were small would read them whole.
 */
export async function whereLeadsAre(tx: Tx, leadIds: readonly string[]): Promise<WhereRow[]> {
  return tx<WhereRow[]>`
    select c.lead_id as key, coalesce(c.country, l.country) as country, c.postcode, c.latitude as lat,
      c.longitude as lon, p.lat as "keptLat", p.lon as "keptLon", p.salt, p.created_at as "keptAt"
    from unnest(${leadIds as string[]}::uuid[]) as wanted (id)
    cross join lateral (select * from lead_contacts where lead_id = wanted.id offset 0) c
    cross join lateral (select country from leads where id = wanted.id offset 0) l
    left join lateral (select * from lead_places where lead_id = wanted.id offset 0) p on true`;
}

export async function insertPlaces(
  tx: Tx,
  rows: readonly { leadId: string; lat: number; lon: number; salt: Buffer }[],
): Promise<void> {
  if (rows.length === 0) return;
  await tx`
    insert into lead_places (lead_id, lat, lon, salt)
    select * from unnest(
      ${column(rows, 'leadId')}::uuid[], ${column(rows, 'lat')}::int[], ${column(rows, 'lon')}::int[],
      ${column(rows, 'salt')}::bytea[]
    )`;
}
