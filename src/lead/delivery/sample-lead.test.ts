import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { renderDelivery } from './payload.ts';
import { SAMPLE_ASSIGNMENT, SAMPLE_LEAD } from './sample-lead.ts';

test('the sample of the test button is the one of the documentation, marked as a test', () => {
  const { body } = renderDelivery(SAMPLE_LEAD, SAMPLE_ASSIGNMENT, {
    format: 'json',
    phoneFormat: 'international',
    countryFormat: 'name',
    requiredFields: [],
    fieldMap: {},
    defaultValues: {},
    withExtras: true,
  });
  const file = new URL('../../../docs/sample-events/lead-delivered.json', import.meta.url);
  const documented = JSON.parse(readFileSync(file, 'utf8'));
  documented.fairlead.test = true;
  expect(JSON.parse(body)).toEqual(documented);
});
