/** A request that a source can send at once: one answer for each required field of the form. */
import { type FormField, optionsOf } from '../../market/words.ts';

const person: Record<string, unknown> = {
  name: 'Ada Lovelace',
  email: 'ada@example.org',
  phone: '+49 30 901820',
  country: 'DE',
  postcode: '10115',
  address: { street: 'Unter den Linden 1', city: 'Berlin', postcode: '10117', country: 'DE' },
  text: 'Some words',
  long_text: 'Some words',
  boolean: true,
  date: '2027-01-15',
};

function sampleOf(field: FormField): unknown {
  const rules = (field.rules ?? {}) as { min?: number };
  switch (field.type) {
    case 'select':
      return optionsOf(field)[0]?.value;
    case 'multi_select':
      return optionsOf(field)
        .slice(0, 1)
        .map((option) => option.value);
    case 'number':
    case 'range':
      return rules.min ?? 1;
    default:
      return person[field.type];
  }
}

export function sampleAnswers(fields: readonly FormField[]): Record<string, unknown> {
  const required = fields.filter((field) => field.required === true);
  return Object.fromEntries(required.map((field) => [field.id, sampleOf(field)]));
}

/** A test lead as curl sends it: outside turns, caps and money. */
export function curlOf(origin: string, token: string, fields: readonly FormField[]): string {
  const body = { test: true, consent: { accepted: true }, answers: sampleAnswers(fields) };
  // A quote inside the body would end the shell's quotes.
  const text = JSON.stringify(body, null, 2).replaceAll("'", "'\\''");
  return `curl ${origin}/api/v1/inbound/${token} \\\n  -H 'content-type: application/json' \\\n  -d '${text}'`;
}
