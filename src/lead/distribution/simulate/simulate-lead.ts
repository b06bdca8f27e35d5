import { newId } from '../../../kernel/ids.ts';
import { defaultCampaign } from '../../../market/campaigns/index.ts';
import { activeForm, readNiche, validateAnswers } from '../../../market/catalog/index.ts';
import { nicheRules } from '../../../market/subscriptions/index.ts';
import type { App } from '../../../platform/app.ts';
import type { Tx } from '../../../platform/db.ts';
import { type Decision, decide, findCandidates } from '../decide.ts';
import { refusals } from '../explain/errors.ts';
import { sayDecision } from '../explain-decision.ts';
import { EVERYBODY } from '../facts.ts';
import { factsOf, factsToWrite, nothingKnown, remember } from '../facts-memory.ts';
import { withPlace } from '../filters.ts';
import { leadPlaces } from '../lead-places.ts';
import { answersOf, presentFields, withCountry } from '../present.ts';
import { factsOfRows, windowsOf } from '../read-facts.ts';
import { decodeRecord, encodeRecord } from '../record.ts';
import { compileRules, type DecidedLead, type Rules } from '../rules.ts';
import type { Explanation } from '../schema.ts';
import { type FactRow, readFacts, suppressedPairs } from '../store.ts';
import { explainedLead, providerNames } from '../store-explain.ts';
import { readTurn } from './store-past.ts';

/** A stored lead, or answers as somebody could give them. */
export type TriedLead =
  | { leadId: string }
  | {
      nicheId: string;
      answers: Record<string, unknown>;
      country: string | null;
      leadType: 'premium' | 'raw';
    };

export type Dry = {
  nicheId: string;
  nicheName: string;
  leadId: string | null;
  explanation: Explanation;
  assumed: string[];
};

const EXPIRES_MS = 7 * 24 * 60 * 60 * 1_000;
const NO_SEED = Buffer.alloc(32);

/**
 * Who would get a lead if it came now, and why the others would not: the engine on the present configuration and
 * facts. Reads in one snapshot and writes nothing; no turn is taken, nothing is locked.
 * @throws Refusal 404 lead_not_found, niche_not_found; 422 answers_unreadable; 409 decision_unexplainable
 */
export const simulateLead = (app: App, tried: TriedLead): Promise<Dry> =>
  app.db.tx({ role: 'operator' }, (tx) => simulateWithin(tx, tried), { readOnly: true });

/** The same inside a transaction that may read every provider's rows. */
export async function simulateWithin(tx: Tx, tried: TriedLead): Promise<Dry> {
  const clockMs = Date.now();
  const found =
    'leadId' in tried ? await storedLead(tx, tried.leadId, clockMs) : await pastedLead(tx, tried, clockMs);
  const { niche, rules, lead } = found;
  const turn = await readTurn(tx, rules.nicheId);
  const seed = turn.seed ?? NO_SEED;
  const ids = findCandidates(rules, lead).places.map((place) => rules.subscriptions[place]!.id);
  const rows = await readFacts(tx, { of: { ids }, ...windowsOf(rules, clockMs) });
  const facts = factsOfRows(rules, rows.map(exact), clockMs);
  const written = factsToWrite(rules, facts, clockMs, null);
  const [decision] = decide({
    leads: [lead],
    rules,
    facts,
    turn: { nextLevelId: turn.nextLevelId, receiptNo: Number(turn.receiptNo) },
    clockMs,
    seed,
  });
  const names = await providerNames(tx, [
    ...new Set(rules.subscriptions.map(({ providerId }) => providerId)),
  ]);
  return {
    nicheId: niche.id,
    nicheName: niche.name,
    leadId: 'leadId' in tried ? tried.leadId : null,
    explanation: explanationOf(decision!, rules, written, names),
    assumed: [
      'The lead comes at this moment and passes its checks.',
      'Nobody has it yet, and nobody had this person lately.',
      ...found.assumed,
      ...(turn.seed
        ? []
        : ['Ties of today are not drawn yet: where the fewest leads decide, equals may change places.']),
    ],
  };
}

/** The auditor's connection hands large numbers over as text. */
const exact = (row: FactRow): FactRow => ({
  ...row,
  available: row.available === null ? null : BigInt(row.available),
  creditLimit: row.creditLimit === null ? null : BigInt(row.creditLimit),
});

function explanationOf(
  decision: Decision,
  rules: Rules,
  written: ReturnType<typeof factsToWrite>,
  names: ReadonlyMap<string, string>,
): Explanation {
  // Through the record, so that a try is told by the same words as what really happened.
  const record = decodeRecord(encodeRecord(decision, rules, written, true));
  const known = nothingKnown();
  remember(known, rules, factsOf(record));
  return sayDecision({
    seq: 0n,
    decidedAt: new Date(decision.clockMs),
    configVersion: rules.configVersion,
    outcome: decision.chosen.length > 0 ? 'sold' : 'unsold',
    retryAt: decision.retryAtMs === null ? null : new Date(decision.retryAtMs),
    rules,
    record,
    facts: known,
    names,
    lead: decision.lead,
    erased: false,
  });
}

type Found = { niche: { id: string; name: string }; rules: Rules; lead: DecidedLead; assumed: string[] };

async function rulesOfNiche(tx: Tx, nicheId: string): Promise<Pick<Found, 'niche' | 'rules'>> {
  const niche = await readNiche(tx, nicheId);
  const configuration = niche && (await nicheRules(tx, niche.id));
  if (!niche || !configuration) throw refusals.niche_not_found();
  return { niche, rules: compileRules(configuration) };
}

async function storedLead(tx: Tx, leadId: string, clockMs: number): Promise<Found> {
  const row = await explainedLead(tx, leadId);
  if (!row) throw refusals.lead_not_found();
  const { niche, rules } = await rulesOfNiche(tx, row.nicheId);
  const answers = answersOf(row.answers, rules.answerMoves);
  const place = (await leadPlaces(tx, rules, [leadId])).get(leadId);
  const pairs = await suppressedPairs(tx, [leadId]);
  const lead: DecidedLead = {
    ...FRESH,
    id: leadId,
    campaignId: row.campaignId,
    country: row.country,
    answers: withPlace(withCountry(answers, row.country, rules.countryFields), place),
    leadType: row.leadType ?? 'raw',
    readyAtMs: clockMs,
    expiresAtMs: clockMs + EXPIRES_MS,
    present: presentFields(row.filled, answers),
    told: row.recipientsTold,
    suppressed: new Set(pairs.map(({ providerId }) => providerId ?? EVERYBODY)),
    blocked: new Set(row.blocked),
  };
  const assumed = row.erased ? ['The person was erased, so filters see no answers.'] : [];
  return { niche, rules, lead, assumed };
}

async function pastedLead(
  tx: Tx,
  tried: Extract<TriedLead, { nicheId: string }>,
  clockMs: number,
): Promise<Found> {
  const { niche, rules } = await rulesOfNiche(tx, tried.nicheId);
  const form = await activeForm(tx, niche.id);
  const campaign = await defaultCampaign(tx, niche.id);
  const fields = form?.fields ?? [];
  // What the form insists on is taken as given; what was pasted must fit.
  const free = fields.map((field) => ({ ...field, required: false }));
  const { country } = tried;
  const emails = fields.filter(({ type }) => type === 'email').map(({ id }) => [id, NOBODY]);
  const written = Object.entries(tried.answers).filter(([, answer]) => !isBlank(answer));
  const given = { ...Object.fromEntries(emails), ...Object.fromEntries(written) };
  const read = validateAnswers({ fields: free }, given, { country });
  if (!read.ok) {
    const details = read.details.map(({ field, message }) => ({ field: `answers.${field}`, message }));
    throw refusals.answers_unreadable({ details });
  }
  const { answers, contact } = read;
  const from = country ?? contact.address.country ?? null;
  const filled = fields
    .filter(({ id, required }) => required || id in answers)
    .map(({ id, type }) => NAME_OF[type] ?? id);
  const lead: DecidedLead = {
    ...FRESH,
    id: newId(clockMs),
    campaignId: campaign?.id ?? '',
    country: from,
    answers: withCountry(answers, from, rules.countryFields),
    leadType: tried.leadType,
    readyAtMs: clockMs,
    expiresAtMs: clockMs + EXPIRES_MS,
    present: presentFields(filled, answers),
  };
  return {
    niche,
    rules,
    lead,
    assumed: [
      'It comes through the default campaign, with every field that the form insists on.',
      ...(rules.asksPlace ? ['Filters by distance see no place: try a stored lead for those.'] : []),
    ],
  };
}

const isBlank = (answer: unknown): boolean =>
  answer === null || (typeof answer === 'string' && answer.trim() === '');

/** A person always has an address: without one nothing can be read. */
const NOBODY = 'nobody@example.com';

/** Under which name a field of this type counts as there. */
const NAME_OF: Partial<Record<string, string>> = {
  name: 'name',
  email: 'email',
  phone: 'phone',
  country: 'country',
};

const FRESH = {
  test: false,
  told: null,
  had: new Set<string>(),
  suppressed: new Set<string>(),
  blocked: new Set<string>(),
  samePerson: new Set<string>(),
  personKeys: [],
};
