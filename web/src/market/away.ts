/** Times away as days of the reader's own calendar: the API keeps instants. */
export interface Away {
  from: string;
  to: string;
}

const two = (number: number): string => String(number).padStart(2, '0');
const dateText = (at: Date): string => `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;

/** The day in which an instant lies: "2026-12-24". */
export const dayOf = (instant: string): string => dateText(new Date(instant));

/** The last day before an end: one that ends at midnight has the day before as its last. */
export const lastDayOf = (end: string): string => dateText(new Date(Date.parse(end) - 1));

/** From the beginning of the first day to the end of the last. A last day before the first one moves along with it. */
export function spanOfDays(first: string, last: string): Away | null {
  const from = midnight(first, 0);
  const to = midnight(last < first ? first : last, 1);
  return from && to ? { from, to } : null;
}

function midnight(date: string, later: number): string | null {
  const [year = Number.NaN, month = 1, day = 1] = date.split('-').map(Number);
  const at = new Date(year, month - 1, day + later);
  return Number.isNaN(at.getTime()) || year < 2_000 ? null : at.toISOString();
}

/** "24 Dec 2026 to 1 Jan 2027", "24 Dec 2026". */
export function awayWords({ from, to }: Away): string {
  const shown = (day: string) =>
    new Date(`${day}T12:00:00`).toLocaleDateString('en-GB', {
      day: 'numeric',
      month: 'short',
      year: 'numeric',
    });
  const [first, last] = [dayOf(from), lastDayOf(to)];
  return first === last ? shown(first) : `${shown(first)} to ${shown(last)}`;
}
