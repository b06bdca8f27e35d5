/** The ladder and the doors: who may import whom. See ARCHITECTURE.md, "The ladder". */
import { posix } from 'node:path';
import { type File, type Finding, isCode, isTest, type Report, type Rule } from './files.ts';
import { type Import, read } from './source.ts';

/** Top to bottom: a file imports only from its own rung or a lower one. */
const ladder = [
  'main.ts',
  'cli',
  'worker',
  'api',
  'lead',
  'market',
  'money',
  'record',
  'access',
  'journal',
  'platform',
  'kernel',
];
/** The three ways in; they do not know each other. */
const waysIn = new Set(['cli', 'worker', 'api']);
/** Rungs made of modules; a module is entered from outside by its index.ts. `access` is one module. */
const shelves = new Set(['lead', 'market', 'money', 'record', 'journal']);
/** The kernel is pure: its one package, and the built-in that makes random bytes and hashes. */
const kernelPackages = new Set(['temporal-polyfill', 'node:crypto']);

type Place = { rung: string; module: string; file: string };
type Edge = { file: File; from: Place; to: Place; target: string; import: Import };

/** `src/lead/intake/store.ts` is rung lead, module intake; a file on the rung itself is a module of its own. */
function placeOf(path: string): Place {
  const [, rung = '', ...rest] = path.split('/');
  if (shelves.has(rung) && rest.length > 1)
    return { rung, module: rest[0] ?? '', file: rest.slice(1).join('/') };
  if (shelves.has(rung)) return { rung, module: rest.join('/'), file: '' };
  return { rung, module: rung === 'access' ? 'access' : '', file: rest.join('/') };
}

export const inSource = (path: string): boolean => path.startsWith('src/') && isCode(path);

export const resolve = (path: string, from: string): string =>
  posix.normalize(posix.join(posix.dirname(path), from));

/** Every import from one file of src to another. */
function edges(files: File[]): Edge[] {
  return files
    .filter((file) => inSource(file.path))
    .flatMap((file) =>
      read(file).imports.flatMap((one) => {
        const target = one.from.startsWith('.') ? resolve(file.path, one.from) : '';
        if (!target.startsWith('src/')) return [];
        return [{ file, from: placeOf(file.path), to: placeOf(target), target, import: one }];
      }),
    );
}

function overEdges(files: File[], fault: (edge: Edge) => string | undefined): Report {
  const all = edges(files);
  const findings = all.flatMap((edge): Finding[] => {
    const wrong = fault(edge);
    return wrong ? [{ path: edge.file.path, line: edge.import.line, fault: wrong }] : [];
  });
  return { seen: all.length, findings };
}

export const noUpwardImport: Rule = {
  name: 'a file imports only from its own rung or a lower one',
  wayOut: 'Move what both need down the ladder, or pass it in as an argument.',
  check: (files) =>
    overEdges(files, ({ from, to }) => {
      if (!ladder.includes(from.rung)) return `src/${from.rung} stands on no rung`;
      if (!ladder.includes(to.rung)) return `src/${to.rung} stands on no rung`;
      if (from.rung !== to.rung && waysIn.has(from.rung) && waysIn.has(to.rung)) {
        return `${from.rung} and ${to.rung} are two ways in and do not know each other`;
      }
      return ladder.indexOf(to.rung) < ladder.indexOf(from.rung)
        ? `${to.rung} stands above ${from.rung}`
        : undefined;
    }),
};

export const enterByTheDoor: Rule = {
  name: 'a module is entered by its index.ts, and the stages of lead/ meet only in lead/flow.ts',
  wayOut: 'Export it from the index.ts of the module; what two stages share belongs to lead/lead.ts.',
  check: (files) => overEdges(files, doorFault),
};

function doorFault({ file, from, to, target }: Edge): string | undefined {
  if (from.rung === to.rung && from.module === to.module) return undefined;
  const stageToStage = from.rung === 'lead' && to.rung === 'lead' && to.file !== '';
  if (stageToStage && file.path !== 'src/lead/flow.ts')
    return 'the stages of lead/ meet only in lead/flow.ts';
  if (shelves.has(to.rung) && to.file === '') {
    const store = from.rung !== to.rung && target.endsWith('/store.ts');
    return store ? `${target} belongs to src/${to.rung} alone` : undefined;
  }
  const hasDoor = shelves.has(to.rung) || to.rung === 'access';
  if (!hasDoor || to.file === 'index.ts') return undefined;
  return `enter src/${to.rung}${to.rung === 'access' ? '' : `/${to.module}`} by its index.ts`;
}

export const noCycles: Rule = {
  name: 'modules of one rung do not depend on each other in a circle',
  wayOut: 'Take out the piece that both need and put it below, or turn one direction into an argument.',
  check: (files) => {
    const inner = edges(files).filter(({ file, from, to }) => from.rung === to.rung && !isTest(file.path));
    const next = new Map<string, Edge[]>();
    for (const edge of inner) {
      const filesOnly = edge.from.module === '' && edge.import.typeOnly;
      if (node(edge.from) === node(edge.to) || filesOnly) continue;
      next.set(node(edge.from), [...(next.get(node(edge.from)) ?? []), edge]);
    }
    return { seen: inner.length, findings: circles(next) };
  },
};

/** On a shelf a module is one node; elsewhere (platform, kernel, ...) every file is, and types alone make no circle. */
const node = ({ rung, module, file }: Place): string =>
  module === '' || rung === 'access' ? `${rung}/${file}` : `${rung}/${module}`;

function circles(next: Map<string, Edge[]>): Finding[] {
  const done = new Set<string>();
  const findings: Finding[] = [];
  const walk = (at: string, way: string[]): void => {
    if (done.has(at)) return;
    for (const edge of next.get(at) ?? []) {
      const to = node(edge.to);
      const seen = [...way, at].indexOf(to);
      if (seen === -1) walk(to, [...way, at]);
      else {
        const fault = `a circle: ${[...way.slice(seen), at, to].join(' > ')}`;
        findings.push({ path: edge.file.path, line: edge.import.line, fault });
      }
    }
    done.add(at);
  };
  for (const start of next.keys()) walk(start, []);
  return findings;
}

export const kernelIsPure: Rule = {
  name: 'the kernel imports only itself and temporal-polyfill',
  wayOut: 'Pass the value in, or move the file to src/platform.',
  check: (files) => ownImports(files, (path) => path.startsWith('src/kernel/') && !isTest(path), kernelFault),
};

function kernelFault(file: File, { from }: Import): string | undefined {
  const inside = from.startsWith('.') && resolve(file.path, from).startsWith('src/kernel/');
  return inside || kernelPackages.has(from) ? undefined : `the kernel does not import ${from}`;
}

export const schemasAreShapes: Rule = {
  name: 'schema.ts imports only zod, the kernel and other schema.ts files',
  wayOut: 'Keep shapes apart from rules: the portal takes its types from here.',
  check: (files) =>
    ownImports(
      files,
      (path) => path.endsWith('/schema.ts'),
      (file, { from }) => {
        if (from === 'zod' || from === 'zod/mini') return undefined;
        const target = from.startsWith('.') ? resolve(file.path, from) : '';
        const fine = target.startsWith('src/kernel/') || target.endsWith('/schema.ts');
        return fine ? undefined : `a schema.ts does not import ${from}`;
      },
    ),
};

export const storesAreSql: Rule = {
  name: 'store.ts imports only platform, the kernel and pure files of its own module',
  wayOut: 'Let the use case call both and pass the value; a store is SQL and nothing else.',
  check: (files) => {
    const known = new Map(files.map((file) => [file.path, file]));
    return ownImports(
      files,
      (path) => path.endsWith('/store.ts') && !path.startsWith('src/platform/'),
      (file, one) => storeFault(known, file, one),
    );
  },
};

function storeFault(known: Map<string, File>, file: File, { from, typeOnly }: Import): string | undefined {
  if (!from.startsWith('.')) {
    return from === 'node:crypto' ? undefined : `a store does not import the package ${from}`;
  }
  const target = resolve(file.path, from);
  if (/^src\/(platform|kernel)\//.test(target)) return undefined;
  if (!isOwn(file.path, target)) return `a store does not import ${from}: it is not of its own module`;
  if (typeOnly || /\/store(-[a-z]+)*\.ts$/.test(target)) return undefined;
  return isPure(known, target) ? undefined : `${from} is not pure: it reaches beyond the kernel`;
}

/** Own: the same folder; a stage of lead/ also owns what stands on the rung itself (lead.ts, store.ts). */
function isOwn(path: string, target: string): boolean {
  const own = posix.dirname(path);
  return (
    target.startsWith(`${own}/`) || (own.startsWith('src/lead/') && posix.dirname(target) === 'src/lead')
  );
}

function isPure(known: Map<string, File>, path: string, way: string[] = []): boolean {
  if (way.includes(path)) return true;
  const file = known.get(path);
  if (!file) return false;
  return read(file).imports.every(({ from, typeOnly }) => {
    if (typeOnly || from === 'zod' || from === 'node:crypto') return true;
    const target = from.startsWith('.') ? resolve(path, from) : '';
    return target.startsWith('src/kernel/') || (isOwn(path, target) && isPure(known, target, [...way, path]));
  });
}

export const errorsAreValues: Rule = {
  name: 'errors.ts imports only the kernel and other files named errors.ts',
  wayOut: 'A refusal is a code, a status and a sentence; what needs more belongs to the use case.',
  check: (files) =>
    ownImports(
      files,
      (path) => path.endsWith('/errors.ts'),
      (file, { from, typeOnly }) => {
        const target = from.startsWith('.') ? resolve(file.path, from) : '';
        const fine = typeOnly || target.startsWith('src/kernel/') || target.endsWith('/errors.ts');
        return fine ? undefined : `errors.ts does not import ${from}`;
      },
    ),
};

function ownImports(
  files: File[],
  mine: (path: string) => boolean,
  fault: (file: File, one: Import) => string | undefined,
): Report {
  const report: Report = { seen: 0, findings: [] };
  for (const file of files.filter(({ path }) => inSource(path) && mine(path))) {
    report.seen += 1;
    for (const one of read(file).imports) {
      const wrong = fault(file, one);
      if (wrong) report.findings.push({ path: file.path, line: one.line, fault: wrong });
    }
  }
  return report;
}
