import type { Detail } from '../../../kernel/errors.ts';
import { camelKeys } from '../../../kernel/names.ts';
import { readCampaign, readLevelPrices, shownPrices } from '../../../market/campaigns/index.ts';
import { type Level, levelsOf, type Niche, readPrice } from '../../../market/catalog/index.ts';
import { asIfPinned } from '../../../market/holidays/index.ts';
import {
  currenciesOf,
  nichesJoined,
  readProvider,
  readProviderCaps,
} from '../../../market/providers/index.ts';
import {
  type NicheRules,
  type RuleLevel,
  type RuleSubscription,
  readSubscription,
  readTerms,
  shownCaps,
  shownTerms,
  withAreas,
} from '../../../market/subscriptions/index.ts';
import type { Tx } from '../../../platform/db.ts';
import { requireVersion } from '../../../platform/versions.ts';
import { refusals } from '../explain/errors.ts';
import type { Draft } from './draft-shape.ts';
import type { Change } from './run.ts';

/**
 * Checks a draft as the edits themselves would be checked, and turns it into a change that can be laid over the
 * configuration of any moment. Reads only.
 * @throws Refusal 422 draft_empty, draft_unknown, level_price_invalid, campaign_price_invalid, cap_currency_unused and
 *   those of a subscription's terms; 409 version_stale
 */
export async function readDraft(tx: Tx, niche: Niche, draft: Draft): Promise<Change> {
  const known = await levelsOf(tx, niche.id);
  refuseNothing(draft);
  refuseUnknown(draft, known, niche.id);
  const { version: nicheVersion, ...rotation } = camelKeys(draft.niche ?? { version: niche.version });
  requireVersion(niche, nicheVersion);
  const levels = new Map<string, Partial<RuleLevel>>();
  for (const one of draft.levels) levels.set(one.id, levelTerms(one, known, niche.currency));
  for (const [at, levelId] of (draft.level_order ?? []).entries())
    levels.set(levelId, { ...levels.get(levelId), priorityOrder: at + 1 });

  const terms = new Map<string, Partial<RuleSubscription>>();
  for (const one of draft.subscriptions) terms.set(one.id, await subscriptionTerms(tx, niche, one));
  const prices = new Map<string, Partial<NicheRules['campaigns'][number]>>();
  for (const one of draft.campaigns) prices.set(one.id, await campaignTerms(tx, niche, one));
  const caps: ProviderCaps[] = [];
  for (const one of draft.providers) caps.push(await providerCaps(tx, niche, one));
  const configuration = (of: NicheRules): NicheRules => ({
    ...of,
    ...given(rotation),
    levels: of.levels.map((level) => ({ ...level, ...levels.get(level.id) })),
    campaigns: of.campaigns.map((one) => ({ ...one, ...prices.get(one.id) })),
    providerCaps: [
      ...of.providerCaps.filter(({ providerId }) => !caps.some((one) => one.providerId === providerId)),
      ...caps.filter((one) => one.caps.length > 0),
    ],
    subscriptions: of.subscriptions.map((one) => ({ ...one, ...terms.get(one.id) })),
  });
  const idsWhere = (paused: boolean) =>
    new Set(draft.subscriptions.filter((one) => one.paused === paused).map((one) => one.id));
  return { configuration, asleep: idsWhere(true), awake: idsWhere(false) };
}

type ProviderCaps = NicheRules['providerCaps'][number];

const given = <T extends object>(of: T): Partial<T> =>
  Object.fromEntries(Object.entries(of).filter(([, value]) => value !== undefined)) as Partial<T>;

/** Whether an edit holds anything beside what it is about. */
const changes = ({ id: _, version: __, ...rest }: { id?: string; version: number }): boolean =>
  Object.keys(given(rest)).length > 0;

function refuseNothing({ niche, level_order, ...of }: Draft): void {
  const edits = [
    ...(niche ? [niche] : []),
    ...[...of.levels, ...of.campaigns, ...of.providers, ...of.subscriptions],
  ];
  if (!edits.some(changes) && !level_order) throw refusals.draft_empty();
}

function refuseUnknown(draft: Draft, known: readonly Level[], nicheId: string): void {
  const ids = new Set(known.map(({ id }) => id));
  const details: Detail[] = draft.levels
    .map(({ id }, at) => ({ id, field: `draft.levels.${at}.id` }))
    .filter(({ id }) => !ids.has(id))
    .map(({ id, field }) => ({ field, message: `${id} is no level of this niche.` }));
  const order = draft.level_order;
  if (
    order &&
    (order.length !== ids.size || new Set(order).size !== ids.size || order.some((id) => !ids.has(id)))
  ) {
    details.push({ field: 'draft.level_order', message: 'Give every level of the niche one time.' });
  }
  const start = draft.niche?.default_level_id;
  if (start && !ids.has(start)) {
    details.push({ field: 'draft.niche.default_level_id', message: `${start} is no level of ${nicheId}.` });
  }
  if (details.length > 0) throw refusals.draft_unknown({ details });
}

function levelTerms(
  edit: Draft['levels'][number],
  known: readonly Level[],
  currency: string,
): Partial<RuleLevel> {
  const { id, version, pricePerLead, ...rest } = camelKeys(edit);
  requireVersion(known.find((level) => level.id === id)!, version);
  const price = pricePerLead === undefined ? {} : { price: readPrice(pricePerLead, currency) };
  return { ...(given(rest) as Partial<RuleLevel>), ...price };
}

async function campaignTerms(
  tx: Tx,
  niche: Niche,
  edit: Draft['campaigns'][number],
): Promise<Partial<NicheRules['campaigns'][number]>> {
  const before = await readCampaign(tx, edit.id);
  if (before?.nicheId !== niche.id || before.archivedAt !== null) {
    throw unknown('draft.campaigns', `${edit.id} is no campaign of this niche.`);
  }
  const shown = { ...before, levelPrices: shownPrices(before) };
  requireVersion(shown, edit.version, camelKeys(edit));
  if (edit.level_prices === undefined) return {};
  const prices = await readLevelPrices(tx, before, edit.level_prices, 'draft.campaigns.level_prices');
  return {
    levelPrices: Object.fromEntries(Object.entries(prices).map(([level, minor]) => [level, BigInt(minor)])),
  };
}

/** Its caps as the rules of this niche keep them: counts, and amounts in the niche's currency. */
async function providerCaps(tx: Tx, niche: Niche, edit: Draft['providers'][number]): Promise<ProviderCaps> {
  const before = await readProvider(tx, edit.id);
  const joined = before && before.archivedAt === null ? await nichesJoined(tx, before.id) : [];
  if (!before || !joined.includes(niche.id)) {
    throw unknown('draft.providers', `${edit.id} is no company that subscribes in this niche.`);
  }
  const shown = { version: before.version, caps: shownCaps(before.caps, '') };
  requireVersion(shown, edit.version, edit);
  const wanted = edit.caps ? readProviderCaps(edit.caps, await currenciesOf(tx, before.id)) : before.caps;
  const caps = wanted.filter((cap) => cap.kind === 'count' || cap.currency === niche.currency);
  return { providerId: before.id, caps, timezone: before.timezone };
}

const unknown = (field: string, message: string) => refusals.draft_unknown({ details: [{ field, message }] });

async function subscriptionTerms(
  tx: Tx,
  niche: Niche,
  edit: Draft['subscriptions'][number],
): Promise<Partial<RuleSubscription>> {
  const before = await readSubscription(tx, edit.id);
  if (before?.nicheId !== niche.id || !before.active) {
    throw unknown('draft.subscriptions', `${edit.id} is no subscription of this niche.`);
  }
  requireVersion(before, edit.version);
  const { id: _, version: __, paused: ___, ...terms } = camelKeys(edit);
  const wanted = { ...shownTerms(before, niche.currency), ...given(terms) };
  const read = await readTerms(tx, niche, wanted as Parameters<typeof readTerms>[2], { saveLists: false });
  const filters = (await withAreas(tx, [read.filters]))(read.filters);
  const all: Record<string, unknown> = { ...read, filters, schedule: await asIfPinned(tx, read) };
  const changed = Object.keys(given(terms));
  // The engine reads holidays as a part of the hours.
  if (read.holidays !== null || changed.includes('holidays')) changed.push('schedule');
  return Object.fromEntries(changed.map((term) => [term, all[term]]));
}
