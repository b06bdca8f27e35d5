import { expect, test } from 'vitest';
import { curlOf, sampleAnswers } from './sample-request.ts';

const FIELDS = [
  { id: 'email', label: 'E-mail', type: 'email', required: true },
  { id: 'budget', label: 'Budget', type: 'range', required: true, rules: { min: 50, max: 100 } },
  { id: 'kind', label: 'Kind', type: 'select', required: true, options: [{ value: 'web', label: 'Web' }] },
  { id: 'note', label: 'Note', type: 'text', required: false },
];

test('a sample request answers what the form requires, within its limits', () => {
  expect(sampleAnswers(FIELDS)).toEqual({ email: 'ada@example.org', budget: 50, kind: 'web' });
});

test('the request is marked as a test and survives the shell', () => {
  const quoted = [{ ...FIELDS[2]!, options: [{ value: "it's", label: 'Quoted' }] }];
  const curl = curlOf('https://leads.example', 'fl_source_x', quoted);
  expect(curl).toContain('https://leads.example/api/v1/inbound/fl_source_x');
  expect(curl).toContain('"test": true');
  expect(curl).toContain("it'\\''s");
});
