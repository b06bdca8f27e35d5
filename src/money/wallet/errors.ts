import { defineRefusals } from '../../kernel/errors.ts';

export const refusals = defineRefusals({
  currency_unclear: [422, 'Say which currency is meant, for instance EUR.'],
  amount_invalid: [422, 'The amount cannot be read.'],
  ledger_cursor_invalid: [422, 'The cursor is not one of this list.'],
});
