/** SQL: what a statement may not say, wherever it stands (migrations, stores, tests). */
import { type File, isCode, lineAt, places, type Report, type Rule } from './files.ts';
import { read } from './source.ts';

type Sql = { file: File; line: number; text: string };

const isMigration = (path: string): boolean => /^migrations\/\d.*\.sql$/.test(path);

/** Comments become blanks, so that offsets and lines stay. */
const withoutComments = (text: string): string =>
  text.replace(/--[^\n]*|\/\*[\s\S]*?\*\//g, (comment) => comment.replace(/[^\n]/g, ' '));

const startsLikeSql =
  /^\s*(select|insert into|update|delete from|with|create|alter|drop|grant|revoke|lock|truncate)\s/i;

function migrations(files: File[]): Sql[] {
  return files
    .filter(({ path }) => isMigration(path))
    .map((file) => ({ file, line: 1, text: withoutComments(file.text) }));
}

/** Templates of TypeScript that read like SQL, and those that carry a lock clause on. */
function statements(files: File[]): Sql[] {
  return files
    .filter(({ path }) => isCode(path) && /^(src|test|bench)\//.test(path))
    .flatMap((file) =>
      read(file)
        .texts.filter(({ template, value }) => template || startsLikeSql.test(value))
        .map(({ value, line }) => ({ file, line, text: withoutComments(value) })),
    );
}

function search(all: Sql[], pattern: RegExp, fault: (hit: string) => string): Report {
  const findings = all.flatMap(({ file, line, text }) =>
    places(file, text, pattern, fault).map((one) => ({ ...one, line: one.line + line - 1 })),
  );
  return { seen: all.length, findings };
}

/** A policy names the command it is for; that is no lock. */
const withoutPolicies = (sql: Sql): Sql => ({
  ...sql,
  text: sql.text.replace(/create\s+policy[^;]*/gi, (policy) => policy.replace(/[^\n]/g, ' ')),
});

export const noBlockingLock: Rule = {
  name: 'no `for update`',
  wayOut: 'Write `for no key update`: `for update` blocks every insert that refers to the row.',
  check: (files) =>
    search(
      [...migrations(files), ...statements(files)].map(withoutPolicies),
      /\bfor\s+update\b/gi,
      (hit) => hit,
    ),
};

export const nothingCascades: Rule = {
  name: 'nothing is deleted by a cascade',
  wayOut: 'Archive the row; delete by name only what was never used.',
  check: (files) =>
    search(
      [...migrations(files), ...statements(files)],
      /\bon\s+delete\s+(cascade|set\s+\w+)\b/gi,
      (hit) => hit,
    ),
};

const keyword =
  /\b(SELECT|INSERT|INTO|UPDATE|DELETE|FROM|WHERE|CREATE|TABLE|ALTER|DROP|INDEX|CONSTRAINT|REFERENCES|PRIMARY|UNIQUE|CHECK|NOT NULL|DEFAULT|GRANT|REVOKE|POLICY|TRIGGER|FUNCTION|RETURNS|BEGIN|VALUES|RETURNING|ORDER BY|GROUP BY|JOIN|SET ROLE)\b/g;

export const lowerCaseSql: Rule = {
  name: 'SQL is written in lower case',
  wayOut: 'Write the keyword in lower case.',
  check: (files) => {
    const sql = [...migrations(files), ...statements(files).filter(({ text }) => startsLikeSql.test(text))];
    const bare = sql.map((one) => ({ ...one, text: withoutStrings(one.text) }));
    return search(bare, keyword, (hit) => hit);
  },
};

const withoutStrings = (text: string): string =>
  text.replace(/'(?:[^']|'')*'/g, (string) => string.replace(/[^\n]/g, ' '));

/** Rules with a meaning; a key (`unique`, `primary key`, `references`) gets a name that tells its columns by itself. */
const refusing = /\b(check|exclude)\b(?=\s*(\(|using\b))/g;

export const namedConstraints: Rule = {
  name: 'a constraint is named by its rule',
  wayOut: 'Write `constraint leads_state_known check (...)`: the name is what the error says.',
  check: (files) => {
    const report: Report = { seen: 0, findings: [] };
    for (const { file, text } of migrations(files)) {
      const bare = withoutStrings(text);
      for (const table of bare.matchAll(/\b(create|alter)\s+table\b[^;]*/g)) {
        for (const match of table[0].matchAll(refusing)) {
          report.seen += 1;
          if (/\bconstraint\s+\w+\s+$/.test(table[0].slice(0, match.index))) continue;
          const line = lineAt(bare, table.index + match.index);
          report.findings.push({ path: file.path, line, fault: `${match[0]} without a name` });
        }
      }
    }
    return report;
  },
};
