import { type AuditActor, audit } from '../../journal/audit/index.ts';
import type { App } from '../../platform/app.ts';
import type { Actor, Tx } from '../../platform/db.ts';
import { requireVersion } from '../../platform/versions.ts';
import { bumpConfig, type Niche, readNiche } from '../catalog/index.ts';
import { subscriptionChanged } from '../events.ts';
import { pinHolidays } from '../holidays/index.ts';
import { countSoFar, neededFields } from '../store.ts';
import { amountText, shownCaps } from './check-terms.ts';
import { refusals } from './errors.ts';
import { checkOwnPrice, readComingOwnPrice, shownComingOwnPrice, tellOwnPrice } from './own-price.ts';
import type { SubscriptionEdit } from './schema.ts';
import {
  cancelSubscription,
  closeTerms,
  databaseTime,
  holdEndpoint,
  lockSubscription,
  openTerms,
  readSubscription,
  updateSubscription,
} from './store.ts';
import { auditedTerms, checkEndpoint, readTerms } from './subscribe.ts';
import type { Subscription } from './subscription.ts';

const OPERATOR: Actor = { role: 'operator' };

/**
 * Changes the terms of a subscription. They hold for every decision from now on, and unsold leads are looked at again.
 * @throws Refusal subscription_not_found, subscription_cancelled, version_stale, own_price_notice_short,
 *   coming_own_price_past and those of the terms
 */
export async function updateFilters(
  app: App,
  input: { id: string; expected: number; edit: Omit<SubscriptionEdit, 'version'> },
  who: AuditActor,
  actor: Actor = OPERATOR,
): Promise<Subscription> {
  return app.db.tx(actor, async (tx) => {
    const {
      subscription: before,
      niche,
      configVersion,
    } = await subscriptionForEdit(tx, input.id, input.edit.endpointId);
    const shown = shownTerms(before, niche.currency);
    const coming = shownComingOwnPrice(before, niche.currency);
    const seen = { ...before, ...shown, comingPriceOverride: coming };
    requireVersion(seen, input.expected, input.edit);
    const given = Object.fromEntries(Object.entries(input.edit).filter(([, value]) => value !== undefined));
    const wanted = { ...shown, ...(given as Omit<SubscriptionEdit, 'version'>) };
    const terms = await readTerms(tx, niche, wanted as Parameters<typeof readTerms>[2]);
    const endpointId = input.edit.endpointId === undefined ? before.endpointId : input.edit.endpointId;
    if (endpointId !== before.endpointId) await checkEndpoint(tx, niche, before.providerId, endpointId);

    const after: Subscription = {
      ...{ ...before, ...terms, endpointId },
      ...readComingOwnPrice(before, input.edit.comingPriceOverride, niche.currency),
      version: before.version + 1,
    };
    await checkOwnPrice(app, tx, { before, after, niche });
    await pinHolidays(tx, { nicheId: niche.id, configVersion, choice: after.holidays });
    await closeTerms(tx, after.id, configVersion);
    await openTerms(tx, after, configVersion, await neededFields(tx, endpointId));
    await updateSubscription(tx, after);
    await countFor(tx, after, before);
    await tellOwnPrice(tx, { before, after, niche });
    await audit(tx, [
      {
        actor: who,
        action: 'subscription.changed',
        entityType: 'subscription',
        entityId: after.id,
        before: auditedTerms(before),
        after: { ...auditedTerms(after), configVersion },
        description: `A subscription of niche ${niche.name} was changed: ${Object.keys(given).join(', ')}.`,
      },
    ]);
    subscriptionChanged(tx, 'subscription.changed', namesOf(after));
    return (await readSubscription(tx, after.id))!;
  });
}

/**
 * Ends a subscription. The row, its history and its place in the order stay for a return.
 * @throws Refusal subscription_not_found, subscription_cancelled
 */
export async function unsubscribe(
  app: App,
  id: string,
  who: AuditActor,
  actor: Actor = OPERATOR,
): Promise<Subscription> {
  return app.db.tx(actor, async (tx) => {
    const { subscription: before, niche, configVersion } = await subscriptionForEdit(tx, id);
    await closeTerms(tx, id, configVersion);
    await cancelSubscription(tx, id);
    await audit(tx, [
      {
        actor: who,
        action: 'subscription.cancelled',
        entityType: 'subscription',
        entityId: id,
        before: auditedTerms(before),
        after: { configVersion },
        description: `A subscription of niche ${niche.name} was ended.`,
      },
    ]);
    subscriptionChanged(tx, 'subscription.cancelled', namesOf(before));
    return (await readSubscription(tx, id))!;
  });
}

/** Caps that were not there before, or whose days begin at another hour now. */
async function countFor(tx: Tx, after: Subscription, before: Subscription): Promise<void> {
  const { id, providerId, timezone } = after;
  const known = new Set(before.caps.map(({ kind, window }) => `${kind} ${window}`));
  const caps = after.caps.filter(
    ({ kind, window }) => timezone !== before.timezone || !known.has(`${kind} ${window}`),
  );
  await countSoFar(tx, { providerId, subscriptionId: id, caps, timezone, at: await databaseTime(tx) });
}

const namesOf = ({ id, providerId, nicheId }: Subscription) => ({ subscriptionId: id, providerId, nicheId });

/** The terms as a request writes them, so that an edit can be laid over them. */
export function shownTerms(one: Subscription, currency: string) {
  return {
    countries: one.countries,
    campaignIds: one.campaignIds,
    filters: one.filters,
    requiredFields: one.requiredFields,
    caps: shownCaps(one.caps, currency),
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
    priceOverride: one.priceOverride === null ? null : amountText(one.priceOverride, currency),
    weight: one.weight,
    priority: one.priority,
  };
}

/** Reads one that can be edited, under the turn row of its niche, the lock of a new endpoint and its own. */
async function subscriptionForEdit(
  tx: Tx,
  id: string,
  endpointId: string | null = null,
): Promise<{ subscription: Subscription; niche: Niche; configVersion: number }> {
  const found = await readSubscription(tx, id);
  if (!found) throw refusals.subscription_not_found();
  const configVersion = await bumpConfig(tx, found.nicheId);
  if (endpointId !== null) await holdEndpoint(tx, endpointId);
  const subscription = (await lockSubscription(tx, id))!;
  if (!subscription.active) throw refusals.subscription_cancelled();
  return { subscription, niche: (await readNiche(tx, found.nicheId))!, configVersion };
}
