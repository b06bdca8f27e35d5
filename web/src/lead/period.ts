/** A span of days in the address: `from=2026-11-20&to=2026-11-21`, whole days of the reader's zone, or exact times. */

const DAY = /^\d{4}-\d{2}-\d{2}$/;

const two = (value: number): string => String(value).padStart(2, '0');

/** "2026-11-20" in the reader's zone. */
export const dayOf = (date: Date): string =>
  `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;

/** The day so many days ago. */
export function daysAgo(days: number, now = new Date()): string {
  const date = new Date(now);
  date.setDate(date.getDate() - days);
  return dayOf(date);
}

/** Midnight at which a day begins, some days later, as the API takes it. */
function midnight(day: string, plusDays = 0): string | undefined {
  const [year, month, date] = day.split('-').map(Number) as [number, number, number];
  const at = new Date(year, month - 1, date + plusDays);
  return Number.isNaN(at.getTime()) ? undefined : at.toISOString();
}

const exact = (text: string): string | undefined =>
  Number.isNaN(Date.parse(text)) ? undefined : new Date(text).toISOString();

/** What the API is asked for: the last day counts whole. */
export function spanOf(from: string | undefined, to: string | undefined): { from?: string; to?: string } {
  const first = from && (DAY.test(from) ? midnight(from) : exact(from));
  const last = to && (DAY.test(to) ? midnight(to, 1) : exact(to));
  return { ...(first ? { from: first } : {}), ...(last ? { to: last } : {}) };
}

const short = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short', year: 'numeric' });
const withTime = new Intl.DateTimeFormat(undefined, {
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
});

function shown(text: string): string {
  const at = DAY.test(text) ? new Date(`${text}T12:00:00`) : new Date(text);
  if (Number.isNaN(at.getTime())) return text;
  return (DAY.test(text) ? short : withTime).format(at);
}

/** "since 20 Nov 2026", "19 to 20 Nov": for the button. */
export function spanWords(from: string | undefined, to: string | undefined): string {
  if (from && from === to) return shown(from);
  if (from && to) return `${shown(from)} to ${shown(to)}`;
  if (from) return `since ${shown(from)}`;
  return to ? `until ${shown(to)}` : 'any time';
}
