import { setImmediate } from 'node:timers/promises';
import { audit, SYSTEM } from '../../journal/audit/index.ts';
import { enqueueMessages } from '../../journal/messages/index.ts';
import { type Currency, formatMoney } from '../../kernel/money.ts';
import { type Ahead, type NewTransfer, planAhead, post, readAhead } from '../../money/ledger/index.ts';
import { afterPosting } from '../../money/wallet/index.ts';
import type { Tx } from '../../platform/db.ts';
import type { Decision } from './decide.ts';
import type { Decided } from './decide-all.ts';
import type { Batch, BatchResult } from './distribute-batch.ts';
import { batchDecided } from './events.ts';
import type { FactMoves } from './facts-kept.ts';
import type { FactsMemory } from './facts-memory.ts';
import { counterMoves, joinedOf, loadMoves, type Made, subscriptionMoves } from './moves.ts';
import type { OfferKind } from './offer.ts';
import {
  assignmentsOf,
  chainOf,
  deliveriesOf,
  lowestPrices,
  outcomesOf,
  providersOf,
  subscriptionsOf,
  transfersOf,
} from './rows-of-batch.ts';
import { RULES_VERSION, type Rules } from './rules.ts';
import { type FactRow, type Handover, readHandovers } from './store.ts';
import {
  bringForward,
  type CounterMove,
  countCaps,
  type DeliveryRow,
  endDecisions,
  insertAssignments,
  insertDecisions,
  insertDeliveries,
  markLoads,
  moveSubscriptions,
  moveTurn,
  type SubscriptionMove,
} from './store-write.ts';
import { warnOfCaps } from './warn-of-caps.ts';

/** Writes a decided batch, set-based: the number of statements does not grow with the number of leads. */

export type ToWrite = Decided & { facts: readonly FactRow[]; redecided: number };

/**
 * Two halves around the providers' locks: what no provider waits for is written before them, so that they are held
 * for money, caps and order only (decision record 12).
 * @param tx the savepoint
 * @param outer the transaction whose commit lets the events out
 * @param lockProviders takes the locks, and throws when what was decided does not hold any more
 */
export async function writeDecisions(
  tx: Tx,
  outer: Tx,
  batch: Batch,
  decided: ToWrite,
  lockProviders: () => Promise<void>,
) {
  const { rules } = batch;
  const written = await writeFreely(tx, batch, decided);
  await lockProviders();
  const moves = await writeUnderLocks(tx, batch, decided, written);
  const { made, charged } = written;
  const result = summary(decided, made);
  batchDecided(outer, {
    nicheId: rules.nicheId,
    ...figuresOf(decided.decisions),
    revenueMinor: charged.reduce((sum, { row }) => sum + row.amount, 0n),
    currency: rules.currency,
    configVersion: rules.configVersion,
    redecided: decided.redecided,
    topics: [
      ...new Set(made.map(({ row }) => `provider:${row.providerId}`)),
      ...leadTopics(decided.decisions),
    ],
  });
  return { batch: result, memory: decided.memory as FactsMemory | undefined, moves };
}

/** What is worked out before the lock, so that the providers are held for writing alone. */
type Ready = {
  chain: ReturnType<typeof chainOf>;
  made: Made[];
  charged: Made[];
  deliveries: DeliveryRow[];
  transfers: NewTransfer[];
  ahead: Ahead | undefined;
  subscriptions: SubscriptionMove[];
  counters: CounterMove[];
  joined: string[];
  lowestPrices: Map<string, bigint>;
};

/** Sent together and executed in this order: the database works on one statement while the next is being built. */
async function writeFreely(tx: Tx, batch: Batch, decided: ToWrite): Promise<Ready> {
  const { turn, rules, byHand } = batch;
  const { nicheId, currency, configVersion } = rules;
  const at = turn.clock;
  const handovers = readHandovers(tx, subscriptionsOf(decided.decisions));
  const wallets = readAhead(tx, providersOf(decided.decisions));
  const sent: Promise<unknown>[] = [
    endDecisions(tx, at, outcomesOf(batch, decided)),
    audit(tx, auditEntries(decided, batch)),
    handovers,
    wallets,
  ];
  const { chain, made, charged } = await built(sent, () => {
    const chain = chainOf(batch, decided);
    const made = assignmentsOf(decided.decisions, chain);
    return { chain, made, charged: made.filter(({ row }) => !row.test) };
  });
  const written = { nicheId, at, rulesVersion: RULES_VERSION, configVersion, rows: chain.rows, byHand };
  let deliveries: DeliveryRow[] = [];
  const writing = allDone([
    ...sent,
    insertAssignments(tx, { nicheId, currency, at, rows: made.map(({ row }) => row) }),
    insertDecisions(tx, written),
    handovers.then((told) => {
      deliveries = deliveriesOf(made, told, at);
      return allDone([
        insertDeliveries(tx, deliveries),
        enqueueMessages(tx, noticesOf(charged, told, rules)),
      ]);
    }),
  ]);
  // The wallets were read before the database began to write, so their answer does not wait for that.
  const ready = await built([writing], async () =>
    makeReady(batch, decided, { made, charged, wallets: await wallets }),
  );
  await writing;
  return { chain, made, charged, deliveries, ...ready };
}

/** While the database writes the first half: the second. */
function makeReady(
  batch: Batch,
  decided: ToWrite,
  of: { made: Made[]; charged: Made[]; wallets: Awaited<ReturnType<typeof readAhead>> },
) {
  const { turn, rules } = batch;
  const { made, charged, wallets } = of;
  const at = turn.clock.getTime();
  const facts = new Map(decided.facts.map((row) => [row.id, row]));
  const transfers = transfersOf(made, rules);
  return {
    transfers,
    ahead: planAhead(wallets, transfers, turn.clock),
    subscriptions: subscriptionMoves(charged, batch, decided, facts),
    counters: [...counterMoves(charged, rules, at), ...loadMoves(charged, rules, { decided, facts, at })],
    joined: joinedOf(rules, decided),
    lowestPrices: lowestPrices(charged, rules),
  };
}

/** The ledger comes first, because it reads before it writes. */
async function writeUnderLocks(tx: Tx, batch: Batch, decided: ToWrite, ready: Ready): Promise<FactMoves> {
  const { turn, rules } = batch;
  const { chain, charged, transfers, ahead, subscriptions, joined } = ready;
  const at = turn.clock;
  const moves: FactMoves = { writer: '', subscriptions, unlocked: [], counted: [], posted: [], joined };
  const end = { clock: at, chainSeq: chain.seq, chainHash: chain.hash };
  await allDone([
    post(tx, transfers, at, ahead).then((posted) => {
      moves.posted = posted;
      return afterPosting(tx, posted, { lowestPrices: ready.lowestPrices });
    }),
    bringForward(tx, ready.deliveries),
    moveSubscriptions(tx, at, subscriptions).then((found) => {
      moves.unlocked = found;
    }),
    countCaps(tx, ready.counters).then((counted) => {
      moves.counted = counted;
      return warnOfCaps(tx, { made: charged, counted, rules, at });
    }),
    markLoads(tx, at, joined),
    moveTurn(tx, { nicheId: rules.nicheId, ...decided.after.turn, ...end }).then((writer) => {
      moves.writer = writer;
    }),
  ]);
  return moves;
}

/** Builds what comes next once the statements are on their way; none of them is left behind when that throws. */
async function built<T>(sent: readonly Promise<unknown>[], build: () => T | Promise<T>): Promise<T> {
  const ended = Promise.allSettled(sent);
  await setImmediate();
  try {
    return await build();
  } catch (error) {
    await ended;
    throw error;
  }
}

/**
 * Waits for every statement before it throws: one still to be sent must not come after the savepoint was rolled back,
 * where it would become part of the next try.
 */
async function allDone(statements: readonly Promise<unknown>[]): Promise<void> {
  const ended = await Promise.allSettled(statements);
  const failed = ended.find((one) => one.status === 'rejected');
  if (failed) throw failed.reason;
}

/** Few leads are named one by one, for the pages that show them; in a flood the topic of all leads has to do. */
const LEADS_NAMED_MAX = 20;
const leadTopics = (decisions: readonly Decision[]): string[] =>
  decisions.length <= LEADS_NAMED_MAX ? decisions.map(({ lead }) => `lead:${lead.id}`) : [];

const auditEntries = (decided: ToWrite, batch: Batch) =>
  decided.decisions
    .filter((_, place) => decided.written[place] !== null)
    .map((decision) => auditOf(decision, batch));

function auditOf(decision: Decision, batch: Batch) {
  const { lead, chosen, verdicts } = decision;
  if (lead.offer) return auditOfOffer(decision, batch);
  const from = batch.unsold.has(lead.id) ? 'unsold' : 'approved';
  const to = chosen.length > 0 ? 'distributed' : 'unsold';
  return {
    actor: SYSTEM,
    action: `lead.${to}`,
    entityType: 'lead',
    entityId: lead.id,
    before: { state: from },
    after: { state: to, assigned: chosen.length, config_version: batch.rules.configVersion },
    description: `Offered to ${verdicts.length} subscriptions; ${chosen.length} took it.`,
  };
}

/** A lead that somebody has already changes no state: it is given to one more. */
function auditOfOffer({ lead, chosen }: Decision, { rules, unsold, byHand }: Batch) {
  const had = lead.had.size > 0;
  const from = had ? 'distributed' : unsold.has(lead.id) ? 'unsold' : 'approved';
  const [to] = chosen;
  const given = to
    ? { subscription_id: to.subscription.id, provider_id: to.subscription.providerId, level: to.level.name }
    : {};
  const again = to ? 'one provider took it' : 'nobody took it';
  return {
    actor: byHand?.who ?? SYSTEM,
    action: had ? (to ? 'lead.assigned' : 'lead.offered_again') : 'lead.distributed',
    entityType: 'lead',
    entityId: lead.id,
    before: { state: from },
    after: {
      state: 'distributed',
      assigned: lead.had.size + chosen.length,
      config_version: rules.configVersion,
      kind: lead.offer!.kind,
      ...given,
      ...(byHand?.reason ? { reason: byHand.reason } : {}),
    },
    description: HOW[lead.offer!.kind] ?? `A freed seat was offered again; ${again}.`,
  };
}

const HOW: Partial<Record<OfferKind, string>> = {
  by_hand: 'Given by hand to one provider.',
  purchase: 'Bought by a provider itself.',
};

function noticesOf(made: readonly Made[], told: Map<string, Handover>, rules: Rules) {
  return made.flatMap(({ chosen, row }) => {
    const recipient = told.get(chosen.subscription.id)?.noticeTo;
    if (!recipient) return [];
    return {
      template: 'new-lead',
      recipient,
      providerId: row.providerId,
      leadId: row.leadId,
      params: {
        lead_id: row.leadId,
        price: formatMoney({ amount: row.amount, currency: rules.currency as Currency }),
        currency: rules.currency,
        level: chosen.level.name,
      },
    };
  });
}

/** Test leads are in no figure but their own. */
function figuresOf(decisions: readonly Decision[]) {
  const real = decisions.filter(({ lead }) => !lead.test);
  // One more seat of a lead that was sold before is an assignment and no other lead.
  const first = real.filter(({ lead }) => lead.had.size === 0);
  return {
    leads: first.length,
    sold: first.filter(({ chosen }) => chosen.length > 0).length,
    assigned: real.reduce((sum, { chosen }) => sum + chosen.length, 0),
    tests: decisions.length - real.length,
  };
}

function summary(decided: ToWrite, made: readonly Made[]): BatchResult {
  return {
    decided: decided.decisions.length,
    sold: decided.decisions.filter(({ chosen }) => chosen.length > 0).length,
    assigned: made.length,
  };
}
