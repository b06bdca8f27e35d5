/**
 * A column of values as a PostgreSQL array literal, for `unnest(${columnOf(ids)}::uuid[], ...)`: one statement writes
 * any number of rows. Written by ourselves because the driver guesses an array's type from its first element: a list
 * of bigint, boolean, Date or Buffer is sent as a single value and refused, and its own escaping is slower.
 */
export type ColumnValue = string | number | bigint | boolean | Date | Buffer | null;

const PLAIN = /^[A-Za-z0-9_:.+-]+$/;

function element(value: ColumnValue): string {
  if (value === null) return 'null';
  if (typeof value === 'string') {
    // The word null without quotes would be a missing value.
    if (PLAIN.test(value) && value.toLowerCase() !== 'null') return value;
    return `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
  }
  if (value instanceof Date) return value.toISOString();
  if (Buffer.isBuffer(value)) return `"\\\\x${value.toString('hex')}"`;
  return String(value);
}

export const columnOf = (values: readonly ColumnValue[]): string => `{${values.map(element).join(',')}}`;

/** The named field of every row, as a column. */
export const column = <T, K extends keyof T>(
  rows: readonly (T & { [key in K]: ColumnValue })[],
  name: K,
): string => columnOf(rows.map((row) => row[name]));
