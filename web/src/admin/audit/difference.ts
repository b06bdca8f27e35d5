/** What an audited act changed: the fields whose values differ, each with before and after. */

export interface Difference {
  field: string;
  before: string | undefined;
  after: string | undefined;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Nested objects are one line for each of their fields: "terms.price". Lists are compared whole. */
function flat(value: unknown, path = ''): Map<string, string> {
  if (!isObject(value))
    return value === null || value === undefined ? new Map() : new Map([[path || 'value', shown(value)]]);
  const lines = new Map<string, string>();
  for (const [key, inner] of Object.entries(value)) {
    const name = path ? `${path}.${key}` : key;
    if (isObject(inner)) for (const [field, text] of flat(inner, name)) lines.set(field, text);
    else lines.set(name, shown(inner));
  }
  return lines;
}

const shown = (value: unknown): string =>
  typeof value === 'string' ? value : value === null ? 'nothing' : (JSON.stringify(value) ?? 'nothing');

export function differences(before: unknown, after: unknown): Difference[] {
  const old = flat(before);
  const now = flat(after);
  // An act that names what it set says nothing about the rest: that stayed as it was.
  const fields = now.size > 0 ? [...now.keys()] : [...old.keys()];
  return fields
    .filter((field) => old.get(field) !== now.get(field))
    .map((field) => ({ field, before: old.get(field), after: now.get(field) }));
}
