/** Days of the proof: calendar days in UTC, as text. */
const DAY_MS = 86_400_000;

export const dayAfter = (day: string, days = 1): string =>
  new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);

export const dayOf = (day: string): { from: Date; to: Date } => {
  const from = new Date(`${day}T00:00:00.000Z`);
  return { from, to: new Date(from.getTime() + DAY_MS) };
};

/** PostgreSQL knows no year 0; before this nothing was decided. */
const FIRST_DAY = '1970-01-01';

/** Whether a text names a day that exists. */
export function isDay(text: string): boolean {
  const at = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  return !Number.isNaN(at) && text >= FIRST_DAY && new Date(at).toISOString().startsWith(text);
}
