import type { Place } from '../../kernel/distance.ts';
import { nicheRulesAt } from '../../market/subscriptions/index.ts';
import type { App } from '../../platform/app.ts';
import type { Tx } from '../../platform/db.ts';
import { refusals } from './errors.ts';
import { factsOf, type Known, moveAlong, movedByRecord, nothingKnown, remember } from './facts-memory.ts';
import { withPlace } from './filters.ts';
import { leadPlaces } from './lead-places.ts';
import { isOffered } from './offer.ts';
import { asPinned } from './pins.ts';
import { answersOf, presentFields, withCountry } from './present.ts';
import { type DecisionRecord, decodeRecord, FULL_FACTS_EVERY, offerIn, providerPlaces } from './record.ts';
import {
  compileRules,
  type DecidedLead,
  priceOf,
  type Rules,
  STATIC_CHECKS,
  type Subscription,
  staticFailure,
} from './rules.ts';
import type { ExplainedCandidate, Explanation } from './schema.ts';
import {
  type DecisionEntry,
  decisionsOf,
  type ExplainedLead,
  explainedLead,
  providerNames,
  recordsBefore,
} from './store-explain.ts';
import { groupWord, sayStatic, sayVerdict, summarize } from './words.ts';

export type ExplainedDecisions = { lead_id: string; decisions: Explanation[] };

/**
 * Why each subscription did or did not get a lead. Verdicts and facts come from the stored record; what the static
 * checks kept away is found by running them again on the configuration of that decision, so nothing is guessed.
 * @throws lead_not_found; decision_missing when the lead was never decided
 */
export async function explainDecision(
  app: App,
  leadId: string,
  providerId?: string,
): Promise<ExplainedDecisions> {
  return app.db.tx({ role: 'operator' }, (tx) => explainWithin(tx, leadId, { providerId }), {
    readOnly: true,
  });
}

/** Subscriptions of the newest decision that are shown one by one, and of each older one; the counts tell the rest. */
export const CANDIDATES_SHOWN_MAX = 1_000;
const CANDIDATES_BEFORE_MAX = 100;

/**
 * The same inside a transaction that may read every provider's rows.
 * @param of.only the number of one decision; left out: the newest ones
 * @param of.providerId shows the subscriptions of one provider alone
 */
export async function explainWithin(
  tx: Tx,
  leadId: string,
  of: { only?: bigint; providerId?: string | undefined; most?: number } = {},
): Promise<ExplainedDecisions> {
  const lead = await explainedLead(tx, leadId);
  if (!lead) throw refusals.lead_not_found();
  const pinnedAt = openPinned(tx, leadId);
  const decisions: Explanation[] = [];
  for (const entry of await decisionsOf(tx, leadId, of.only)) {
    const { rules, names, place } = await pinnedAt(entry);
    const record = decodeRecord(entry.record);
    const facts = await factsBefore(tx, entry, rules);
    const then = decidedLead(lead, record, rules, place);
    const most = of.most ?? (decisions.length === 0 ? CANDIDATES_SHOWN_MAX : CANDIDATES_BEFORE_MAX);
    const told = { ...entry, rules, record, facts, names, lead: then, erased: lead.erased };
    decisions.push(sayDecision(told, { most, providerId: of.providerId }));
  }
  return { lead_id: leadId, decisions };
}

type Pinned = { rules: Rules; names: ReadonlyMap<string, string>; place: Place | undefined };

/** What decisions by one configuration share: a lead that is tried again and again is seldom decided by many. */
function openPinned(tx: Tx, leadId: string): (entry: DecisionEntry) => Promise<Pinned> {
  const kept = new Map<number, Pinned>();
  return async ({ nicheId, configVersion }) => {
    const before = kept.get(configVersion);
    if (before) return before;
    const configuration = await nicheRulesAt(tx, nicheId, configVersion);
    if (!configuration) throw refusals.decision_unexplainable();
    const rules = compileRules(configuration);
    const providers = [...new Set(rules.subscriptions.map(({ providerId }) => providerId))];
    const names = await providerNames(tx, providers);
    const place = (await leadPlaces(tx, rules, [leadId])).get(leadId);
    kept.set(configVersion, { rules, names, place });
    return { rules, names, place };
  };
}

export type Told = Pick<DecisionEntry, 'seq' | 'decidedAt' | 'configVersion' | 'outcome' | 'retryAt'> & {
  rules: Rules;
  record: DecisionRecord;
  /** Before the decision. */
  facts: Known;
  /** Companies by provider id. */
  names: ReadonlyMap<string, string>;
  lead: DecidedLead;
  /** What the static checks found cannot be found again. */
  erased: boolean;
  /** By hand: who, and why. */
  givenBy?: string | null;
  reason?: string | null;
};

/** A decision in words; also one that was only tried. */
export function sayDecision(
  entry: Told,
  { most, providerId }: { most: number; providerId?: string | undefined } = { most: CANDIDATES_SHOWN_MAX },
): Explanation {
  const { rules, record, lead, names } = entry;
  const asked = record.verdicts
    .filter(({ index }) => providerId === undefined || rules.subscriptions[index]!.providerId === providerId)
    .toSorted((a, b) => Number(b.verdict === 'chosen') - Number(a.verdict === 'chosen'));
  const candidates = asked.slice(0, most).map((one) => sayCandidate(entry, one));
  const out = entry.erased ? [] : excludedFrom(rules, record, providerId);
  const excluded = sayExcluded(out.slice(0, EXCLUDED_SHOWN_MAX), { rules, lead, names });
  const groups = groupsOf(record);
  const kind = record.offer?.kind ?? 'auto';
  const given =
    kind === 'by_hand' ? { by: entry.givenBy ?? 'the command line', reason: entry.reason ?? '' } : null;
  return {
    seq: String(entry.seq),
    decided_at: entry.decidedAt.toISOString(),
    config_version: entry.configVersion,
    kind,
    given,
    outcome: entry.outcome,
    test: record.test,
    retry_at: entry.retryAt?.toISOString() ?? null,
    summary: sayHow(kind, given ?? entry, summarize(groups)),
    groups: groups.map(({ reason, count }) => ({
      reason,
      word: reason === 'chosen' ? 'took it' : groupWord(reason),
      count,
    })),
    levels: record.seats.map(({ level, seats }) => ({
      id: rules.levels[level]!.id,
      name: rules.levels[level]!.name,
      strategy: rules.levels[level]!.strategy,
      seats,
      taken: record.chosen.filter(
        ({ index }) => rules.subscriptions[index]!.levelId === rules.levels[level]!.id,
      ).length,
    })),
    turn_before: nameOf(rules, record.turnBefore),
    turn_after: nameOf(rules, record.turnAfter),
    candidates,
    excluded,
    not_shown: {
      candidates: asked.length - candidates.length,
      excluded: Math.max(0, out.length - EXCLUDED_SHOWN_MAX),
    },
  };
}

function sayCandidate(
  { rules, record, facts, names, lead }: Told,
  { index, verdict }: DecisionRecord['verdicts'][number],
): ExplainedCandidate {
  const subscription = rules.subscriptions[index]!;
  const level = rules.levels.find(({ id }) => id === subscription.levelId)!;
  const known = facts.subscriptions.get(index);
  const money = facts.providers.get(providerPlaces(rules).placeOf.get(subscription.providerId)!);
  const seats = record.seats.find((one) => rules.levels[one.level]?.id === level.id)?.seats ?? 0;
  const taken = record.chosen.find((one) => one.index === index);
  const price = taken?.price ?? priceOf(rules, subscription, lead.campaignId);
  const about = {
    ...{ subscription, level, seats, price, facts: known, money, lead, currency: rules.currency },
    ...{ providerCaps: rules.providerCaps.get(subscription.providerId), clockMs: record.clockMs },
  };
  return {
    subscription_id: subscription.id,
    provider_id: subscription.providerId,
    provider_name: names.get(subscription.providerId) ?? '',
    level_id: level.id,
    level_name: level.name,
    verdict,
    sentence: sayVerdict(verdict, about).sentence,
    received_before: known?.receivedToday ?? null,
    last_receipt: known?.receiptNo ?? null,
  };
}

/** What a decision beside the first one was about comes before its counts. */
function sayHow(
  kind: Explanation['kind'],
  by: NonNullable<Explanation['given']> | { givenBy?: string | null },
  summary: string,
): string {
  if ('by' in by) return `Given by hand by ${by.by}: ${by.reason}`;
  if (kind === 'purchase') return `Bought by the provider itself${by.givenBy ? ` (${by.givenBy})` : ''}.`;
  return kind === 'second' ? `A freed seat was offered again. ${summary}` : summary;
}

const nameOf = (rules: Rules, level: number | null): string | null =>
  level === null ? null : (rules.levels[level]?.name ?? null);

/** The facts before a decision: the last record with full facts, moved along by every record since. */
async function factsBefore(tx: Tx, entry: DecisionEntry, rules: Rules): Promise<Known> {
  const chain = await recordsBefore(tx, {
    nicheId: entry.nicheId,
    seq: entry.seq,
    count: FULL_FACTS_EVERY + 1,
  });
  const records = chain.map(decodeRecord);
  const start = records.findLastIndex(({ fullFacts }) => fullFacts);
  const known = nothingKnown();
  if (start === -1) return known;
  for (const [place, record] of records.slice(start).entries()) {
    // Places mean something under one configuration only: what was written under another does not reach this one.
    if (record.configVersion !== rules.configVersion) continue;
    remember(known, rules, factsOf(record));
    if (start + place === records.length - 1) break;
    moveAlong(known, rules, movedByRecord(rules, record));
  }
  return known;
}

function decidedLead(
  row: ExplainedLead,
  record: DecisionRecord,
  rules: Rules,
  placeNow: Place | undefined,
): DecidedLead {
  const answers = answersOf(row.answers, rules.answerMoves);
  const { country, place } = asPinned(record.lead, { country: row.country, place: placeNow });
  return {
    id: row.id,
    campaignId: row.campaignId,
    country,
    answers: withPlace(withCountry(answers, country, rules.countryFields), place),
    leadType: record.premium ? 'premium' : 'raw',
    test: record.test,
    readyAtMs: row.readyAt?.getTime() ?? record.clockMs,
    expiresAtMs: row.expiresAt?.getTime() ?? record.clockMs,
    present: presentFields(row.filled, answers),
    told: null,
    had: new Set(),
    suppressed: new Set(),
    blocked: new Set(),
    samePerson: new Set(),
    personKeys: [],
  };
}

/** Subscriptions shown one by one; beyond it the counts tell. */
const EXCLUDED_SHOWN_MAX = 200;

/** Who was asked and is no candidate. */
function excludedFrom(rules: Rules, record: DecisionRecord, providerId: string | undefined): Subscription[] {
  const candidates = new Set(record.verdicts.map(({ index }) => index));
  const offer = offerIn(record, rules);
  return rules.subscriptions
    .filter((one) => providerId === undefined || one.providerId === providerId)
    .filter((subscription) => !offer || isOffered(offer, subscription))
    .filter(({ index }) => !candidates.has(index));
}

const sayExcluded = (
  out: readonly Subscription[],
  { rules, lead, names }: Pick<Told, 'rules' | 'lead' | 'names'>,
) =>
  out.flatMap((subscription) => {
    const check = staticFailure(subscription, lead);
    if (!check) return [];
    return {
      subscription_id: subscription.id,
      provider_id: subscription.providerId,
      provider_name: names.get(subscription.providerId) ?? '',
      level_name: rules.levels.find(({ id }) => id === subscription.levelId)?.name ?? '',
      check,
      sentence: sayStatic(check, subscription, lead).sentence,
    };
  });

function groupsOf(record: DecisionRecord) {
  const counts = new Map<
    DecisionRecord['verdicts'][number]['verdict'] | (typeof STATIC_CHECKS)[number],
    number
  >();
  for (const { verdict } of record.verdicts) counts.set(verdict, (counts.get(verdict) ?? 0) + 1);
  for (const check of STATIC_CHECKS) if (record.excluded[check]) counts.set(check, record.excluded[check]);
  return [...counts].map(([reason, count]) => ({ reason, count })).sort((a, b) => b.count - a.count);
}
