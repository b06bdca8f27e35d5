/** What can be changed of a subscription, and what of it differs. */
import type { SubscriptionView } from '../../../src/market/subscriptions/schema.ts';
import { asAmount } from '../money/sum.ts';
import type { Filter } from './words.ts';

export const TERM_WORDS = {
  filters: 'filters',
  countries: 'countries',
  caps: 'caps',
  schedule: 'hours',
  holidays: 'public holidays',
  off_hours: 'what happens outside the hours',
  timezone: 'time zone',
  premium_ratio: 'premium ratio',
  ratio_mode: 'what happens when premium leads are scarce',
  ratio_window: 'how far the premium ratio looks back',
  away: 'times away',
  person_window_days: 'days without the same person',
  max_age_ms: 'highest age of a lead',
  endpoint_id: 'endpoint',
  required_fields: 'fields a lead must have',
  campaign_ids: 'campaigns',
  price_override: 'own price',
  coming_price_override: 'coming own price',
  priority: 'priority',
  weight: 'weight',
} as const;

export type Term = keyof typeof TERM_WORDS;
export type Terms = Omit<Pick<SubscriptionView, Term>, 'filters'> & { filters: Filter[] };

export const termsOf = (view: SubscriptionView): Terms =>
  Object.fromEntries((Object.keys(TERM_WORDS) as Term[]).map((term) => [term, view[term]])) as Terms;

/** The terms in which two versions differ. */
export const changedTerms = (a: Terms, b: Terms): Term[] =>
  (Object.keys(TERM_WORDS) as Term[]).filter((term) => JSON.stringify(a[term]) !== JSON.stringify(b[term]));

/** Only what was changed, as the API takes it: numbers of leads as numbers, amounts as texts. */
export function editOf(before: Terms, after: Terms): Record<string, unknown> {
  return Object.fromEntries(
    changedTerms(before, after).map((term) => [term, term === 'caps' ? after.caps.map(capOf) : after[term]]),
  );
}

/** Amounts may be written with a comma. */
export const capOf = <C extends Terms['caps'][number]>(cap: C) => ({
  ...cap,
  value:
    cap.kind === 'count' && /^\d+$/.test(cap.value.trim())
      ? Number(cap.value)
      : cap.kind === 'spend'
        ? asAmount(cap.value)
        : cap.value.trim(),
});
