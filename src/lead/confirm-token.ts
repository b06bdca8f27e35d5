import { createHash, randomBytes } from 'node:crypto';
import type { Secrets, Verified } from '../platform/secrets.ts';

/** The link in the mail that asks a person to confirm. Signed, and stored as a hash only. */
const PURPOSE = 'confirm lead';

export type ConfirmToken = { token: string; hash: Buffer };

export function newConfirmToken(secrets: Secrets, leadId: string, expiresAt: Date): ConfirmToken {
  const token = secrets.sign(PURPOSE, `${leadId} ${randomBytes(9).toString('base64url')}`, expiresAt);
  return { token, hash: confirmHash(token) };
}

export const confirmHash = (token: string): Buffer => createHash('sha256').update(token, 'utf8').digest();

/** The lead a token names; an expired one names it too, so that the person can be told how to ask again. */
export function readConfirmToken(
  secrets: Secrets,
  token: string,
  now: Date,
): { leadId: string; expired: boolean } | null {
  const inTime = secrets.verify(PURPOSE, token, now);
  const late: Verified = inTime.ok ? inTime : secrets.verify(PURPOSE, token, new Date(0));
  if (!late.ok) return null;
  return { leadId: late.payload.split(' ')[0] ?? '', expired: !inTime.ok };
}

/** The page with the button. The token stands in the query: only a POST of the page confirms. */
export const confirmUrl = (publicUrl: string, token: string): string =>
  `${publicUrl}/confirm?token=${encodeURIComponent(token)}`;
