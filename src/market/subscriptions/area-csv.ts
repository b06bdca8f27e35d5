import type { Detail } from '../../kernel/errors.ts';
import { AREA_ENTRIES_MAX, readAreas } from '../../kernel/postcode-areas.ts';
import { refusals } from './errors.ts';

/** Areas as a file for a spreadsheet: a header row, then one entry a line. */
const HEADER = 'postcode';
const HEADERS = new Set([HEADER, 'postcodes', 'postal_code', 'postal code', 'plz', 'zip', 'cap']);
const PROBLEMS_NAMED_MAX = 50;

export const areasCsv = (entries: readonly string[]): string => `${[HEADER, ...entries].join('\r\n')}\r\n`;

/**
 * Entries of a file: the column under "postcode"; other columns and empty lines are passed over.
 * @throws Refusal 422 areas_csv_invalid, naming the line
 */
export function readAreasCsv(text: string): string[] {
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/);
  const header = cellsOf(lines[0] ?? '').map((cell) => cell.toLowerCase());
  const place = header.findIndex((name) => HEADERS.has(name));
  if (place === -1)
    throw refused([{ field: 'line 1', message: `The first line must name the column "${HEADER}".` }]);
  const numbers: number[] = [];
  const given: string[] = [];
  for (const [at, line] of lines.entries()) {
    const cell = at === 0 ? '' : (cellsOf(line)[place] ?? '');
    if (cell === '') continue;
    numbers.push(at + 1);
    given.push(cell);
  }
  if (given.length === 0) throw refused([{ field: 'line 2', message: 'There is no postcode in the file.' }]);
  if (given.length > AREA_ENTRIES_MAX) {
    const message = `There are ${given.length} entries, at most ${AREA_ENTRIES_MAX} are possible: use beginnings (10*).`;
    throw refused([{ field: `line ${numbers[AREA_ENTRIES_MAX]}`, message }]);
  }
  const { problems } = readAreas(given);
  if (problems.length > 0) {
    throw refused(problems.map(({ at, message }) => ({ field: `line ${numbers[at]}`, message })));
  }
  return given;
}

const refused = (details: Detail[]) =>
  refusals.areas_csv_invalid({ details: details.slice(0, PROBLEMS_NAMED_MAX) });

/** Entries hold no separators, so a line needs no more than this. */
const cellsOf = (line: string): string[] =>
  line.split(/[,;\t]/).map((cell) =>
    cell
      .trim()
      .replace(/^"(.*)"$/, '$1')
      .trim(),
  );
