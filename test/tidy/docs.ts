/** The documents that name what the code has: both sides are compared, so neither can be forgotten. */
import { type File, type Finding, inStep, type Rule } from './files.ts';
import { inSource } from './ladder.ts';
import { read } from './source.ts';

export type Named = { name: string; path: string; line: number };

/** Headings such as "### `lead_not_found` (404)" with their status. */
function headings(file: File | undefined, pattern: RegExp): (Named & { status: string })[] {
  return (file?.text.split('\n') ?? []).flatMap((text, index) => {
    const match = pattern.exec(text);
    return match ? [{ name: match[1] ?? '', status: match[2] ?? '', path: file!.path, line: index + 1 }] : [];
  });
}

export const everyErrorIsExplained: Rule = {
  name: 'every error code has a heading in docs/errors.md, and every heading is a code',
  wayOut: 'Write "### `code` (status)" and one or two plain sentences with the way out.',
  check: (files) => {
    const declared = files
      .filter(({ path }) => inSource(path))
      .flatMap((file) =>
        read(file)
          .tables.filter(({ madeBy }) => madeBy === 'defineRefusals')
          .flatMap(({ entries }) => entries)
          .map(({ key, first, line }) => ({ name: key, status: String(first), path: file.path, line })),
      );
    const page = files.find(({ path }) => path === 'docs/errors.md');
    const explained = headings(page, /^#{2,4} `([a-z0-9_]+)`(?: \((\d{3})\))?/);
    const report = inStep(declared, explained, 'docs/errors.md', 'the code');
    for (const { name, status, path, line } of explained) {
      const code = declared.find((one) => one.name === name);
      if (!code || code.status === status) continue;
      report.findings.push({
        path,
        line,
        fault: `${name} answers ${code.status}, not ${status || 'nothing'}`,
      });
    }
    return report;
  },
};

export const refusalsLiveInErrors: Rule = {
  name: 'refusals are declared in a file named errors.ts (in the flat platform: beside what they refuse)',
  wayOut: 'Declare the code with defineRefusals in the errors.ts of the module.',
  check: (files) => {
    const mine = files.filter(({ path }) => inSource(path) && !/^src\/(kernel|platform)\//.test(path));
    const findings = mine.flatMap((file): Finding[] => {
      if (/(^|\/)errors(\.test)?\.ts$/.test(file.path)) return [];
      return read(file)
        .calls.filter(({ name }) => name === 'Refusal' || name === 'defineRefusals')
        .map(({ name, line }) => ({ path: file.path, line, fault: `${name} outside errors.ts` }));
    });
    return { seen: mine.length, findings };
  },
};

export const everySettingIsExplained: Rule = {
  name: 'every setting has an entry in docs/configuration.md, and every entry is a setting',
  wayOut:
    'Write the setting as `NAME` at the start of a table row or a heading, with its default and meaning.',
  check: (files) => {
    const config = files.find(({ path }) => path === 'src/platform/config.ts');
    const declared = (config ? read(config).tables : [])
      .filter(({ name }) => name === 'settings')
      .flatMap(({ entries }) => entries)
      .map(({ key, line }) => ({ name: key, path: config!.path, line }));
    const page = files.find(({ path }) => path === 'docs/configuration.md');
    const explained = headings(page, /^(?:\| *|#{2,4} )`([A-Z][A-Z0-9_]+)`/);
    return inStep(declared, explained, 'docs/configuration.md', 'src/platform/config.ts');
  },
};

const DECISION_LINES_MAX = 50;
const parts = ['Context', 'Decision', 'Consequences', 'Alternatives', 'Kept by'];

export const decisionsHaveOneForm: Rule = {
  name: `a decision has its five parts in at most ${DECISION_LINES_MAX} lines, and a number of its own`,
  wayOut: `Write the parts as headings: ${parts.map((part) => `## ${part}`).join(', ')}.`,
  check: (files) => {
    const mine = files.filter(({ path }) => /^docs\/decisions\/(?!README).*\.md$/.test(path));
    const numbers = mine.map(({ path }) =>
      path.slice('docs/decisions/'.length, 'docs/decisions/0000'.length),
    );
    const findings = mine.flatMap(({ path, text }, index): Finding[] => {
      const lines = text.trimEnd().split('\n');
      const faults = parts.filter((part) => !lines.includes(`## ${part}`)).map((part) => `no "## ${part}"`);
      if (lines.length > DECISION_LINES_MAX) faults.push(`${lines.length} lines`);
      if (!/^\d{4}$/.test(numbers[index] ?? '')) faults.push('no number');
      if (numbers.indexOf(numbers[index] ?? '') !== index)
        faults.push(`the number ${numbers[index]} is taken`);
      return faults.map((fault) => ({ path, line: 1, fault }));
    });
    return { seen: mine.length, findings };
  },
};

/** A link of ours to a file that is not there helps nobody. */
export const linksLead: Rule = {
  name: 'a link in a document leads to a file that exists',
  wayOut: 'Correct the path; it is relative to the document.',
  check: (files) => {
    const report = { seen: 0, findings: [] as Finding[] };
    const known = new Set(files.map(({ path }) => path));
    for (const { path, text } of files.filter((file) => file.path.endsWith('.md'))) {
      for (const [index, line] of text.split('\n').entries()) {
        for (const [, to = ''] of line.matchAll(/\]\((?!https?:|mailto:|#|\/)([^)#\s]+)[^)]*\)/g)) {
          report.seen += 1;
          const folder = path.split('/').slice(0, -1);
          const target = new URL(to, `file:///${[...folder, ''].join('/')}`).pathname.slice(1);
          const there =
            known.has(target) || [...known].some((one) => one.startsWith(`${target.replace(/\/$/, '')}/`));
          if (!there) report.findings.push({ path, line: index + 1, fault: `${to} does not exist` });
        }
      }
    }
    return report;
  },
};
