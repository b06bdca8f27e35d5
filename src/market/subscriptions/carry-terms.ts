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
  /** What its endpoint requires; belongs to the endpoint, so it is never carried over. */
  endpointFields: string[];
};

/** What stays as it was, because nothing of the new form takes its place. */
export type Left = {
  subscriptionId: string;
  providerId: string;
  what: 'filter' | 'required_field' | 'endpoint_field';
  field: string;
  /** In words, for operator and provider. */
  why: string;
  /** What it does to leads of the new form: keeps them all away, asks nothing of them, or judges them as before. */
  effect: 'none_pass' | 'not_asked' | 'as_before';
};

/** A filter or a required field under its new name, the values of a set under theirs. */
export type Moved = {
  subscriptionId: string;
  providerId: string;
  what: 'filter' | 'required_field';
  from: string;
  to: string;
};

export type Carried = { changed: OldTerms[]; moved: Moved[]; left: Left[] };

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
  const done: Carried = { changed: [], moved: [], left: [] };
  for (const one of terms) {
    const names = { subscriptionId: one.subscriptionId, providerId: one.providerId };
    const filters = one.filters.map((filter): Filter => {
      const carried = carriedFilter(filter, mappings, byId);
      if ('why' in carried) {
        const effect = leftEffect(filter, byId);
        done.left.push({ ...names, what: 'filter', field: filter.field, why: carried.why, effect });
        return filter;
      }
      if (JSON.stringify(carried.filter) !== JSON.stringify(filter))
        done.moved.push({ ...names, what: 'filter', from: filter.field, to: carried.filter.field });
      return carried.filter;
    });
    const without = { ...names, effect: 'none_pass' as const };
    const requiredFields = one.requiredFields.map((field) => {
      const to = carriedField(field, mappings)?.field;
      if (to !== undefined && known.has(to)) {
        if (to !== field) done.moved.push({ ...names, what: 'required_field', from: field, to });
        return to;
      }
      done.left.push({ ...without, what: 'required_field', field, why: noneTakes(field) });
      return field;
    });
    for (const field of one.endpointFields.filter((name) => !known.has(name))) {
      const why = `Its endpoint requires "${field}", which the new form does not have.`;
      done.left.push({ ...without, what: 'endpoint_field', field, why });
    }
    const distinct = [...new Set(requiredFields)];
    const same = JSON.stringify([filters, distinct]) === JSON.stringify([one.filters, one.requiredFields]);
    if (!same) done.changed.push({ ...one, filters, requiredFields: distinct });
  }
  return done;
}

const noneTakes = (field: string): string =>
  `The new form has no field "${field}", and none takes its place.`;

/** A filter on a field that is still there goes on as it is; on one that is gone its policy for no answer decides. */
function leftEffect(filter: Filter, byId: ReadonlyMap<string, FormField>): Left['effect'] {
  if (byId.has(filter.field)) return 'as_before';
  return filter.missing === 'fail' ? 'none_pass' : 'not_asked';
}

function carriedFilter(
  filter: Filter,
  mappings: readonly FieldMapping[],
  byId: ReadonlyMap<string, FormField>,
): { filter: Filter } | { why: string } {
  const to = carriedField(filter.field, mappings);
  const field = to && byId.get(to.field);
  if (!to || !field) return { why: noneTakes(filter.field) };
  const moved = { ...filter, field: to.field };
  const carried: Filter =
    moved.kind === 'set'
      ? { ...moved, values: [...new Set(moved.values.map((value) => to.values[value] ?? value))] }
      : moved;
  const problem = filterProblem(carried, field);
  return problem === null ? { filter: carried } : { why: problem };
}
