/**
 * Phone numbers as people type them. A number without "+" means nothing before a country is chosen:
 * "416-967-1111" is Toronto, and also a correct German landline. So the country the person gave comes first,
 * then the field's own, then the page's; and a number that does not look like that country's writing is
 * marked doubtful, never refused.
 */
import {
  type CountryCode,
  type PhoneNumber,
  parsePhoneNumberFromString,
  validatePhoneNumberLength,
} from 'libphonenumber-js/max';

/** Longest writing of a phone number that is read ("+49 (0) 30 / 90 18 20 - 0 ext. 12345"). */
export const PHONE_TYPED_MAX = 40;

export type PhoneType =
  | 'fixed_line'
  | 'mobile'
  | 'fixed_line_or_mobile'
  | 'premium_rate'
  | 'toll_free'
  | 'shared_cost'
  | 'voip'
  | 'personal_number'
  | 'pager'
  | 'uan'
  | 'voicemail'
  | 'unknown';

export type Phone = {
  /** What the person typed, without outer blanks. */
  typed: string;
  e164: string;
  /** Alpha-2; null for numbers of no country (satellite, international freephone). */
  country: string | null;
  callingCode: string;
  type: PhoneType;
  /** The numbering plan has this number. */
  valid: boolean;
  /** The length is one the country uses. */
  possible: boolean;
  /** Typed without "+" and not in the country's own writing: it may be another country's number. */
  doubtful: boolean;
};

export type PhoneReason =
  | 'phone_missing'
  | 'phone_characters'
  | 'phone_too_short'
  | 'phone_too_long'
  | 'phone_not_a_number'
  | 'phone_country_needed';

const WRITING = /^\+?[0-9\s().\-\u2013/\u00b7]+(?:(?:ext\.?|x|#)\s*[0-9]{1,6})?$/i;

/**
 * Reads a phone number. `country` is the country to judge a number without "+" against.
 * Refused: other characters than numbers are written with, and lengths that no number of the country has.
 * A number of a possible length that the numbering plan does not have is taken with `valid: false`.
 */
export function readPhone(
  value: unknown,
  country: string | null,
): { ok: true; phone: Phone } | { ok: false; reason: PhoneReason } {
  if (typeof value !== 'string' || value.trim() === '') return { ok: false, reason: 'phone_missing' };
  const typed = value.trim();
  if (typed.length > PHONE_TYPED_MAX) return { ok: false, reason: 'phone_characters' };
  const latin = latinDigits(typed);
  if (!WRITING.test(latin)) return { ok: false, reason: 'phone_characters' };
  // "00" starts an international number in most of the world, and no national number anywhere.
  const text = latin.replace(/^(\D*)00(?=\D*[1-9])/, '+');
  const international = text.startsWith('+');
  if (!international && country === null) return { ok: false, reason: 'phone_country_needed' };
  const rule = country === null ? {} : { defaultCountry: country as CountryCode };
  const parsed = parsePhoneNumberFromString(text, { ...rule, extract: false });
  if (parsed === undefined || !parsed.isPossible()) {
    const length = validatePhoneNumberLength(text, rule);
    if (length === 'TOO_SHORT') return { ok: false, reason: 'phone_too_short' };
    return { ok: false, reason: length === 'TOO_LONG' ? 'phone_too_long' : 'phone_not_a_number' };
  }
  const valid = parsed.isValid();
  return {
    ok: true,
    phone: {
      typed,
      e164: parsed.number,
      country: parsed.country ?? (valid || international ? null : country),
      callingCode: parsed.countryCallingCode,
      type: typeOf(parsed),
      valid,
      possible: true,
      doubtful: !international && !isNationalWriting(text, parsed),
    },
  };
}

/** Typed as the country itself writes it, with its leading 0 where it has one. */
function isNationalWriting(text: string, parsed: PhoneNumber): boolean {
  const digitsOf = (writing: string) =>
    writing
      .normalize('NFKC')
      .replace(/(?:ext|x|#).*$/i, '')
      .replace(/\D/g, '');
  const typed = digitsOf(text);
  const national = digitsOf(parsed.formatNational());
  // North America writes numbers with and without the leading 1.
  return typed === national || (parsed.countryCallingCode === '1' && typed === `1${national}`);
}

/** Arabic, Persian and full-width digits (and the full-width plus) as the ones numbers are stored with. */
function latinDigits(text: string): string {
  return text
    .normalize('NFKC')
    .replace(/[\u0660-\u0669\u06f0-\u06f9]/g, (digit) => String(digit.charCodeAt(0) & 0x0f));
}

function typeOf(parsed: PhoneNumber): PhoneType {
  return (parsed.getType()?.toLowerCase() as PhoneType | undefined) ?? 'unknown';
}
