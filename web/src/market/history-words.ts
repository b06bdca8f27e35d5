import type { HistoryView } from '../../../src/market/subscriptions/schema.ts';
import { type Filter, filterWords } from './words.ts';

/** What was changed about a subscription, in words. */

const TERMS: Readonly<Record<string, string>> = {
  endpoint_id: 'where leads go',
  countries: 'countries',
  campaign_ids: 'campaigns',
  filters: 'filters',
  required_fields: 'fields it must have',
  caps: 'caps',
  schedule: 'business hours',
  holidays: 'holidays',
  timezone: 'time zone',
  off_hours: 'what happens outside the hours',
  premium_ratio: 'premium share',
  ratio_mode: 'premium share',
  ratio_window: 'premium share',
  max_age_ms: 'how old a lead may be',
  away: 'times away',
  person_window_days: 'days without the same person',
  price_override: 'own price',
  coming_price_override: 'coming own price',
  weight: 'weight',
  priority: 'priority',
};

const ACTS: Readonly<Record<string, string>> = {
  created: 'subscribed',
  revived: 'subscribed again',
  paused: 'paused it',
  resumed: 'resumed it',
  cancelled: 'ended it',
  price_taken_over: 'put the announced own price in force',
};

const list = new Intl.ListFormat('en', { type: 'conjunction' });

/** "You changed filters and caps and budgets", "The operator paused it". */
export function historyWords({ by, what, changes }: HistoryView, mine: boolean): string {
  const who = {
    operator: 'The operator',
    provider: mine ? 'You' : 'The provider',
    program: 'The program',
  }[by];
  if (what !== 'changed') return `${who} ${ACTS[what] ?? what}`;
  const names = [...new Set(changes.map(({ term }) => TERMS[term] ?? term.replaceAll('_', ' ')))];
  return names.length === 0 ? `${who} saved it without a change` : `${who} changed ${list.format(names)}`;
}

/** The filters that held from then on, one a line; null: they were not changed. */
export function filtersThen({ changes }: HistoryView): string[] | null {
  const filters = changes.find(({ term }) => term === 'filters')?.after;
  if (!Array.isArray(filters)) return null;
  return filters.length === 0 ? ['Every lead of the niche'] : filters.map(wordsOf);
}

/** The log keeps of a long list of values, or of postcodes, how many they are. */
function wordsOf(filter: { field?: string; kind: string; values?: unknown; count?: number }): string {
  const field = filter.field ?? 'place';
  if (filter.kind === 'postcodes') return `${field}: ${filter.count ?? 0} postcodes`;
  if (typeof filter.values === 'number') return `${field}: ${filter.values} values`;
  return filterWords(filter as Filter);
}
