import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { afterEach, expect, it } from 'vitest';
import { isAlive, processesBelow, runProgram, stopPrograms } from '../support/program.ts';

/** The demo is the way of a lead with everything real: forms, mails, money, partners that fail. */

const LEADS = 40;
const foldersLeft = (): string[] => readdirSync(tmpdir()).filter((name) => name.startsWith('fairlead-demo-'));

afterEach(stopPrograms);

it('the demo posts leads, brings each to its end, and its books are clean', async () => {
  const demo = runProgram(['demo', '--once', String(LEADS)], {});
  const code = await demo.ended;
  const said = demo.lines.join('\n');
  expect(said).toMatch(new RegExp(`^  Leads posted +${LEADS}$`, 'm'));
  expect(said).toMatch(new RegExp(`^  Leads ended +${LEADS}$`, 'm'));
  expect(said).toMatch(/^ {2}Sold +\d+ assignments, revenue [1-9][\d.]+ EUR$/m);
  expect(said).toMatch(/^ {2}Deliveries +\d+ \(\d+ delivered/m);
  expect(said).toMatch(/^ {2}Audit +clean: all \d+ invariants hold$/m);
  expect(code, said).toBe(0);
});

it('the live demo stops by Ctrl-C and leaves neither a process nor a folder', async () => {
  const before = foldersLeft();
  const demo = runProgram(['demo'], {});
  await demo.line(/\| [1-9]\d* posted \|.* delivered/);
  const pids = processesBelow(demo.child.pid!).map(({ pid }) => pid);
  expect(pids.length).toBeGreaterThanOrEqual(4);
  expect(await demo.ends('SIGINT')).toBe(0);
  expect(pids.filter(isAlive)).toEqual([]);
  expect(foldersLeft().filter((name) => !before.includes(name))).toEqual([]);
});
