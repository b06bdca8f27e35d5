import { describe, expect, test } from 'vitest';
import { checkCountryMismatch } from './country-mismatch.ts';

const callingCodes: Record<string, string> = { DE: '49', AT: '43', CA: '1', US: '1' };
const phone = (country: string | null) => ({
  country,
  callingCode: country === null ? '800' : callingCodes[country]!,
});

describe('countries that belong together', () => {
  test.each([
    ['all German', 'DE', phone('DE'), ['DE'], null, 'pass', undefined],
    ['a campaign for every country', 'DE', phone('DE'), [], null, 'pass', undefined],
    ['no phone', 'DE', null, ['DE'], null, 'pass', undefined],
    ['a phone of no country', 'DE', phone(null), ['DE'], null, 'pass', undefined],
    ['a lead from elsewhere', 'CA', phone('CA'), ['DE', 'AT'], null, 'fail', 'country_outside_campaign'],
    ['an unrelated phone', 'DE', phone('CA'), ['DE', 'AT'], null, 'fail', 'phone_country_differs'],
    ['an unrelated phone, every country', 'DE', phone('CA'), [], null, 'fail', 'phone_country_differs'],
    ['a phone of the campaign', 'DE', phone('AT'), ['DE', 'AT'], null, 'warn', 'phone_from_related_country'],
    ['a phone of the same plan', 'CA', phone('US'), ['CA'], null, 'warn', 'phone_from_related_country'],
    ['an IP address elsewhere', 'DE', phone('DE'), ['DE'], 'BR', 'warn', 'ip_country_differs'],
    ['the phone weighs more than the IP', 'DE', phone('CA'), ['DE'], 'BR', 'fail', 'phone_country_differs'],
    ['no country at all', null, phone('DE'), ['DE'], null, 'unknown', 'no_country'],
  ] as const)('%s', (_, country, number, campaignCountries, ipCountry, result, reason) => {
    const verdict = checkCountryMismatch({
      country,
      phone: number,
      campaignCountries,
      ipCountry,
      callingCodeOf: (code) => callingCodes[code] ?? null,
    });
    expect([verdict.result, verdict.reason]).toEqual([result, reason]);
  });
});
