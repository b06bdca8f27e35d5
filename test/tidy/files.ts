/**
 * What the rules of the house look at: files, and what a rule answers.
 * A rule is a pure function from files to findings, so that a planted fault can prove that it bites
 * (test/tidy-rules.test.ts), and it counts what it looked at, so that it cannot pass by reading nothing.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export type File = { path: string; text: string };

export type Finding = { path: string; line: number; fault: string };

/** `seen` counts the candidates (imports, functions, headings, ...), not the files. */
export type Report = { seen: number; findings: Finding[] };

export type Rule = {
  name: string;
  /** What to do about a finding, in one sentence. */
  wayOut: string;
  check: (files: File[]) => Report;
};

const roots = ['src', 'web', 'test', 'bench', 'docs', 'migrations', 'pages', 'deploy', '.ci', '.github'];
const notOurs = new Set(['node_modules', 'dist', 'coverage', 'reports', '.git', '.fairlead']);
const textual = /\.(ts|tsx|md|sql|json|ya?ml|css|html|svg|liquid|sh|conf|example)$|(^|\/)(run|Dockerfile)$/;
const atTheTop = /^(.*\.(md|json|ts|ya?ml)|\.env\.example|Dockerfile|LICENSE)$/;

function walk(folder: string, into: string[]): string[] {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (notOurs.has(entry.name)) continue;
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) walk(path, into);
    else if (entry.isFile() && textual.test(path)) into.push(path);
  }
  return into;
}

/** Reads every text file of the project below `root`; paths come back relative, with `/`. */
export function readProject(root: string): File[] {
  const top = readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isFile() && atTheTop.test(entry.name))
    .map((entry) => entry.name);
  const below = roots
    .filter((folder) => existsSync(join(root, folder)))
    .flatMap((folder) => walk(join(root, folder), []))
    .map((path) => path.slice(root.length + 1));
  return [...top, ...below].sort().map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));
}

export const isCode = (path: string): boolean => /\.tsx?$/.test(path) && !path.endsWith('.d.ts');
export const isTest = (path: string): boolean => /\.test\.tsx?$/.test(path);

export function lineAt(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf('\n'); at !== -1 && at < offset; at = text.indexOf('\n', at + 1)) line += 1;
  return line;
}

/** Every place where `pattern` (with the flag g) matches, as findings. */
export function places(file: File, text: string, pattern: RegExp, fault: (hit: string) => string): Finding[] {
  return [...text.matchAll(pattern)].map((match) => ({
    path: file.path,
    line: lineAt(text, match.index),
    fault: fault(match[0].trim().replace(/\s+/g, ' ')),
  }));
}

/** A report over files, one by one: `look` says what it saw and what is wrong in one file. */
export function perFile(files: File[], look: (file: File) => Report | Finding[]): Report {
  const report: Report = { seen: 0, findings: [] };
  for (const file of files) {
    const answer = look(file);
    report.seen += Array.isArray(answer) ? 1 : answer.seen;
    report.findings.push(...(Array.isArray(answer) ? answer : answer.findings));
  }
  return report;
}

/** Compares two lists by name: what is declared and not explained, and the other way round. */
export function inStep(
  declared: { name: string; path: string; line: number }[],
  explained: { name: string; path: string; line: number }[],
  page: string,
  home: string,
): Report {
  const has = (list: { name: string }[], name: string): boolean => list.some((one) => one.name === name);
  const missing = declared.filter(({ name }) => !has(explained, name));
  const stale = explained.filter(({ name }) => !has(declared, name));
  return {
    seen: Math.min(declared.length, explained.length),
    findings: [
      ...missing.map(({ name, path, line }) => ({ path, line, fault: `${name} is not in ${page}` })),
      ...stale.map(({ name, path, line }) => ({ path, line, fault: `${name} is not in ${home}` })),
    ],
  };
}
