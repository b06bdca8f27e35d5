/**
 * Pages of lists: page and limit for people, an opaque keyset cursor for deep lists. Totals are exact up to
 * 1,000 and a capped estimate beyond, because counting a long list costs more than reading it.
 */

export const PAGE_LIMIT_DEFAULT = 20;
export const PAGE_LIMIT_MAX = 100;
/** Deeper than this `offset` reads and throws away too many rows; the cursor goes on from there. */
export const PAGE_OFFSET_MAX = 10_000;
/** Stores count at most one row more: `select count(*) from (select 1 ... limit 1001)`. */
export const TOTAL_EXACT_MAX = 1_000;
const CURSOR_LENGTH_MAX = 1_000;
const CURSOR_PARTS_MAX = 8;
const CURSOR_VERSION = 1;

export type PageRequest = { page: number; limit: number; offset: number };
export type PageReason = 'page_not_a_number' | 'limit_not_a_number' | 'limit_too_large' | 'page_too_deep';

export type Pagination = {
  page: number;
  limit: number;
  total: number;
  totalPages: number;
  nextCursor: string | null;
  totalIsEstimate: boolean;
};

/** A sort value of the last row shown. Write bigint and dates as strings. */
export type CursorPart = string | number | boolean | null;
/** What each part must be when a cursor comes back; `?` allows null. */
export type CursorKind = 'text' | 'number' | 'boolean' | 'uuid' | 'time' | 'bigint';

/** Reads ?page= and ?limit= (numbers or decimal strings); absent values get the defaults. */
export function readPage(query: {
  page?: unknown;
  limit?: unknown;
}): { ok: true; value: PageRequest } | { ok: false; field: 'page' | 'limit'; reason: PageReason } {
  const page = wholeNumber(query.page, 1);
  if (page === null) return { ok: false, field: 'page', reason: 'page_not_a_number' };
  const limit = wholeNumber(query.limit, PAGE_LIMIT_DEFAULT);
  if (limit === null) return { ok: false, field: 'limit', reason: 'limit_not_a_number' };
  if (limit > PAGE_LIMIT_MAX) return { ok: false, field: 'limit', reason: 'limit_too_large' };
  const offset = (page - 1) * limit;
  if (offset > PAGE_OFFSET_MAX) return { ok: false, field: 'page', reason: 'page_too_deep' };
  return { ok: true, value: { page, limit, offset } };
}

/** The `pagination` part of an answer. `counted` is a count that stopped at TOTAL_EXACT_MAX + 1. */
export function pagination(
  request: { page: number; limit: number },
  counted: number,
  nextCursor: string | null = null,
): Pagination {
  const total = Math.min(counted, TOTAL_EXACT_MAX);
  return {
    page: request.page,
    limit: request.limit,
    total,
    totalPages: Math.ceil(total / request.limit),
    nextCursor,
    totalIsEstimate: counted > TOTAL_EXACT_MAX,
  };
}

/** Writes the sort values of the last row as an opaque, URL-safe text. */
export function encodeCursor(parts: readonly CursorPart[]): string {
  if (parts.length === 0 || parts.length > CURSOR_PARTS_MAX)
    throw new RangeError('a cursor has 1 to 8 parts');
  const bytes = new TextEncoder().encode(JSON.stringify([CURSOR_VERSION, ...parts]));
  const text = btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '');
  if (text.length > CURSOR_LENGTH_MAX) throw new RangeError('a cursor part is too long');
  return text;
}

/**
 * Reads a cursor back; null for everything that `encodeCursor` did not write with these kinds.
 * A cursor is no secret and no permission: it only says where to go on.
 */
export function decodeCursor(
  text: unknown,
  kinds: readonly (CursorKind | `${CursorKind}?`)[],
): CursorPart[] | null {
  if (typeof text !== 'string' || text.length > CURSOR_LENGTH_MAX || !/^[A-Za-z0-9_-]+$/.test(text))
    return null;
  let parsed: unknown;
  try {
    const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
    const bytes = Uint8Array.from(binary, (char) => char.charCodeAt(0));
    parsed = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return null;
  }
  if (!Array.isArray(parsed) || parsed.length !== kinds.length + 1 || parsed[0] !== CURSOR_VERSION)
    return null;
  const parts = parsed.slice(1) as unknown[];
  return parts.every((part, at) => isKind(part, kinds[at]!)) ? (parts as CursorPart[]) : null;
}

function isKind(part: unknown, kind: CursorKind | `${CursorKind}?`): boolean {
  if (part === null) return kind.endsWith('?');
  switch (kind.replace('?', '')) {
    case 'number':
      return typeof part === 'number' && Number.isFinite(part);
    case 'boolean':
      return typeof part === 'boolean';
    case 'uuid':
      return typeof part === 'string' && /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/.test(part);
    case 'time':
      return (
        typeof part === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(part) && isRealTime(part)
      );
    case 'bigint':
      return typeof part === 'string' && /^-?[0-9]{1,18}$/.test(part);
    default:
      return typeof part === 'string' && part.isWellFormed() && !part.includes('\u0000');
  }
}

function isRealTime(text: string): boolean {
  const time = new Date(text);
  return !Number.isNaN(time.getTime()) && time.toISOString() === text;
}

/** A whole number of at least 1, from a number or a plain decimal string; `fallback` when absent. */
function wholeNumber(value: unknown, fallback: number): number | null {
  if (value === undefined || value === '') return fallback;
  const number = typeof value === 'string' && /^[0-9]{1,9}$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isSafeInteger(number) && number >= 1 ? number : null;
}
