import { type Candidates, knownCandidates } from '../candidate-index.ts';
import { type Decision, decide } from '../decide.ts';
import { EVERYBODY } from '../facts.ts';
import { factsOf, type Known, knownFacts } from '../facts-memory.ts';
import { type DecisionRecord, encodeRecord, offerIn, providerPlaces, type RecordedLead } from '../record.ts';
import type { DecidedLead, Rules, StaticCheck } from '../rules.ts';

/**
 * Runs decisions again from their records: the lead as the record describes it, the candidates it names, the facts that
 * the chain says, the pinned configuration and the secret of the day. A decision that comes out the same gives the same
 * bytes. What the static checks answered is taken from the record; whoever still has the lead checks that besides.
 */
export type Replayable = { leadId: string; record: DecisionRecord };

/**
 * @param of.rules those of the configuration that the record pins
 * @param of.known the chain's facts before the decision, those written with it included
 * @param of.entry of version 2 or later
 */
export function replay(of: { rules: Rules; known: Known; seed: Buffer; entry: Replayable }): Decision {
  const { rules, known, seed, entry } = of;
  const { record } = entry;
  const places = record.verdicts.map(({ index }) => index);
  const [decision] = decide({
    leads: [leadOf(entry, rules)],
    rules,
    facts: knownFacts(rules, known, record.clockMs, places),
    turn: {
      nextLevelId: record.turnBefore === null ? null : (rules.levels[record.turnBefore]?.id ?? null),
      receiptNo: record.lead!.receiptBefore,
    },
    clockMs: record.clockMs,
    seed,
    candidates: () => candidatesIn(record),
  });
  return decision!;
}

/** The bytes that the decision run again would have left, with the facts that the record holds. */
export const bytesAgain = (decision: Decision, rules: Rules, record: DecisionRecord): Buffer =>
  encodeRecord(decision, rules, factsOf(record), record.fullFacts, record.version);

function leadOf({ leadId, record }: Replayable, rules: Rules): DecidedLead {
  const lead: RecordedLead = record.lead!;
  const { ids } = providerPlaces(rules);
  const had = new Set(lead.had.map((place) => ids[place] ?? `?${place}`));
  // Those who are not in the niche count towards the recipients the person was told of, whoever they are.
  for (let unnamed = 0; had.size < lead.hadCount; unnamed += 1) had.add(`elsewhere ${unnamed}`);
  const suppressed = new Set(lead.suppressed.map((place) => ids[place] ?? `?${place}`));
  if (lead.everybodySuppressed) suppressed.add(EVERYBODY);
  return {
    id: leadId,
    campaignId: lead.campaign === null ? '' : ([...rules.campaigns.keys()][lead.campaign] ?? ''),
    country: lead.country ?? null,
    answers: {},
    leadType: record.premium ? 'premium' : 'raw',
    test: record.test,
    readyAtMs: lead.readyAtMs,
    expiresAtMs: lead.expiresAtMs,
    present: new Set(),
    told: lead.told,
    had,
    suppressed,
    blocked: new Set(lead.blocked.map((place) => ids[place] ?? `?${place}`)),
    samePerson: new Set(lead.samePerson.flatMap((place) => rules.subscriptions[place]?.id ?? [])),
    personKeys: [],
    placeHash: lead.place ? Buffer.from(lead.place, 'hex') : null,
    offer: offerIn(record, rules),
  };
}

function candidatesIn(record: DecisionRecord): Candidates {
  const excluded: Record<StaticCheck, number> = { country: 0, campaign: 0, filter: 0, required_fields: 0 };
  return knownCandidates(
    record.subscriptions,
    record.verdicts.map(({ index }) => index),
    { ...excluded, ...record.excluded },
  );
}
