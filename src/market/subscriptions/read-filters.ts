import { createHash } from 'node:crypto';
import type { Detail } from '../../kernel/errors.ts';
import { readAreas } from '../../kernel/postcode-areas.ts';
import type { Tx } from '../../platform/db.ts';
import type { FormField } from '../catalog/index.ts';
import type { GivenFilter } from '../schema.ts';
import { keepList } from './area-lists.ts';
import { checkFilters } from './check-terms.ts';
import { refusals } from './errors.ts';
import type { AreaFilter, Filter, GeoFilter } from './rules.ts';
import { listSize, placesOf, saveList } from './store-areas.ts';

type Given<K extends GivenFilter['kind']> = Extract<GivenFilter, { kind: K }>;

/** Bad entries of a list that a refusal names; mending those shows the next. */
const PROBLEMS_NAMED_MAX = 50;

/**
 * Filters as a request gives them, checked and as they are kept: a list of postcodes is saved and named by its hash,
 * the middle of a circle is looked up. A list that is not to be saved (somebody only asks what it would match) is
 * compiled and stays in memory for a while.
 * @throws Refusal 422 filter_field_unknown, filter_kind_wrong, postcodes_invalid, postcode_list_unknown,
 *   place_unknown, naming the filter
 */
export async function readFilters(
  tx: Tx,
  given: readonly GivenFilter[],
  fields: readonly FormField[],
  saveLists: boolean,
): Promise<Filter[]> {
  const placed = given.map((filter, at) => withPlaceField(filter, fields, at));
  checkFilters(placed, fields);
  const filters: Filter[] = [];
  for (const [at, filter] of placed.entries()) {
    if (filter.kind === 'postcodes') filters.push(await readList(tx, filter, at, saveLists));
    else if (filter.kind === 'geo') filters.push(await readCircle(tx, filter, at));
    else filters.push(filter as Filter);
  }
  return filters;
}

/** A circle is about the person's place, so its field need not be named. */
function withPlaceField(filter: GivenFilter, fields: readonly FormField[], at: number): GivenFilter {
  if (filter.kind !== 'geo' || filter.field !== undefined) return filter;
  const field = ['address', 'postcode'].flatMap((type) => fields.filter((one) => one.type === type))[0];
  if (field) return { ...filter, field: field.id };
  const message = 'The form asks for no address and no postcode, so nobody knows where a lead is.';
  throw refusals.filter_kind_wrong({ details: [{ field: `filters.${at}`, message }] });
}

async function readList(tx: Tx, filter: Given<'postcodes'>, at: number, save: boolean): Promise<AreaFilter> {
  const { field, missing } = filter;
  if (filter.entries === undefined) {
    const hash = filter.hash!;
    const count = await listSize(tx, hash);
    if (count !== null) return { field, kind: 'postcodes', hash, count, missing };
    const message = 'There is no such list. Send its entries.';
    throw refusals.postcode_list_unknown({ details: [{ field: `filters.${at}.hash`, message }] });
  }
  const { entries, problems } = readAreas(filter.entries);
  const details = problems.map(
    (one): Detail => ({ field: `filters.${at}.entries.${one.at}`, message: one.message }),
  );
  if (entries.length === 0 && details.length === 0) {
    details.push({ field: `filters.${at}.entries`, message: 'Give at least one postcode.' });
  }
  if (details.length > 0) {
    throw refusals.postcodes_invalid({ details: details.slice(0, PROBLEMS_NAMED_MAX) });
  }
  const hash = createHash('sha256').update(entries.join('\n'), 'utf8').digest();
  if (save) await saveList(tx, entries, hash);
  else keepList(hash.toString('hex'), entries);
  return { field, kind: 'postcodes', hash: hash.toString('hex'), count: entries.length, missing };
}

async function readCircle(tx: Tx, filter: Given<'geo'>, at: number): Promise<GeoFilter> {
  const { field, lat, lon, radius_km, postcode, country, missing } = filter;
  const named = {
    ...(postcode === undefined ? {} : { postcode }),
    ...(country === undefined ? {} : { country }),
  };
  const circle = { field: field!, kind: 'geo' as const, radius_km, ...named, missing };
  if (lat !== undefined && lon !== undefined) return { ...circle, lat, lon };
  const key = `${country} ${postcode}`;
  const place = (await placesOf(tx, [{ key, country: country!, postcode: postcode! }])).get(key);
  if (place) return { ...circle, ...place };
  const message = `Nobody knows where ${postcode} in ${country} lies. Give lat and lon instead.`;
  throw refusals.place_unknown({ details: [{ field: `filters.${at}.postcode`, message }] });
}
