import {
  bitsOf,
  type CandidateIndex,
  type Candidates,
  compileIndex,
  countCommon,
  hasBit,
  knownCandidates,
} from './candidate-index.ts';
import { isOffered } from './offer.ts';
import type { Among } from './order.ts';
import {
  type DecidedLead,
  type Level,
  type Rules,
  type StaticCheck,
  type Subscription,
  staticFailure,
} from './rules.ts';

/** Who passes the static checks: found by an index over the niche's subscriptions, and found once. */

/** One index per configuration version, made when its first lead comes. */
const indexes = new WeakMap<Rules, CandidateIndex>();

/** Runs the static group over all subscriptions of the niche, or over those that an offer is for. */
export function findCandidates(rules: Rules, lead: DecidedLead): Candidates {
  if (lead.offer) return offeredCandidates(rules, lead);
  let index = indexes.get(rules);
  if (!index) {
    index = compileIndex(rules.subscriptions);
    indexes.set(rules, index);
  }
  return index.find(lead);
}

function offeredCandidates(rules: Rules, lead: DecidedLead): Candidates {
  const excluded: Record<StaticCheck, number> = { country: 0, campaign: 0, filter: 0, required_fields: 0 };
  const places: number[] = [];
  for (const subscription of rules.subscriptions) {
    if (!isOffered(lead.offer!, subscription)) continue;
    const failure = staticFailure(subscription, lead);
    if (failure) excluded[failure] += 1;
    else places.push(subscription.index);
  }
  return knownCandidates(rules.subscriptions.length, places, excluded);
}

/** The candidates of a lead are needed twice, when its facts are read and when it is decided: found once. */
const remembered = new WeakMap<DecidedLead, { rules: Rules; found: Candidates }>();
export function rememberCandidates(rules: Rules): (lead: DecidedLead) => Candidates {
  return (lead) => {
    const kept = remembered.get(lead);
    if (kept?.rules === rules) return kept.found;
    const found = findCandidates(rules, lead);
    remembered.set(lead, { rules, found });
    return found;
  };
}

/** By level: its members as bits. */
const memberBits = new WeakMap<Rules, Map<string, Uint32Array>>();
function membersOf(rules: Rules, words: number): Map<string, Uint32Array> {
  const kept = memberBits.get(rules);
  if (kept) return kept;
  const groups = Map.groupBy(rules.subscriptions, ({ levelId }) => levelId);
  const found = new Map(
    [...groups].map(
      ([levelId, members]) =>
        [
          levelId,
          bitsOf(
            words,
            members.map(({ index }) => index),
          ),
        ] as const,
    ),
  );
  memberBits.set(rules, found);
  return found;
}

/** The candidates of each level; a long list of them is made only for who asks. */
export function candidatesByLevel(rules: Rules, { places, bits }: Candidates): (level: Level) => Among {
  const members = membersOf(rules, bits.length);
  const has = ({ index }: { index: number }): boolean => hasBit(bits, index);
  let groups: Map<string, readonly Subscription[]> | undefined;
  return ({ id }) => {
    const own = members.get(id);
    const list = () => {
      groups ??= Map.groupBy(
        places.map((place) => rules.subscriptions[place]!),
        ({ levelId }) => levelId,
      );
      return groups.get(id) ?? [];
    };
    return { count: own ? countCommon(bits, own) : 0, list, has };
  };
}
