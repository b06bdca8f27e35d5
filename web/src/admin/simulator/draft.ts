/** A draft as the page holds it, and what of it differs from the present configuration. */
import type { LevelView, NicheView } from '../../../../src/market/catalog/schema.ts';
import type { SubscriptionView } from '../../../../src/market/subscriptions/schema.ts';
import { changedTerms, editOf, TERM_WORDS, type Terms, termsOf } from '../../market/terms.ts';

export interface LevelDraft {
  price_per_lead: string;
  max_providers: string;
  strategy: string;
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
  subscriptions: Readonly<Record<string, SubscriptionDraft>>;
}

export interface Present {
  niche: NicheView;
  levels: readonly LevelView[];
  subscriptions: readonly SubscriptionView[];
}

export const levelDraftOf = (level: LevelView): LevelDraft => ({
  price_per_lead: level.price_per_lead,
  max_providers: String(level.max_providers),
  strategy: level.strategy,
});

/** Nothing changed yet. */
export const draftOf = ({ niche, levels }: Present): DraftState => ({
  level_rotation: niche.level_rotation,
  fill_mode: niche.fill_mode,
  levels: Object.fromEntries(levels.map((level) => [level.id, levelDraftOf(level)])),
  order: levels.map(({ id }) => id),
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
  return Object.keys(edit).length > 0 ? { ...edit, id: level.id, version: level.version } : undefined;
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
