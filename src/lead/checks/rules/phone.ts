import type { PhoneFacts, Verdict } from '../verdict.ts';

export const PHONE_WEIGHT = 30;

/** Numbers that no consumer has: calling them costs the provider money or reaches nobody. */
const REFUSED_TYPES = new Set(['premium_rate', 'shared_cost', 'toll_free', 'pager', 'voicemail', 'uan']);
/** Real, but often rented for a day. */
const UNSURE_TYPES = new Set(['voip', 'personal_number']);

/**
 * Is this a number at which a person can be called? A lead without a phone is neither better nor worse for
 * it.
 */
export function checkPhone(phone: PhoneFacts | null): Verdict {
  const verdict = { check: 'phone', weight: PHONE_WEIGHT };
  if (phone === null) return { ...verdict, weight: 0, result: 'unknown', reason: 'no_phone' };
  const facts = { type: phone.type, country: phone.country ?? 'none' };
  if (!phone.possible) return { ...verdict, result: 'fail', reason: 'phone_not_possible', facts };
  if (!phone.valid) return { ...verdict, result: 'fail', reason: 'phone_not_valid', facts };
  if (REFUSED_TYPES.has(phone.type))
    return { ...verdict, result: 'fail', reason: 'phone_type_refused', facts };
  if (phone.doubtful) return { ...verdict, result: 'warn', reason: 'phone_country_doubtful', facts };
  if (UNSURE_TYPES.has(phone.type)) return { ...verdict, result: 'warn', reason: 'phone_type_unsure', facts };
  return { ...verdict, result: 'pass', facts };
}
