import { defineRefusals } from '../../kernel/errors.ts';

/**
 * Why a transfer is refused, in the order in which it is checked: the first that holds is the answer. docs/ledger.md
 * and test/money/refusals.test.ts keep the same order.
 */
export const refusals = defineRefusals({
  transfer_amount_not_positive: [422, 'The amount must be above zero.'],
  currency_unknown: [422, 'This currency is not known; use a three-letter code such as EUR.'],
  wallet_missing: [404, 'There is no such provider, so there is no wallet.'],
  cause_already_posted: [409, 'This was already booked; it is not booked twice.'],
  origin_missing: [
    409,
    'There is no hold or charge of this provider that could be captured, released or refunded.',
  ],
  currency_mismatch: [422, 'The hold or charge was in another currency.'],
  amount_mismatch: [422, 'The amount must be that of the hold or charge: there are no parts of it.'],
  hold_ended: [409, 'The hold was already captured or released.'],
  insufficient_funds: [402, 'The available money and credit are less than the amount; top up first.'],
  balance_too_large: [422, 'The balance would become larger than can be kept.'],
});
