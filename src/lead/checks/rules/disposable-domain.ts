import { disposableEmailBlocklistSet } from 'disposable-email-domains-js';
import type { Verdict } from '../verdict.ts';

export const DISPOSABLE_WEIGHT = 30;
/** Labels of a host name; more do not exist. */
const LABELS_MAX = 127;

let listed: ReadonlySet<string> | undefined;

/**
 * Is the e-mail's domain, or one above it, on the list of throw-away mail services? `own` holds the
 * operator's additions and exceptions; an exception wins.
 */
export function checkDisposableDomain(
  email: string,
  own: { refused?: ReadonlySet<string>; allowed?: ReadonlySet<string> } = {},
): Verdict {
  listed ??= disposableEmailBlocklistSet();
  const verdict = { check: 'disposable_domain', weight: DISPOSABLE_WEIGHT };
  for (const domain of domainAndAbove(email)) {
    if (own.allowed?.has(domain)) return { ...verdict, result: 'pass', reason: 'allowed_by_operator' };
    if (own.refused?.has(domain)) return { ...verdict, result: 'fail', reason: 'refused_by_operator' };
    if (listed.has(domain)) return { ...verdict, result: 'fail', reason: 'disposable_domain' };
  }
  return { ...verdict, result: 'pass' };
}

/** mail.example.co.uk, example.co.uk, co.uk: a subdomain of a throw-away service is one too. */
function domainAndAbove(email: string): string[] {
  const labels = email
    .slice(email.lastIndexOf('@') + 1)
    .toLowerCase()
    .split('.', LABELS_MAX);
  return labels.slice(0, -1).map((_, at) => labels.slice(at).join('.'));
}
