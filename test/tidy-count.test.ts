/** The last line of .ci/run: a run without tests, or with a file that could not be loaded, is never green. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';

const program = fileURLToPath(new URL('../.ci/count.mjs', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'fairlead-count-'));
afterAll(() => rmSync(folder, { recursive: true }));

const count = (report: string) => {
  const path = join(folder, 'report.json');
  writeFileSync(path, report);
  const { stdout, status } = spawnSync(process.execPath, [program, path], { encoding: 'utf8' });
  return { last: stdout.trimEnd().split('\n').at(-1), status };
};

const file = (status: string, ...tests: string[]) => ({
  status,
  assertionResults: tests.map((one) => ({ status: one })),
});

it('counts what passed and what failed', () => {
  const testResults = [file('passed', 'passed', 'passed', 'skipped'), file('failed', 'failed', 'passed')];
  expect(count(JSON.stringify({ testResults }))).toEqual({ last: '3 passed, 1 failed', status: 1 });
});

it('is green when all passed', () => {
  const testResults = [file('passed', 'passed')];
  expect(count(JSON.stringify({ testResults }))).toEqual({ last: '1 passed, 0 failed', status: 0 });
});

it('counts a file that could not be loaded as a failed test', () => {
  const testResults = [file('passed', 'passed'), file('failed')];
  expect(count(JSON.stringify({ testResults }))).toEqual({ last: '1 passed, 1 failed', status: 1 });
});

it('is red when no test ran, or nothing was reported', () => {
  expect(count('{"testResults":[]}')).toEqual({ last: '0 passed, 0 failed', status: 1 });
  expect(count('')).toEqual({ last: '0 passed, 0 failed', status: 1 });
});
