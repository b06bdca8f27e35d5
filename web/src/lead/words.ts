/** Codes of checks, reasons and answers in words: the same sentence wherever a lead is shown. */
import type { LeadPage } from '../../../src/lead/schema.ts';
import { countryName } from '../market/places.ts';

export type Verdict = LeadPage['checks'][number]['verdicts'][number];
export type Answer = LeadPage['answers'][number];

/** Why a lead was stopped or ended, and what a check found. */
const reasonSentences: Readonly<Record<string, string>> = {
  suppressed: 'This person must not be contacted',
  duplicate: 'This person has asked before',
  disposable_domain: 'The e-mail address is a throw-away one',
  refused_by_operator: 'Its e-mail domain is on your list of refused ones',
  allowed_by_operator: 'Its e-mail domain is on your list of allowed ones',
  no_phone: 'No phone number was given',
  phone_not_possible: 'No phone number has this length',
  phone_not_valid: 'Nobody has this phone number',
  phone_type_refused: 'The phone number costs extra or reaches no person',
  phone_country_doubtful: 'The phone number may belong to another country',
  phone_type_unsure: 'The phone number may be rented for a day',
  no_country: 'The country is not known',
  country_outside_campaign: 'The person lives outside the countries of the campaign',
  phone_country_differs: 'Phone number and country do not belong together',
  phone_from_related_country: 'The phone number is from a neighbouring country',
  ip_country_differs: 'The form was sent from another country',
  links_in_text: 'There are links in what the person wrote',
  name_repeats: 'The name is one letter again and again',
  no_mail_server: 'The e-mail domain takes no mail',
  null_mx: 'The e-mail domain says that it takes no mail',
  domain_unknown: 'The e-mail domain does not exist',
  dns_timeout: 'The e-mail domain did not answer in time',
  dns_unavailable: 'The e-mail domain could not be asked',
  check_failed: 'The check could not be made',
  check_timeout: 'The check took too long',
  check_stopped: 'The check was stopped',
  overridden: 'An operator overrode this check',
};

const passSentences: Readonly<Record<string, string>> = {
  suppression: 'May be contacted',
  duplicate: 'Has not asked before',
  disposable_domain: 'The e-mail address is no throw-away one',
  phone: 'The phone number can be called',
  country_mismatch: 'Person, phone and campaign belong together',
  shape: 'The form looks as if a person filled it in',
  mx: 'The e-mail domain takes mail',
};

export const checkNames: Readonly<Record<string, string>> = {
  suppression: 'Do-not-contact list',
  duplicate: 'Asked before',
  disposable_domain: 'Throw-away e-mail',
  phone: 'Phone number',
  country_mismatch: 'Country',
  shape: 'Form',
  mx: 'E-mail domain',
};

const CODE = /^[a-z][a-z0-9_]*$/;

/** snake_case as a sentence; what a person wrote stays as it is. */
const plain = (text: string): string => {
  if (!CODE.test(text)) return text;
  const words = text.replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
};

/** Why a lead was stopped or ended: a code of ours, or what an operator wrote. */
export const reasonSentence = (reason: string): string => reasonSentences[reason] ?? plain(reason);

export const checkName = (check: string): string => checkNames[check] ?? plain(check);

export function verdictSentence(verdict: Verdict): string {
  if (verdict.reason) return reasonSentence(verdict.reason);
  return passSentences[verdict.check] ?? `${checkName(verdict.check)}: ${verdict.result}`;
}

const factWords: Readonly<Record<string, (value: string) => string>> = {
  country: (value) => (value === 'none' ? 'no country' : countryName(value)),
  phoneCountry: (value) => `phone from ${countryName(value)}`,
  ipCountry: (value) => `sent from ${countryName(value)}`,
  type: (value) => value.replaceAll('_', ' '),
  links: (value) => `${value} links`,
  cached: () => 'known from an earlier lead',
};

/** What the check compared: "mobile, Germany". */
export const verdictFacts = (verdict: Verdict): string =>
  Object.entries(verdict.facts ?? {})
    .map(([name, value]) => factWords[name]?.(String(value)) ?? `${plain(name)} ${value}`)
    .join(', ');

/** Fields that the person's card shows already. */
const PERSON_TYPES = new Set(['name', 'email', 'phone', 'country']);

/** What was asked beyond the contact, in the order of the form. */
export const otherAnswers = (answers: readonly Answer[]): readonly Answer[] =>
  answers.filter(({ type }) => !PERSON_TYPES.has(type));

/** An answer as a person reads it. */
export function answerText({ value }: Answer): string {
  if (value === null || value === undefined || value === '') return 'Not answered';
  if (typeof value === 'boolean') return value ? 'Yes' : 'No';
  if (typeof value === 'number') return value.toLocaleString();
  if (Array.isArray(value)) return value.map((one) => answerText({ value: one } as Answer)).join(', ');
  if (typeof value === 'object') {
    return Object.values(value)
      .filter((one) => typeof one === 'string' || typeof one === 'number')
      .join(', ');
  }
  return String(value);
}

/** "Anna Berg", else the address, else what it is. */
export const personName = (person: { name: string | null; email: string | null } | null): string =>
  person?.name || person?.email || 'No name';

/** "3 leads", "1 lead". */
export const counted = (count: number, one: string, many = `${one}s`): string =>
  `${count.toLocaleString()} ${count === 1 ? one : many}`;
