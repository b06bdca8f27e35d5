/** The house keeps its own rules: see STYLE.md. Each fault is printed as file:line with the way out. */
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { exemptions } from './tidy/exempt.ts';
import { isCode, readProject } from './tidy/files.ts';
import { judge, rules } from './tidy/rules.ts';

const files = readProject(fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, ''));

/** Far below what is there: it only has to notice that a folder was not read. */
const FILES_MIN = { 'src/': 20, 'test/': 10, 'docs/': 10 };

it('reads the project before it judges', () => {
  for (const [folder, min] of Object.entries(FILES_MIN)) {
    const mine = files.filter(({ path }) => path.startsWith(folder));
    expect(mine.length, folder).toBeGreaterThanOrEqual(min);
  }
  expect(files.filter(({ path }) => isCode(path)).length).toBeGreaterThan(30);
});

it('exempts nobody without a reason', () => {
  const names = rules.map(({ name }) => name);
  for (const { rule, path, reason } of exemptions) {
    expect(names, path).toContain(rule);
    expect(reason.length, path).toBeGreaterThan(20);
  }
});

it.each(rules)('$name', (rule) => {
  expect(judge(rule, files, exemptions)).toEqual([]);
});
