import type { Detail } from '../../kernel/errors.ts';
import { HOLIDAYS_MAX, isHolidayRule } from '../../kernel/holidays.ts';
import type { CalendarDay } from './calendar.ts';
import { refusals } from './errors.ts';

/** A calendar as a file for a spreadsheet: one day a line. */
const HEADER = ['name', 'rule', 'observed', 'regions'] as const;
const RULE_NAMES = new Set(['rule', 'date', 'day']);
const YES = new Set(['yes', 'true', '1', 'x']);
const NO = new Set(['', 'no', 'false', '0']);
const PROBLEMS_NAMED_MAX = 50;
const NAME_LENGTH_MAX = 100;
export const REGION = /^[A-Z0-9]{1,3}$/;
export const RULE_HELP = 'Write 12-25, easter+1, monday from 09-01, or one date such as 2027-05-03.';

export function holidaysCsv(days: readonly CalendarDay[]): string {
  const lines = days.map(({ name, rule, observed, regions = [] }) =>
    [name, rule, observed ? 'yes' : 'no', regions.join(' ')].map(cellOf).join(','),
  );
  return `${[HEADER.join(','), ...lines].join('\r\n')}\r\n`;
}

/**
 * The days of a file: the columns `name` and `rule` (or `date`), and if they are there `observed` and `regions` (codes with
 * blanks between). Other columns and empty lines are passed over.
 * @throws Refusal 422 holidays_csv_invalid, naming the lines
 */
export function readHolidaysCsv(text: string): CalendarDay[] {
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/);
  const names = cellsOf(lines[0] ?? '').map((name) => name.toLowerCase());
  const at = {
    name: names.indexOf('name'),
    rule: names.findIndex((name) => RULE_NAMES.has(name)),
    observed: names.indexOf('observed'),
    regions: names.indexOf('regions'),
  };
  if (at.name === -1 || at.rule === -1) {
    throw refused([{ field: 'line 1', message: 'The first line must name the columns "name" and "rule".' }]);
  }
  const problems: Detail[] = [];
  const days: CalendarDay[] = [];
  for (const [index, line] of lines.entries()) {
    const cells = index === 0 ? [] : cellsOf(line);
    if (cells.every((cell) => cell === '')) continue;
    const cell = (column: keyof typeof at) => cells[at[column]] ?? '';
    const problem = problemOf(cell);
    if (problem) problems.push({ field: `line ${index + 1}`, message: problem });
    const regions = regionsOf(cell('regions'));
    days.push({
      name: cell('name'),
      rule: cell('rule'),
      observed: YES.has(cell('observed').toLowerCase()),
      regions,
    });
  }
  if (days.length > HOLIDAYS_MAX) {
    problems.unshift({
      field: `line ${HOLIDAYS_MAX + 2}`,
      message: `At most ${HOLIDAYS_MAX} days are possible.`,
    });
  }
  if (problems.length > 0) throw refused(problems);
  return days;
}

function problemOf(cell: (column: (typeof HEADER)[number]) => string): string | null {
  const name = cell('name');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (name === '' || name.length > NAME_LENGTH_MAX || /[\u0000-\u001f]/.test(name)) {
    return `Give the day a name of at most ${NAME_LENGTH_MAX} letters.`;
  }
  if (!isHolidayRule(cell('rule'))) return `"${cell('rule')}" is no rule. ${RULE_HELP}`;
  const observed = cell('observed').toLowerCase();
  if (!YES.has(observed) && !NO.has(observed)) return `"observed" is yes or no, not "${cell('observed')}".`;
  const odd = regionsOf(cell('regions')).find((region) => !REGION.test(region));
  return odd === undefined ? null : `"${odd}" is no code of a region: up to 3 capital letters and digits.`;
}

const refused = (details: Detail[]) =>
  refusals.holidays_csv_invalid({ details: details.slice(0, PROBLEMS_NAMED_MAX) });

const regionsOf = (text: string): string[] => text.split(/[ |/]+/).filter((code) => code !== '');

const cellOf = (text: string): string => (/[",;\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** Cells between commas, semicolons or tabs; one in quotes may hold them. */
function cellsOf(line: string): string[] {
  const cells = line.matchAll(/[ ]*(?:"((?:[^"]|"")*)"[ ]*|([^,;\t]*))(?:[,;\t]|$)/gy);
  return [...cells].map(([, quoted, plain]) => (quoted?.replaceAll('""', '"') ?? plain ?? '').trim());
}
