/** Budgets: what fits on a few screens is read, what does not is guessed. */
import { type File, type Finding, isCode, isTest, perFile, type Rule } from './files.ts';
import { type Func, read } from './source.ts';

const FILE_LINES_MAX = 400;
const FUNCTION_LINES_MAX = 70;
/** Mark-up is read as an outline and a test as a story; both are followed from top to bottom, without branches. */
const OUTLINE_LINES_MAX = 120;
/** Code is wrapped at 110 by the formatter; what it cannot break may be a little wider, and no more. */
const LOOSE_COLUMNS_MAX = 130;
const README_LINES_MAX = 40;

const counted = (path: string): boolean => /^(src|web|test|bench)\//.test(path) && isCode(path);
const linesOf = (text: string): number => text.split('\n').length - (text.endsWith('\n') ? 1 : 0);

export const shortFiles: Rule = {
  name: `a file has at most ${FILE_LINES_MAX} lines`,
  wayOut: 'Split it by what its parts are for.',
  check: (files) =>
    perFile(
      files.filter(({ path }) => counted(path)),
      (file) => {
        const lines = linesOf(file.text);
        return lines > FILE_LINES_MAX ? [{ path: file.path, line: lines, fault: `${lines} lines` }] : [];
      },
    ),
};

export const shortFunctions: Rule = {
  name: `a function has at most ${FUNCTION_LINES_MAX} lines, a component or a test ${OUTLINE_LINES_MAX}`,
  wayOut: 'Give its steps names and call them in order.',
  check: (files) =>
    perFile(
      files.filter(({ path }) => counted(path)),
      (file) => {
        const mine = read(file).functions.filter((one) => !groupsTests(file, one));
        const long = mine.filter((one) => one.lines > limitOf(file, one));
        return { seen: mine.length, findings: long.map((one) => tooLong(file, one)) };
      },
    ),
};

function limitOf(file: File, { name, argumentOf }: Func): number {
  const component = file.path.endsWith('.tsx') && /^[A-Z]/.test(name);
  const story = isTest(file.path) && /^(it|test)(\.|$)/.test(argumentOf);
  return component || story ? OUTLINE_LINES_MAX : FUNCTION_LINES_MAX;
}

/** The callback of a `describe` is a table of contents, not a function that someone follows. */
const groupsTests = (file: File, { argumentOf }: Func): boolean =>
  isTest(file.path) && /^(describe|suite)(\.|$)/.test(argumentOf);

const tooLong = (file: File, { name, line, lines }: Func): Finding => ({
  path: file.path,
  line,
  fault: `${name} has ${lines} lines`,
});

/** The formatter wraps code at 110; SQL, comments and templates of several lines are left to us. */
export const shortLines: Rule = {
  name: `SQL and comments stay within ${LOOSE_COLUMNS_MAX} columns`,
  wayOut: 'Break the line; the formatter does not do it inside SQL, templates and comments.',
  check: (files) =>
    perFile(
      files.filter(({ path }) => counted(path) || /^migrations\/\d.*\.sql$/.test(path)),
      (file) => {
        const mine = isCode(file.path) ? looseLines(file) : undefined;
        const findings = file.text.split('\n').flatMap((text, index): Finding[] => {
          const loose = mine === undefined || mine.has(index + 1);
          if (
            text.length <= LOOSE_COLUMNS_MAX ||
            !loose ||
            text.includes('biome-ignore format') ||
            /https?:\/\/\S{60}/.test(text)
          )
            return [];
          return [{ path: file.path, line: index + 1, fault: `${text.length} columns` }];
        });
        return { seen: 1, findings };
      },
    ),
};

/** The lines that belong to a comment or to a template of several lines. */
function looseLines(file: File): Set<number> {
  const { comments, texts } = read(file);
  const many = [...comments, ...texts.filter(({ template, value }) => template && value.includes('\n'))];
  return new Set(
    many.flatMap(({ line, value }) =>
      Array.from({ length: linesOf(`${value}\n`) }, (_, index) => line + index),
    ),
  );
}

const shelved = /^src\/(lead|market|money|record|journal)\/([^/]+)\/|^src\/access\//;

export const everyModuleExplainsItself: Rule = {
  name: `every module has a README.md of at most ${README_LINES_MAX} lines`,
  wayOut: 'Say what it owns and promises: tables, states, jobs, events, hot queries with their index.',
  check: (files) => {
    const modules = new Set(
      files.filter(({ path }) => isCode(path)).flatMap(({ path }) => shelved.exec(path)?.[0] ?? []),
    );
    const findings = [...modules].flatMap((folder): Finding[] => {
      const readme = files.find(({ path }) => path === `${folder}README.md`);
      if (!readme) return [{ path: `${folder}README.md`, line: 1, fault: 'missing' }];
      const lines = linesOf(readme.text);
      return lines > README_LINES_MAX ? [{ path: readme.path, line: lines, fault: `${lines} lines` }] : [];
    });
    return { seen: modules.size, findings };
  },
};
