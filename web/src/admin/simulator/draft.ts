/** A draft as the page holds it, and what of it differs from the present configuration. */
import type { CampaignView } from '../../../../src/market/campaigns/schema.ts';
import type { LevelView, NicheView } from '../../../../src/market/catalog/schema.ts';
import type { ProviderView } from '../../../../src/market/providers/schema.ts';
import type { SubscriptionView } from '../../../../src/market/subscriptions/schema.ts';
import { capOf, changedTerms, editOf, TERM_WORDS, type Terms, termsOf } from '../../market/terms.ts';
import { amountsOf } from '../../money/sum.ts';

export interface LevelDraft {
  price_per_lead: string;
  max_providers: string;
  strategy: string;
  bill_on: string;
  exclusive: boolean;
}

/** A company whose caps over all its subscriptions are changed, as it was when it was chosen. */
export interface CompanyDraft {
  before: ProviderView;
  caps: ProviderView['caps'];
}

export interface SubscriptionDraft {
  terms: Terms;
  takes: 'as_now' | 'paused' | 'running';
}

export interface DraftState {
  level_rotation: string;
  fill_mode: string;
  levels: Readonly<Record<string, LevelDraft>>;
  /** Ids in the new order. */
  order: readonly string[];
  /** Of each campaign that is changed: level id to price; an empty one is the level's. */
  prices: Readonly<Record<string, Readonly<Record<string, string>>>>;
  companies: Readonly<Record<string, CompanyDraft>>;
  subscriptions: Readonly<Record<string, SubscriptionDraft>>;
}

export interface Present {
  niche: NicheView;
  levels: readonly LevelView[];
  campaigns: readonly CampaignView[];
  subscriptions: readonly SubscriptionView[];
}

export const levelDraftOf = (level: LevelView): LevelDraft => ({
  price_per_lead: level.price_per_lead,
  max_providers: String(level.max_providers),
  strategy: level.strategy,
  bill_on: level.bill_on,
  exclusive: level.exclusive,
});

/** Nothing changed yet. */
export const draftOf = ({ niche, levels }: Present): DraftState => ({
  level_rotation: niche.level_rotation,
  fill_mode: niche.fill_mode,
  levels: Object.fromEntries(levels.map((level) => [level.id, levelDraftOf(level)])),
  order: levels.map(({ id }) => id),
  prices: {},
  companies: {},
  subscriptions: {},
});

export const subscriptionDraftOf = (one: SubscriptionView): SubscriptionDraft => ({
  terms: termsOf(one),
  takes: 'as_now',
});

export interface DraftBody {
  body: Record<string, unknown>;
  /** One sentence per change, for the question before it is published. */
  words: string[];
}

/** What the API takes: only what differs, with the versions that were seen. */
export function bodyOf(present: Present, draft: DraftState): DraftBody {
  const words: string[] = [];
  const body: Record<string, unknown> = {};
  const niche = nicheEdit(present, draft, words);
  if (niche) body.niche = niche;
  const levels = present.levels.flatMap((level) => levelEdit(level, draft.levels[level.id], words) ?? []);
  if (levels.length > 0) body.levels = levels;
  if (draft.order.join() !== present.levels.map(({ id }) => id).join()) {
    body.level_order = draft.order;
    const nameOf = new Map(present.levels.map(({ id, name }) => [id, name]));
    words.push(`Levels in the order ${draft.order.map((id) => nameOf.get(id)).join(', ')}`);
  }
  const campaigns = present.campaigns.flatMap((one) => campaignEdit(one, draft.prices[one.id], words) ?? []);
  if (campaigns.length > 0) body.campaigns = campaigns;
  const providers = Object.values(draft.companies).flatMap((one) => companyEdit(one, words) ?? []);
  if (providers.length > 0) body.providers = providers;
  const subscriptions = present.subscriptions.flatMap(
    (one) => subscriptionEdit(one, draft.subscriptions[one.id], words) ?? [],
  );
  if (subscriptions.length > 0) body.subscriptions = subscriptions;
  return { body, words };
}

function nicheEdit({ niche }: Present, draft: DraftState, words: string[]) {
  const edit: Record<string, unknown> = {};
  if (draft.level_rotation !== niche.level_rotation) {
    edit.level_rotation = draft.level_rotation;
    words.push(
      draft.level_rotation === 'rotate' ? 'Levels take turns' : 'Every lead starts at the first level',
    );
  }
  if (draft.fill_mode !== niche.fill_mode) {
    edit.fill_mode = draft.fill_mode;
    words.push(draft.fill_mode === 'cascade' ? 'Fill what is still open' : 'Each level fills all its places');
  }
  return Object.keys(edit).length > 0 ? { ...edit, version: niche.version } : undefined;
}

function levelEdit(level: LevelView, draft: LevelDraft | undefined, words: string[]) {
  if (!draft) return undefined;
  const before = levelDraftOf(level);
  const edit: Record<string, unknown> = {};
  if (draft.price_per_lead.trim() !== before.price_per_lead) {
    edit.price_per_lead = draft.price_per_lead.trim();
    words.push(
      `${level.name}: ${draft.price_per_lead.trim()} ${level.currency} instead of ${before.price_per_lead}`,
    );
  }
  if (draft.max_providers.trim() !== before.max_providers) {
    edit.max_providers = Number(draft.max_providers);
    words.push(`${level.name}: ${draft.max_providers.trim()} seats instead of ${before.max_providers}`);
  }
  if (draft.strategy !== before.strategy) {
    edit.strategy = draft.strategy;
    words.push(`${level.name}: another way to choose who is next`);
  }
  if (draft.bill_on !== before.bill_on) {
    edit.bill_on = draft.bill_on;
    words.push(
      `${level.name}: charged when ${draft.bill_on === 'accepted' ? 'the endpoint accepts a lead' : 'a lead is given'}`,
    );
  }
  if (draft.exclusive !== before.exclusive) {
    edit.exclusive = draft.exclusive;
    words.push(`${level.name}: ${draft.exclusive ? 'sold alone' : 'shares its leads with other levels'}`);
  }
  return Object.keys(edit).length > 0 ? { ...edit, id: level.id, version: level.version } : undefined;
}

function campaignEdit(
  one: CampaignView,
  prices: Readonly<Record<string, string>> | undefined,
  words: string[],
) {
  const level_prices = prices && amountsOf(prices);
  const entries = (of: Record<string, string>) => JSON.stringify(Object.entries(of).toSorted());
  if (!level_prices || entries(level_prices) === entries(one.level_prices)) return undefined;
  words.push(`Campaign ${one.name}: other prices`);
  return { id: one.id, version: one.version, level_prices };
}

function companyEdit({ before, caps }: CompanyDraft, words: string[]) {
  if (JSON.stringify(caps) === JSON.stringify(before.caps)) return undefined;
  words.push(`${before.company_name}: caps over all subscriptions`);
  return { id: before.id, version: before.version, caps: caps.map(capOf) };
}

function subscriptionEdit(one: SubscriptionView, draft: SubscriptionDraft | undefined, words: string[]) {
  if (!draft) return undefined;
  const before = termsOf(one);
  const changed = changedTerms(before, draft.terms);
  const name = `${one.provider_name}, ${one.level_name}`;
  if (changed.length > 0) words.push(`${name}: ${changed.map((term) => TERM_WORDS[term]).join(', ')}`);
  if (draft.takes === 'paused') words.push(`${name}: paused`);
  if (draft.takes === 'running') words.push(`${name}: no longer paused`);
  if (changed.length === 0 && draft.takes === 'as_now') return undefined;
  const pause = draft.takes === 'as_now' ? {} : { paused: draft.takes === 'paused' };
  return { ...editOf(before, draft.terms), ...pause, id: one.id, version: one.version };
}

/** A level one place up or down. */
export function moved(order: readonly string[], id: string, by: -1 | 1): string[] {
  const from = order.indexOf(id);
  const to = from + by;
  if (from === -1 || to < 0 || to >= order.length) return [...order];
  const next = order.toSpliced(from, 1);
  next.splice(to, 0, id);
  return next;
}
