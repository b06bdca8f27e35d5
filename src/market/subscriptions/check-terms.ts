import { COUNTRY_CODES } from '../../kernel/contact.ts';
import type { Detail } from '../../kernel/errors.ts';
import { formatMoney, isCurrency, parseMoney } from '../../kernel/money.ts';
import { nextOpening, type Schedule, scheduleProblems } from '../../kernel/time.ts';
import type { FormField } from '../catalog/index.ts';
import { knownNames } from '../endpoints/index.ts';
import type { GivenFilter } from '../schema.ts';
import { refusals } from './errors.ts';
import type { Away, Cap, Filter } from './rules.ts';

/** Which kinds of filter fit which type of field. Types that are not here cannot be filtered by. */
const KINDS: Partial<Record<FormField['type'], Filter['kind'][]>> = {
  number: ['range'],
  range: ['range'],
  select: ['set'],
  multi_select: ['set'],
  country: ['set'],
  postcode: ['set', 'text', 'postcodes', 'geo'],
  address: ['postcodes', 'geo'],
  text: ['text', 'set'],
  long_text: ['text', 'set'],
  date: ['text', 'set'],
  boolean: ['boolean'],
};

/**
 * Filters are typed by the niche's active form.
 * @throws Refusal 422 filter_field_unknown, filter_kind_wrong, naming the filter
 */
export function checkFilters(filters: readonly (Filter | GivenFilter)[], fields: readonly FormField[]): void {
  const byId = new Map(fields.map((field) => [field.id, field]));
  const unknown = filters.flatMap((filter, at): Detail[] =>
    filter.field !== undefined && byId.has(filter.field)
      ? []
      : [{ field: `filters.${at}.field`, message: `The form has no field "${filter.field}".` }],
  );
  if (unknown.length > 0) throw refusals.filter_field_unknown({ details: unknown });
  const wrong = filters.flatMap((filter, at) => {
    const message = filterProblem(filter, byId.get(filter.field!)!);
    return message === null ? [] : [{ field: `filters.${at}`, message }];
  });
  if (wrong.length > 0) throw refusals.filter_kind_wrong({ details: wrong });
}

/** Why a filter does not fit a field, in words; null: it does. */
export function filterProblem(filter: Filter | GivenFilter, field: FormField): string | null {
  if (field.sensitive) return `Answers to "${field.id}" are kept encrypted: nobody can filter by them.`;
  const kinds = KINDS[field.type] ?? [];
  if (kinds.length === 0) return `The field "${field.id}" (${field.type}) cannot be filtered by.`;
  if (!kinds.includes(filter.kind)) {
    return `The field "${field.id}" (${field.type}) takes a filter of the kind ${kinds.join(' or ')}.`;
  }
  if (filter.kind !== 'set') return null;
  const known = knownValues(field);
  const odd = known === null ? undefined : filter.values.find((value) => !known.has(value));
  return odd === undefined ? null : `The field "${field.id}" has no value "${odd}".`;
}

function knownValues(field: FormField): Set<string> | null {
  if (field.type === 'select' || field.type === 'multi_select') {
    return new Set(field.options.map((option) => option.value));
  }
  return field.type === 'country' ? new Set(COUNTRY_CODES) : null;
}

/** A field that no lead has would keep every lead away. @throws Refusal 422 required_field_unknown */
export function checkRequiredFields(names: readonly string[], fields: readonly FormField[]): void {
  const known = knownNames(fields);
  const details = names
    .map((name, at) => ({ name, at }))
    .filter(({ name }) => !known.has(name))
    .map(({ name, at }) => ({ field: `required_fields.${at}`, message: `There is no field "${name}".` }));
  if (details.length > 0) throw refusals.required_field_unknown({ details });
}

export type WrittenCap = Omit<Cap, 'value' | 'weekday' | 'pace' | 'gives_back' | 'currency'> & {
  value: number | string;
  weekday?: number | undefined;
  pace?: 'even' | undefined;
  gives_back?: boolean | undefined;
  currency?: string | undefined;
};

/** Windows that a cap can be spread over: an hour is short enough, and `total` has no end. */
const PACED: readonly Cap['window'][] = ['day', 'week', 'month'];

/**
 * Caps as people write them, in whole numbers: leads, or minor units of the cap's own currency or else of `ofNiche`.
 * @throws Refusal 422 cap_invalid
 */
export function readCaps(caps: readonly WrittenCap[], ofNiche: string): Cap[] {
  const seen = new Set<string>();
  return caps.map((cap, at) => {
    const { window, kind, value, weekday, pace } = cap;
    const refuse = (message: string, field = `caps.${at}`): never => {
      throw refusals.cap_invalid({ details: [{ field, message }] });
    };
    const currency = cap.currency ?? ofNiche;
    const key = `${window} ${kind} ${weekday ?? ''} ${cap.currency ?? ''}`;
    if (seen.has(key)) refuse('There is such a cap already.');
    seen.add(key);
    if (weekday !== undefined && window !== 'day')
      refuse('A weekday goes with a cap per day.', `caps.${at}.weekday`);
    if (pace !== undefined && !PACED.includes(window)) {
      refuse('A cap per day, week or month can be spread evenly.', `caps.${at}.pace`);
    }
    const how = {
      ...(weekday === undefined ? {} : { weekday }),
      ...(pace === undefined ? {} : { pace }),
      ...(cap.gives_back === true ? { gives_back: true } : {}),
      ...(cap.currency === undefined ? {} : { currency: cap.currency }),
    };
    if (kind === 'count') {
      if (!/^\d{1,9}$/.test(String(value))) refuse('Write a whole number of leads.');
      return { window, kind, value: String(BigInt(value)), ...how };
    }
    const read = parseMoney(String(value), currency);
    if (!read.ok) return refuse(`Write an amount in ${currency}, such as "250.00".`);
    return { window, kind, value: read.money.amount.toString(), ...how };
  });
}

/** Times away, in order. @throws Refusal 422 away_invalid */
export function readAway(away: readonly Away[]): Away[] {
  const details = away.flatMap(({ from, to }, at): Detail[] =>
    Date.parse(from) < Date.parse(to)
      ? []
      : [{ field: `away.${at}.to`, message: 'It ends after it begins.' }],
  );
  if (details.length > 0) throw refusals.away_invalid({ details });
  return away.toSorted((a, b) => Date.parse(a.from) - Date.parse(b.from));
}

/** The caps as answers show them. */
export function shownCaps(caps: readonly Cap[], currency: string): Cap[] {
  return caps.map((cap) =>
    cap.kind === 'spend' ? { ...cap, value: amountText(BigInt(cap.value), cap.currency ?? currency) } : cap,
  );
}

export function amountText(amount: bigint, currency: string): string {
  if (!isCurrency(currency)) throw new RangeError(`unknown currency ${currency}`);
  return formatMoney({ amount, currency });
}

/** A provider's own price. @throws Refusal 422 price_override_invalid */
export function readPriceOverride(
  text: string | null,
  currency: string,
  field = 'price_override',
): bigint | null {
  if (text === null) return null;
  const read = parseMoney(text, currency);
  if (read.ok && read.money.amount > 0n) return read.money.amount;
  const message = `Write an amount above zero in ${currency}, such as "12.50".`;
  throw refusals.price_override_invalid({ details: [{ field, message }] });
}

/**
 * Who holds leads until it opens must open some day: held for ever they would go out at once, at any hour.
 * @throws Refusal 422 schedule_invalid, naming each place
 */
export function checkSchedule(schedule: Schedule | null, offHours: 'skip' | 'hold', nowMs: number): void {
  if (schedule === null) return;
  const details = scheduleProblems(schedule).map(({ field, reason }) => ({
    field: `schedule.${field}`,
    message: `${reason.replaceAll('_', ' ')}.`,
  }));
  if (details.length === 0 && offHours === 'hold' && nextOpening(schedule, nowMs) === null) {
    const message = 'It never opens: add hours, or choose "skip" for the time outside them.';
    details.push({ field: 'schedule', message });
  }
  if (details.length > 0) throw refusals.schedule_invalid({ details });
}
