/** What becomes of the fields of the form in use, as somebody says it field by field. Pure. */
import type { FieldMapping } from '../../../../../src/market/schema.ts';
import { type FormField, type Option, optionsOf } from '../../../market/words.ts';

export type FateKind = 'same' | 'renamed' | 'split' | 'merged' | 'gone';

/** What becomes of one old field. */
export interface Fate {
  /** null: nobody has said it yet. */
  kind: FateKind | null;
  /** The new name, or the field it became part of. */
  to: string | null;
  into: string[];
  /** Of those it was split into, the one that takes over filters and older answers. */
  heir: string | null;
  /** Values of choices that are called otherwise now. */
  values: Record<string, string>;
}

export type Fates = Readonly<Record<string, Fate>>;
type Fields = readonly FormField[];

const fate = (kind: FateKind | null, more: Partial<Fate> = {}): Fate => ({
  kind,
  to: null,
  into: [],
  heir: null,
  values: {},
  ...more,
});

const has = (fields: Fields, id: string): boolean => fields.some((field) => field.id === id);
const find = (fields: Fields, id: string | null): FormField | undefined =>
  fields.find((field) => field.id === id);

export const fateKinds = (field: FormField, next: Fields): readonly FateKind[] =>
  has(next, field.id) ? ['same', 'split'] : ['renamed', 'split', 'merged', 'gone'];

/** Fields of the new form that no old one has the name of. */
export const newFields = (former: Fields, next: Fields): FormField[] =>
  next.filter((field) => !has(former, field.id));

/** A field of the same name is the same question; one that asks the same in the same way has a new name. */
export function guessFates(former: Fields, next: Fields): Fates {
  const fresh = newFields(former, next);
  const alike = (a: FormField, b: FormField) => a.type === b.type && a.label.trim() === b.label.trim();
  return Object.fromEntries(
    former.map((field) => {
      if (has(next, field.id)) return [field.id, fate('same')];
      const heirs = fresh.filter((one) => alike(field, one));
      return [field.id, heirs.length === 1 ? fate('renamed', { to: heirs[0]!.id }) : fate(null)];
    }),
  );
}

/** The kind that was chosen, with what follows from it. */
export function withKind(field: FormField, next: Fields, kind: FateKind): Fate {
  const kept = has(next, field.id);
  return fate(kind, kind === 'split' && kept ? { into: [field.id], heir: field.id } : {});
}

/** Choices of the old field that its heir does not know by their value. */
export function lostValues(field: FormField, one: Fate, next: Fields): readonly Option[] {
  const heir = find(next, heirOf(field, one));
  if (!heir || heir.id === field.id) return [];
  const known = new Set(optionsOf(heir).map(({ value }) => value));
  return known.size === 0 ? [] : optionsOf(field).filter(({ value }) => !known.has(value));
}

const heirOf = (field: FormField, one: Fate): string | null => {
  if (one.kind === 'same') return field.id;
  return one.kind === 'split' ? one.heir : one.to;
};

/** What has still to be said, by the old field. */
export function fateProblems(former: Fields, next: Fields, fates: Fates): Record<string, string> {
  const problems: Record<string, string> = {};
  for (const field of former) {
    const problem = fateProblem(field, fates[field.id] ?? fate(null), { former, next, fates });
    if (problem) problems[field.id] = problem;
  }
  return problems;
}

function fateProblem(
  field: FormField,
  one: Fate,
  { former, next, fates }: { former: Fields; next: Fields; fates: Fates },
): string | null {
  const label = (id: string | null) => find(next, id)?.label ?? id;
  const others = former.filter((other) => other.id !== field.id);
  switch (one.kind) {
    case null:
      return 'Say what became of this question.';
    case 'renamed':
      if (!one.to) return 'Choose its new name.';
      if (has(former, one.to))
        return `“${label(one.to)}” was asked before too: choose “Became one with others”.`;
      return others.some(({ id }) => fates[id]?.kind === 'renamed' && fates[id]?.to === one.to)
        ? `Another question has this new name too: choose “Became one with others” for both.`
        : null;
    case 'split':
      if (one.into.length < 2) return 'Choose at least two questions that it became.';
      return one.heir && one.into.includes(one.heir)
        ? null
        : 'Choose the one that takes over filters and older answers.';
    case 'merged': {
      if (!one.to) return 'Choose the question that it became part of.';
      const alone = !has(former, one.to) && !others.some(({ id }) => isMergedInto(fates[id], one.to));
      return alone ? 'Nothing else became part of it: choose “Has a new name”.' : null;
    }
    default:
      return null;
  }
}

const isMergedInto = (one: Fate | undefined, to: string | null): boolean =>
  one?.kind === 'merged' && one.to === to;

/** As the API takes them; questions of the same name are named only when they were given up before. */
export function mappingsOf(former: Fields, fates: Fates, askedAgain: readonly string[]): FieldMapping[] {
  const merged = new Map<string, string[]>();
  const mappings = former.flatMap((field): FieldMapping[] => {
    const one = fates[field.id];
    const values = one && Object.keys(one.values).length > 0 ? { values: one.values } : {};
    if (one?.kind === 'renamed') return [{ kind: 'renamed', from: field.id, to: one.to!, ...values }];
    if (one?.kind === 'split')
      return [{ kind: 'split', from: field.id, into: one.into, filters_to: one.heir!, ...values }];
    if (one?.kind === 'gone') return [{ kind: 'deprecated', from: field.id }];
    if (one?.kind === 'merged') merged.set(one.to!, [...(merged.get(one.to!) ?? []), field.id]);
    return [];
  });
  for (const [to, from] of merged) {
    const values = Object.assign({}, ...from.map((id) => fates[id]!.values)) as Record<string, string>;
    const all = has(former, to) ? [to, ...from] : from;
    mappings.push({
      kind: 'merged',
      from: all,
      to,
      ...(Object.keys(values).length > 0 ? { values } : {}),
    });
  }
  return [...mappings, ...askedAgain.map((field): FieldMapping => ({ kind: 'direct', field }))];
}
