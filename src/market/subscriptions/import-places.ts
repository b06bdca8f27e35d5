import { isCountry } from '../../kernel/contact.ts';
import { barePostcode } from '../../kernel/postcode-areas.ts';
import type { Tx } from '../../platform/db.ts';
import { addPlaces, type PlaceRow, replacePlaces, startPlaces } from './store-areas.ts';

/** Lines of one file: all postcodes of the largest countries together are fewer. */
export const PLACES_MAX = 3_000_000;
export const PLACE_LINE_LENGTH_MAX = 1_000;
const ROWS_PER_STATEMENT = 5_000;

/** Columns by any of these names, as GeoNames and others write them. */
const COLUMNS = {
  country: ['country', 'country code', 'country_code'],
  postcode: ['postcode', 'postal code', 'postal_code', 'zip'],
  lat: ['lat', 'latitude'],
  lon: ['lon', 'lng', 'longitude'],
} as const;
type Columns = Record<keyof typeof COLUMNS, number>;

/** A file that cannot be taken, in one sentence that names the line. */
export class PlacesFileError extends Error {
  override readonly name = 'PlacesFileError';
}

/**
 * Puts the places of a file in place of those of each country it names, in the caller's transaction. The first line
 * names the columns country, postcode, lat and lon; separated by comma, semicolon or tab.
 * @throws PlacesFileError
 */
export async function importPlaces(
  tx: Tx,
  lines: AsyncIterable<string> | Iterable<string>,
): Promise<{ country: string; count: number }[]> {
  await startPlaces(tx);
  let columns: Columns | undefined;
  let rows: PlaceRow[] = [];
  let number = 0;
  for await (const line of lines) {
    number += 1;
    if (number > PLACES_MAX) throw new PlacesFileError(`The file has more than ${PLACES_MAX} lines.`);
    if (line.length > PLACE_LINE_LENGTH_MAX) throw new PlacesFileError(`Line ${number} is too long.`);
    if (line.trim() === '') continue;
    if (!columns) {
      columns = columnsOf(line);
      continue;
    }
    rows.push(placeOf(line, columns, number));
    if (rows.length < ROWS_PER_STATEMENT) continue;
    await addPlaces(tx, rows);
    rows = [];
  }
  if (rows.length > 0) await addPlaces(tx, rows);
  return replacePlaces(tx);
}

const cellsOf = (line: string): string[] =>
  line.split(/[,;\t]/).map((cell) =>
    cell
      .trim()
      .replace(/^"(.*)"$/, '$1')
      .trim(),
  );

function columnsOf(line: string): Columns {
  const names = cellsOf(line.replace(/^\uFEFF/, '')).map((name) => name.toLowerCase());
  const find = (column: keyof typeof COLUMNS): number => {
    const at = names.findIndex((name) => (COLUMNS[column] as readonly string[]).includes(name));
    if (at === -1) throw new PlacesFileError(`Line 1 must name the column "${column}".`);
    return at;
  };
  return { country: find('country'), postcode: find('postcode'), lat: find('lat'), lon: find('lon') };
}

function placeOf(line: string, columns: Columns, number: number): PlaceRow {
  const cells = cellsOf(line);
  const country = (cells[columns.country] ?? '').toUpperCase();
  const postcode = barePostcode(cells[columns.postcode] ?? '');
  const [lat, lon] = [degrees(cells[columns.lat]), degrees(cells[columns.lon])];
  if (!isCountry(country)) throw new PlacesFileError(`Line ${number}: "${country}" is no country code.`);
  if (postcode === null) throw new PlacesFileError(`Line ${number} has no postcode.`);
  if (!(Math.abs(lat) <= 90 && Math.abs(lon) <= 180)) {
    throw new PlacesFileError(`Line ${number}: latitude or longitude is no number on earth.`);
  }
  return { country, postcode, lat, lon };
}

const degrees = (text = ''): number => (/^-?\d{1,3}(\.\d+)?$/.test(text) ? Number(text) : Number.NaN);
