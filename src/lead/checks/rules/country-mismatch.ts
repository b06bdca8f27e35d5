import type { PhoneFacts, Verdict } from '../verdict.ts';

export const COUNTRY_WEIGHT = 20;

/**
 * Do the person's country, the phone and the campaign belong together? Outside the campaign's countries, or a
 * phone from a country that has nothing to do with either: fail, a person looks at it. A phone from another
 * country of the campaign or of the same numbering plan, and an address of the internet elsewhere: warn,
 * because people move and travel. Facts name countries only.
 */
export function checkCountryMismatch(subject: {
  country: string | null;
  phone: Pick<PhoneFacts, 'country' | 'callingCode'> | null;
  /** Empty: every country. */
  campaignCountries: readonly string[];
  /** Calling code of the person's country, when known: tells shared plans (+1, +44) from others. */
  callingCodeOf?: (country: string) => string | null;
  /** From the sender's IP address; null when it is not looked up. */
  ipCountry?: string | null;
}): Verdict {
  const { country, phone, campaignCountries, ipCountry = null } = subject;
  const verdict = { check: 'country_mismatch', weight: COUNTRY_WEIGHT };
  if (country === null) return { ...verdict, result: 'unknown', reason: 'no_country' };
  const facts: Record<string, string> = { country };
  if (campaignCountries.length > 0 && !campaignCountries.includes(country)) {
    return { ...verdict, result: 'fail', reason: 'country_outside_campaign', facts };
  }
  const phoneCountry = phone?.country ?? null;
  if (phone !== null && phoneCountry !== null && phoneCountry !== country) {
    const related =
      campaignCountries.includes(phoneCountry) || subject.callingCodeOf?.(country) === phone.callingCode;
    const reason = related ? 'phone_from_related_country' : 'phone_country_differs';
    return { ...verdict, result: related ? 'warn' : 'fail', reason, facts: { ...facts, phoneCountry } };
  }
  if (ipCountry !== null && ipCountry !== country) {
    return { ...verdict, result: 'warn', reason: 'ip_country_differs', facts: { ...facts, ipCountry } };
  }
  return { ...verdict, result: 'pass', facts };
}
