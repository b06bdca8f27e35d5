import type { Tx } from '../platform/db.ts';
import { raise } from '../platform/events.ts';

/**
 * What changed in the market, named like the row of the audit log (`provider.paused`): one log line with ids, and the
 * topics by which open pages fetch what they show. A provider hears the topics that name it.
 */

/** The list of providers stands under the topic of money, because each row shows its wallets. */
export function providerChanged(tx: Tx, name: string, providerId: string): void {
  raise(tx, { name, fields: { providerId }, topics: ['providers', 'money', `provider:${providerId}`] });
}

export function subscriptionChanged(
  tx: Tx,
  name: string,
  one: { subscriptionId: string; providerId: string; nicheId: string },
): void {
  raise(tx, { name, fields: one, topics: ['subscriptions', 'providers', `provider:${one.providerId}`] });
}

export function endpointChanged(tx: Tx, name: string, one: { endpointId: string; providerId: string }): void {
  raise(tx, { name, fields: one, topics: ['endpoints', 'providers', `provider:${one.providerId}`] });
}

/** A niche, its levels, forms or campaigns; what subscriptions cost and whether they sell may follow from it. */
export function nicheChanged(tx: Tx, name: string, nicheId: string): void {
  raise(tx, { name, fields: { nicheId }, topics: ['niches', 'campaigns', 'subscriptions', 'provider'] });
}

export function sourceChanged(tx: Tx, name: string, one: { sourceId: string; nicheId: string }): void {
  raise(tx, { name, fields: one, topics: ['sources'] });
}

/** Days on which subscriptions are closed, in so many niches. */
export function holidaysChanged(tx: Tx, one: { country: string; niches: number }): void {
  raise(tx, { name: 'holidays.changed', fields: one, topics: ['holidays', 'niches'] });
}

/** Pages that show what waits read it again, a lead's page too. Whoever subscribes in a stopped niche hears of it. */
export function stopChanged(
  tx: Tx,
  name: 'stop.set' | 'stop.released',
  one: { stopId: string; scope: string; scopeId: string | null },
): void {
  raise(tx, { name, level: 'warn', fields: one, topics: ['stops', ...stopTopics(one)] });
}

function stopTopics({ scope, scopeId }: { scope: string; scopeId: string | null }): string[] {
  if (scope === 'everything' || scope === 'niche') return ['*'];
  const own = scope === 'provider' ? ['providers', 'subscriptions', `provider:${scopeId}`] : [];
  return ['leads', 'lead', ...own];
}
