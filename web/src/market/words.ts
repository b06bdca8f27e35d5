/** What a subscription asks for, in everyday words: filters, caps, hours. */
import type { FormView } from '../../../src/market/catalog/schema.ts';
import type { GivenFilter } from '../../../src/market/schema.ts';
import type { SubscriptionView } from '../../../src/market/subscriptions/schema.ts';
import { formatAmount } from '../ui/money.tsx';

export type FormField = FormView['fields'][number];
/** As it is written: a saved one, or one that is being made. */
export type Filter = GivenFilter;
export type Cap = SubscriptionView['caps'][number];
export type Schedule = NonNullable<SubscriptionView['schedule']>;

export interface Option {
  value: string;
  label: string;
}

export const optionsOf = (field: FormField | undefined): readonly Option[] =>
  Array.isArray(field?.options) ? (field.options as Option[]) : [];

const labelOf = (fields: readonly FormField[] | undefined, id = ''): string =>
  fields?.find((field) => field.id === id)?.label ?? id;

const SHOWN_POSTCODES = 5;
const orList = new Intl.ListFormat('en', { type: 'disjunction' });

/** "Budget from 100 to 500", "Purpose is Web site or Game server (or not answered)". */
export function filterWords(filter: Filter, fields?: readonly FormField[]): string {
  const label = labelOf(fields, filter.field);
  const unanswered = filter.missing === 'pass' ? ' (or not answered)' : '';
  switch (filter.kind) {
    case 'range':
      return `${label} ${rangeWords(filter.min, filter.max)}${unanswered}`;
    case 'boolean':
      return `${label}: ${filter.value ? 'yes' : 'no'}${unanswered}`;
    case 'text':
      return `${label} ${filter.op === 'equals' ? 'is' : 'contains'} “${filter.value}”${unanswered}`;
    case 'set': {
      const options = optionsOf(fields?.find((field) => field.id === filter.field));
      const values = filter.values.map((v) => options.find((option) => option.value === v)?.label ?? v);
      return `${label} ${filter.match === 'none' ? 'is not' : 'is'} ${orList.format(values)}${unanswered}`;
    }
    case 'postcodes': {
      const entries = filter.entries ?? filter.first ?? [];
      const shown = entries.slice(0, SHOWN_POSTCODES);
      const more = (filter.entries?.length ?? filter.count ?? 0) - shown.length;
      return `${label} in ${shown.join(', ')}${more > 0 ? ` and ${number(more)} more` : ''}${unanswered}`;
    }
    case 'geo': {
      const centre = filter.postcode
        ? [filter.postcode, filter.country].filter(Boolean).join(' ')
        : `${filter.lat}, ${filter.lon}`;
      const unknown = filter.missing === 'pass' ? ' (or place not known)' : '';
      return `${label} within ${number(filter.radius_km)} km of ${centre}${unknown}`;
    }
  }
}

const number = (value: number): string => value.toLocaleString();

function rangeWords(min: number | undefined, max: number | undefined): string {
  if (min !== undefined && max !== undefined) return `from ${number(min)} to ${number(max)}`;
  if (min !== undefined) return `at least ${number(min)}`;
  return `at most ${number(max ?? 0)}`;
}

export const windowWords: Record<string, string> = {
  hour: 'an hour',
  day: 'a day',
  week: 'a week',
  month: 'a month',
  total: 'in all',
};

export const WEEKDAYS = ['Mondays', 'Tuesdays', 'Wednesdays', 'Thursdays', 'Fridays', 'Saturdays', 'Sundays'];

/** "50 leads a day", "2,000.00 EUR a month, spread evenly", "20 leads on Mondays". */
export function capWords(cap: Cap, currency: string): string {
  const weekday = cap.weekday === undefined ? undefined : WEEKDAYS[cap.weekday - 1];
  const per = weekday ? `on ${weekday}` : (windowWords[cap.window] ?? cap.window);
  const how = [
    ...(cap.pace === 'even' ? ['spread evenly'] : []),
    ...(cap.gives_back ? ['refunded leads give their place back'] : []),
  ];
  const amount =
    cap.kind === 'spend'
      ? `${formatAmount(cap.value, currency)} ${currency}`
      : `${Number(cap.value).toLocaleString()} ${cap.value === '1' ? 'lead' : 'leads'}`;
  return [`${amount} ${per}`, ...how].join(', ');
}

export const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Day = (typeof DAYS)[number];
export const dayNames: Record<Day, string> = {
  mon: 'Mon',
  tue: 'Tue',
  wed: 'Wed',
  thu: 'Thu',
  fri: 'Fri',
  sat: 'Sat',
  sun: 'Sun',
};

/** "Mon to Fri 09:00–18:00", one line for each run of equal days; nothing when it is always open. */
export function hoursWords(schedule: Schedule | null): string[] {
  const weekly = schedule?.weekly;
  if (!weekly) return [];
  const lines: { from: Day; to: Day; hours: string }[] = [];
  for (const day of DAYS) {
    const hours = (weekly[day] ?? []).map(({ from, to }) => `${from}–${to}`).join(' and ');
    if (!hours) continue;
    const last = lines.at(-1);
    const follows = last && DAYS.indexOf(last.to) + 1 === DAYS.indexOf(day);
    if (last && follows && last.hours === hours) last.to = day;
    else lines.push({ from: day, to: day, hours });
  }
  return lines.map(({ from, to, hours }) => {
    const days = from === to ? dayNames[from] : `${dayNames[from]} to ${dayNames[to]}`;
    return `${days} ${hours}`;
  });
}

/** "Fri, 25 Dec 2026: closed", "Sat, 2 Jan 2027: 10:00–12:00"; those that are over are left out. */
export function datesWords(schedule: Schedule | null, today: string): string[] {
  return (schedule?.exceptions ?? [])
    .filter(({ date }) => date >= today)
    .toSorted((a, b) => (a.date < b.date ? -1 : 1))
    .map((one) => {
      const windows = 'windows' in one ? one.windows : [];
      const hours = windows.map(({ from, to }) => `${from}–${to}`).join(' and ');
      return `${dateWords(one.date)}: ${hours || 'closed'}`;
    });
}

/** "Fri, 25 Dec 2026" of a calendar's date. */
export const dateWords = (date: string): string =>
  new Date(`${date}T12:00:00Z`).toLocaleDateString('en-GB', {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    timeZone: 'UTC',
  });

/** "24 hours", "3 days". */
export function durationWords(ms: number): string {
  const steps: [size: number, one: string, many: string][] = [
    [86_400_000, 'day', 'days'],
    [3_600_000, 'hour', 'hours'],
    [60_000, 'minute', 'minutes'],
    [1_000, 'second', 'seconds'],
  ];
  // Two days and more are days; "24 hours" says more than "1 day".
  const step = steps.find(([size]) => ms % size === 0 && ms / size >= (size === 86_400_000 ? 2 : 1));
  if (!step) return `${(ms / 1_000).toLocaleString()} seconds`;
  const count = ms / step[0];
  return `${count.toLocaleString()} ${count === 1 ? step[1] : step[2]}`;
}

/** "At least 70 % premium leads", with what happens when there are not enough. */
export function ratioWords(ratio: number | null, mode: string): string {
  if (ratio === null) return 'Premium and ordinary leads as they come';
  return mode === 'hard'
    ? `At least ${ratio} % premium leads, never fewer`
    : `About ${ratio} % premium leads, ordinary ones too while premium ones are scarce`;
}
