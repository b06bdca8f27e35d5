import type { Detail } from '../../kernel/errors.ts';
import { textProblem } from '../../kernel/text.ts';
import type { LeadType } from '../lead.ts';

/**
 * Reads the body of a submission: JSON with `answers`, or flat, as HTML forms and simple senders post it. In a flat
 * body the names below are ours and everything else is an answer. Nothing is cut or repaired on the way: a text is
 * kept as it came or refused with its field.
 */
export type Claim = {
  /** Slugs; one of them names the form of a public submission. */
  niche: string | null;
  campaign: string | null;
  answers: Record<string, unknown>;
  consent: ClaimedConsent;
  attribution: Attribution;
  /** Names of campaign trackers beyond the five that have a column, as they came: `{utm_id: '7'}`. */
  utmOther: Record<string, string> | null;
  formToken: string | null;
  test: boolean;
  waitMs: number;
  leadType: LeadType | null;
  locale: string | null;
};

export type ClaimedConsent = {
  accepted: boolean;
  textVersion: number | null;
  givenAt: Date | null;
  ip: string | null;
  userAgent: string | null;
  page: string | null;
};

export const ATTRIBUTION = [
  'referrer_url',
  'page_url',
  'utm_source',
  'utm_medium',
  'utm_campaign',
  'utm_term',
  'utm_content',
  'click_id',
  'session_id',
  'affiliate',
  'source_name',
] as const;
export type Attribution = { [name in (typeof ATTRIBUTION)[number]]: string | null };

/** Spellings of attribution that senders use, and ours. */
const SPELLINGS: Record<string, keyof Attribution> = {
  referrer: 'referrer_url',
  page: 'page_url',
  gclid: 'click_id',
  fbclid: 'click_id',
  msclkid: 'click_id',
  source: 'source_name',
  ...Object.fromEntries(ATTRIBUTION.map((name) => [name, name])),
};
const OWN = new Set(['niche', 'campaign', 'answers', 'consent', 'attribution', 'form_token', 'test', 'wait', 'lead_type', 'locale']); // biome-ignore format: one list
const CONSENT_KEYS = new Set(['accepted', 'text_version', 'given_at', 'ip', 'user_agent', 'page']);

const SLUG_MAX = 60;
const TOKEN_MAX = 500;
const ATTRIBUTION_MAX = 2_000;
/** Trackers beyond the five: Google alone knows ten names. */
const UTM_OTHER_COUNT_MAX = 20;
const UTM_NAME_MAX = 50;
const UTM_VALUE_MAX = 500;
const WAIT_S_MAX = 10;
const GIVEN_AHEAD_MS = 5 * 60_000;
const DETAILS_MAX = 20;
const SHOWN_MAX = 60;

type Source = Record<string, unknown>;
type Problems = Detail[];

export function readBody(body: unknown): { ok: true; claim: Claim } | { ok: false; details: Detail[] } {
  if (!isRecord(body)) {
    return {
      ok: false,
      details: [{ field: 'body', message: 'Send an object with the answers of the form.' }],
    };
  }
  const problems: Problems = [];
  const claim: Claim = {
    niche: text(body, 'niche', SLUG_MAX, problems),
    campaign: text(body, 'campaign', SLUG_MAX, problems),
    answers: answersOf(body, problems),
    consent: consentOf(body, problems),
    attribution: attributionOf(body, problems),
    utmOther: utmOtherOf(body, problems),
    formToken: text(body, 'form_token', TOKEN_MAX, problems),
    test: flag(body, 'test', problems) ?? false,
    waitMs: (whole(body, 'wait', 0, WAIT_S_MAX, problems) ?? 0) * 1_000,
    leadType: leadTypeOf(body, problems),
    locale: localeOf(body, problems),
  };
  return problems.length > 0 ? { ok: false, details: problems.slice(0, DETAILS_MAX) } : { ok: true, claim };
}

/** With `answers` the rest of the body must be known; without it the rest are the answers. */
function answersOf(body: Source, problems: Problems): Record<string, unknown> {
  const rest = Object.entries(body).filter(([key]) => !isOurs(key));
  if (body.answers === undefined) return Object.fromEntries(rest);
  if (!isRecord(body.answers)) {
    problems.push({ field: 'answers', message: 'Send an object of field names and values.' });
    return {};
  }
  for (const [key] of rest) problems.push(unknownField(key));
  return body.answers;
}

const isOurs = (key: string): boolean =>
  OWN.has(key) || key in SPELLINGS || /^(?:utm_|consent[._[])/.test(key);

function consentOf(body: Source, problems: Problems): ClaimedConsent {
  const given = consentParts(body, problems);
  const at = text(given, 'given_at', 40, problems, 'consent.');
  return {
    accepted: flag(given, 'accepted', problems, 'consent.') ?? false,
    textVersion: whole(given, 'text_version', 1, 1_000_000, problems, 'consent.'),
    givenAt: at === null ? null : timeOf(at, problems),
    ip: addressOf(given, problems),
    userAgent: text(given, 'user_agent', 1_000, problems, 'consent.'),
    page: text(given, 'page', ATTRIBUTION_MAX, problems, 'consent.'),
  };
}

/** `{consent: {accepted}}`, `consent=on`, `consent.accepted=on`, `consent[accepted]=on` or `consent_accepted=on`. */
function consentParts(body: Source, problems: Problems): Source {
  const parts: Source = isRecord(body.consent) ? { ...body.consent } : {};
  if (body.consent !== undefined && !isRecord(body.consent)) parts.accepted = body.consent;
  for (const [key, value] of Object.entries(body)) {
    const name = /^consent(?:[._]|\[)([a-z_]{1,20})\]?$/.exec(key)?.[1];
    if (name !== undefined) parts[name === 'version' ? 'text_version' : name] = value;
  }
  for (const key of Object.keys(parts)) {
    if (!CONSENT_KEYS.has(key)) problems.push(unknownField(key, 'consent.'));
  }
  return parts;
}

function attributionOf(body: Source, problems: Problems): Attribution {
  const found = Object.fromEntries(ATTRIBUTION.map((name) => [name, null])) as Attribution;
  const inner = body.attribution;
  if (inner !== undefined && inner !== null && !isRecord(inner)) {
    problems.push({ field: 'attribution', message: 'Send an object of names and texts.' });
  }
  const groups: [Source, string][] = [[body, '']];
  if (isRecord(inner)) groups.push([inner, 'attribution.']);
  for (const [group, prefix] of groups) {
    for (const key of Object.keys(group)) {
      // `source` is short for the source's name in the inner object only: many forms have an answer of that name.
      const name = prefix === '' && key === 'source' ? undefined : SPELLINGS[key];
      if (name !== undefined) found[name] ??= text(group, key, ATTRIBUTION_MAX, problems, prefix);
      else if (prefix !== '' && !key.startsWith('utm_')) problems.push(unknownField(key, prefix));
    }
  }
  return found;
}

/** What begins with utm_ and has no column: kept as it came, within limits, or refused with its field. */
function utmOtherOf(body: Source, problems: Problems): Record<string, string> | null {
  const groups: [Source, string][] = [[body, '']];
  if (isRecord(body.attribution)) groups.push([body.attribution, 'attribution.']);
  const found = new Map<string, string>();
  for (const [group, prefix] of groups) {
    for (const key of Object.keys(group)) {
      if (!key.startsWith('utm_') || key in SPELLINGS) continue;
      if (key.length > UTM_NAME_MAX || !/^utm_[A-Za-z0-9_.-]+$/.test(key)) {
        problems.push(unknownField(key, prefix));
        continue;
      }
      const value = text(group, key, UTM_VALUE_MAX, problems, prefix);
      if (value !== null && !found.has(key)) found.set(key, value);
    }
  }
  if (found.size > UTM_OTHER_COUNT_MAX) {
    const message = `Send at most ${UTM_OTHER_COUNT_MAX} further names that begin with utm_.`;
    problems.push({ field: 'attribution', message });
  }
  return found.size === 0 ? null : Object.fromEntries(found);
}

function text(of: Source, key: string, maxLength: number, problems: Problems, prefix = ''): string | null {
  const value = own(of, key);
  if (value === undefined || value === null || value === '') return null;
  const problem = textProblem(value, { maxLength });
  if (problem === null) return value as string;
  const message =
    problem === 'too_long'
      ? `Send at most ${maxLength} characters.`
      : problem === 'not_a_text'
        ? 'Send one text here.'
        : 'Send a text without control characters.';
  problems.push({ field: `${prefix}${key}`, message });
  return null;
}

function flag(of: Source, key: string, problems: Problems, prefix = ''): boolean | null {
  const value = own(of, key);
  if (value === undefined || value === null || value === '') return null;
  if (value === true || value === 'true' || value === '1' || value === 'on' || value === 'yes') return true;
  if (value === false || value === 'false' || value === '0' || value === 'off' || value === 'no')
    return false;
  problems.push({ field: `${prefix}${key}`, message: 'Send true or false.' });
  return null;
}

function whole(
  of: Source,
  key: string,
  min: number,
  max: number,
  problems: Problems,
  prefix = '',
): number | null {
  const value = own(of, key);
  if (value === undefined || value === null || value === '') return null;
  const number = typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value;
  if (typeof number === 'number' && Number.isSafeInteger(number) && number >= min && number <= max)
    return number;
  problems.push({ field: `${prefix}${key}`, message: `Send a whole number from ${min} to ${max}.` });
  return null;
}

function leadTypeOf(body: Source, problems: Problems): LeadType | null {
  const value = own(body, 'lead_type');
  if (value === undefined || value === null || value === '') return null;
  if (value === 'premium' || value === 'raw') return value;
  problems.push({ field: 'lead_type', message: 'Send premium or raw.' });
  return null;
}

function localeOf(body: Source, problems: Problems): string | null {
  const value = own(body, 'locale');
  if (value === undefined || value === null || value === '') return null;
  if (typeof value === 'string' && /^[a-z]{2}(?:-[A-Z]{2})?$/.test(value)) return value;
  problems.push({ field: 'locale', message: 'Send a language such as de or en-GB.' });
  return null;
}

/** With a zone, so that it is one instant; a consent of the future is a wrong clock or a wrong word. */
function timeOf(value: string, problems: Problems): Date | null {
  const at = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)$/.test(value)
    ? new Date(value)
    : new Date(Number.NaN);
  const fine = at.getTime() > 0 && at.getTime() < Date.now() + GIVEN_AHEAD_MS;
  if (fine) return at;
  problems.push({ field: 'consent.given_at', message: 'Send a past time such as 2026-11-20T09:30:00Z.' });
  return null;
}

function addressOf(given: Source, problems: Problems): string | null {
  const value = text(given, 'ip', 45, problems, 'consent.');
  if (value === null || isAddress(value)) return value;
  problems.push({ field: 'consent.ip', message: 'Send an IPv4 or IPv6 address.' });
  return null;
}

/** The two writings of addresses, without ports, zones and prefixes. */
function isAddress(value: string): boolean {
  if (/^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}$/.test(value)) return true;
  if (!value.includes(':') || !/^[0-9a-f:.]+$/i.test(value)) return false;
  return URL.canParse(`http://[${value}]/`);
}

/** The names of a body that are ours; a form has its own beside them. */
const OUR_NAMES: ReadonlySet<string> = new Set([...OWN, ...Object.keys(SPELLINGS), 'body']);

/**
 * A field as a log may name it: our names and those of the form, nothing that the sender wrote. Who types an e-mail
 * address where a name belongs must not find it in a log.
 */
export function loggedField(field: string, formFields: ReadonlySet<string>): string {
  const [first = '', second = ''] = field.split('.');
  if (first === 'consent') return CONSENT_KEYS.has(second) ? field : 'consent';
  if (first === 'attribution') return second in SPELLINGS ? field : 'attribution';
  if (first === 'answers' && second !== '') return formFields.has(second) ? `answers.${second}` : 'answers';
  return OUR_NAMES.has(first) || formFields.has(first) ? first : '(unknown)';
}

const own = (of: Source, key: string): unknown => (Object.hasOwn(of, key) ? of[key] : undefined);

const isRecord = (value: unknown): value is Source =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function unknownField(key: string, prefix = ''): Detail {
  const shown = key.slice(0, SHOWN_MAX).toWellFormed().replace(/\p{C}/gu, '?');
  return { field: `${prefix}${shown}`, message: 'This field is not known here; leave it out.' };
}
