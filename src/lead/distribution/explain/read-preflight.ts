import { activeForm, levelsOf, readNiche } from '../../../market/catalog/index.ts';
import { readEndpoint, unfillable } from '../../../market/endpoints/index.ts';
import { heldStop } from '../../../market/stops/index.ts';
import { nicheRules, readSubscription, type Subscription } from '../../../market/subscriptions/index.ts';
import type { App } from '../../../platform/app.ts';
import type { Actor, Tx } from '../../../platform/db.ts';
import { factsOfRows, windowsOf } from '../read-facts.ts';
import { compileRules, lowestPriceOf, type Subscription as RuledSubscription } from '../rules.ts';
import { readFacts } from '../store.ts';
import { demandFor } from './demand.ts';
import { refusals } from './errors.ts';
import { recentLeads } from './past-leads.ts';
import { type PreflightCheck, type PreflightFacts, preflight } from './preflight.ts';
import { lastAttempt } from './store.ts';

export type Preflight = {
  subscriptionId: string;
  nicheId: string;
  providerId: string;
  checkedAt: Date;
  checks: PreflightCheck[];
};

/**
 * What keeps leads away from a subscription now. A provider asks about its own only (row-level security finds no other);
 * the leads of the niche are then looked through by the program, and it is told no more than whether any matched.
 * @throws Refusal 404 subscription_not_found
 */
export async function readPreflight(app: App, id: string, actor: Actor): Promise<Preflight> {
  const readOnly = { readOnly: true };
  const own = await app.db.tx(actor, (tx) => readSubscription(tx, id), readOnly);
  if (!own) throw refusals.subscription_not_found();
  const about = {
    subscriptionId: id,
    nicheId: own.nicheId,
    providerId: own.providerId,
    checkedAt: new Date(),
  };
  if (!own.active) return { ...about, checks: [ENDED] };
  const facts = await app.db.tx({ role: 'operator' }, (tx) => factsOf(tx, own, about.checkedAt), readOnly);
  return { ...about, checks: facts ? preflight(facts) : [ENDED] };
}

const ENDED: PreflightCheck = {
  check: 'switched_on',
  state: 'bad',
  title: 'Ended',
  sentence: 'This subscription has ended: subscribe to the level again.',
  place: 'subscription',
  passesAt: null,
};

async function factsOf(tx: Tx, own: Subscription, now: Date): Promise<PreflightFacts | undefined> {
  const clockMs = now.getTime();
  const configuration = await nicheRules(tx, own.nicheId);
  const niche = await readNiche(tx, own.nicheId);
  const terms = configuration?.subscriptions.find(({ id }) => id === own.id);
  const level = (await levelsOf(tx, own.nicheId)).find(({ id }) => id === own.levelId);
  if (!configuration || !niche || !terms || !level) return undefined;
  // Compiled as if its level were open, so that the other questions have answers too.
  const levels = configuration.levels.map((one) => ({ ...one, active: true }));
  const rules = compileRules({ ...configuration, levels, subscriptions: [terms] });
  const subscription = rules.subscriptions[0];
  if (!subscription) return undefined;
  const rows = await readFacts(tx, {
    of: { ids: [own.id] },
    ...windowsOf(rules, clockMs),
  });
  const facts = factsOfRows(rules, rows, clockMs);
  const { leads, days } = await recentLeads(tx, rules, clockMs);
  return {
    clockMs,
    currency: rules.currency,
    niche: { name: niche.name, active: configuration.active, stopped: await isStopped(tx, own.nicheId) },
    level: { name: level.name, active: level.active },
    subscription,
    price: lowestPriceOf(rules, subscription),
    facts: facts.subscriptions[0]!,
    provider: facts.providers.get(own.providerId)!,
    providerCaps: rules.providerCaps.get(own.providerId),
    endpoint: await endpointOf(tx, terms.endpointId),
    lacking: await lackingOf(tx, own.nicheId, subscription),
    demand: demandFor(subscription, leads),
    days,
  };
}

async function isStopped(tx: Tx, nicheId: string): Promise<boolean> {
  const everything = await heldStop(tx, { scope: 'everything', scopeId: null });
  return everything !== null || (await heldStop(tx, { scope: 'niche', scopeId: nicheId })) !== null;
}

async function endpointOf(tx: Tx, id: string | null): Promise<PreflightFacts['endpoint']> {
  const one = id === null ? null : await readEndpoint(tx, id);
  if (!one) return null;
  const { name, state, breakerState } = one;
  return { name, state, breakerState, last: (await lastAttempt(tx, one.id)) ?? null };
}

async function lackingOf(
  tx: Tx,
  nicheId: string,
  { requiredFields, filters }: RuledSubscription,
): Promise<PreflightFacts['lacking']> {
  const fields = (await activeForm(tx, nicheId))?.fields ?? [];
  const asked = new Set(fields.map(({ id }) => id));
  const nobodyHas = unfillable({ requiredFields: [...requiredFields], defaultValues: {} }, fields);
  return {
    required: nobodyHas.map(({ name }) => name),
    filters: [...new Set(filters.map(({ filter }) => filter.field))].filter((field) => !asked.has(field)),
  };
}
