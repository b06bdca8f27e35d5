/** Names and words: what a file, a comment, a test or a text of the project may not say. */
import { type File, type Finding, isCode, isTest, perFile, places, type Report, type Rule } from './files.ts';
import { inSource } from './ladder.ts';
import { type Call, read } from './source.ts';

const ours = (path: string): boolean => /^(src|web|test|bench)\//.test(path);
const code = (files: File[]): File[] => files.filter(({ path }) => ours(path) && isCode(path));

const banned = /^(utils?|helpers?|managers?|commons?|base)$/;

export const tellingNames: Rule = {
  name: 'no file or folder is called utils, helpers, manager, common or base',
  wayOut: 'Call it by what it holds or does.',
  check: (files) =>
    perFile(
      files.filter(({ path }) => ours(path)),
      ({ path }) => {
        const parts = path.split('/').map((part) => part.replace(/\..*$/, ''));
        const names = parts.flatMap((part) => [part, ...part.split('-').slice(-1)]);
        const name = names.find((one) => banned.test(one));
        return name ? [{ path, line: 1, fault: `"${name}" says nothing` }] : [];
      },
    ),
};

const unfinished = /\b(TODO|FIXME|XXX)\b/g;

export const nothingUnfinished: Rule = {
  name: 'no TODO, FIXME or XXX is left',
  wayOut: 'Do it now, or write it to the list of open work.',
  check: (files) =>
    perFile(
      files.filter(({ path }) => isCode(path) || /\.(sql|css|ya?ml|liquid|html|sh)$/.test(path)),
      (file) => {
        if (!isCode(file.path)) return places(file, file.text, unfinished, (hit) => hit);
        return read(file).comments.flatMap(({ value, line }) =>
          places(file, value, unfinished, (hit) => hit).map((one) => ({ ...one, line: one.line + line - 1 })),
        );
      },
    ),
};

function calls(files: File[], fault: (file: File, call: Call) => string | undefined): Report {
  return perFile(files, (file) => {
    const all = read(file).calls;
    const wrong = new Map<string, Finding>();
    for (const call of all) {
      const said = fault(file, call);
      if (said) wrong.set(`${call.line} ${said}`, { path: file.path, line: call.line, fault: said });
    }
    return { seen: all.length, findings: [...wrong.values()] };
  });
}

/** `skipIf` and `runIf` stay: what only root or only Windows can do says so by itself. */
export const everyTestRuns: Rule = {
  name: 'no test is left out',
  wayOut: 'Mend it or delete it; a test that does not run proves nothing.',
  check: (files) =>
    calls(
      files.filter(({ path }) => isTest(path)),
      (_file, { name }) =>
        /^(describe|suite|it|test)\.(.+\.)?(only|skip|todo|fails)(\.|$)/.test(name) ? name : undefined,
    ),
};

export const nothingSleeps: Rule = {
  name: 'no test sleeps',
  wayOut: 'Wait for what must happen (a row, an event, an answer) with test/support, or pass the clock in.',
  check: (files) => {
    const mine = code(files).filter(({ path }) => /^test\//.test(path) || isTest(path));
    const watched = mine.filter(({ path }) => !path.startsWith('test/support/'));
    const report = calls(watched, (_file, { name }) =>
      /^(globalThis\.|timers\.)?setTimeout$|(^|\.)(sleep|delay|waitForTimeout)$/.test(name)
        ? name
        : undefined,
    );
    for (const file of watched) {
      for (const { from, line } of read(file).imports) {
        if (/^(node:)?timers\/promises$/.test(from))
          report.findings.push({ path: file.path, line, fault: from });
      }
    }
    return report;
  },
};

const machinePath = /(?<![\w.~}])\/(tmp|work|root)\/[\w.-]*|\/home\/[a-z][\w-]*\//g;
const described = /^(src|web|test|bench|docs|migrations|pages|\.ci|\.github)\/|^[^/]+\.(md|json|ts)$/;

export const noMachinePaths: Rule = {
  name: 'no path of one machine is written down',
  wayOut: 'Take a folder of the configuration, or mkdtemp(join(tmpdir(), ...)) in a test.',
  check: (files) =>
    perFile(
      files.filter(({ path }) => described.test(path) && path !== 'package-lock.json'),
      (file) => places(file, file.text, machinePath, (hit) => hit),
    ),
};

export const honestPromises: Rule = {
  name: 'no text promises that something happens exactly one time over a network',
  wayOut: 'Say what is true: at least once, with effects that can be repeated.',
  check: (files) =>
    perFile(
      files.filter(({ path }) => /^(src|web|docs|pages)\/|^[^/]+\.md$/.test(path)),
      (file) => places(file, file.text, /exactly[\s-]+once/gi, (hit) => hit),
    ),
};

export const nothingPrints: Rule = {
  name: 'only the commands print',
  wayOut: 'Use the log of src/platform/log.ts, or the module’s events.ts.',
  check: (files) =>
    calls(
      code(files).filter(({ path }) => (inSource(path) || path.startsWith('web/src/')) && !isTest(path)),
      ({ path }, { name }) =>
        /^console\./.test(name) && !/^src\/(cli\/|main\.ts$)/.test(path) ? name : undefined,
    ),
};
