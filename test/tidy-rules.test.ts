/** Every rule of the house is shown a planted fault (test/tidy/faults.txt): a rule that cannot fail is worth nothing. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { File } from './tidy/files.ts';
import { judge, rules } from './tidy/rules.ts';

type Case = { rule: string; files: File[]; expected: string[] };

/** `@repeat 3 x` stands for three lines `x`; a file that says `@missing` is not there. */
const written = (lines: string[]): string =>
  lines
    .flatMap((line) => {
      const [, times, text] = /^@repeat (\d+) (.*)$/.exec(line) ?? [];
      return times ? Array.from({ length: Number(times) }, () => text ?? '') : [line];
    })
    .join('\n')
    .trimEnd();

const planted = readFileSync(new URL('./tidy/faults.txt', import.meta.url), 'utf8')
  .split(/^=== /m)
  .slice(1)
  .map((block): Case => {
    const [head = '', ...parts] = block.split(/^--- /m);
    const files = parts.map((part) => {
      const [title = '', ...lines] = part.split('\n');
      const [path = '', numbers] = title.split(':');
      return {
        path,
        text: written(lines),
        expected: (numbers?.split(',') ?? []).map((line) => `${path}:${line}`),
      };
    });
    return {
      rule: head.trim(),
      files: files.filter(({ text }) => text !== '@missing').map(({ path, text }) => ({ path, text })),
      expected: files.flatMap(({ expected }) => expected),
    };
  });

const ruleOf = (name: string) => {
  const rule = rules.find((one) => one.name === name);
  if (!rule) throw new Error(`faults.txt names a rule that does not exist: ${name}`);
  return rule;
};

describe('the rules of the house', () => {
  it.each(planted.map((one, index) => ({ ...one, index })))(
    'case $index: $rule',
    ({ rule, files, expected }) => {
      const { seen, findings } = ruleOf(rule).check(files);
      expect(findings.map(({ path, line }) => `${path}:${line}`).sort()).toEqual([...expected].sort());
      expect(seen).toBeGreaterThan(0);
    },
  );

  it.each(rules)('a fault is planted for: $name', ({ name }) => {
    expect(planted.filter(({ rule, expected }) => rule === name && expected.length > 0)).not.toHaveLength(0);
  });

  it.each(rules)('it fails when it reads nothing: $name', (rule) => {
    expect(judge(rule, [], [])).toEqual([`"${rule.name}" read nothing that it could judge`]);
  });

  it('a finding says where it is and what to do', () => {
    const rule = ruleOf('no TODO, FIXME or XXX is left');
    const text = 'const a = 1;\n/**\n * TODO soon\n */\n';
    expect(judge(rule, [{ path: 'src/lead/lead.ts', text }], [])).toEqual([
      `src/lead/lead.ts:3  TODO  (${rule.wayOut})`,
    ]);
  });

  it('an exemption silences one file, and is itself a fault when nothing needs it', () => {
    const rule = ruleOf('only the commands print');
    const files = [{ path: 'src/lead/lead.ts', text: "console.log('a');" }];
    const exempt = (path: string) => [{ rule: rule.name, path, reason: 'planted' }];
    expect(judge(rule, files, exempt('src/lead/lead.ts'))).toEqual([]);
    expect(judge(rule, files, exempt('src/lead/store.ts'))).toHaveLength(2);
  });
});
