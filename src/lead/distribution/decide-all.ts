import { type Decision, decide, type Persons, rememberCandidates, type Turn, verdictsOf } from './decide.ts';
import type { Batch } from './distribute-batch.ts';
import type { Facts } from './facts.ts';
import {
  copyOf,
  type FactsMemory,
  factsToWrite,
  isFullAt,
  moveAlong,
  movedByDecision,
  nothingKnown,
  remember,
} from './facts-memory.ts';
import { factsOfRows } from './read-facts.ts';
import { type FactsToWrite, FULL_FACTS_EVERY, NO_FACTS, verdictText } from './record.ts';
import type { DecidedLead, Rules } from './rules.ts';
import type { FactRow } from './store.ts';

/** A batch's decisions with what the chain will say about each. */
export type Decided = {
  decisions: Decision[];
  /** By the decision's place: the facts to write with it, or null when it is not written down. */
  written: ({ facts: FactsToWrite; full: boolean } | null)[];
  after: { turn: Turn; facts: Facts };
  memory: FactsMemory;
};

/**
 * Decides the batch in segments: facts are written in full every FULL_FACTS_EVERY records, and what is written are the
 * facts before that decision, so a place where they are due always begins a segment.
 */
export function decideAll(batch: Batch, rows: readonly FactRow[], seed: Buffer): Decided {
  const { distributor, turn: row, rules, leads, unsold } = batch;
  const clockMs = row.clock.getTime();
  const facts = factsOfRows(rules, rows, clockMs);
  const turn: Turn = { nextLevelId: row.nextLevelId, receiptNo: Number(row.receiptNo) };
  const kept = distributor.memory.get(rules.nicheId);
  let memory: FactsMemory | undefined = kept && copyOf(kept);
  const decisions: Decision[] = [];
  const written: Decided['written'] = [];
  const persons: Persons = new Map();
  let seq = row.chainSeq;

  for (let start = 0; start < leads.length; ) {
    const full = isFullAt(memory, seq + 1n, rules.configVersion);
    const room = FULL_FACTS_EVERY - (Number(seq + 1n) % FULL_FACTS_EVERY);
    const end = Math.min(leads.length, start + room);
    const those = leads.slice(start, end);
    const among = anyCandidate(rules, those);
    const toWrite = factsToWrite(rules, facts, clockMs, full || !memory ? null : memory.known, among);
    const part = decide({ leads: those, rules, facts, turn, clockMs, seed, persons });
    let first = true;
    for (const decision of part) {
      const again =
        decision.chosen.length === 0 && unsold.get(decision.lead.id) === verdictText(verdictsOf(decision));
      written.push(again ? null : { facts: first ? toWrite : NO_FACTS, full: first && full });
      if (again) continue;
      if (first && full) memory = { seq, configVersion: rules.configVersion, known: nothingKnown() };
      if (first) remember(memory!.known, rules, toWrite);
      first = false;
      moveAlong(memory!.known, rules, movedByDecision(rules, decision));
      seq += 1n;
      memory!.seq = seq;
    }
    decisions.push(...part);
    start = end;
  }
  return {
    decisions,
    written,
    after: { turn, facts },
    memory: memory ?? { seq, configVersion: rules.configVersion, known: nothingKnown() },
  };
}

/** Who is a candidate of any of these leads, as bits: the facts of the others say nothing about their decisions. */
function anyCandidate(rules: Rules, leads: readonly DecidedLead[]): Uint32Array {
  const candidatesOf = rememberCandidates(rules);
  const any = new Uint32Array(Math.ceil(rules.subscriptions.length / 32));
  for (const lead of leads) {
    const { bits } = candidatesOf(lead);
    for (let at = 0; at < any.length; at += 1) any[at]! |= bits[at]!;
  }
  return any;
}
