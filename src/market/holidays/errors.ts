import { defineRefusals } from '../../kernel/errors.ts';

export const refusals = defineRefusals({
  holiday_calendar_not_found: [
    404,
    'There is no calendar of holidays for this country yet: an operator can make one.',
  ],
  holiday_region_unknown: [
    422,
    'The calendar of this country has no such region: choose one of those it names, or none.',
  ],
  holidays_csv_invalid: [422, 'The file of holidays cannot be read: see the lines named.'],
});
