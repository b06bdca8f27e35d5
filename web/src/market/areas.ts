/** Lists of postcodes as people write them or have them in files. */

/** The server takes no more. */
export const ENTRIES_MAX = 5_000;

/** Entries stand on lines of their own, or between commas and semicolons; "SW1A 1AA" is one. */
export const areaEntries = (text: string): string[] =>
  text
    .split(/[\n\r,;\t]+/)
    .map((entry) => entry.trim())
    .filter(Boolean);

const HEADERS = new Set(['postcode', 'postcodes', 'postal_code', 'postal code', 'plz', 'zip', 'cap']);

/** The column named postcode of a CSV file; without such a header, all that stands in it. */
export function entriesOfFile(text: string): string[] {
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/);
  const cells = (line: string) =>
    line.split(/[,;\t]/).map((cell) =>
      cell
        .trim()
        .replace(/^"(.*)"$/, '$1')
        .trim(),
    );
  const column = cells(lines[0] ?? '').findIndex((name) => HEADERS.has(name.toLowerCase()));
  if (column === -1) return areaEntries(text.replaceAll('"', ''));
  return lines
    .slice(1)
    .map((line) => cells(line)[column] ?? '')
    .filter(Boolean);
}
