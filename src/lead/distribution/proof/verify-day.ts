import { createHash } from 'node:crypto';
import type { Tx } from '../../../platform/db.ts';
import type { Secrets } from '../../../platform/secrets.ts';
import { decodeRecord, recordHash } from '../record.ts';
import { RULES_VERSION } from '../rules.ts';
import { checkRecord, compareRecords, type Difference } from './check-record.ts';
import { checkTables, moneyAfter, type Waiting } from './check-tables.ts';
import { leavesOf } from './leaves.ts';
import { daySaltUnder } from './make-root.ts';
import { bytesAgain, replay } from './replay.ts';
import type { DayReport, Session } from './report.ts';
import { chainEnds, seedOf } from './store-chain.ts';
import { rootOfDay } from './store-roots.ts';
import { dayRoot, rootOf } from './tree.ts';
import { type Step, walkDay } from './walk-day.ts';

/** Findings that are named. */
export const FINDINGS_MAX = 100;
/** Decisions whose leads and money are read together. */
const STEP_DECISIONS = 200;

/**
 * Proves a day: every decision is a link of its niche's chain, comes out the same when it is run again from its record,
 * cost what the pinned configuration says, and stands in assignments and transfers as it was decided.
 * @param of.day `2026-11-20`, in UTC
 */
export async function verifyDay(
  tx: Tx,
  of: {
    day: string;
    nicheId?: string | undefined;
    findingsMax?: number;
    /** With the data keys the root of the day is worked out again too. */
    secrets?: Pick<Secrets, 'keyedHashes'> | undefined;
  },
): Promise<DayReport> {
  const most = of.findingsMax ?? FINDINGS_MAX;
  const report: DayReport = {
    day: of.day, findings: [], more: false, niches: 0, decisions: 0, replayed: 0, arithmeticOnly: 0, erased: 0, assignments: 0, root: null,
  }; // biome-ignore format: in the order of the type
  const session: Session = {
    tx,
    report,
    seed: await seedOf(tx, of.day),
    keys: new Map(),
    ...(await rootToCheck(tx, of)),
    leaves: [],
    torn: false,
    add({ nicheId, seq, leadId }, difference) {
      if (report.findings.length < most)
        report.findings.push({ nicheId, seq: seq === null ? null : String(seq), leadId, ...difference });
      else report.more = true;
    },
  };
  const ends = await chainEnds(tx);
  for (const end of ends) {
    if (of.nicheId !== undefined && end.nicheId !== of.nicheId) continue;
    session.keys = new Map();
    session.torn = false;
    await verifyNiche(session, of.day, end);
  }
  if (report.decisions > 0) checkSeed(session);
  if (of.nicheId === undefined) checkRoot(session);
  return report;
}

function checkSeed({ seed, report, add }: Session): void {
  const where = { nicheId: '', seq: null, leadId: null };
  const kept = seed ? hex(seed.seedHash) : 'there';
  const found = seed ? createHash('sha256').update(seed.seed).digest('hex') : 'missing';
  if (kept !== found) add(where, { what: `secret of ${report.day}`, expected: kept, found });
}

async function rootToCheck(
  tx: Tx,
  { day, secrets }: Parameters<typeof verifyDay>[1],
): Promise<Pick<Session, 'root' | 'previous' | 'daySalt'>> {
  const root = await rootOfDay(tx, day);
  const previous = root?.previousDay ? await rootOfDay(tx, root.previousDay) : undefined;
  return { root, previous, daySalt: root && secrets && daySaltUnder(secrets, day, root.keyId) };
}

/** The published root against the one that the decisions give now. */
function checkRoot({ root, previous, daySalt, leaves, report, add }: Session): void {
  if (!root) return;
  report.root = daySalt ? 'worked out again' : 'ends of the chains only';
  const where = { nicheId: '', seq: null, leadId: null };
  const { day, previousRoot, decisions, treeRoot } = root;
  const whole = dayRoot({ day, previousRoot, decisions: BigInt(decisions), treeRoot });
  if (!whole.equals(root.root))
    add(where, { what: `root of ${day}`, expected: hex(whole), found: hex(root.root) });
  const before = previous ? hex(previous.root) : 'none';
  const named = previousRoot ? hex(previousRoot) : 'none';
  if (before !== named) add(where, { what: `root before ${day}`, expected: before, found: named });
  if (!daySalt) return;
  const again = rootOf(leaves);
  if (!again.equals(treeRoot))
    add(where, { what: `root of the decisions of ${day}`, expected: hex(treeRoot), found: hex(again) });
}

/** Where the chain of a niche ended on the day, as it was when the root was published. */
function checkHead(
  { root, add }: Session,
  nicheId: string,
  last: { seq: bigint; hash: Buffer } | null,
): void {
  if (!root) return;
  const head = root.heads.find(({ niche }) => niche === nicheId);
  const where = { nicheId, seq: last?.seq ?? null, leadId: null };
  const found = last ? `${last.seq} ${hex(last.hash)}` : 'none';
  const expected = head ? `${head.last} ${head.hash}` : 'none';
  if (expected !== found) add(where, { what: 'last decision in the published root', expected, found });
}

async function verifyNiche(
  session: Session,
  day: string,
  end: { nicheId: string; seq: string; hash: Buffer },
): Promise<void> {
  const { tx, report, add } = session;
  const { nicheId } = end;
  const seen = report.decisions;
  let waiting: Waiting[] = [];
  let last: { seq: bigint; hash: Buffer } | null = null;
  let followed = false;
  for await (const step of walkDay(tx, { nicheId, day, end: BigInt(end.seq) })) {
    checkLink(session, nicheId, step);
    if (step.after) {
      followed = true;
      break;
    }
    last = { seq: step.seq, hash: step.row.hash };
    report.decisions += 1;
    checkRow(session, nicheId, step);
    if (session.daySalt) {
      const { leadId, hash: chainHash } = step.row;
      const { daySalt } = session;
      session.leaves.push(
        leavesOf({ nicheId, seq: step.seq, leadId, chainHash, daySalt, read: step.read }).leaf,
      );
    }
    waiting.push({ step, money: moneyAfter(step) });
    if (waiting.length === STEP_DECISIONS) {
      await checkTables(session, nicheId, waiting);
      waiting = [];
    }
  }
  await checkTables(session, nicheId, waiting);
  checkHead(session, nicheId, last);
  if (report.decisions > seen) report.niches += 1;
  if (followed || last === null) return;
  const where = { nicheId, seq: last.seq, leadId: null };
  if (String(last.seq) !== end.seq)
    add(where, { what: 'last decision of the chain', expected: end.seq, found: String(last.seq) });
  else if (!last.hash.equals(end.hash))
    add(where, { what: 'hash at the end of the chain', expected: hex(end.hash), found: hex(last.hash) });
}

const hex = (bytes: Buffer): string => bytes.toString('hex');

/** Numbers without a gap, each decision pointing at the one before, hashes that are right. */
function checkLink({ add }: Session, nicheId: string, { seq, row, previous, after }: Step): void {
  const where = { nicheId, seq, leadId: row.leadId };
  if (previous && previous.seq !== seq - 1n) {
    const gone = seq - previous.seq - 1n;
    const name = gone === 1n ? `decision ${seq - 1n}` : `decisions ${previous.seq + 1n} to ${seq - 1n}`;
    add(where, { what: name, expected: 'there', found: 'missing' });
  } else if (previous && !previous.hash.equals(row.prevHash)) {
    add(where, {
      what: 'link to the decision before',
      expected: hex(previous.hash),
      found: hex(row.prevHash),
    });
  }
  if (after) return;
  const { leadId, prevHash, record, hash } = row;
  const right = recordHash({ nicheId, seq, leadId, prevHash, record });
  if (!right.equals(hash)) add(where, { what: 'hash of the record', expected: hex(right), found: hex(hash) });
}

/** The record against the rules, against the decision run again, and against the columns beside it. */
function checkRow(session: Session, nicheId: string, step: Step): void {
  const { report, add, seed, keys } = session;
  const { row, seq, read, problem } = step;
  const where = { nicheId, seq, leadId: row.leadId };
  if (!read) {
    add(where, { what: 'record', expected: 'one that can be read', found: problem ?? 'none' });
    return;
  }
  const { record, rules, known, before, whole } = read;
  const found: Difference[] = checkRecord({ record, rules, known, before });
  const beside = (what: string, expected: unknown, is: unknown) => {
    if (String(expected) !== String(is)) found.push({ what, expected: String(expected), found: String(is) });
  };
  beside('number of assignments', record.chosen.length, row.nAssigned);
  beside('configuration', record.configVersion, row.configVersion);
  beside('time of the decision', new Date(record.clockMs).toISOString(), row.decidedAt.toISOString());
  if (record.lead) beside('next try', record.lead.retryAtMs ?? 'none', row.retryAt?.getTime() ?? 'none');

  for (const { index, receiptNo } of record.facts) {
    const { id, providerId } = rules.subscriptions[index] ?? { id: `number ${index}`, providerId: '' };
    const expected = keys.get(id);
    if (expected !== undefined && expected !== receiptNo)
      found.push({
        what: `order of receipt of subscription ${id}`,
        expected: String(expected),
        found: String(receiptNo),
        providerId,
      });
    keys.set(id, receiptNo);
  }
  for (const { index, receiptNo } of record.chosen) {
    // A missed turn that is made up for leaves the place in the order as it is.
    const owed = (known.subscriptions.get(index)?.missedTurns ?? 0) > 0;
    if (receiptNo !== null && !owed && rules.subscriptions[index])
      keys.set(rules.subscriptions[index].id, receiptNo);
  }

  const sameRules = row.rulesVersion === RULES_VERSION && record.lead !== null;
  if (!sameRules) report.arithmeticOnly += 1;
  else if (seed && whole) {
    report.replayed += 1;
    found.push(...runAgain(step, seed.seed));
  } else if (seed && !session.torn) {
    // Once: until the next record with all facts it is the same for each.
    session.torn = true;
    found.push({
      what: 'facts before the decision',
      expected: 'whole',
      found: 'torn by a decision that is missing',
    });
  }
  if (whole) session.torn = false;
  const named = new Set<string>();
  for (const difference of found) {
    if (named.has(difference.what)) continue;
    named.add(difference.what);
    add(where, difference);
  }
}

function runAgain({ row, read }: Step, seed: Buffer): Difference[] {
  const { record, rules, known } = read!;
  try {
    const decision = replay({ rules, known, seed, entry: { leadId: row.leadId, record } });
    const bytes = bytesAgain(decision, rules, record);
    if (bytes.equals(row.record)) return [];
    const found = compareRecords(decodeRecord(bytes), record, rules);
    return found.length > 0
      ? found
      : [{ what: 'bytes of the record', expected: hex(bytes), found: hex(row.record) }];
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return [{ what: 'decision run again', expected: 'an answer', found: why }];
  }
}
