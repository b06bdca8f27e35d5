import type { Secrets } from '../platform/secrets.ts';

/**
 * Answers to fields that the form flags as `sensitive` (health, income) are encrypted one by one inside the stored
 * answers. They are opened for the lead's page and for the provider's body, nowhere else: distribution sees that there
 * is an answer, and not which.
 */

const KEY = 'sealed';
type Sealed = { [KEY]: string };
type Sensitive = { id: string; sensitive?: boolean | undefined };

const placeOf = (leadId: string, field: string) => ({
  table: 'lead_contacts',
  row: leadId,
  column: `answers.${field}`,
});

/** What stands in the place of a sensitive answer. No form has a field whose answer is an object of this one key. */
export const isSealed = (answer: unknown): answer is Sealed =>
  typeof answer === 'object' &&
  answer !== null &&
  Object.keys(answer).length === 1 &&
  typeof (answer as Partial<Sealed>)[KEY] === 'string';

/** The answers as they are stored, as JSON text. */
export function sealAnswers(
  secrets: Pick<Secrets, 'encrypt'>,
  leadId: string,
  answers: Readonly<Record<string, unknown>>,
  fields: readonly Sensitive[],
): string {
  const sensitive = new Set(fields.filter((field) => field.sensitive === true).map(({ id }) => id));
  if (sensitive.size === 0) return JSON.stringify(answers);
  const stored = Object.entries(answers).map(([field, answer]) => {
    if (!sensitive.has(field)) return [field, answer];
    const sealed = secrets.encrypt(JSON.stringify(answer), placeOf(leadId, field));
    return [field, { [KEY]: sealed.toString('base64') } satisfies Sealed];
  });
  return JSON.stringify(Object.fromEntries(stored));
}

/** The answers as they were given. @throws SecretError when a key is missing, or a text was moved or changed */
export function openAnswers(
  secrets: Pick<Secrets, 'decryptText'>,
  leadId: string,
  stored: string | null,
): Record<string, unknown> {
  const read: unknown = stored === null ? {} : JSON.parse(stored);
  if (typeof read !== 'object' || read === null) return {};
  const answers = Object.entries(read).map(([field, answer]) => [
    field,
    isSealed(answer)
      ? JSON.parse(secrets.decryptText(Buffer.from(answer[KEY], 'base64'), placeOf(leadId, field)))
      : answer,
  ]);
  return Object.fromEntries(answers);
}
