import type { Tx } from '../../platform/db.ts';
import type { Answers } from './filters.ts';

/**
 * Which fields of a lead have a value, by the names under which a delivery could send them. It says the same as the
 * rendering of a body does: a lead that was sold because a required field is there is not refused for lacking it.
 */

/** Fields that every lead has. */
const ALWAYS = ['lead_id', 'niche', 'lead_type', 'timestamp'];

/** Fields that are taken from what intake read, never from an answer of the same name. */
const READ_BY_INTAKE = new Set(['name', 'email', 'phone', 'country', 'source', ...ALWAYS]);

/**
 * The names of the filled columns of lead `l`, its contact `c`, attribution `t` and source `s` as an array. The names
 * of a person come from the whole name when the form asked for no parts.
 */
export const filledColumns = (tx: Tx) => tx`
  array_remove(array[
    case when c.name <> '' then 'name' end, case when c.email <> '' then 'email' end,
    case when c.phone <> '' then 'phone' end, case when coalesce(c.country, l.country) is not null then 'country' end,
    case when coalesce(t.source_name, s.name) <> '' then 'source' end,
    case when coalesce(c.first_name, '') || coalesce(c.name, '') <> '' then 'first_name' end,
    case when c.last_name <> '' or c.name like '_% _%' then 'last_name' end,
    case when c.name <> '' then 'firstname' end, case when c.name like '_% _%' then 'lastname' end,
    case when c.street <> '' then 'street' end, case when c.city <> '' then 'city' end,
    case when c.postcode <> '' then 'postcode' end, case when c.region <> '' then 'region' end,
    case when c.calling_code <> '' then 'calling_code' end,
    case when t.referrer_url <> '' then 'referrer_url' end, case when t.page_url <> '' then 'page_url' end,
    case when t.utm_source <> '' then 'utm_source' end, case when t.utm_medium <> '' then 'utm_medium' end,
    case when t.utm_campaign <> '' then 'utm_campaign' end, case when t.utm_term <> '' then 'utm_term' end,
    case when t.utm_content <> '' then 'utm_content' end, case when t.click_id <> '' then 'click_id' end,
    case when t.affiliate <> '' then 'affiliate' end
  ]::text[], null)`;

const isFilled = (answer: unknown): boolean =>
  answer !== undefined && answer !== null && answer !== '' && !(Array.isArray(answer) && answer.length === 0);

export function presentFields(filled: readonly string[], answers: Answers): Set<string> {
  const present = new Set([...ALWAYS, ...filled]);
  for (const [field, answer] of Object.entries(answers)) {
    if (isFilled(answer) && !READ_BY_INTAKE.has(field)) present.add(field);
  }
  return present;
}

/** Answers with the lead's country where the form asks for one and nobody named one. */
export function withCountry(
  answers: Answers,
  country: string | null,
  countryFields: readonly string[],
): Answers {
  if (country === null || countryFields.some((field) => isFilled(answers[field]))) return answers;
  return { ...answers, ...Object.fromEntries(countryFields.map((field) => [field, country])) };
}

export function answersOf(text: string | null, moves: readonly AnswerMove[]): Answers {
  const answers = text === null ? {} : (JSON.parse(text) as Record<string, unknown>);
  return moves.length === 0 ? answers : movedAnswers(answers, moves);
}

/** The first of `from` that was answered stands under `to` as well; `values` says how its values are called there. */
export type AnswerMove = { to: string; from: readonly string[]; values?: Readonly<Record<string, string>> };

/** What an older form asked is read under the names of the present one. The old answers stay. */
function movedAnswers(given: Record<string, unknown>, moves: readonly AnswerMove[]): Answers {
  const answers = { ...given };
  for (const { to, from, values } of moves) {
    if (isFilled(answers[to])) continue;
    const source = from.find((field) => isFilled(answers[field]));
    if (source !== undefined) answers[to] = translated(answers[source], values ?? {});
  }
  return answers;
}

function translated(answer: unknown, values: Readonly<Record<string, string>>): unknown {
  if (Array.isArray(answer)) return answer.map((one) => translated(one, values));
  return typeof answer === 'string' && Object.hasOwn(values, answer) ? values[answer] : answer;
}
