import { distanceKm, type Place } from '../../src/kernel/distance.ts';
import { isOpen, nextOpening } from '../../src/kernel/time.ts';
import type { Filter } from '../../src/lead/distribution/filters.ts';
import type { DecidedLead, NicheConfiguration } from '../../src/lead/distribution/rules.ts';
import { spanAt, weekdayAt } from './calendar.ts';

/** What the reference knows, and its checks: one subscription and one lead at a time, every sum added up again. */
export type Receipt = {
  atMs: number;
  subscriptionId: string;
  providerId: string;
  /** Address and number, as far as there are. */
  personKeys: readonly string[];
  leadId: string;
  price: bigint;
};
export type SubscriptionState = {
  paused: boolean;
  pausedUntilMs: number | null;
  receiptNo: number | null;
  /** Types of all leads received, newest last. */
  types: string;
  load: number;
  healthy: boolean;
  retryAtMs: number | null;
  owed: number;
  missed: number;
};
export type ProviderState = {
  active: boolean;
  stopped: boolean;
  paused: boolean;
  pausedUntilMs: number | null;
  available: bigint;
  credit: bigint;
};
export type State = {
  nextLevelId: string | null;
  receiptNo: number;
  subscriptions: Map<string, SubscriptionState>;
  providers: Map<string, ProviderState>;
  history: Receipt[];
};

export type Sub = NicheConfiguration['subscriptions'][number];
export type Level = NicheConfiguration['levels'][number];
type Cap = Sub['caps'][number];
export type Answer = {
  leadId: string;
  turnBefore: string | null;
  turnAfter: string | null;
  seats: { levelId: string; seats: number }[];
  /** Per subscription of an active level: its verdict, or the static check that kept it away. */
  verdicts: Record<string, string>;
  chosen: { id: string; levelId: string; price: bigint; receiptNo: number | null; maxShared: number }[];
  retryAtMs: number | null;
};

export type Scene = {
  config: NicheConfiguration;
  state: State;
  lead: DecidedLead;
  clockMs: number;
  seed: Buffer;
  answer: Answer;
};

const DAY_MS = 24 * 60 * 60 * 1_000;
const LOOK_AGAIN_MIN_MS = 1_000;

export const campaignOf = ({ config, lead }: Scene) =>
  config.campaigns.find(({ id }) => id === lead.campaignId);

export const stateOf = ({ state }: Scene, { id }: Sub): SubscriptionState => state.subscriptions.get(id)!;
export const providerOf = ({ state }: Scene, { providerId }: Sub): ProviderState =>
  state.providers.get(providerId)!;

export function priceOf(scene: Scene, sub: Sub): bigint {
  if (sub.priceOverride !== null) return sub.priceOverride;
  const ofCampaign = campaignOf(scene)?.levelPrices?.[sub.levelId];
  return ofCampaign ?? scene.config.levels.find(({ id }) => id === sub.levelId)!.price;
}

export function staticFailure({ lead }: Scene, sub: Sub): string | undefined {
  if (sub.countries.length > 0 && !sub.countries.some((country) => country === lead.country))
    return 'country';
  if (sub.campaignIds.length > 0 && !sub.campaignIds.includes(lead.campaignId)) return 'campaign';
  for (const filter of sub.filters) if (!passes(filter, lead)) return 'filter';
  for (const field of sub.requiredFields) if (!lead.present.has(field)) return 'required_fields';
  return undefined;
}

function passes(filter: Filter, { answers }: DecidedLead): boolean {
  const answer = filter.kind === 'geo' ? answers['@place'] : answers[filter.field];
  const missing = filter.missing === 'pass';
  if (answer === undefined || answer === null || answer === '') return missing;
  if (Array.isArray(answer) && answer.length === 0) return missing;
  if (typeof answer === 'object' && 'sealed' in (answer as object)) return missing;
  if (filter.kind === 'geo') return distanceKm(filter, answer as Place) <= filter.radius_km;
  if (filter.kind === 'range') {
    if (typeof answer !== 'number') return missing;
    return (
      (filter.min === undefined || answer >= filter.min) && (filter.max === undefined || answer <= filter.max)
    );
  }
  if (filter.kind === 'boolean') return typeof answer === 'boolean' ? answer === filter.value : missing;
  if (filter.kind === 'set') {
    const given = Array.isArray(answer) ? answer : [answer];
    const named = given.some((one) => filter.values.includes(String(one)));
    return filter.match === 'any' ? named : !named;
  }
  if (filter.kind === 'postcodes') {
    const code = String(answer).toUpperCase().replaceAll(/[\s-]/g, '');
    return filter.areas.lookUp(code) === 'inside';
  }
  const [seen, wanted] = [String(answer).toLowerCase(), filter.value.toLowerCase()];
  return filter.op === 'equals' ? seen === wanted : seen.includes(wanted);
}

const isPaused = (of: { paused: boolean; pausedUntilMs: number | null }, clockMs: number) =>
  of.paused && !(of.pausedUntilMs !== null && of.pausedUntilMs <= clockMs);

/** The provider buys the lead itself: its wishes on when leads come by themselves are not asked. */
const isBought = ({ lead }: Scene): boolean => lead.offer?.kind === 'purchase';

/** The first check that fails now. */
export function dynamicFailure(scene: Scene, sub: Sub): string | undefined {
  const { lead, clockMs, answer, config } = scene;
  const provider = providerOf(scene, sub);
  const takers = answer.chosen.map(({ id }) => config.subscriptions.find((one) => one.id === id)!.providerId);
  if (provider.stopped) return 'stopped';
  if (lead.had.has(sub.providerId) || takers.includes(sub.providerId)) return 'already_has_lead';
  if (lead.blocked.has(sub.providerId)) return 'blocked';
  if (hadPerson(scene, sub)) return 'same_person';
  if (lead.suppressed.has(sub.providerId) || lead.suppressed.has('*')) return 'suppressed';
  if (!provider.active) return 'provider_inactive';
  if (isPaused(provider, clockMs)) return 'provider_paused';
  const byItself = !isBought(scene);
  if (byItself && isPaused(stateOf(scene, sub), clockMs)) return 'subscription_paused';
  if (byItself && awayUntil(scene, sub) !== null) return 'away';
  if (byItself && clockMs - lead.readyAtMs > sub.maxAgeMs) return 'too_old';
  if (!stateOf(scene, sub).healthy) return 'endpoint_down';
  return lastChecks(scene, sub);
}

/** What keeps it away besides the endpoint. */
export function whatElse(scene: Scene, sub: Sub): string | undefined {
  const { healthy } = stateOf(scene, sub);
  stateOf(scene, sub).healthy = true;
  const failure = dynamicFailure(scene, sub);
  stateOf(scene, sub).healthy = healthy;
  return failure;
}

function lastChecks(scene: Scene, sub: Sub): string | undefined {
  const { clockMs } = scene;
  const byItself = !isBought(scene);
  const paced = (scope: Scope) => byItself && pacedUntil(scene, sub, scope).length > 0;
  const closed = sub.schedule && sub.offHours === 'skip' && !isOpen(sub.schedule, clockMs);
  if (byItself && closed) return 'outside_hours';
  if (fullWindows(scene, sub, 'own').length > 0) return 'cap_reached';
  if (paced('own')) return 'paced';
  if (fullWindows(scene, sub, 'provider').length > 0 || paced('provider')) return 'provider_cap_reached';
  if (byItself && isHard(sub) && movesAway(scene, sub)) return 'ratio';
  const provider = providerOf(scene, sub);
  if (provider.available + provider.credit < priceOf(scene, sub)) return 'insufficient_funds';
  return undefined;
}

function hadPerson({ state, lead, clockMs }: Scene, sub: Sub): boolean {
  const days = sub.personWindowDays ?? null;
  if (days === null) return false;
  return state.history.some(
    ({ providerId, personKeys, leadId, atMs }) =>
      providerId === sub.providerId &&
      personKeys.some((key) => lead.personKeys.includes(key)) &&
      leadId !== lead.id &&
      clockMs - atMs < days * DAY_MS,
  );
}

function awayUntil({ clockMs }: Scene, sub: Sub): number | null {
  for (const { from, to } of sub.away ?? [])
    if (Date.parse(from) <= clockMs && clockMs < Date.parse(to)) return Date.parse(to);
  return null;
}

export type Scope = 'own' | 'provider';
type Held = { cap: Cap; used: bigint; startMs: number; endMs: number };

/** The caps that hold today with what was used of them, added up from all receipts. */
export function capsNow(
  { config, state, clockMs }: Pick<Scene, 'config' | 'state' | 'clockMs'>,
  sub: Sub,
  scope: Scope,
): Held[] {
  const over = config.providerCaps?.find(({ providerId }) => providerId === sub.providerId);
  const { caps, timezone } = scope === 'own' ? sub : (over ?? { caps: [], timezone: 'UTC' });
  const today = weekdayAt(clockMs, timezone);
  const held: Held[] = [];
  for (const cap of caps) {
    const special = caps.some(
      ({ window, kind, weekday }) => window === 'day' && kind === cap.kind && weekday === today,
    );
    if (cap.weekday !== undefined && cap.weekday !== today) continue;
    if (cap.weekday === undefined && cap.window === 'day' && special) continue;
    const { startMs, endMs } = spanAt(cap.window, clockMs, timezone);
    const counted = state.history.filter(
      ({ atMs, ...one }) =>
        (scope === 'own' ? one.subscriptionId === sub.id : one.providerId === sub.providerId) &&
        atMs >= startMs &&
        atMs < endMs,
    );
    const spent = counted.reduce((sum, { price }) => sum + price, 0n);
    held.push({ cap, used: cap.kind === 'count' ? BigInt(counted.length) : spent, startMs, endMs });
  }
  return held;
}

/** Ends of the windows of those caps that have no room for one more. */
function fullWindows(scene: Scene, sub: Sub, scope: Scope): number[] {
  const price = priceOf(scene, sub);
  return capsNow(scene, sub, scope)
    .filter(({ cap, used }) => used + (cap.kind === 'count' ? 1n : price) > BigInt(cap.value))
    .map(({ endMs }) => endMs);
}

/** When the shares of evenly spread caps come that are not there yet. */
function pacedUntil(scene: Scene, sub: Sub, scope: Scope): number[] {
  return capsNow(scene, sub, scope)
    .filter(({ cap }) => cap.pace === 'even' && cap.window !== 'hour' && cap.window !== 'total')
    .filter(({ cap }) => BigInt(cap.value) > 0n)
    .map(({ cap, used, startMs, endMs }) => {
      const value = BigInt(cap.value);
      const share = (used * BigInt(endMs - startMs) + value - 1n) / value;
      return startMs + Number(share);
    })
    .filter((at) => at > scene.clockMs);
}

export const isHard = ({ premiumRatio, ratioMode }: Sub): boolean =>
  premiumRatio === 0 || premiumRatio === 100 || (premiumRatio !== null && ratioMode === 'hard');

/** Whether the share of premium leads would end further off, and nearer with a lead of the other type. */
export function movesAway(scene: Scene, sub: Sub): boolean {
  const { premiumRatio: ratio, ratioWindow = 20 } = sub;
  const { leadType } = scene.lead;
  if (ratio === null) return false;
  if (ratio === 0) return leadType === 'premium';
  if (ratio === 100) return leadType === 'raw';
  const now = stateOf(scene, sub).types.slice(-ratioWindow);
  if (now === '') return false;
  const off = (types: string) => {
    const last = [...types].slice(-ratioWindow);
    const premium = last.filter((type) => type === 'p').length;
    return { off: Math.abs(100 * premium - ratio * last.length), of: last.length };
  };
  const further = (a: string, b: string) => off(a).off * off(b).of > off(b).off * off(a).of;
  const [mine, other] = leadType === 'premium' ? ['p', 'r'] : ['r', 'p'];
  return further(now + mine, now) && further(now + mine, now + other);
}

/** The first moment at which the reason of somebody ends by time alone; never after the lead's end. */
export function retryAt(scene: Scene): number {
  const { config, lead, clockMs, answer } = scene;
  const moments = config.subscriptions.flatMap((sub) => {
    const verdict = answer.verdicts[sub.id];
    const at = verdict === undefined ? null : endOf(scene, sub, verdict);
    return at === null || at === undefined ? [] : [Math.max(at, clockMs + LOOK_AGAIN_MIN_MS)];
  });
  return Math.min(lead.expiresAtMs, ...moments);
}

function endOf(scene: Scene, sub: Sub, verdict: string): number | null | undefined {
  const { clockMs } = scene;
  if (verdict === 'provider_paused') return providerOf(scene, sub).pausedUntilMs;
  if (verdict === 'subscription_paused') return stateOf(scene, sub).pausedUntilMs;
  if (verdict === 'away') return awayUntil(scene, sub);
  if (verdict === 'endpoint_down') return stateOf(scene, sub).retryAtMs;
  if (verdict === 'outside_hours') return nextOpening(sub.schedule, clockMs)?.getTime();
  if (verdict === 'cap_reached') return fullWindows(scene, sub, 'own')[0];
  if (verdict === 'paced') return pacedUntil(scene, sub, 'own')[0];
  if (verdict === 'provider_cap_reached')
    return [...fullWindows(scene, sub, 'provider'), ...pacedUntil(scene, sub, 'provider')][0];
  return null;
}
