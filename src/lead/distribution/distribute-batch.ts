import { createHash, randomBytes } from 'node:crypto';
import type { AuditActor } from '../../journal/audit/index.ts';
import { nicheRules } from '../../market/subscriptions/index.ts';
import { lockProviders } from '../../money/ledger/index.ts';
import type { App } from '../../platform/app.ts';
import { savepoint, type Tx } from '../../platform/db.ts';
import { type Decision, rememberCandidates } from './decide.ts';
import { type Decided, decideAll } from './decide-all.ts';
import { type FactsReader, type KeptFacts, openFactsReader } from './facts-kept.ts';
import type { FactsMemory } from './facts-memory.ts';
import { keepPlaces } from './lead-places.ts';
import type { Lines } from './next-look.ts';
import {
  leadOfRow,
  type Persons,
  personOf,
  personsOf,
  personWindowMs,
  stillHolds,
  windowsOf,
} from './read-facts.ts';
import { decodeRecord, verdictText } from './record.ts';
import { compileRules, type DecidedLead, type Rules } from './rules.ts';
import {
  claimLeads,
  daySeed,
  type FactRow,
  type LeadRow,
  lastRecords,
  lockTurn,
  samePersonPairs,
  suppressedPairs,
  type TurnRow,
} from './store.ts';
import { writeDecisions } from './write-decisions.ts';

/**
 * One distribution batch: one transaction reads, decides and writes. Every step is a statement of its own, in the
 * order of the program's locks: the niche's turn, the leads, the providers of the chosen.
 */

/**
 * What a process keeps between batches: compiled rules per configuration version, what the chain says of the facts, the
 * facts themselves, and until when (performance.now) the unsold leads of a niche get no other look.
 */
export type Distributor = {
  app: App;
  rules: Map<string, Rules>;
  memory: Map<string, FactsMemory>;
  facts: Map<string, KeptFacts>;
  restUntil: Map<string, number>;
  /** What waits for shares of evenly spread caps, by niche. */
  lines: Map<string, Lines>;
};

/** What deciding needs of it. */
export type Kept = Pick<Distributor, 'rules' | 'memory'> &
  Partial<Pick<Distributor, 'lines'>> & { app: Pick<App, 'config'> };

export const openDistributor = (app: App): Distributor => ({
  app,
  rules: new Map(),
  memory: new Map(),
  facts: new Map(),
  restUntil: new Map(),
  lines: new Map(),
});

/** The one of a process: what it keeps is of use only when it is kept. */
const distributors = new WeakMap<App, Distributor>();
export function distributorOf(app: App): Distributor {
  const known = distributors.get(app) ?? openDistributor(app);
  distributors.set(app, known);
  return known;
}

export type BatchResult = { decided: number; sold: number; assigned: number };

const NOTHING_DUE = { batch: { decided: 0, sold: 0, assigned: 0 }, memory: undefined, keep: undefined };

/** Times a batch is decided on the facts of the chosen alone; after that all candidates are locked first. */
const OPTIMISTIC_TRIES = 2;

/** Thrown inside the savepoint when a fact changed between reading and locking: undo, and decide again. */
class FactsChanged extends Error {
  override readonly name = 'FactsChanged';
  readonly fresh: FactRow[];
  /** Who met these people meanwhile; null: nobody asks. */
  readonly persons: Persons | null;
  constructor(fresh: FactRow[], persons: Persons | null) {
    super('a fact of a chosen provider changed');
    this.fresh = fresh;
    this.persons = persons;
  }
}

/**
 * Decides up to `limit` due leads of a niche. Returns undefined when another worker holds the niche's turn.
 * `only` narrows the claim to named leads (a batch that threw is repeated in halves).
 */
export async function distributeBatch(
  distributor: Distributor,
  of: { nicheId: string; limit: number; only?: readonly string[] },
): Promise<BatchResult | undefined> {
  const { app } = distributor;
  const result = await app.db.tx({ role: 'engine' }, async (tx) => {
    const turn = await lockTurn(tx, of.nicheId);
    if (!turn) return undefined;
    const rows = await claimLeads(tx, {
      nicheId: of.nicheId,
      clock: turn.clock,
      limit: of.limit,
      only: of.only ?? null,
    });
    if (rows.length === 0) return NOTHING_DUE;
    const rules = await rulesAt(distributor, tx, of.nicheId, turn.configVersion);
    const leads = await decidedLeads(tx, rules, rows, turn.clock);
    const unsold = await lastVerdicts(
      tx,
      rows.filter(({ state }) => state === 'unsold').map(({ id }) => id),
    );
    const kept = distributor.facts.get(of.nicheId);
    return await decideAndWrite({ distributor, tx, turn, rules, leads, unsold, kept });
  });
  if (result?.memory) distributor.memory.set(of.nicheId, result.memory);
  if (result?.keep) keepFacts(distributor, of.nicheId, result.keep());
  return result?.batch;
}

function keepFacts({ facts }: Distributor, nicheId: string, kept: KeptFacts | undefined): void {
  if (kept) facts.set(nicheId, kept);
  else facts.delete(nicheId);
}

/** Claimed rows as the engine takes them. */
export async function decidedLeads(
  tx: Tx,
  rules: Rules,
  rows: readonly LeadRow[],
  clock: Date,
): Promise<DecidedLead[]> {
  const leadIds = rows.map(({ id }) => id);
  const pairs = await suppressedPairs(tx, leadIds);
  const places = await keepPlaces(tx, rules, leadIds);
  const persons = await personsMet(tx, rules, leadIds, clock);
  return rows.map((row) => leadOfRow(row, rules, { pairs, persons, place: places.get(row.id) }));
}

/** Who had the people of these leads within the windows that somebody asks for; null: nobody asks. */
async function personsMet(
  tx: Tx,
  rules: Rules,
  leadIds: readonly string[],
  clock: Date,
): Promise<Persons | null> {
  const windowMs = personWindowMs(rules);
  if (windowMs === 0) return null;
  const since = new Date(clock.getTime() - windowMs);
  return personsOf(rules, await samePersonPairs(tx, { leadIds, since }), clock.getTime());
}

/** The same leads with who met their person meanwhile. */
const withPersons = (leads: readonly DecidedLead[], persons: Persons | null): DecidedLead[] =>
  persons === null ? [...leads] : leads.map((lead) => ({ ...lead, ...personOf(persons, lead.id) }));

/** A retry that again sells nothing is written down only when a verdict differs from the last one written. */
export async function lastVerdicts(tx: Tx, leadIds: readonly string[]): Promise<Map<string, string>> {
  if (leadIds.length === 0) return new Map();
  const rows = await lastRecords(tx, leadIds);
  return new Map(rows.map(({ leadId, record }) => [leadId, verdictText(decodeRecord(record).verdicts)]));
}

/** Rules are read under the turn's lock, so a change that was answered 200 holds for every later decision. */
export async function rulesAt(
  distributor: Kept,
  tx: Tx,
  nicheId: string,
  configVersion: number,
): Promise<Rules> {
  const kept = distributor.rules.get(nicheId);
  if (kept?.configVersion === configVersion) return kept;
  const configuration = await nicheRules(tx, nicheId);
  if (!configuration) throw new Error(`niche ${nicheId} has no rules`);
  const rules = compileRules(configuration);
  distributor.rules.set(nicheId, rules);
  return rules;
}

export type Batch = {
  distributor: Kept;
  tx: Tx;
  turn: TurnRow;
  rules: Rules;
  leads: DecidedLead[];
  /** Leads that were unsold before, with the verdicts of their last record. */
  unsold: Map<string, string>;
  /** The facts as the batch before left them; who decides one lead for a person has none. */
  kept?: KeptFacts | undefined;
  /** A person who gives the lead to somebody by hand, or buys it. */
  byHand?: ByHand;
  /** Looks at the decisions before they are written; what it throws undoes them. */
  inspect?: (decided: Decided) => void;
};

/** A purchase has no reason but the wish to have it. */
export type ByHand = { who: AuditActor; reason: string | null };

/** `memory`, and what `keep` gives, are the distributor's once the transaction has been committed. */
export type Written = {
  batch: BatchResult;
  memory: FactsMemory | undefined;
  decided: Decided;
  keep: () => KeptFacts | undefined;
};

export async function decideAndWrite(batch: Batch): Promise<Written> {
  const { tx, turn, rules } = batch;
  let { leads } = batch;
  const leadIds = leads.map(({ id }) => id);
  const day = turn.clock.toISOString().slice(0, 10);
  const fresh = randomBytes(32);
  const ids = candidateIds(rules, leads);
  const reader = openFactsReader({
    nicheId: rules.nicheId,
    asOf: turn.asOf,
    candidates: ids,
    size: rules.subscriptions.length,
    windows: windowsOf(rules, turn.clock.getTime()),
    kept: batch.kept,
  });
  const made = { seed: fresh, hash: createHash('sha256').update(fresh).digest() };
  const [seed, read] = await Promise.all([daySeed(tx, day, made), reader.read(tx)]);
  let facts = read;

  for (let tries = 0; ; tries += 1) {
    try {
      return await savepoint(tx, async (inner) => {
        const lockAll = tries >= OPTIMISTIC_TRIES;
        if (lockAll) {
          await lockProviders(inner, providersOf(facts));
          facts = await reader.readAgain(inner);
          leads = withPersons(leads, await personsMet(inner, rules, leadIds, turn.clock));
        }
        const decided = decideAll({ ...batch, leads }, facts, seed);
        batch.inspect?.(decided);
        const read = facts;
        const written = await writeDecisions(
          inner,
          tx,
          batch,
          { ...decided, facts, redecided: tries },
          async () => {
            if (!lockAll) await lockChosen(inner, batch, decided.decisions, { facts: read, reader });
          },
        );
        const { moves, ...made } = written;
        return { ...made, decided, keep: () => reader.keep(moves) };
      });
    } catch (error) {
      if (!(error instanceof FactsChanged)) throw error;
      const changed = new Map(error.fresh.map((row) => [row.id, row]));
      facts = facts.map((row) => changed.get(row.id) ?? row);
      leads = withPersons(leads, error.persons);
    }
  }
}

const providersOf = (facts: readonly FactRow[]): string[] => [
  ...new Set(facts.map(({ providerId }) => providerId)),
];

/** Subscriptions that pass the static checks of at least one lead. */
function candidateIds(rules: Rules, leads: readonly DecidedLead[]): string[] {
  const candidatesOf = rememberCandidates(rules);
  const wanted = new Uint8Array(rules.subscriptions.length);
  for (const lead of leads) for (const place of candidatesOf(lead).places) wanted[place] = 1;
  return rules.subscriptions.filter(({ index }) => wanted[index] === 1).map(({ id }) => id);
}

/**
 * Locks the chosen providers in id order and reads their facts again.
 * @throws FactsChanged when what was decided does not hold on them any more
 */
async function lockChosen(
  tx: Tx,
  { rules, leads, turn }: Batch,
  decisions: readonly Decision[],
  { facts, reader }: { facts: readonly FactRow[]; reader: FactsReader },
): Promise<void> {
  const owed = new Map<string, bigint>();
  for (const { lead, chosen } of decisions) {
    for (const { subscription, price } of chosen) {
      const before = owed.get(subscription.providerId) ?? 0n;
      owed.set(subscription.providerId, before + (lead.test ? 0n : price));
    }
  }
  if (owed.size === 0) return;
  const known = new Map(facts.filter(({ providerId }) => owed.has(providerId)).map((row) => [row.id, row]));
  // Another niche may have given one of them the same person; asked only where somebody wants to know.
  const asks = decisions.some(({ chosen }) =>
    chosen.some(({ subscription }) => subscription.personWindowDays !== null),
  );
  const leadIds = leads.map(({ id }) => id);
  // Sent together and executed one after the other: what is read is read once the locks are held.
  const sent = [
    lockProviders(tx, [...owed.keys()]),
    reader.readChanged(tx, [...known.keys()]),
    asks ? personsMet(tx, rules, leadIds, turn.clock) : null,
  ] as const;
  await Promise.allSettled(sent);
  const [, fresh, persons] = await Promise.all(sent);
  const holds = (row: FactRow) => stillHolds(known.get(row.id)!, row, owed.get(row.providerId)!);
  const met = decisions.some(({ lead, chosen }) =>
    chosen.some(({ subscription }) => persons?.get(lead.id)?.has(subscription.id)),
  );
  if (met || !fresh.every(holds)) throw new FactsChanged(fresh, persons);
}
