import { type AuditActor, audit } from '../../journal/audit/index.ts';
import { newId } from '../../kernel/ids.ts';
import type { App } from '../../platform/app.ts';
import type { Actor, Tx } from '../../platform/db.ts';
import { activeForm, bumpConfig, type Niche, readLevel, readNiche } from '../catalog/index.ts';
import {
  refusals as endpointRefusals,
  readEndpoint,
  unfillable,
  unfillableWords,
} from '../endpoints/index.ts';
import { subscriptionChanged } from '../events.ts';
import { checkHolidays, pinHolidays } from '../holidays/index.ts';
import { countSoFar, neededFields, renewProviderCaps } from '../store.ts';
import { checkRequiredFields, checkSchedule, readAway, readCaps, readPriceOverride } from './check-terms.ts';
import { refusals } from './errors.ts';
import { auditedOwnPrice, checkReturn } from './own-price.ts';
import { readFilters } from './read-filters.ts';
import type { Terms } from './rules.ts';
import type { NewSubscription } from './schema.ts';
import {
  campaignsOf,
  databaseTime,
  holdEndpoint,
  lockProviderZone,
  openTerms,
  readSubscription,
  saveSubscription,
  subscriptionOn,
} from './store.ts';
import { isOperatorsPause, type Subscription, sideOf } from './subscription.ts';

/**
 * Subscribes a provider to a competition level. One that was there before comes back with its place in the order.
 * @throws Refusal subscription_provider_not_found, subscription_level_not_found, already_subscribed,
 *   subscription_paused_by_operator and those of the terms (endpoint, campaigns, filters, required fields, caps, price, hours)
 */
export async function subscribe(
  app: App,
  input: NewSubscription,
  who: AuditActor,
  actor: Actor = { role: 'operator' },
): Promise<Subscription> {
  const noticeDays = app.config.PRICE_NOTICE_DAYS;
  return app.db.tx(actor, (tx) => addSubscription(tx, input, who, noticeDays));
}

/**
 * Subscribes inside a transaction of others. Takes the turn row of the niche: call it before other locks.
 * @param noticeDays of a higher price for who comes back; 0 will do for who was never there
 */
export async function addSubscription(
  tx: Tx,
  input: NewSubscription,
  who: AuditActor,
  noticeDays = 0,
): Promise<Subscription> {
  const level = await readLevel(tx, input.levelId);
  if (!level || level.archivedAt !== null) throw levelNotFound();
  const configVersion = await bumpConfig(tx, level.nicheId);
  const niche = (await readNiche(tx, level.nicheId))!;
  if (niche.archivedAt !== null) throw levelNotFound();
  const zone = await lockProviderZone(tx, input.providerId);
  if (zone === null) throw refusals.subscription_provider_not_found();
  const former = await subscriptionOn(tx, input.providerId, level.id);
  if (former?.active) throw refusals.already_subscribed();
  // Leaving and coming back must not end what the operator stopped.
  if (former && sideOf(who) === 'provider' && isOperatorsPause(former, await databaseTime(tx))) {
    throw refusals.subscription_paused_by_operator();
  }
  const read = await readTerms(tx, niche, { ...input, timezone: input.timezone ?? zone });
  const terms = who.role === 'provider' && former !== null ? { ...read, ...dealtTo(former) } : read;
  if (input.endpointId !== null) await holdEndpoint(tx, input.endpointId);
  await checkEndpoint(tx, niche, input.providerId, input.endpointId);

  const subscription: Subscription = {
    ...joined(former, { ...terms, ...input, nicheId: niche.id, levelId: level.id }, terms),
    ...(who.role === 'provider' && former !== null ? announcedTo(former) : NOTHING_ANNOUNCED),
  };
  if (former !== null && who.role !== 'provider') {
    await checkReturn(tx, { former, after: subscription, noticeDays });
  }
  await saveSubscription(tx, subscription);
  await pinHolidays(tx, { nicheId: niche.id, configVersion, choice: subscription.holidays });
  await openTerms(tx, subscription, configVersion, await neededFields(tx, subscription.endpointId));
  await renewProviderCaps(tx, { providerId: input.providerId, nicheId: niche.id, configVersion });
  // Who comes back may have had leads of this window, and name a cap that it did not have then.
  const { id: subscriptionId, caps, timezone } = subscription;
  if (former !== null)
    await countSoFar(tx, {
      ...{ providerId: input.providerId, subscriptionId, caps, timezone },
      at: await databaseTime(tx),
    });
  await audit(tx, [
    {
      actor: who,
      action: former ? 'subscription.revived' : 'subscription.created',
      entityType: 'subscription',
      entityId: subscription.id,
      after: { ...auditedTerms(subscription), configVersion },
      description: `A provider ${former ? 'came back to' : 'subscribed to'} level ${level.name} of niche ${niche.name}.`,
    },
  ]);
  subscriptionChanged(tx, former ? 'subscription.revived' : 'subscription.created', {
    ...{ subscriptionId: subscription.id, providerId: input.providerId, nicheId: niche.id },
  });
  return (await readSubscription(tx, subscription.id))!;
}

/** What operators dealt out stays with a provider that leaves and comes back: leaving must not undo a price. */
const dealtTo = ({ priceOverride, weight, priority }: Subscription) => ({ priceOverride, weight, priority });

const announcedTo = ({ comingOwnPrice, comingOwnPriceAt }: Subscription) => ({
  comingOwnPrice,
  comingOwnPriceAt,
});
const NOTHING_ANNOUNCED = { comingOwnPrice: null, comingOwnPriceAt: null };

const levelNotFound = () =>
  refusals.subscription_level_not_found({
    details: [{ field: 'level_id', message: 'There is no such competition level.' }],
  });

/** The leads that a premium ratio looks back on where nothing else is said. */
const RATIO_WINDOW = 20;

type Wanted = Omit<NewSubscription, 'levelId' | 'providerId' | 'endpointId' | 'timezone'> & {
  timezone: string;
};

/** Checks what a subscription asks for, and reads its amounts. Filters are typed by the active form. */
export async function readTerms(
  tx: Tx,
  niche: Niche,
  wanted: Wanted,
  { saveLists }: { saveLists: boolean } = { saveLists: true },
): Promise<Terms> {
  const form = await activeForm(tx, niche.id);
  const fields = form?.fields ?? [];
  const schedule = wanted.schedule as Terms['schedule'];
  const filters = await readFilters(tx, wanted.filters, fields, saveLists);
  checkRequiredFields(wanted.requiredFields, fields);
  checkSchedule(schedule, wanted.offHours, Date.now());
  const holidays = wanted.holidays ?? null;
  await checkHolidays(tx, holidays);
  const known = await campaignsOf(tx, niche.id, wanted.campaignIds);
  const unknown = wanted.campaignIds.find((id) => !known.includes(id));
  if (unknown !== undefined) {
    throw refusals.subscription_campaign_not_found({
      details: [{ field: 'campaign_ids', message: `${unknown} is no campaign of this niche.` }],
    });
  }
  return {
    countries: wanted.countries,
    campaignIds: wanted.campaignIds,
    filters,
    requiredFields: wanted.requiredFields,
    caps: readCaps(wanted.caps, niche.currency),
    schedule,
    holidays,
    timezone: wanted.timezone,
    offHours: wanted.offHours,
    premiumRatio: wanted.premiumRatio,
    ratioMode: wanted.ratioMode,
    ratioWindow: wanted.ratioWindow ?? RATIO_WINDOW,
    away: readAway(wanted.away ?? []),
    personWindowDays: wanted.personWindowDays ?? null,
    maxAgeMs: wanted.maxAgeMs,
    priceOverride: readPriceOverride(wanted.priceOverride, niche.currency),
    weight: wanted.weight,
    priority: wanted.priority,
  };
}

/**
 * An endpoint must be the provider's own, and every field it needs one that leads of the niche can have.
 * @throws Refusal 422 subscription_endpoint_not_found, endpoint_field_unfillable
 */
export async function checkEndpoint(
  tx: Tx,
  niche: Niche,
  providerId: string,
  endpointId: string | null,
): Promise<void> {
  if (endpointId === null) return;
  const endpoint = await readEndpoint(tx, endpointId);
  if (endpoint?.providerId !== providerId) {
    throw refusals.subscription_endpoint_not_found({
      details: [{ field: 'endpoint_id', message: 'There is no such endpoint of this provider.' }],
    });
  }
  const missing = unfillable(endpoint, (await activeForm(tx, niche.id))?.fields ?? []);
  if (missing.length === 0) return;
  throw endpointRefusals.endpoint_field_unfillable({
    details: missing.map(({ name }) => ({
      field: 'endpoint_id',
      message: unfillableWords(name, niche.name),
    })),
  });
}

/** The row to save: a new one, or the former one with new terms. */
function joined(
  former: Subscription | null,
  place: { providerId: string; nicheId: string; levelId: string; endpointId: string | null },
  terms: Terms,
): Omit<Subscription, 'comingOwnPrice' | 'comingOwnPriceAt'> {
  const { providerId, nicheId, levelId, endpointId } = place;
  const now = new Date();
  return {
    ...terms,
    id: former?.id ?? newId(),
    providerId,
    nicheId,
    levelId,
    endpointId,
    active: true,
    paused: false,
    pausedUntil: null,
    pausedBy: null,
    receiptNo: former?.receiptNo ?? null,
    lastReceivedAt: former?.lastReceivedAt ?? null,
    leadsReceivedCount: former?.leadsReceivedCount ?? 0,
    flaggedAt: now,
    version: (former?.version ?? 0) + 1,
    createdAt: former?.createdAt ?? now,
    updatedAt: now,
    cancelledAt: null,
  };
}

/** The terms for the audit log. A filter's values may be many: their number is enough. */
export function auditedTerms(one: Subscription): object {
  return {
    endpointId: one.endpointId,
    countries: one.countries,
    campaignIds: one.campaignIds,
    filters: one.filters.map((filter) =>
      filter.kind === 'set' ? { ...filter, values: filter.values.length } : filter,
    ),
    requiredFields: one.requiredFields,
    caps: one.caps,
    schedule: one.schedule,
    holidays: one.holidays,
    timezone: one.timezone,
    offHours: one.offHours,
    premiumRatio: one.premiumRatio,
    ratioMode: one.ratioMode,
    ratioWindow: one.ratioWindow,
    away: one.away,
    personWindowDays: one.personWindowDays,
    maxAgeMs: one.maxAgeMs,
    ...auditedOwnPrice(one),
    weight: one.weight,
    priority: one.priority,
  };
}
