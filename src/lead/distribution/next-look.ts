import { checkOf, type Decision, RETRY_MIN_MS, verdictsOf } from './decide.ts';
import type { Decided } from './decide-all.ts';
import {
  capKey,
  type FullCap,
  fullCap,
  fullProviderCap,
  passesAgainAt,
  roomAt,
  VERDICTS,
  type Verdict,
} from './facts.ts';
import { personUntil } from './read-facts.ts';
import { type DecidedLead, priceOf, type Rules, type Subscription } from './rules.ts';

/**
 * When an unsold lead is looked at again. The engine says when somebody would take it if it were alone. Where many wait
 * for one evenly spread cap, each gets a share of its own: else all of them would wake for every lead that is sold.
 */

/** What waits for a cap: the place after the last share that was given away. It holds for one window. */
type Line = { next: bigint; givenAtMs: number };
/** A batch that is decided again begins with the lines as they stood before it. */
export type Lines = { clockMs: number; before: ReadonlyMap<string, Line>; now: Map<string, Line> };

export const noLines = (): Lines => ({ clockMs: Number.NaN, before: new Map(), now: new Map() });

/**
 * A line that nobody joined for so long begins anew at the next share: who stood in it may have been sold elsewhere, or
 * been given another place by another process.
 */
const LINE_KEPT_MS = 60_000;

export type LooksOf = {
  rules: Rules;
  decided: Pick<Decided, 'decisions' | 'after'>;
  clockMs: number;
};

/**
 * The unsold leads that get another moment than the engine's, by id. What is full at the end of the batch is asked:
 * within it nobody's room grows.
 */
export function otherLooks(lines: Lines, of: LooksOf): Map<string, number> {
  if (lines.clockMs !== of.clockMs) Object.assign(lines, { clockMs: of.clockMs, before: new Map(lines.now) });
  lines.now = new Map(lines.before);
  const looks = new Map<string, number>();
  const shares: Shares = new Map();
  for (const { lead, verdicts, retryAtMs, chosen } of of.decided.decisions) {
    if (chosen.length > 0 || retryAtMs === null || lead.offer) continue;
    const person = personLook({ lead, verdicts }, of);
    const soonest = Math.min(retryAtMs, person ?? retryAtMs);
    if (soonest < retryAtMs) looks.set(lead.id, soonest);
    if (!verdicts.includes(VERDICTS.paced) && !verdicts.includes(VERDICTS.provider_cap_reached)) continue;
    const look = lookAt(lines, { ...of, lead, verdicts, shares });
    if (look !== undefined && look > retryAtMs) looks.set(lead.id, Math.min(look, person ?? look));
  }
  return looks;
}

/**
 * When the first of those takes the person again who had it lately. A record cannot say it, because it pins that the person
 * was met and not when; so it moves the next look, and nothing that is run again. null: no look is worth it.
 */
export function personLook(
  { lead, verdicts }: Pick<Decision, 'lead' | 'verdicts'>,
  { rules, clockMs }: Pick<LooksOf, 'rules' | 'clockMs'>,
): number | null {
  if (!verdicts.includes(VERDICTS.same_person)) return null;
  let soonest = Number.POSITIVE_INFINITY;
  for (const subscription of rules.subscriptions) {
    if (verdicts[subscription.index] !== VERDICTS.same_person) continue;
    // Within the batch it was met at its clock.
    const at = lead.personUntilMs?.get(subscription.id) ?? personUntil(subscription, clockMs);
    if (at !== null && at - lead.readyAtMs <= subscription.maxAgeMs) soonest = Math.min(soonest, at);
  }
  return soonest < lead.expiresAtMs ? Math.max(soonest, clockMs + RETRY_MIN_MS) : null;
}

/** An evenly spread cap that keeps a subscription from leads now. `more`: what one lead of this price uses of it. */
type Share = { key: string; full: FullCap; zone: string; more: bigint };
type Shares = Map<string, Share | undefined>;

/** The soonest of the moments at which one of them would pass; who waits for a share takes the next free one. */
function lookAt(
  lines: Lines,
  of: LooksOf & { lead: DecidedLead; verdicts: Uint8Array; shares: Shares },
): number | undefined {
  const { rules, lead, verdicts, clockMs } = of;
  let soonest = lead.expiresAtMs;
  let best: { share: Share; at: number } | undefined;
  for (const { index, verdict } of verdictsOf({ verdicts })) {
    const subscription = rules.subscriptions[index]!;
    const share = PACES.has(verdict) ? shareOf(of, subscription, verdict) : undefined;
    if (share) {
      const at = roomAt(share.full.cap, nextIn(lines, share, clockMs), clockMs, share.zone)!;
      if (best === undefined || at < best.at) best = { share, at };
      continue;
    }
    const check = checkOf(subscription, lead, { rules, facts: of.decided.after.facts, clockMs }, NOBODY);
    const at = passesAgainAt(verdict, check);
    if (at !== null) soonest = Math.min(soonest, Math.max(at, clockMs + RETRY_MIN_MS));
  }
  if (best === undefined) return undefined;
  if (best.at > soonest) return soonest;
  const next = nextIn(lines, best.share, clockMs) + best.share.more;
  // What is left of the window is given away: the others wait for the next one.
  const { cap } = best.share.full;
  lines.now.set(best.share.key, { next: next > cap.value ? cap.value : next, givenAtMs: clockMs });
  return best.at;
}

/** Verdicts behind which an evenly spread cap may stand. */
const PACES: ReadonlySet<Verdict> = new Set(['paced', 'provider_cap_reached']);
const NOBODY: ReadonlySet<string> = new Set();

const nextIn = (lines: Lines, { key, full }: Share, clockMs: number): bigint => {
  const line = lines.now.get(key);
  if (!line || clockMs - line.givenAtMs > LINE_KEPT_MS || line.next < full.used) return full.used;
  return line.next;
};

/** Undefined: it is used up, so that there is nothing to wait for before its next window. */
function shareOf(
  of: LooksOf & { lead: DecidedLead; shares: Shares },
  subscription: Subscription,
  verdict: Verdict,
): Share | undefined {
  const { rules, lead, clockMs, shares } = of;
  const price = priceOf(rules, subscription, lead.campaignId);
  const name = `${subscription.index} ${verdict} ${price}`;
  if (!shares.has(name))
    shares.set(name, pacedBy({ ...of.decided.after, rules, clockMs, price }, subscription, verdict));
  return shares.get(name);
}

type Full = Pick<Decided['after'], 'facts'> & { rules: Rules; clockMs: number; price: bigint };

function pacedBy(of: Full, subscription: Subscription, verdict: Verdict): Share | undefined {
  const { facts, rules, clockMs, price } = of;
  const { id, index, providerId, timezone } = subscription;
  const caps = rules.providerCaps.get(providerId);
  const own = verdict === 'paced';
  const full = own
    ? fullCap(subscription, facts.subscriptions[index]!, clockMs, price)
    : fullProviderCap({ caps, currency: rules.currency, price, clockMs }, facts.providers.get(providerId)!);
  if (full?.roomAtMs == null) return undefined;
  const zone = own ? timezone : caps!.timezone;
  const key = `${own ? id : providerId} ${capKey(full.cap, clockMs, zone)}`;
  return { key, full, zone, more: full.cap.kind === 'count' ? 1n : price };
}

/**
 * Whether a lead that waited for this subscription's share left another share behind it: one of those before it went
 * elsewhere. Then those that wait for later ones are looked at now.
 * @param last the verdicts of the lead's last record (`verdictText`)
 */
export function leavesShare(of: Full, subscription: Subscription, last: string): boolean {
  const { rules, facts, clockMs, price } = of;
  const { index, providerId } = subscription;
  const waited = (verdict: Verdict): boolean => last.split(',').includes(`${index}:${verdict}`);
  const caps = rules.providerCaps.get(providerId);
  const provider = facts.providers.get(providerId)!;
  const even = waited('paced') || (waited('provider_cap_reached') && caps?.caps.some((cap) => cap.even));
  return (
    even === true &&
    fullCap(subscription, facts.subscriptions[index]!, clockMs, price) === undefined &&
    fullProviderCap({ caps, currency: rules.currency, price, clockMs }, provider) === undefined
  );
}
