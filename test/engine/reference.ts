import { createHmac } from 'node:crypto';
import {
  type Answer,
  campaignOf,
  dynamicFailure,
  isHard,
  type Level,
  movesAway,
  priceOf,
  providerOf,
  retryAt,
  type Scene,
  type Sub,
  stateOf,
  staticFailure,
  whatElse,
} from './reference-checks.ts';

/**
 * The rules of distribution as docs/distribution.md tells them: loops over lists, every sum added up again from the
 * history of receipts, nothing compiled, nothing kept. It decides nothing in production; it is what the engine is
 * held against. Only the calendar of opening hours and the distance of two places are taken from the kernel.
 */
/** Decides one lead and moves the state along. */
export function decideSlowly(of: Omit<Scene, 'answer'>): Answer {
  const { config, state, lead } = of;
  const answer: Answer = {
    leadId: lead.id, turnBefore: state.nextLevelId, turnAfter: state.nextLevelId, seats: [], verdicts: {}, chosen: [],
    retryAtMs: null,
  }; // biome-ignore format: one answer
  const scene = { ...of, answer };
  const told = Math.min(campaignOf(scene)?.recipientsTold ?? Infinity, lead.told ?? Infinity);
  const ring = ringOf(scene);
  const used: Level[] = [];
  const missed: Sub[] = [];
  const owed = new Map<string, number>();
  for (const level of ring) {
    const seats = seatsOf(scene, level, used, told);
    answer.seats.push({ levelId: level.id, seats });
    const served = serve(scene, level, seats, owed);
    for (const sub of served) {
      const price = priceOf(scene, sub);
      answer.chosen.push({ id: sub.id, levelId: level.id, price, receiptNo: null, maxShared: 0 });
    }
    if (served.length > 0) used.push(level);
    missed.push(...missedAt(scene, level, served));
  }
  const smallest = Math.min(...used.map(({ maxProviders }) => maxProviders));
  const all = config.levels
    .filter(({ active }) => active)
    .reduce((sum, { maxProviders }) => sum + maxProviders, 0);
  const alone = used.some(({ exclusive }) => exclusive);
  const shared =
    lead.offer?.maxShared ?? Math.min(told, alone || config.fillMode === 'cascade' ? smallest : all);
  for (const one of answer.chosen) one.maxShared = shared;
  if (answer.chosen.length === 0) answer.retryAtMs = retryAt(scene);
  else if (!lead.test) moveAlong(scene, ring, owed, missed);
  return answer;
}

const activeLevels = ({ levels }: Scene['config']): Level[] => levels.filter(({ active }) => active);

/** Active levels in their order, from the one that starts. */
function ringOf({ config, state, lead }: Scene): Level[] {
  const { offer } = lead;
  if (offer) return activeLevels(config).filter(({ id }) => id === offer.levelId);
  const levels = config.levels
    .filter(({ active }) => active)
    .toSorted((a, b) => a.priorityOrder - b.priorityOrder || (a.id < b.id ? -1 : 1));
  const start = config.levelRotation === 'rotate' ? state.nextLevelId : config.defaultLevelId;
  while (levels.some(({ id }) => id === start) && levels[0]!.id !== start) levels.push(levels.shift()!);
  return levels;
}

function seatsOf({ config, answer, lead }: Scene, level: Level, used: Level[], told: number): number {
  if (lead.offer) return lead.offer.seats;
  const taken = answer.chosen.length;
  if (used.some(({ exclusive }) => exclusive)) return 0;
  if (level.exclusive && taken > 0) return 0;
  const smallest = Math.min(...[level, ...used].map(({ maxProviders }) => maxProviders));
  const own = config.fillMode === 'cascade' ? smallest - taken : level.maxProviders;
  return Math.max(0, Math.min(own, told - taken));
}

/** A level's subscriptions, or the one that the lead is offered to. */
const membersOf = ({ config, lead }: Scene, level: Level): Sub[] =>
  config.subscriptions.filter(
    ({ id, levelId }) => levelId === level.id && (lead.offer?.subscriptionId ?? id) === id,
  );

/** Notes the verdicts of a level's subscriptions and returns who is served. */
function serve(scene: Scene, level: Level, seats: number, owed: Map<string, number>): Sub[] {
  const { answer } = scene;
  const eligible: Sub[] = [];
  for (const sub of membersOf(scene, level)) {
    const failure = staticFailure(scene, sub) ?? dynamicFailure(scene, sub);
    answer.verdicts[sub.id] = failure ?? 'no_seat';
    if (failure === undefined) eligible.push(sub);
  }
  const ordered = inOrder(scene, level, eligible);
  const suits = ordered.filter((sub) => isHard(sub) || !movesAway(scene, sub));
  const others = ordered.filter((sub) => !suits.includes(sub));
  const served: Sub[] = [];
  for (const group of [suits, others]) {
    const left = seats - served.length;
    if (level.strategy === 'weighted') served.push(...byWeight(scene, group, left, owed));
    else served.push(...group.slice(0, Math.max(0, left)));
  }
  for (const sub of served) answer.verdicts[sub.id] = 'chosen';
  return served;
}

function inOrder(scene: Scene, { strategy }: Level, subs: Sub[]): Sub[] {
  const waiting = (a: Sub, b: Sub) => {
    const [one, other] = [stateOf(scene, a).receiptNo, stateOf(scene, b).receiptNo];
    if (one === null && other !== null) return -1;
    if (one !== null && other === null) return 1;
    if (one !== null && other !== null && one !== other) return one - other;
    if (a.createdAt.getTime() !== b.createdAt.getTime()) return a.createdAt.getTime() - b.createdAt.getTime();
    return a.id < b.id ? -1 : 1;
  };
  const lot = ({ id }: Sub) =>
    createHmac('sha256', scene.seed).update(`${scene.lead.id}|${id}`).digest('hex');
  const load = (sub: Sub) => stateOf(scene, sub).load;
  if (strategy === 'priority') return subs.toSorted((a, b) => b.priority - a.priority || waiting(a, b));
  if (strategy === 'least_loaded_today')
    return subs.toSorted((a, b) => load(a) - load(b) || (lot(a) < lot(b) ? -1 : 1));
  return subs.toSorted(waiting);
}

/** For every seat all gain their weight; whose share is due first takes it and pays what all gained. */
function byWeight(scene: Scene, members: Sub[], seats: number, owed: Map<string, number>): Sub[] {
  if (seats <= 0) return [];
  const has = new Map(members.map((sub) => [sub.id, stateOf(scene, sub).owed]));
  const served: Sub[] = [];
  while (served.length < seats && served.length < members.length) {
    const left = members.filter((sub) => !served.includes(sub));
    for (const { id, weight = 1 } of left) has.set(id, has.get(id)! + weight);
    const all = left.reduce((sum, { weight = 1 }) => sum + weight, 0);
    const next = dueFirst(left, all, has);
    has.set(next.id, has.get(next.id)! - all);
    served.push(next);
  }
  for (const [id, state] of has) owed.set(id, state);
  return served;
}

/** Owed at least 1/(2n-2) of a lead, and earliest at the point where it would be 1 - 1/(2n-2) behind; else who has most. */
function dueFirst(left: Sub[], all: number, has: Map<string, number>): Sub {
  const parts = BigInt(2 * left.length - 2);
  const owed = ({ id }: Sub) => BigInt(has.get(id)!);
  // Multiplied out, so that there are only whole numbers.
  const room = (sub: Sub) => (parts - 1n) * BigInt(all) - parts * owed(sub);
  const due = left
    .filter((sub) => parts * owed(sub) >= BigInt(all))
    .toSorted((a, b) => {
      const [one, other] = [room(a) * BigInt(b.weight ?? 1), room(b) * BigInt(a.weight ?? 1)];
      return one < other ? -1 : one > other ? 1 : 0;
    });
  const most = Math.max(...left.map(({ id }) => has.get(id)!));
  return due[0] ?? left.find(({ id }) => has.get(id) === most)!;
}

/** Whose turn it was while nothing but the endpoint was in the way. */
function missedAt(scene: Scene, level: Level, served: Sub[]): Sub[] {
  if (level.strategy !== 'longest_waiting' || served.length === 0) return [];
  const candidates = membersOf(scene, level).filter((sub) => staticFailure(scene, sub) === undefined);
  const ordered = inOrder(scene, level, candidates);
  const last = Math.max(...served.map((sub) => ordered.indexOf(sub)));
  return ordered.filter(
    (sub, place) =>
      place < last && scene.answer.verdicts[sub.id] === 'endpoint_down' && whatElse(scene, sub) === undefined,
  );
}

function moveAlong(scene: Scene, ring: Level[], owed: Map<string, number>, missed: Sub[]): void {
  const { config, state, lead, answer, clockMs } = scene;
  if (config.levelRotation === 'rotate' && !lead.offer) state.nextLevelId = (ring[1] ?? ring[0]!).id;
  answer.turnAfter = state.nextLevelId;
  for (const [id, has] of owed) state.subscriptions.get(id)!.owed = has;
  for (const sub of missed) {
    const own = stateOf(scene, sub);
    const kept = config.missedTurnsMax ?? 3;
    // It goes to the end, beside who took its turn, and is owed one; once it is owed all that the niche keeps, it waits in front.
    if (own.missed < kept) own.receiptNo = state.receiptNo + 1;
    own.missed = Math.min(own.missed + 1, kept);
  }
  for (const one of answer.chosen) {
    state.receiptNo += 1;
    one.receiptNo = state.receiptNo;
    const sub = config.subscriptions.find(({ id }) => id === one.id)!;
    const own = stateOf(scene, sub);
    if (own.missed > 0) own.missed -= 1;
    else own.receiptNo = one.receiptNo;
    own.types += lead.leadType === 'premium' ? 'p' : 'r';
    own.load += 1;
    providerOf(scene, sub).available -= one.price;
    state.history.push({
      atMs: clockMs, subscriptionId: sub.id, providerId: sub.providerId, personKeys: lead.personKeys, leadId: lead.id,
      price: one.price,
    }); // biome-ignore format: one receipt
  }
}
