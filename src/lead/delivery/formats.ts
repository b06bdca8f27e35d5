import parsePhoneNumber from 'libphonenumber-js';
import { countryName } from '../../kernel/contact.ts';

/** How a receiver wants phones and countries written. Inside, a phone is E.164 and a country ISO 3166-1 alpha-2. */

export const PHONE_FORMATS = ['international', 'national', 'local', 'e164', 'national_trunk'] as const;
export type PhoneFormat = (typeof PHONE_FORMATS)[number];
export const COUNTRY_FORMATS = ['name', 'iso2'] as const;
export type CountryFormat = (typeof COUNTRY_FORMATS)[number];

const LOCAL_GROUP = 3;

/**
 * For the E.164 number +491234567890: `international` and `e164` +491234567890, `national` 491234567890 (the digits
 * without the plus, as partners call it), `local` 49-123-456-7890 (country code, 3, 3, rest). `national_trunk` is
 * what people dial inside the country, digits only: 030123456 for +4930123456.
 * A text that is no E.164 number comes back as it is: a delivery must not fail for its phone.
 */
export function formatPhone(e164: string, format: PhoneFormat): string {
  if (format === 'international' || format === 'e164' || !/^\+[1-9]\d{3,14}$/.test(e164)) return e164;
  if (format === 'national') return e164.slice(1);
  const parsed = parsePhoneNumber(e164);
  if (parsed === undefined) return e164;
  if (format === 'national_trunk') return parsed.formatNational().replace(/\D/g, '');
  const code = parsed.countryCallingCode;
  const number = e164.slice(1 + code.length);
  const groups = [
    number.slice(0, LOCAL_GROUP),
    number.slice(LOCAL_GROUP, 2 * LOCAL_GROUP),
    number.slice(2 * LOCAL_GROUP),
  ];
  return [code, ...groups.filter((group) => group !== '')].join('-');
}

/** `DE` is `germany` or `DE`; `GB` is `uk`. A code without a name comes back as it is. */
export function formatCountry(iso2: string, format: CountryFormat): string {
  return format === 'iso2' ? iso2 : (countryName(iso2) ?? iso2);
}
