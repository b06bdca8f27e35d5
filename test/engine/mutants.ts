import { parseSync } from 'vite';

/**
 * Small faults for a source file, all of them in one text: where a fault may be, the text asks whether it is the one
 * that is switched on. So the file is loaded once and hundreds of faults are tried one after the other.
 */
export type Mutant = {
  id: number;
  file: string;
  line: number;
  was: string;
  becomes: string;
  /** Outside of every function: it is looked at while the file loads, so it needs a process of its own. */
  atLoad: boolean;
};

type Node = { type: string; start: number; end: number; [key: string]: unknown };
type Place = { node: Node; kind: 'expression' | 'statement'; becomes: string[]; atLoad: boolean };

const SWAPPED: Record<string, string[]> = {
  '<': ['<=', '>='], '<=': ['<', '>'], '>': ['>=', '<='], '>=': ['>', '<'], '===': ['!=='], '!==': ['==='], '==': ['!='],
  '+': ['-'], '-': ['+'], '*': ['/'], '/': ['*'], '%': ['*'], '&': ['|'], '|': ['&'], '<<': ['>>>'], '>>>': ['<<'],
  '+=': ['-='], '-=': ['+='], '|=': ['&='], '&=': ['|='], '&&': ['||'], '||': ['&&'],
}; // biome-ignore format: a table
const METHODS: Record<string, string> = {
  some: 'every', every: 'some', min: 'max', max: 'min', floor: 'ceil', ceil: 'floor', find: 'findLast', findIndex: 'findLastIndex',
}; // biome-ignore format: a table
/** Calls that can be left out: what they are called on stays. */
const LEFT_OUT = new Set(['filter', 'toSorted', 'sort', 'slice']);

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && typeof (value as Node).type === 'string';
const isText = (node: Node): boolean =>
  node.type === 'TemplateLiteral' || (node.type === 'Literal' && typeof node.value === 'string');

/** Finds the faults of one file. `nextId` is the first number to give. */
export function mutate(file: string, code: string, nextId: number): { mutants: Mutant[]; code: string } {
  const { program, errors } = parseSync(file, code);
  if (errors.length > 0) throw new Error(`${file} does not parse`);
  const places: Place[] = [];
  visit(program as unknown as Node, { code, places, depth: 0, inChain: false, inCase: false, asTest: [] });
  const mutants: Mutant[] = [];
  const made = new Map<Node, { place: Place; ids: number[] }>();
  for (const place of places) {
    const ids = place.becomes.map((becomes) => {
      const { start, end } = place.node;
      const line = code.slice(0, start).split('\n').length;
      const id = nextId + mutants.length;
      mutants.push({ id, file, line, was: code.slice(start, end), becomes, atLoad: place.atLoad });
      return id;
    });
    made.set(place.node, { place, ids });
  }
  return { mutants, code: render(code, 0, code.length, [...made.values()]) };
}

type Made = { place: Place; ids: number[] };

/** The text from start to end with every place in it made switchable; inner places live in the unchanged branch. */
function render(code: string, start: number, end: number, made: Made[]): string {
  let text = '';
  let at = start;
  const inside = made
    .filter(({ place }) => place.node.start >= start && place.node.end <= end)
    .toSorted((a, b) => a.place.node.start - b.place.node.start || b.place.node.end - a.place.node.end);
  while (inside.length > 0) {
    const first = inside.shift()!;
    const { node, kind, becomes } = first.place;
    if (node.start < at) continue;
    text += code.slice(at, node.start);
    const inner = inside.filter(({ place }) => place.node.start >= node.start && place.node.end <= node.end);
    const usual = render(code, node.start, node.end, inner);
    const on = (place: number) => `globalThis.__fault===${first.ids[place]}`;
    text +=
      kind === 'statement'
        ? `{if(!(${on(0)})){${usual}}}`
        : `(${becomes.map((other, place) => `${on(place)}?(${other}):`).join('')}(${usual}))`;
    at = node.end;
  }
  return text + code.slice(at, end);
}

type Walk = {
  code: string;
  places: Place[];
  depth: number;
  inChain: boolean;
  inCase: boolean;
  /** What a condition may be besides: always or never true. */
  asTest: string[];
};

const SKIPPED = new Set([
  'ImportDeclaration',
  'ExportAllDeclaration',
  'TSTypeAliasDeclaration',
  'TSInterfaceDeclaration',
]);
const TESTS: Record<string, string[]> = {
  IfStatement: ['true', 'false'],
  WhileStatement: ['false'],
  ForStatement: ['false'],
};
const FUNCTIONS = new Set(['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression']);

function visit(node: Node, walk: Walk): void {
  if (SKIPPED.has(node.type) || (/^TS/.test(node.type) && !isWrapper(node))) return;
  const becomes = [...faultsOf(node, walk), ...walk.asTest];
  const statement = isStatement(node, walk);
  const atLoad = walk.depth === 0;
  if (statement) walk.places.push({ node, kind: 'statement', becomes: ['(left out)'], atLoad });
  else if (becomes.length > 0) walk.places.push({ node, kind: 'expression', becomes, atLoad });
  const below = {
    ...walk,
    depth: walk.depth + Number(FUNCTIONS.has(node.type)),
    inChain: node.type === 'ChainExpression' || (walk.inChain && /^(Member|Call)Expression$/.test(node.type)),
    inCase: node.type === 'SwitchCase' || (walk.inCase && !/For|While/.test(node.type)),
  };
  for (const [key, value] of Object.entries(node)) {
    if (key === 'key' && !node.computed) continue;
    if (node.type === 'SwitchCase' && key === 'test') continue;
    const asTest = key === 'test' ? (TESTS[node.type] ?? []) : [];
    for (const child of Array.isArray(value) ? value : [value])
      if (isNode(child)) visit(child, { ...below, asTest });
  }
}

/** Around a value, and gone when the types are: the value inside is code. */
const isWrapper = ({ type }: Node): boolean =>
  type === 'TSNonNullExpression' || type === 'TSAsExpression' || type === 'TSSatisfiesExpression';

const isStatement = (node: Node, { inCase }: Walk): boolean =>
  node.type === 'ExpressionStatement' ||
  node.type === 'ContinueStatement' ||
  (node.type === 'BreakStatement' && !inCase);

function faultsOf(node: Node, { code, inChain }: Walk): string[] {
  const text = (child: unknown) => code.slice((child as Node).start, (child as Node).end);
  const { left, right, operator } = node as { left?: Node; right?: Node; operator?: string };
  switch (node.type) {
    case 'BinaryExpression':
    case 'LogicalExpression': {
      if (operator === '??') return [text(right)];
      if (operator === '+' && (isText(left!) || isText(right!))) return [];
      return (SWAPPED[operator!] ?? []).map((other) => `(${text(left)}) ${other} (${text(right)})`);
    }
    case 'AssignmentExpression':
      return (SWAPPED[operator!] ?? []).map((other) => `${text(left)} ${other} ${text(right)}`);
    case 'UnaryExpression':
      return operator === '!' ? [text(node.argument)] : [];
    case 'ConditionalExpression':
      return [text(node.consequent), text(node.alternate)];
    case 'Literal':
      if (typeof node.value === 'boolean') return [String(!node.value)];
      if (typeof node.bigint === 'string') return [`${BigInt(node.bigint) + 1n}n`];
      return typeof node.value === 'number' ? [String(node.value + 1)] : [];
    case 'CallExpression':
      return inChain ? [] : callFaults(node, text);
    default:
      return [];
  }
}

function callFaults(node: Node, text: (child: unknown) => string): string[] {
  const callee = node.callee as Node;
  if (callee.type !== 'MemberExpression' || callee.computed) return [];
  const name = text(callee.property);
  const given = (node.arguments as Node[]).map(text).join(', ');
  if (METHODS[name]) return [`${text(callee.object)}.${METHODS[name]}(${given})`];
  return LEFT_OUT.has(name) ? [text(callee.object)] : [];
}
