/**
 * Contact data of a person: e-mail addresses, names and places, read the way people write them and refused
 * with a reason. Phones need a library of numbering plans and live in the market's form
 * (`market/catalog/phone.ts`).
 */
import { textProblem } from './text.ts';

export {
  COUNTRY_CODES,
  countryName,
  countryOf,
  isCountry,
  normalisePostcode,
  type PostcodeReason,
  postcodeExample,
} from './countries.ts';
export { type TextReason, type TextRule, textProblem } from './text.ts';

/** RFC 5321: 64 octets before the @, 254 for the whole address that fits a mail path. */
export const EMAIL_MAX = 254;
const EMAIL_LOCAL_MAX = 64;
export const NAME_MAX = 100;

export type EmailReason =
  | 'email_missing'
  | 'email_too_long'
  | 'email_characters'
  | 'email_at_sign'
  | 'email_local_part'
  | 'email_domain';

export type NameReason = 'name_missing' | 'name_too_long' | 'name_characters';

export type PersonName = { firstName: string; lastName: string; name: string };

/** Domains that most people mean; a domain of this list is never called a typo. */
const COMMON_DOMAINS = [
  'gmail.com',
  'googlemail.com',
  'hotmail.com',
  'hotmail.de',
  'hotmail.es',
  'hotmail.it',
  'hotmail.co.uk',
  'outlook.com',
  'outlook.de',
  'outlook.es',
  'outlook.it',
  'yahoo.com',
  'yahoo.de',
  'yahoo.es',
  'yahoo.it',
  'yahoo.ca',
  'yahoo.co.uk',
  'icloud.com',
  't-online.de',
  'freenet.de',
  'libero.it',
  'virgilio.it',
  'btinternet.com',
  'rogers.com',
  'proton.me',
  'protonmail.com',
] as const;
/** Real providers one letter away from the above: no suggestion for them. */
const REAL_NEIGHBOURS = new Set([
  'mail.com',
  'ymail.com',
  'email.com',
  'hotmail.fr',
  'yahoo.fr',
  'yahoo.se',
  'yahoo.no',
  'outlook.at',
  'outlook.fr',
  'outlook.dk',
  'yahoo.dk',
  'yahoo.gr',
  'yahoo.in',
  'yahoo.at',
  'hotmail.no',
  'hotmail.se',
  'hotmail.at',
  'hotmail.nl',
  'hotmail.be',
  'hotmail.dk',
  'outlook.be',
  'outlook.cl',
  'outlook.pt',
]);
const COMMON = new Set<string>(COMMON_DOMAINS);

/**
 * Reads an e-mail address: outer blanks go, the domain becomes lower-case ASCII (IDN as punycode), the part
 * before the @ stays as typed. Refused: quoted and non-ASCII local parts and addresses without a domain name,
 * because the partners' systems behind us cannot write to them. `suggestion` is the address with a common
 * domain one slip away.
 */
export function normaliseEmail(
  value: unknown,
):
  | { ok: true; email: string; domain: string; suggestion: string | null }
  | { ok: false; reason: EmailReason } {
  if (typeof value !== 'string') return { ok: false, reason: 'email_missing' };
  if (value.length > EMAIL_MAX * 2) return { ok: false, reason: 'email_too_long' };
  const text = value.trim();
  if (text === '') return { ok: false, reason: 'email_missing' };
  if (textProblem(text, { maxLength: EMAIL_MAX * 2, plain: true }) !== null || /\s/.test(text)) {
    return { ok: false, reason: 'email_characters' };
  }
  const at = text.lastIndexOf('@');
  if (at < 0) return { ok: false, reason: 'email_at_sign' };
  const local = text.slice(0, at);
  if (local.length > EMAIL_LOCAL_MAX) return { ok: false, reason: 'email_too_long' };
  if (local.includes('@')) return { ok: false, reason: 'email_at_sign' };
  if (!/^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/i.test(local)) {
    return { ok: false, reason: 'email_local_part' };
  }
  const domain = asciiDomain(text.slice(at + 1));
  if (domain === null) return { ok: false, reason: 'email_domain' };
  const email = `${local}@${domain}`;
  if (email.length > EMAIL_MAX) return { ok: false, reason: 'email_too_long' };
  const meant = suggestDomain(domain);
  return { ok: true, email, domain, suggestion: meant === null ? null : `${local}@${meant}` };
}

/**
 * The form under which two spellings of an address are the same person. Whole address in lower case; plus
 * tags and dots stay, because only some providers ignore them and a wrong guess would merge two people.
 */
export function foldEmail(email: string): string {
  return email.trim().toLowerCase();
}

/** Lower-case ASCII of a host name with at least two labels, or null. IP addresses are no domains. */
export function asciiDomain(text: string): string | null {
  if (text === '' || text.length > EMAIL_MAX || /[/\\?#@:%[\]\s<>^|]/.test(text)) return null;
  let host: string;
  try {
    host = new URL(`http://${text}`).hostname;
  } catch {
    return null;
  }
  const labels = host.split('.');
  if (host.length > 253 || labels.length < 2 || !/^(?:[a-z]{2,63}|xn--[a-z0-9-]{1,59})$/.test(labels.at(-1)!))
    return null;
  return labels.every((label) => /^(?!-)[a-z0-9-]{1,63}(?<!-)$/.test(label)) ? host : null;
}

/** The common domain that is one slip (a letter more, less, wrong or swapped) away, or null. */
export function suggestDomain(domain: string): string | null {
  if (COMMON.has(domain) || REAL_NEIGHBOURS.has(domain)) return null;
  return COMMON_DOMAINS.find((common) => isOneSlip(domain, common)) ?? null;
}

/**
 * A person's name from one field or from two. One field: the last word, with its particles ("de la Cruz",
 * "van Dyk"), is the family name; a single word is taken as the first name. The whole name is kept as
 * written.
 */
export function readName(
  input: { name: unknown } | { firstName: unknown; lastName: unknown },
):
  | { ok: true; value: PersonName }
  | { ok: false; field: 'name' | 'firstName' | 'lastName'; reason: NameReason } {
  if ('name' in input) {
    const whole = cleanName(input.name, NAME_MAX * 2);
    return whole.ok
      ? { ok: true, value: splitName(whole.name) }
      : { ok: false, field: 'name', reason: whole.reason };
  }
  const first = cleanName(input.firstName, NAME_MAX);
  if (!first.ok) return { ok: false, field: 'firstName', reason: first.reason };
  const last = cleanName(input.lastName, NAME_MAX);
  if (!last.ok) return { ok: false, field: 'lastName', reason: last.reason };
  return { ok: true, value: joinName(first.name, last.name) };
}

export function joinName(firstName: string, lastName: string): PersonName {
  return { firstName, lastName, name: [firstName, lastName].filter((part) => part !== '').join(' ') };
}

const PARTICLES = new Set([
  ...[
    'af',
    'al',
    'ap',
    'av',
    'bin',
    'd',
    'da',
    'das',
    'de',
    'del',
    'della',
    'den',
    'der',
    'des',
    'di',
    'do',
    'dos',
  ],
  ...['du', 'el', 'la', 'las', 'le', 'los', 'ten', 'ter', 'van', 'vom', 'von', 'y', 'zu', 'zum', 'zur'],
]);

/** Splits a whole name; joining the parts again gives the same name. */
export function splitName(name: string): PersonName {
  const words = name.split(' ').filter((word) => word !== '');
  let first = Math.max(words.length - 1, 1);
  while (first > 1 && PARTICLES.has(words[first - 1]!.toLowerCase())) first -= 1;
  return joinName(words.slice(0, first).join(' '), words.slice(first).join(' '));
}

/** Kilometres between two points on the globe (haversine; a sphere is off by at most 0.6 %). */
export function haversineKm(a: { lat: number; lng: number }, b: { lat: number; lng: number }): number {
  const EARTH_RADIUS_KM = 6371.0088;
  const radians = (degrees: number) => (degrees * Math.PI) / 180;
  const half = (from: number, to: number) => Math.sin(radians(to - from) / 2) ** 2;
  const h = half(a.lat, b.lat) + Math.cos(radians(a.lat)) * Math.cos(radians(b.lat)) * half(a.lng, b.lng);
  return 2 * EARTH_RADIUS_KM * Math.asin(Math.sqrt(Math.min(1, h)));
}

/** Degrees of latitude and longitude that exist. */
export function isPoint(value: unknown): value is { lat: number; lng: number } {
  if (typeof value !== 'object' || value === null) return false;
  const { lat, lng } = value as Record<string, unknown>;
  return isDegree(lat, 90) && isDegree(lng, 180);
}

function isDegree(value: unknown, most: number): boolean {
  return typeof value === 'number' && Number.isFinite(value) && Math.abs(value) <= most;
}

function cleanName(
  value: unknown,
  maxLength: number,
): { ok: true; name: string } | { ok: false; reason: NameReason } {
  if (typeof value !== 'string') return { ok: false, reason: 'name_missing' };
  if (value.length > maxLength) return { ok: false, reason: 'name_too_long' };
  const text = value.trim();
  if (text === '') return { ok: false, reason: 'name_missing' };
  if (textProblem(text, { maxLength, plain: true }) !== null) return { ok: false, reason: 'name_characters' };
  const name = text.normalize('NFC').replace(/\s+/gu, ' ');
  // A name has a letter, and none of the marks that only addresses, links and code have.
  if (!/\p{L}/u.test(name) || /[<>{}[\]\\|@#$%^*=~_/:;"!?+\d]/.test(name))
    return { ok: false, reason: 'name_characters' };
  return { ok: true, name };
}

function isOneSlip(a: string, b: string): boolean {
  if (a === b || Math.abs(a.length - b.length) > 1) return false;
  let start = 0;
  while (start < a.length && a[start] === b[start]) start += 1;
  const [restA, restB] = [a.slice(start), b.slice(start)];
  if (a.length !== b.length) return a.length > b.length ? restA.slice(1) === restB : restA === restB.slice(1);
  const wrong = restA.slice(1) === restB.slice(1);
  return wrong || (restA[0] === restB[1] && restA[1] === restB[0] && restA.slice(2) === restB.slice(2));
}
