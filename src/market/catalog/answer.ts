/** What reading one field gives: a value, nothing (an optional field left empty) or what to mend. */

/**
 * One faulty field: its key as the form names it (`email`, `address.postcode`), a code, and how to mend it.
 */
export type AnswerProblem = { field: string; reason: string; message: string };

export type Read<T> = { ok: true; value: T | undefined } | { ok: false; problems: AnswerProblem[] };

export type AnswerContext = {
  /** Alpha-2 that the person gave, else that of the page or campaign. */
  country: string | null;
  /** Alpha-2 of the page or campaign. */
  pageCountry: string | null;
  /** Local date "YYYY-MM-DD" for limits that say `today`. */
  today: string;
};

export type Address = {
  street: string | null;
  city: string | null;
  postcode: string | null;
  state: string | null;
  country: string | null;
  point: { lat: number; lng: number } | null;
};

export function taken<T>(value: T): Read<T> {
  return { ok: true, value };
}

export function wrong(field: string, reason: string, message: string): Read<never> {
  return { ok: false, problems: [{ field, reason, message }] };
}

/** Absent, null and blank texts are "not filled in": that is how browsers send empty fields. */
export function isEmpty(raw: unknown): boolean {
  return (
    raw === undefined || raw === null || (typeof raw === 'string' && raw.length <= 1_000 && raw.trim() === '')
  );
}

/** An object as JSON makes them; not a list, not a class. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** "Germany, Austria or Spain" for a sentence; long lists are cut. */
export function anyOf(words: readonly string[]): string {
  const shown = words
    .slice(0, 5)
    .map((word) => word.replace(/(^|\s)\p{L}/gu, (first) => first.toUpperCase()));
  if (words.length > shown.length) return `${shown.join(', ')} or another listed one`;
  return shown.length < 2 ? shown.join('') : `${shown.slice(0, -1).join(', ')} or ${shown.at(-1)}`;
}
