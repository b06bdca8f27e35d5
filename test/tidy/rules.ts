/** The rules of the house, and the one way to run them. STYLE.md says the same in words. */
import * as docs from './docs.ts';
import type { Exemption } from './exempt.ts';
import type { File, Rule } from './files.ts';
import * as ladder from './ladder.ts';
import * as packages from './packages.ts';
import * as size from './size.ts';
import { read } from './source.ts';
import * as sql from './sql.ts';
import * as words from './words.ts';

export const everyFileParses: Rule = {
  name: 'every file can be read by the parser',
  wayOut: 'Mend the syntax: a file that is not understood is not checked.',
  check: (files) => {
    const mine = files.filter(({ path }) => /\.tsx?$/.test(path));
    return {
      seen: mine.length,
      findings: mine.flatMap((file) =>
        read(file).errors.map((fault) => ({ path: file.path, line: 1, fault })),
      ),
    };
  },
};

export const rules: Rule[] = [
  everyFileParses,
  ...Object.values(ladder).filter(isRule),
  ...Object.values(packages).filter(isRule),
  ...Object.values(size).filter(isRule),
  ...Object.values(sql).filter(isRule),
  ...Object.values(words).filter(isRule),
  ...Object.values(docs).filter(isRule),
];

function isRule(value: unknown): value is Rule {
  return typeof value === 'object' && value !== null && 'check' in value;
}

/**
 * What is wrong, one line per finding as `path:line  fault  (way out)`; nothing wrong is an empty list.
 * A rule that saw no candidate is itself at fault: it would pass by reading nothing.
 */
export function judge(rule: Rule, files: File[], exemptions: Exemption[]): string[] {
  const { seen, findings } = rule.check(files);
  const mine = exemptions.filter((one) => one.rule === rule.name);
  const unused = mine.filter(({ path }) => !findings.some((finding) => finding.path === path));
  return [
    ...(seen === 0 ? [`"${rule.name}" read nothing that it could judge`] : []),
    ...findings
      .filter(({ path }) => !mine.some((one) => one.path === path))
      .map(({ path, line, fault }) => `${path}:${line}  ${fault}  (${rule.wayOut})`),
    ...unused.map(({ path }) => `${path}: the exemption from "${rule.name}" is not needed (delete it)`),
  ];
}
