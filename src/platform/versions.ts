import { z } from 'zod';
import type { Detail } from '../kernel/errors.ts';
import { snakeName } from '../kernel/names.ts';
import { versionRefusals } from './errors.ts';

/**
 * Edits by people are optimistic: who edits says which version was on the screen, as `If-Match: "3"` or as the field
 * `version`. A stale edit is refused and shows what stands there now.
 */
/** For the `headers` of a route whose edit needs a version. */
export const versionHeaders = z.object({ 'if-match': z.string().max(40).optional() });

/** The version a request says it saw: `If-Match: 3`, `"3"` or `W/"3"`, else `version` of the body. */
export function versionOf(headers: { 'if-match'?: string | undefined }, body?: unknown): number {
  const header = headers['if-match'];
  if (header !== undefined) {
    const match = /^\s*(?:W\/)?"?(\d{1,9})"?\s*$/.exec(header);
    if (!match)
      throw versionRefusals.version_invalid({
        details: [{ field: 'If-Match', message: 'Send If-Match: "3".' }],
      });
    return Number(match[1]);
  }
  const given = (body as { version?: unknown } | undefined)?.version;
  if (given === undefined) throw versionRefusals.version_missing();
  if (typeof given !== 'number' || !Number.isSafeInteger(given) || given < 1) {
    throw versionRefusals.version_invalid({
      details: [{ field: 'version', message: 'Send a whole number.' }],
    });
  }
  return given;
}

/**
 * Refuses an edit of something that changed since. The details name each field of the edit that now holds another
 * value than the one wanted, with that value.
 * @param current the row as it is, under its lock
 * @throws Refusal 409 version_stale
 */
export function requireVersion(
  current: { version: number },
  expected: number,
  edit: Readonly<Record<string, unknown>> = {},
): void {
  if (current.version === expected) return;
  const now = current as unknown as Record<string, unknown>;
  const details = Object.entries(edit)
    .filter(([field, wanted]) => field !== 'version' && wanted !== undefined && field in now)
    .filter(([field, wanted]) => shown(now[field]) !== shown(wanted))
    .map(([field]): Detail => ({ field: snakeName(field), message: `is now ${shown(now[field])}` }));
  throw versionRefusals.version_stale({
    details: [{ field: 'version', message: `is now ${current.version}, you saw ${expected}` }, ...details],
  });
}

const SHOWN_LENGTH_MAX = 300;

/** One spelling for comparing and showing, whatever the type. */
function shown(value: unknown): string {
  const text = JSON.stringify(value, (_key, held) => (typeof held === 'bigint' ? held.toString() : held));
  return (text ?? 'empty').slice(0, SHOWN_LENGTH_MAX);
}
