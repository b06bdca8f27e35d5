import { describe, expect, test } from 'vitest';
import { checkPhone } from './phone.ts';

const mobile = {
  e164: '+4915123456789',
  country: 'DE',
  callingCode: '49',
  type: 'mobile',
  valid: true,
  possible: true,
  doubtful: false,
};

describe('a phone that a provider will call', () => {
  test.each([
    [{}, 'pass', undefined],
    [{ type: 'fixed_line' }, 'pass', undefined],
    [{ type: 'unknown' }, 'pass', undefined],
    [{ type: 'premium_rate' }, 'fail', 'phone_type_refused'],
    [{ type: 'toll_free' }, 'fail', 'phone_type_refused'],
    [{ type: 'voicemail' }, 'fail', 'phone_type_refused'],
    [{ type: 'voip' }, 'warn', 'phone_type_unsure'],
    [{ valid: false }, 'fail', 'phone_not_valid'],
    [{ valid: false, possible: false }, 'fail', 'phone_not_possible'],
    [{ doubtful: true }, 'warn', 'phone_country_doubtful'],
    [{ doubtful: true, type: 'premium_rate' }, 'fail', 'phone_type_refused'],
    [{ country: null }, 'pass', undefined],
  ])('%j', (change, result, reason) => {
    const verdict = checkPhone({ ...mobile, ...change });
    expect([verdict.result, verdict.reason]).toEqual([result, reason]);
  });

  test('a lead without a phone loses nothing', () => {
    expect(checkPhone(null)).toMatchObject({ result: 'unknown', reason: 'no_phone', weight: 0 });
  });

  test('the number itself is in no verdict', () => {
    expect(JSON.stringify(checkPhone(mobile))).not.toContain('23456789');
  });
});
