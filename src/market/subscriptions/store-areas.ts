import { type Place, placeCodes } from '../../kernel/distance.ts';
import { barePostcode } from '../../kernel/postcode-areas.ts';
import { column } from '../../platform/columns.ts';
import type { Tx } from '../../platform/db.ts';

/** Lists of postcodes and where postcodes lie. Under a provider's role: the lists of its own subscriptions. */

/** Keeps a list; who wrote the same one before does not matter. Answers with its hash. */
export async function saveList(tx: Tx, entries: readonly string[], hash: Buffer): Promise<void> {
  await tx`
    insert into postcode_lists (hash, entries) values (${hash}, ${entries as string[]}) on conflict do nothing`;
}

export async function readLists(
  tx: Tx,
  hashes: readonly string[],
): Promise<{ hash: string; entries: string[] }[]> {
  return tx<{ hash: string; entries: string[] }[]>`
    select encode(hash, 'hex') as hash, entries from postcode_lists
    where hash in (select decode(named, 'hex') from unnest(${hashes as string[]}::text[]) named)`;
}

/** The number of entries of a list; null: there is none that may be read. */
export async function listSize(tx: Tx, hash: string): Promise<number | null> {
  const [row] = await tx<{ size: number }[]>`
    select cardinality(entries) as size from postcode_lists where hash = decode(${hash}, 'hex')`;
  return row?.size ?? null;
}

export async function firstEntries(
  tx: Tx,
  hashes: readonly string[],
  limit: number,
): Promise<Map<string, string[]>> {
  if (hashes.length === 0) return new Map();
  const rows = await tx<{ hash: string; entries: string[] }[]>`
    select encode(hash, 'hex') as hash, entries[1:${limit}::int] as entries from postcode_lists
    where hash in (select decode(named, 'hex') from unnest(${hashes as string[]}::text[]) named)`;
  return new Map(rows.map(({ hash, entries }) => [hash, entries]));
}

export type PostcodeOf = { key: string; country: string | null; postcode: string | null };

/** Where postcodes lie, by the caller's key; those that nobody knows are left out. Index: postcode_places_pkey. */
export async function placesOf(tx: Tx, of: readonly PostcodeOf[]): Promise<Map<string, Place>> {
  const wanted = of.flatMap(({ key, country, postcode }) => {
    const bare = postcode === null ? null : barePostcode(postcode);
    if (country === null || bare === null) return [];
    return placeCodes(country, bare).map((code, rank) => ({ key, country, code, rank }));
  });
  if (wanted.length === 0) return new Map();
  const rows = await tx<{ key: string; lat: number; lon: number }[]>`
    select distinct on (w.key) w.key, p.lat, p.lon
    from unnest(
      ${column(wanted, 'key')}::text[], ${column(wanted, 'country')}::text[], ${column(wanted, 'code')}::text[],
      ${column(wanted, 'rank')}::int[]
    ) as w (key, country, code, rank)
    join postcode_places p on p.country = w.country and p.postcode = w.code
    order by w.key, w.rank`;
  return new Map(rows.map(({ key, lat, lon }) => [key, { lat, lon }]));
}

export type PlaceRow = { country: string; postcode: string; lat: number; lon: number };

/** Rows to be put in place of a country's; several places of one postcode become their middle. */
export async function startPlaces(tx: Tx): Promise<void> {
  await tx`create temp table new_places (country text, postcode text, lat float8, lon float8) on commit drop`;
}

export async function addPlaces(tx: Tx, rows: readonly PlaceRow[]): Promise<void> {
  await tx`
    insert into new_places select * from unnest(
      ${column(rows, 'country')}::text[], ${column(rows, 'postcode')}::text[], ${column(rows, 'lat')}::float8[],
      ${column(rows, 'lon')}::float8[])`;
}

/** Replaces every country that the new rows name, at once. Answers with the postcodes of each. */
export async function replacePlaces(tx: Tx): Promise<{ country: string; count: number }[]> {
  await tx`delete from postcode_places where country in (select distinct country from new_places)`;
  await tx`
    insert into postcode_places (country, postcode, lat, lon)
    select country, postcode, avg(lat), avg(lon) from new_places group by country, postcode`;
  return tx<{ country: string; count: number }[]>`
    select country, count(distinct postcode)::int as count from new_places group by country order by country`;
}
