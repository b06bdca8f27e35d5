import { compileRules, decodeRecord } from '../../lead/distribution/index.ts';
import { nicheRulesAt } from '../../market/subscriptions/index.ts';
import type { Tx } from '../../platform/db.ts';
import type { Finding } from './finding.ts';

/**
 * Equal shares. Subscriptions of one level are equal when every decision found them alike: able to take the lead, or
 * kept away by the same reason. That is read from the decision records, so nothing is assumed about money, hours or
 * endpoints. At a level with `longest_waiting` the shares of equal ones differ by at most one, at every moment.
 * Whoever differed from all others even once is not compared, and the note says how many that were.
 */

/** The newest decisions of a niche that are read; equal shares hold over any stretch of them. */
const DECISIONS_MAX = 100_000;
const FETCH_ROWS = 2_000;
/** Configurations of a niche that are loaded; decisions of further ones are left out. */
const CONFIGURATIONS_MAX = 200;

type Known = {
  id: string;
  levelId: string;
  comparable: boolean;
  hashA: number;
  hashB: number;
  seen: boolean;
};
type Niche = { known: Known[]; sold: { seq: string; chosen: number[] }[]; decisions: number };
/** Places in `known` by the index that a record uses; null: the configuration is not known. */
type Configuration = number[] | null;

export async function unequalShares(tx: Tx, limit: number): Promise<{ findings: Finding[]; note: string }> {
  const niches = await tx<{ niche_id: string; chain_seq: string }[]>`
    select niche_id, chain_seq from niche_turns where chain_seq > 0 order by niche_id`;
  const findings: Finding[] = [];
  const total = { decisions: 0, groups: 0, compared: 0, alone: 0, other: 0 };
  for (const { niche_id: nicheId, chain_seq: end } of niches) {
    const niche = await readNiche(tx, nicheId, BigInt(end));
    const groups = groupsOf(niche.known);
    findings.push(...compare(niche, groups, limit - findings.length));
    const compared = groups.reduce((sum, group) => sum + group.length, 0);
    const comparable = niche.known.filter((one) => one.comparable && one.seen).length;
    total.decisions += niche.decisions;
    total.groups += groups.length;
    total.compared += compared;
    total.alone += comparable - compared;
    total.other += niche.known.filter((one) => one.seen).length - comparable;
  }
  const note =
    `${total.decisions} decisions: ${total.compared} subscriptions in ${total.groups} groups of equals compared; ` +
    `${total.alone} had conditions of their own, ${total.other} are served by another strategy or a ratio: not compared`;
  return { findings, note };
}

async function readNiche(tx: Tx, nicheId: string, end: bigint): Promise<Niche> {
  const niche: Niche = { known: [], sold: [], decisions: 0 };
  const places = new Map<string, number>();
  const configurations = new Map<number, Configuration>();
  let after = end - BigInt(DECISIONS_MAX);
  for (;;) {
    const rows = await tx<{ seq: string; config_version: number; record: Buffer }[]>`
      select seq::text, config_version, record from decisions
      where niche_id = ${nicheId} and seq > ${after.toString()}::bigint order by decisions.seq limit ${FETCH_ROWS}`;
    for (const row of rows) {
      let configuration = configurations.get(row.config_version);
      if (configuration === undefined) {
        const load = configurations.size < CONFIGURATIONS_MAX;
        configuration = load
          ? await configurationOf(tx, nicheId, row.config_version, niche.known, places)
          : null;
        configurations.set(row.config_version, configuration);
      }
      if (configuration) take(niche, configuration, row);
    }
    if (rows.length < FETCH_ROWS) break;
    after = BigInt(rows.at(-1)!.seq);
  }
  return niche;
}

async function configurationOf(
  tx: Tx,
  nicheId: string,
  version: number,
  known: Known[],
  places: Map<string, number>,
): Promise<Configuration> {
  const configuration = await nicheRulesAt(tx, nicheId, version);
  if (!configuration) return null;
  const rules = compileRules(configuration);
  const strategies = new Map(rules.levels.map(({ id, strategy }) => [id, strategy]));
  return rules.subscriptions.map(({ id, levelId, premiumRatio }) => {
    const comparable = strategies.get(levelId) === 'longest_waiting' && premiumRatio === null;
    let place = places.get(id);
    if (place === undefined) {
      place = known.push({ id, levelId, comparable, hashA: 1, hashB: 2, seen: false }) - 1;
      places.set(id, place);
    }
    known[place]!.comparable &&= comparable;
    return place;
  });
}

const numbers = new Map<string, number>();
const numberOf = (verdict: string): number => {
  if (verdict === 'chosen' || verdict === 'no_seat') return 0;
  const number = numbers.get(verdict) ?? numbers.size + 1;
  numbers.set(verdict, number);
  return number;
};

/** Adds a decision to the history of every candidate; two histories are equal when both hashes are. */
function take(niche: Niche, configuration: number[], row: { seq: string; record: Buffer }): void {
  const record = decodeRecord(row.record);
  if (record.test) return;
  if (record.offer?.kind === 'by_hand' || record.offer?.kind === 'purchase') {
    // What an operator gives away, or a provider buys, is nobody's turn: whoever got it is not compared.
    for (const { index } of record.chosen) niche.known[configuration[index]!]!.comparable = false;
    return;
  }
  niche.decisions += 1;
  for (const { index, verdict } of record.verdicts) {
    const one = niche.known[configuration[index]!]!;
    const step = niche.decisions * 64 + numberOf(verdict);
    one.hashA = Math.imul(one.hashA ^ step, 0x01000193) >>> 0;
    one.hashB = Math.imul(one.hashB + step, 0x85ebca6b) >>> 0;
    one.hashB ^= one.hashB >>> 13;
    one.seen = true;
  }
  const chosen = record.chosen.map(({ index }) => configuration[index]!);
  if (chosen.length > 0) niche.sold.push({ seq: row.seq, chosen });
}

/** Places of subscriptions that are equal, two or more together. */
function groupsOf(known: Known[]): number[][] {
  const groups = new Map<string, number[]>();
  for (const [place, { levelId, comparable, hashA, hashB, seen }] of known.entries()) {
    if (!comparable || !seen) continue;
    const key = `${levelId} ${hashA} ${hashB}`;
    groups.set(key, [...(groups.get(key) ?? []), place]);
  }
  return [...groups.values()].filter((group) => group.length > 1);
}

/** Counts again, sale by sale; the first moment at which a group is apart by more than one is named. */
function compare(niche: Niche, groups: number[][], limit: number): Finding[] {
  const groupOf = new Map(groups.flatMap((group, at) => group.map((place) => [place, at] as const)));
  const counts = new Map<number, number>();
  const apart = new Set<number>();
  const findings: Finding[] = [];
  for (const { seq, chosen } of niche.sold) {
    const touched = new Set<number>();
    for (const place of chosen) {
      counts.set(place, (counts.get(place) ?? 0) + 1);
      const at = groupOf.get(place);
      if (at !== undefined && !apart.has(at)) touched.add(at);
    }
    for (const at of touched) {
      const shares = groups[at]!.map((place) => counts.get(place) ?? 0);
      const [least, most] = [Math.min(...shares), Math.max(...shares)];
      if (most - least <= 1 || findings.length >= limit) continue;
      apart.add(at);
      const named = (share: number) => niche.known[groups[at]![shares.indexOf(share)]!]!.id;
      const level = niche.known[groups[at]![0]!]!.levelId;
      const text = `after decision ${seq} subscription ${named(most)} had ${most}, its equal ${named(least)} had ${least}`;
      findings.push({ row: `level ${level}`, text });
    }
  }
  return findings;
}
