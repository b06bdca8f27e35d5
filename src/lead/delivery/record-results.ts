import { newId } from '../../kernel/ids.ts';
import { lockProviders } from '../../money/ledger/index.ts';
import type { App } from '../../platform/app.ts';
import type { Tx } from '../../platform/db.ts';
import type { Exchange } from '../../platform/outbound.ts';
import { lockBillable, type Returned } from '../store-returned.ts';
import { type Breaker, type BreakerChange, nextBreaker, readMemory } from './breaker.ts';
import { attemptRecorded } from './events.ts';
import type { JobResult, PingResult } from './job.ts';
import { type Judged, judge, judgePing } from './judge-result.ts';
import { shownResponse } from './send-delivery.ts';
import { type Ended, settleEnded, whyNot } from './settle-holds.ts';
import { type BreakerRow, refreshDue, storeBreakers } from './store.ts';
import {
  flagSubscriptions,
  insertAttempts,
  type LockedDelivery,
  type LockedEndpoint,
  lockDeliveries,
  lockEndpoints,
  moveDeliveries,
  type NewAttempt,
} from './store-record.ts';
import { type EndpointNews, maySayAgain, tellFailures } from './tell-failures.ts';

/**
 * Records a batch of results in one transaction, in the program's lock order: assignments whose money may move,
 * deliveries, providers (when it does), endpoints, and what hangs on them. A result whose lease has been taken over is
 * kept as an attempt and moves nothing.
 */

export type Result = JobResult | PingResult;
/** A delivery's result, what it means, and whether its worker still holds the lease. */
type Entry = { result: JobResult; judged: Judged; late: boolean };

const ANSWER_KEPT_BYTES = 4_096;

export async function recordResults(app: App, results: readonly Result[]): Promise<void> {
  if (results.length === 0) return;
  const jobs = results.filter((result): result is JobResult => 'job' in result);
  const pings = results.filter((result): result is PingResult => 'ping' in result);
  // Judged again when the transaction is repeated; the spread of the next try may differ then, which is no harm.
  await app.db.tx({ role: 'engine' }, async (tx) => {
    // Sent together, executed in this order: assignments before deliveries, as the program locks.
    const [billable, locked] = await Promise.all([
      jobs.length === 0
        ? new Map<string, Returned>()
        : lockBillable(tx, {
            ids: jobs.map(({ job }) => job.assignmentId),
            failing: jobs.filter(mayFail).map(({ job }) => job.assignmentId),
          }),
      jobs.length === 0
        ? new Map<string, LockedDelivery>()
        : lockDeliveries(
            tx,
            jobs.map(({ job }) => job.deliveryId),
          ),
    ]);
    const entries = jobs.flatMap((result) => entryOf(app, result, locked.get(result.job.deliveryId)));
    const own = entries.filter(({ late }) => !late);
    await Promise.all([insertAttempts(tx, entries.flatMap(attemptOf)), moveDeliveries(tx, own.map(moveOf))]);
    const ended = own.flatMap((entry) => endedOf(entry, billable));
    const moving = ended.some(({ state }) => state !== 'pending');
    if (moving) await lockProviders(tx, [...new Set(results.map(providerOf))]);
    // Before any money moves: wallets and subscriptions hang on endpoints and come after them.
    const endpoints = await lockEndpoints(tx, [
      ...new Set([...own.map(endpointIdOf), ...pings.map(pingedIdOf)]),
    ]);
    if (moving) await settleEnded(app, tx, ended);
    await moveEndpoints(app, tx, endpoints, own, pings);
    for (const entry of entries) attemptRecorded(tx, eventOf(entry));
  });
}

function entryOf(app: App, result: JobResult, row: LockedDelivery | undefined): Entry[] {
  if (row === undefined) return [];
  const judged = judge(result, {
    now: row.now,
    random: Math.random(),
    scheduleMs: app.config.DELIVERY_RETRY_OFFSETS_MS,
  });
  return [{ result, judged, late: row.state !== 'sending' || row.leaseToken !== result.job.token }];
}

function attemptOf({ result: { job, sent }, judged }: Entry): NewAttempt[] {
  if (judged.attempt === null) return [];
  const kept = sent === null ? noAnswer : answerOf(sent.exchange);
  return [
    {
      id: newId(),
      deliveryId: job.deliveryId,
      endpointId: job.endpointId,
      providerId: job.providerId,
      leadId: job.leadId,
      startedAt: sent?.startedAt ?? job.claimedAt,
      requestHeaders: sent?.requestHeaders ?? null,
      ...judged.attempt,
      ...kept,
    },
  ];
}

const noAnswer = { durationMs: 0, answer: null, answerTruncated: false, responseHeaders: null };

function answerOf(exchange: Exchange) {
  if (exchange.outcome === 'refused') return noAnswer;
  if (exchange.outcome === 'failed') return { ...noAnswer, durationMs: Math.round(exchange.durationMs) };
  const bytes = Buffer.from(exchange.body, 'utf8');
  const cut = bytes.length > ANSWER_KEPT_BYTES;
  // A cut may fall into a letter: what is left of it goes too.
  const text = cut ? bytes.toString('utf8', 0, ANSWER_KEPT_BYTES).replace(/\ufffd+$/, '') : exchange.body;
  return {
    durationMs: Math.round(exchange.durationMs),
    answer: text.toWellFormed().replaceAll('\u0000', ''),
    answerTruncated: cut || exchange.truncated || exchange.incomplete,
    responseHeaders: shownResponse(exchange.headers),
  };
}

const moveOf = ({ result: { job }, judged }: Entry) => ({
  id: job.deliveryId,
  token: job.token,
  ...judged.delivery,
});

/** Whether a result may end its delivery without arriving; a yes without rules of the endpoint is a yes. */
function mayFail({ job, sent }: JobResult): boolean {
  if (sent === null || sent.exchange.outcome !== 'answered') return true;
  return Math.floor(sent.exchange.status / 100) !== 2 || job.target.responseRules.length > 0;
}

const endpointIdOf = ({ result }: Entry) => result.job.endpointId;
const pingedIdOf = ({ ping }: PingResult) => ping.endpointId;
/** All of a batch, also those whose money stays: their subscriptions may be flagged when an endpoint is back. */
const providerOf = (result: Result) =>
  'job' in result ? result.job.providerId : result.ping.target.providerId;

function endedOf({ result: { job }, judged }: Entry, billable: Map<string, Returned>): Ended[] {
  const assignment = billable.get(job.assignmentId);
  if (assignment === undefined) return [];
  const { state, unknownSeen } = judged.delivery;
  const saidNo = judged.attempt?.outcome === 'refused';
  return [{ assignment, state, why: whyNot({ unknownSeen, saidNo }) }];
}

/** Breakers, due times, and who is told. */
async function moveEndpoints(
  app: App,
  tx: Tx,
  endpoints: readonly LockedEndpoint[],
  entries: readonly Entry[],
  pings: readonly PingResult[],
): Promise<void> {
  if (endpoints.length === 0) return;
  const ids = endpoints.map(({ id }) => id);
  const moved = endpoints.map((endpoint) =>
    moveEndpoint(
      app,
      endpoint,
      entries.filter(({ result }) => result.job.endpointId === endpoint.id),
      pings,
    ),
  );
  const rows = moved.flatMap(({ row }) => row ?? []);
  const due = { endpointIds: ids, slots: app.config.DELIVERY_SLOTS_PER_ENDPOINT };
  await Promise.all([storeBreakers(tx, rows), refreshDue(tx, due)]);
  const news = moved.map(({ news: one }) => one);
  await flagSubscriptions(
    tx,
    news.filter(({ change }) => change === 'closed').map(({ endpoint }) => endpoint.id),
  );
  await tellFailures(tx, news, app.config.PUBLIC_URL);
}

/** The endpoint after its results, in the order in which they came. */
function moveEndpoint(
  app: App,
  endpoint: LockedEndpoint,
  entries: readonly Entry[],
  pings: readonly PingResult[],
): { row: BreakerRow | null; news: EndpointNews } {
  const outcomes = [
    ...entries.map(({ judged }) => judged.breaker),
    ...pings.filter(({ ping }) => ping.endpointId === endpoint.id).map(judgePing),
  ].filter((outcome) => outcome !== null);
  let breaker: Breaker = {
    state: endpoint.breakerState,
    openedAt: endpoint.openedAt,
    probeAt: endpoint.probeAt,
    memory: readMemory(endpoint.breaker),
  };
  let change: BreakerChange = null;
  const before = JSON.stringify(breaker);
  for (const outcome of outcomes) {
    const after = nextBreaker(breaker, outcome, endpoint.now, app.config.BREAKER_PROBE_MS);
    breaker = after.breaker;
    change = after.change ?? change;
    if (change === 'disabled') break;
  }
  // Switched off by hand while the call was under way: nothing to say any more.
  if (endpoint.state === 'disabled') change = null;
  const ended = entries.filter(({ judged }) => ['refused', 'dead'].includes(judged.delivery.state));
  const tell = ended.length > 0 && maySayAgain(endpoint.breaker.toldAt, endpoint.now);
  const reason = lastReason(entries) ?? 'It did not answer a ping.';
  const toldAt = tell ? endpoint.now.toISOString() : endpoint.breaker.toldAt;
  const row =
    JSON.stringify(breaker) === before && !tell
      ? null
      : {
          id: endpoint.id,
          state: breaker.state,
          openedAt: breaker.openedAt,
          probeAt: breaker.probeAt,
          memory: { ...breaker.memory, ...(toldAt === undefined ? {} : { toldAt }) },
          disabledReason: change === 'disabled' ? reason : null,
        };
  return { row, news: { endpoint, change, reason, failed: ended.length, tell } };
}

/** For the audit log and for mails, so never the receiver's own words: they may name the person. */
function lastReason(entries: readonly Entry[]): string | null {
  const last = entries.flatMap(({ judged }) => judged.attempt ?? []).at(-1);
  if (last === undefined) return null;
  return last.reason === 'rejected' ? 'The receiver rejected the lead.' : last.message;
}

function eventOf({ result: { job, sent }, judged, late }: Entry) {
  const outcome = judged.attempt?.outcome ?? 'refused';
  const called = sent !== null && sent.exchange.outcome !== 'refused';
  return {
    deliveryId: job.deliveryId,
    leadId: job.leadId,
    providerId: job.providerId,
    endpointId: job.endpointId,
    outcome,
    state: judged.delivery.state,
    tries: job.tries,
    status: judged.attempt?.status ?? null,
    reason: judged.delivery.reason,
    durationMs: called ? Math.round((sent.exchange as { durationMs: number }).durationMs) : null,
    late,
  };
}
