import { expect, test } from 'vitest';
import { csvText } from './csv.ts';

test('what a person typed never runs as a formula, and commas and quotes stay in their cell', () => {
  expect(
    csvText([
      ['Name', 'Phone'],
      ['=HYPERLINK("http://evil.example")', '+49 30 123'],
      ['Müller, "Bo"', '-1'],
    ]),
  ).toBe('Name,Phone\r\n"\'=HYPERLINK(""http://evil.example"")",\'+49 30 123\r\n"Müller, ""Bo""",\'-1\r\n');
});
