import { createHash } from 'node:crypto';

/** Sessions slide on by three days with use and end seven days after the sign-in whatever happens. */
const DAY_MS = 24 * 60 * 60_000;
export const SESSION_IDLE_MS = 3 * DAY_MS;
export const SESSION_LIFE_MS = 7 * DAY_MS;
export const INVITE_LIFE_MS = 7 * DAY_MS;
export const FIRST_ADMIN_LIFE_MS = DAY_MS;

/** What a token of ours is for, readable at its head: secret scanners and people can tell them apart. */
export const PREFIX = { session: 'fl_ses', bearer: 'fl_usr', apiKey: 'fl_key', link: 'fl_lnk' } as const;

const TOKEN = /^fl_(?:ses|usr|key|lnk)_[\w-]{43}$/;

/** The stored form of a token; null for a text that cannot be one, which saves the look-up. */
export function hashOfToken(token: string, prefix: string): Buffer | null {
  if (!token.startsWith(`${prefix}_`) || !TOKEN.test(token)) return null;
  return createHash('sha256').update(token, 'utf8').digest();
}
