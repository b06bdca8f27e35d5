import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { importPlaces, PlacesFileError } from '../market/subscriptions/index.ts';
import { openAdminSql } from '../platform/admin-sql.ts';
import type { Tx } from '../platform/db.ts';
import { StartupError } from '../platform/startup-error.ts';

const FILE_BYTES_MAX = 512 * 1_024 * 1_024;

/**
 * `fairlead import-places FILE.csv`: says where postcodes lie, for filters by distance. Each country of the file is
 * replaced at once; a file with a mistake changes nothing.
 * @throws StartupError places_file_missing, places_file_invalid
 */
export async function importPlacesFile(
  ownerUrl: string,
  path: string,
): Promise<{ country: string; count: number }[]> {
  const found = await stat(path).catch(() => undefined);
  if (!found?.isFile()) throw new StartupError('places_file_missing', `There is no file ${path}.`);
  if (found.size > FILE_BYTES_MAX) {
    throw new StartupError(
      'places_file_invalid',
      `${path} is larger than ${FILE_BYTES_MAX} bytes: split it.`,
    );
  }
  const sql = openAdminSql(ownerUrl, { name: 'fairlead-import-places' });
  try {
    return await sql.begin((tx) => importPlaces(tx as unknown as Tx, linesOf(path)));
  } catch (cause) {
    if (!(cause instanceof PlacesFileError)) throw cause;
    throw new StartupError('places_file_invalid', `${path}: ${cause.message}`, { cause });
  } finally {
    await sql.end();
  }
}

/** Opens the file when the first line is asked for: a reader that nobody listens to yet loses its lines. */
async function* linesOf(path: string): AsyncGenerator<string> {
  const file = createReadStream(path, 'utf8');
  try {
    yield* createInterface({ input: file, crlfDelay: Number.POSITIVE_INFINITY });
  } finally {
    file.destroy();
  }
}
