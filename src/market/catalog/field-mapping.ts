import type { Detail } from '../../kernel/errors.ts';
import type { FieldMapping } from '../schema.ts';
import type { FormField } from './form-schema.ts';

export type { FieldMapping };

/**
 * How the fields of one form version become those of the next: what filters are carried over by, and what the answers
 * of older leads are read by. Pure. A field that became another is never the name of a new one, so an answer under its
 * name always means the old question.
 */

/** An answer of an older lead under its new name: the first of `from` that was answered, its values translated. */
export type AnswerMove = { to: string; from: string[]; values?: Record<string, string> };

export const sourcesOf = (mapping: FieldMapping): string[] =>
  mapping.kind === 'direct' ? [mapping.field] : [mapping.from].flat();

const targetsOf = (mapping: FieldMapping): string[] => {
  if (mapping.kind === 'direct') return [mapping.field];
  if (mapping.kind === 'deprecated') return [];
  return mapping.kind === 'split' ? mapping.into : [mapping.to];
};

/** Where filters and older answers of a source go; null: nowhere. */
const heirOf = (mapping: FieldMapping): string | null => {
  if (mapping.kind === 'direct') return mapping.field;
  if (mapping.kind === 'deprecated') return null;
  return mapping.kind === 'split' ? (mapping.filters_to ?? null) : mapping.to;
};

export function movesOf(mappings: readonly FieldMapping[]): AnswerMove[] {
  return mappings.flatMap((mapping): AnswerMove[] => {
    const to = heirOf(mapping);
    if (to === null || mapping.kind === 'direct' || mapping.kind === 'deprecated') return [];
    const from = sourcesOf(mapping).filter((one) => one !== to);
    return [{ to, from, ...(mapping.values ? { values: mapping.values } : {}) }];
  });
}

/**
 * What is wrong with the mappings between two forms; empty: nothing.
 * @param of.retired names that earlier mappings took away from the niche's forms
 */
export function mappingProblems(of: {
  mappings: readonly FieldMapping[];
  former: readonly FormField[];
  next: readonly FormField[];
  retired: ReadonlySet<string>;
}): Detail[] {
  const { mappings, former, next, retired } = of;
  const [before, after] = [idsOf(former), idsOf(next)];
  const seen = new Set<string>();
  const targets = new Set(mappings.flatMap(targetsOf));
  const found = mappings.flatMap((mapping, at): Detail[] => {
    const problems: string[] = [];
    const own = targetsOf(mapping);
    for (const one of sourcesOf(mapping)) {
      const again = mapping.kind === 'direct' && retired.has(one);
      if (!before.has(one) && !again) problems.push(`The form in use has no field "${one}".`);
      if (seen.has(one)) problems.push(`The field "${one}" is named twice.`);
      seen.add(one);
      if (mapping.kind !== 'direct' && after.has(one) && !own.includes(one))
        problems.push(`The new form still asks for "${one}": give the new question another name.`);
    }
    for (const one of own) if (!after.has(one)) problems.push(`The new form has no field "${one}".`);
    const heir = mapping.kind === 'split' ? splitProblem(mapping) : null;
    return [
      ...problems.map((message) => ({ field: `field_mappings.${at}`, message })),
      ...(heir === null ? [] : [{ field: `field_mappings.${at}.filters_to`, message: heir }]),
    ];
  });
  const reused = [...after].filter((one) => retired.has(one) && !before.has(one) && !targets.has(one));
  return [
    ...found,
    ...reused.map((one) => ({
      field: 'field_mappings',
      message: `"${one}" was the name of an older question: name it as direct when it is the same question, or give the new one another name.`,
    })),
  ];
}

/** Without one that takes over, filters and older answers would go nowhere, and nobody would have said so. */
function splitProblem({ from, into, filters_to }: Extract<FieldMapping, { kind: 'split' }>): string | null {
  if (filters_to !== undefined && into.includes(filters_to)) return null;
  const list = into.map((one) => `"${one}"`).join(', ');
  if (filters_to !== undefined)
    return `filters_to must be one of the fields that "${from}" becomes: ${list}.`;
  return `Say which of ${list} takes over the filters on "${from}" and the answers of older leads. If none does, name "${from}" as deprecated.`;
}

const idsOf = (fields: readonly FormField[]): Set<string> => new Set(fields.map(({ id }) => id));

/** Names that these mappings took away: an older answer may stand under them. */
export const retiredBy = (mappings: readonly FieldMapping[]): string[] =>
  mappings.flatMap((mapping) => sourcesOf(mapping).filter((one) => !targetsOf(mapping).includes(one)));

/** The name of a field in the next form, and how its values are called there; null: nothing takes its place. */
export function carriedField(
  field: string,
  mappings: readonly FieldMapping[],
): { field: string; values: Record<string, string> } | null {
  const mapping = mappings.find((one) => sourcesOf(one).includes(field));
  if (!mapping) return { field, values: {} };
  const heir = heirOf(mapping);
  return heir === null ? null : { field: heir, values: ('values' in mapping && mapping.values) || {} };
}
