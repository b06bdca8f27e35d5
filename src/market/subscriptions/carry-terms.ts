import { carriedField, type FieldMapping, type FormField } from '../catalog/index.ts';
import { knownNames } from '../endpoints/index.ts';
import { filterProblem } from './check-terms.ts';
import type { Filter } from './rules.ts';

/** Filters and required fields carried over from one form version to the next. Pure. */

export type OldTerms = {
  subscriptionId: string;
  providerId: string;
  filters: Filter[];
  requiredFields: string[];
};

/** What stays as it was, because nothing of the new form takes its place. */
export type Left = {
  subscriptionId: string;
  providerId: string;
  what: 'filter' | 'required_field';
  field: string;
  /** In words, for operator and provider. */
  why: string;
};

export type Carried = { changed: OldTerms[]; left: Left[] };

/**
 * A filter that cannot be carried over stays on the old field: leads of the new form have no such answer, so its
 * policy for missing answers decides about them; older leads are judged as before.
 */
export function carryTerms(
  terms: readonly OldTerms[],
  mappings: readonly FieldMapping[],
  next: readonly FormField[],
): Carried {
  const byId = new Map(next.map((field) => [field.id, field]));
  const known = knownNames(next);
  const done: Carried = { changed: [], left: [] };
  for (const one of terms) {
    const { subscriptionId, providerId } = one;
    const leave = (what: Left['what'], field: string, why: string) =>
      done.left.push({ subscriptionId, providerId, what, field, why });
    const filters = one.filters.map((filter): Filter => {
      const carried = carriedFilter(filter, mappings, byId);
      if ('why' in carried) leave('filter', filter.field, carried.why);
      return 'why' in carried ? filter : carried.filter;
    });
    const requiredFields = one.requiredFields.map((field) => {
      const to = carriedField(field, mappings)?.field;
      if (to !== undefined && known.has(to)) return to;
      leave('required_field', field, `The new form has no field "${field}", and none takes its place.`);
      return field;
    });
    const distinct = [...new Set(requiredFields)];
    const same = JSON.stringify([filters, distinct]) === JSON.stringify([one.filters, one.requiredFields]);
    if (!same) done.changed.push({ ...one, filters, requiredFields: distinct });
  }
  return done;
}

function carriedFilter(
  filter: Filter,
  mappings: readonly FieldMapping[],
  byId: ReadonlyMap<string, FormField>,
): { filter: Filter } | { why: string } {
  const to = carriedField(filter.field, mappings);
  const field = to && byId.get(to.field);
  if (!to || !field) return { why: `The new form has no field "${filter.field}", and none takes its place.` };
  const moved = { ...filter, field: to.field };
  const carried: Filter =
    moved.kind === 'set'
      ? { ...moved, values: [...new Set(moved.values.map((value) => to.values[value] ?? value))] }
      : moved;
  const problem = filterProblem(carried, field);
  return problem === null ? { filter: carried } : { why: problem };
}
