import { activeForm, namesNobody } from '../../../market/catalog/index.ts';
import { nicheRules } from '../../../market/subscriptions/index.ts';
import type { App } from '../../../platform/app.ts';
import type { Tx } from '../../../platform/db.ts';
import { failureNow } from '../decide.ts';
import { leadPlaces } from '../lead-places.ts';
import { openSeats, toldAtMost } from '../offer.ts';
import { factsOfRows, leadOfRow, personsOf, personWindowMs, windowsOf } from '../read-facts.ts';
import { compileRules, type DecidedLead, priceOf, type Rules, staticFailure } from '../rules.ts';
import { readFacts, samePersonPairs, suppressedPairs } from '../store.ts';
import { holdersOfAll } from '../store-offers.ts';
import {
  type LeadOnSale,
  leadsOnSale,
  type NicheOnSale,
  nichesOnSale,
  pausedByOperator,
} from '../store-sale.ts';
import { obstacleOf, type ShownAnswer, type ShownField, shownAnswers } from './for-sale.ts';

/** What a provider may buy now. Nothing of a person leaves here: of the answers only those that name nobody. */

export type Offered = {
  subscriptionId: string;
  levelName: string;
  price: bigint;
  /** With the buyer at most so many providers have the lead. */
  maxShared: number;
  /** What keeps the provider from any purchase by this subscription now; null: nothing. */
  obstacle: string | null;
};

export type LeadForSale = {
  leadId: string;
  nicheId: string;
  nicheName: string;
  campaignName: string;
  currency: string;
  country: string | null;
  leadType: 'premium' | 'raw';
  readyAt: Date;
  expiresAt: Date;
  /** Providers that have it already. */
  holders: number;
  answers: ShownAnswer[];
  offers: Offered[];
};

/** Newest first. Under the operator's role, because a provider's own finds no lead that is not its own. */
export async function listLeads(
  app: App,
  of: { providerId: string; nicheId: string | null },
): Promise<LeadForSale[]> {
  const read = (tx: Tx) => leadsOfNiches(tx, of);
  const found = await app.db.tx({ role: 'operator' }, read, { readOnly: true });
  return found.sort((a, b) => b.readyAt.getTime() - a.readyAt.getTime());
}

async function leadsOfNiches(
  tx: Tx,
  of: { providerId: string; nicheId: string | null },
): Promise<LeadForSale[]> {
  const found: LeadForSale[] = [];
  for (const niche of await nichesOnSale(tx, of)) {
    if (niche.open) found.push(...(await leadsOfNiche(tx, of.providerId, niche)));
  }
  return found;
}

async function leadsOfNiche(tx: Tx, providerId: string, niche: NicheOnSale): Promise<LeadForSale[]> {
  const rules = await ownRules(tx, niche.id, providerId);
  if (!rules) return [];
  const clock = new Date();
  const rows = await leadsOnSale(tx, { nicheId: niche.id, providerId, clock });
  const leads = await asDecided(tx, rules, rows, clock.getTime());
  const holders = await holdersOfAll(
    tx,
    rows.map(({ id }) => id),
  );
  const offersOf = await offering(tx, rules, clock.getTime());
  const fields = await shownFields(tx, niche.id);
  return rows.flatMap((row, place) => {
    const lead = leads[place]!;
    const held = holders.get(row.id) ?? [];
    const offers = offersOf(lead, held);
    if (offers.length === 0) return [];
    return {
      ...{ leadId: row.id, nicheId: niche.id, nicheName: niche.name, campaignName: row.campaignName },
      ...{ currency: rules.currency, country: row.country, leadType: lead.leadType },
      ...{ readyAt: row.readyAt, expiresAt: row.expiresAt },
      holders: held.filter(({ live }) => live).length,
      answers: shownAnswers(fields, lead.answers),
      offers,
    };
  });
}

/** The niche's rules with nobody's subscriptions but the provider's own. */
async function ownRules(tx: Tx, nicheId: string, providerId: string): Promise<Rules | undefined> {
  const all = await nicheRules(tx, nicheId);
  if (!all) return undefined;
  const own = all.subscriptions.filter((one) => one.providerId === providerId);
  const paused = await pausedByOperator(
    tx,
    own.map(({ id }) => id),
  );
  return compileRules({ ...all, subscriptions: own.filter(({ id }) => !paused.has(id)) });
}

async function asDecided(
  tx: Tx,
  rules: Rules,
  rows: readonly LeadOnSale[],
  clockMs: number,
): Promise<DecidedLead[]> {
  const leadIds = rows.map(({ id }) => id);
  const pairs = await suppressedPairs(tx, leadIds);
  const places = await leadPlaces(tx, rules, leadIds);
  const windowMs = personWindowMs(rules);
  const persons =
    windowMs === 0
      ? null
      : personsOf(
          rules,
          await samePersonPairs(tx, { leadIds, since: new Date(clockMs - windowMs) }),
          clockMs,
        );
  return rows.map((row) => leadOfRow(row, rules, { pairs, persons, place: places.get(row.id) }));
}

/** What each of the provider's subscriptions is offered of a lead: the same checks as a purchase makes. */
async function offering(tx: Tx, rules: Rules, clockMs: number) {
  const subscriptionIds = rules.subscriptions.map(({ id }) => id);
  const rows = await readFacts(tx, { of: { ids: subscriptionIds }, ...windowsOf(rules, clockMs) });
  const facts = factsOfRows(rules, rows, clockMs);
  return (lead: DecidedLead, holders: Parameters<typeof openSeats>[1]['holders']): Offered[] =>
    rules.subscriptions.flatMap((subscription) => {
      const { id: subscriptionId, levelId, index } = subscription;
      if (!facts.subscriptions[index] || staticFailure(subscription, lead)) return [];
      const level = rules.levels.find(({ id }) => id === levelId)!;
      const { seats, maxShared } = openSeats(rules, { level, holders, told: toldAtMost(rules, lead) });
      if (seats === 0) return [];
      const offer = { kind: 'purchase' as const, levelId, subscriptionId, seats: 1, maxShared };
      const failure = failureNow(subscription, { ...lead, offer }, { rules, facts, clockMs });
      const obstacle = failure === undefined ? null : obstacleOf(failure);
      if (obstacle === undefined) return [];
      const price = priceOf(rules, subscription, lead.campaignId);
      return { subscriptionId, levelName: level.name, price, maxShared, obstacle };
    });
}

/** Fields of the form in use that are marked for it. */
async function shownFields(tx: Tx, nicheId: string): Promise<ShownField[]> {
  const form = await activeForm(tx, nicheId);
  return (form?.fields ?? [])
    .filter((field) => field.shown_before_purchase === true && namesNobody(field))
    .map((field) => ({
      id: field.id,
      label: field.label,
      options: 'options' in field ? field.options : undefined,
    }));
}
