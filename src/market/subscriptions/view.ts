import { snakeKeys } from '../../kernel/names.ts';
import { amountText, shownCaps } from './check-terms.ts';
import { comingPricesOf } from './coming-prices.ts';
import type { ShownSubscription } from './list-subscriptions.ts';
import { shownComingOwnPrice } from './own-price.ts';
import type { SubscriptionView } from './schema.ts';

/** A subscription as the API shows it; amounts as decimal strings. */
export function subscriptionView(one: ShownSubscription): SubscriptionView {
  return snakeKeys({
    id: one.id,
    providerId: one.providerId,
    providerName: one.providerName,
    nicheId: one.nicheId,
    nicheName: one.nicheName,
    levelId: one.levelId,
    levelName: one.levelName,
    pricePerLead: amountText(one.price, one.currency),
    currency: one.currency,
    maxProviders: one.maxProviders,
    state: one.state,
    paused: one.pausedNow,
    pausedBy: one.pausedNow ? one.pausedBy : null,
    pausedUntil: one.pausedNow ? (one.pausedUntil?.toISOString() ?? null) : null,
    endpointId: one.endpointId,
    endpointHealth: one.endpointHealth,
    countries: one.countries,
    campaignIds: one.campaignIds,
    filters: one.filters as SubscriptionView['filters'],
    requiredFields: one.requiredFields,
    caps: shownCaps(one.caps, one.currency),
    schedule: one.schedule as SubscriptionView['schedule'],
    holidays: one.holidays,
    timezone: one.timezone,
    offHours: one.offHours,
    premiumRatio: one.premiumRatio,
    ratioMode: one.ratioMode,
    ratioWindow: one.ratioWindow,
    away: one.away,
    personWindowDays: one.personWindowDays,
    maxAgeMs: one.maxAgeMs,
    priceOverride: one.priceOverride === null ? null : amountText(one.priceOverride, one.currency),
    comingPriceOverride: shownComingOwnPrice(one, one.currency),
    comingPrices: comingPricesOf(one).map(({ of, campaign, now, price, from }) => ({
      ...{ of, campaign },
      price_now: amountText(now, one.currency),
      price_per_lead: amountText(price, one.currency),
      from: from.toISOString(),
    })),
    weight: one.weight,
    priority: one.priority,
    leadsToday: one.leadsToday,
    leadsPerDayMax: one.leadsPerDayMax,
    leadsReceivedCount: one.leadsReceivedCount,
    lastReceivedAt: one.lastReceivedAt?.toISOString() ?? null,
    version: one.version,
    createdAt: one.createdAt.toISOString(),
    updatedAt: one.updatedAt.toISOString(),
    cancelledAt: one.cancelledAt?.toISOString() ?? null,
  });
}
