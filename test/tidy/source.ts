/**
 * Reads TypeScript with the parser that Vite carries (Oxc), because TypeScript 7 ships no compiler API and a
 * regular expression misses what matters: imports over several lines, `import()`, `export ... from`,
 * `import('x').Type`, and words that stand in a string or a comment.
 */
import { parseSync } from 'vite';
import { type File, lineAt } from './files.ts';

export type Import = { from: string; typeOnly: boolean; dynamic: boolean; names: string[]; line: number };
export type Func = { name: string; line: number; lines: number; argumentOf: string };
export type Call = { name: string; line: number };
/** A string or the fixed text of a template, with the line on which it starts. */
export type Text = { value: string; line: number; template: boolean };

/** The keys of `const name = { ... }` or of the object given first to a call: `const name = call({ ... })`. */
export type Table = {
  name: string;
  madeBy: string;
  entries: { key: string; first: unknown; line: number }[];
};

export type Source = {
  imports: Import[];
  functions: Func[];
  /** Calls by their written name: `fetch`, `http.request`, `it.only`. */
  calls: Call[];
  texts: Text[];
  comments: { value: string; line: number }[];
  tables: Table[];
  errors: string[];
};

type Node = { type: string; start: number; end: number; [key: string]: unknown };

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && typeof (value as Node).type === 'string';

const cache = new WeakMap<File, Source>();

export function read(file: File): Source {
  const known = cache.get(file);
  if (known) return known;
  const { program, comments, errors } = parseSync(file.path, file.text);
  const starts = lineStarts(file.text);
  const line = (offset: number): number => lineOf(starts, offset);
  const source: Source = {
    imports: [],
    functions: [],
    calls: [],
    texts: [],
    comments: comments.map((comment) => ({ value: comment.value, line: line(comment.start) })),
    tables: [],
    errors: errors.map(
      (error) => `${error.message} (line ${lineAt(file.text, error.labels[0]?.start ?? 0)})`,
    ),
  };
  visit(program as unknown as Node, { source, line, parent: undefined, argumentOf: '' });
  cache.set(file, source);
  return source;
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}

function lineOf(starts: number[], offset: number): number {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return low + 1;
}

type Place = {
  source: Source;
  line: (offset: number) => number;
  parent: Node | undefined;
  argumentOf: string;
};

function visit(node: Node, place: Place): void {
  note(node, place);
  const argumentOf = node.type === 'CallExpression' ? written(node.callee) : '';
  for (const key in node) {
    const child = node[key];
    if (Array.isArray(child)) {
      const called = key === 'arguments' ? argumentOf : '';
      for (const one of child) if (isNode(one)) visit(one, { ...place, parent: node, argumentOf: called });
    } else if (isNode(child)) visit(child, { ...place, parent: node, argumentOf: '' });
  }
}

function note(node: Node, { source, line, parent, argumentOf }: Place): void {
  const at = line(node.start);
  switch (node.type) {
    case 'ImportDeclaration':
    case 'ExportNamedDeclaration':
    case 'ExportAllDeclaration':
      if (isNode(node.source)) source.imports.push(staticImport(node, node.source, at));
      return;
    case 'ImportExpression':
      source.imports.push({ from: text(node.source), typeOnly: false, dynamic: true, names: [], line: at });
      return;
    case 'TSImportType':
      source.imports.push({ from: text(node.source), typeOnly: true, dynamic: false, names: [], line: at });
      return;
    case 'FunctionDeclaration':
    case 'FunctionExpression':
    case 'ArrowFunctionExpression':
      source.functions.push({
        name: nameOf(node, parent),
        line: at,
        lines: line(node.end) - at + 1,
        argumentOf,
      });
      return;
    case 'VariableDeclarator':
      source.tables.push(...tableOf(node, line));
      return;
    case 'CallExpression':
    case 'NewExpression':
      source.calls.push({ name: written(node.callee), line: at });
      return;
    case 'Literal':
      if (typeof node.value === 'string') source.texts.push({ value: node.value, line: at, template: false });
      return;
    case 'TemplateElement':
      source.texts.push({ value: (node.value as { raw: string }).raw, line: at, template: true });
  }
}

function staticImport(node: Node, from: Node, line: number): Import {
  const specifiers = (node.specifiers as Node[] | undefined) ?? [];
  const kind = (one: Node): unknown => one.importKind ?? one.exportKind;
  const allTypes = specifiers.length > 0 && specifiers.every((one) => kind(one) === 'type');
  return {
    from: text(from),
    typeOnly: kind(node) === 'type' || allTypes,
    dynamic: false,
    names: specifiers.filter((one) => kind(one) !== 'type').map(importedName),
    line,
  };
}

function importedName(specifier: Node): string {
  if (specifier.type === 'ImportDefaultSpecifier') return 'default';
  if (specifier.type === 'ImportNamespaceSpecifier') return '*';
  const named = specifier.imported ?? specifier.local;
  return isNode(named) ? String(named.name ?? named.value) : '';
}

function tableOf(node: Node, line: (offset: number) => number): Table[] {
  const init = isNode(node.init) ? node.init : undefined;
  const given = init?.type === 'CallExpression' ? (init.arguments as Node[])[0] : init;
  const object = given && isNode(given.expression) ? given.expression : given;
  if (object?.type !== 'ObjectExpression') return [];
  const entries = (object.properties as Node[]).flatMap((one) => {
    if (!isNode(one.key) || !isNode(one.value)) return [];
    const [first] = (one.value.elements as Node[] | undefined) ?? [];
    return [{ key: String(one.key.name ?? one.key.value), first: first?.value, line: line(one.start) }];
  });
  const madeBy = init?.type === 'CallExpression' ? written(init.callee) : '';
  return [{ name: isNode(node.id) ? String(node.id.name) : '', madeBy, entries }];
}

/** The value of a literal; anything computed cannot be checked and is told apart by `<computed>`. */
function text(node: unknown): string {
  if (!isNode(node)) return '<computed>';
  if (node.type === 'TSLiteralType') return text(node.literal);
  if (node.type === 'TemplateLiteral' && (node.expressions as Node[]).length === 0) {
    return (node.quasis as { value: { raw: string } }[])[0]?.value.raw ?? '';
  }
  return typeof node.value === 'string' ? node.value : '<computed>';
}

function written(node: unknown): string {
  if (!isNode(node)) return '';
  if (node.type === 'Identifier') return String(node.name);
  if (node.type === 'MemberExpression') {
    return `${written(node.object)}.${isNode(node.property) ? String(node.property.name ?? node.property.value) : ''}`;
  }
  if (node.type === 'CallExpression') return written(node.callee);
  return '';
}

function nameOf(node: Node, parent: Node | undefined): string {
  for (const named of [node.id, parent?.id, parent?.key]) {
    if (isNode(named) && typeof named.name === 'string') return named.name;
  }
  return 'a function without a name';
}
