import { randomUUID } from 'node:crypto';
import { newId } from '../../kernel/ids.ts';
import { headersOf, signingSecrets } from '../../market/endpoints/index.ts';
import type { App } from '../../platform/app.ts';
import type { Tx } from '../../platform/db.ts';
import type { Secrets } from '../../platform/secrets.ts';
import { type Breaker, readMemory, takeProbe } from './breaker.ts';
import { assignmentOf, readableLead } from './content.ts';
import { attemptsLost } from './events.ts';
import { bodyPlace, type Job, type Keys, type Ping, type Stop } from './job.ts';
import { missingRequiredFields, renderDelivery } from './payload.ts';
import {
  type ContentRow,
  type DueDelivery,
  type DueEndpoint,
  lockDueDeliveries,
  lockDueEndpoints,
  noteServed,
  readContents,
  refreshDue,
  type Start,
  startSending,
  storeBreakers,
} from './store.ts';
import { insertAttempts } from './store-record.ts';

/**
 * Takes due deliveries, at most `limit`, for this worker: endpoints with due work and free slots, from each its
 * oldest. Commits before any byte leaves. Bodies are made here, at the first attempt, and kept: the same delivery is
 * always the same bytes.
 */

export type Claimed = { jobs: Job[]; pings: Ping[] };

const ENDPOINTS_MAX = 200;
const LOST_TRIES_MAX = 50;
/** What a worker that vanished left behind says this to whoever reads the attempts. */
const LOST = 'The program stopped during this try, so it is not known whether the receiver got the lead.';

/** Bytes of a delivery, made now or opened from what was kept. */
type Work = Job['work'] & { start: Pick<Start, 'bodyEnc' | 'contentType'> };

export function claimDeliveries(app: App, limit: number, only: string | null = null): Promise<Claimed> {
  return app.db.tx({ role: 'engine' }, async (tx) => {
    const slots = app.config.DELIVERY_SLOTS_PER_ENDPOINT;
    const endpoints = await lockDueEndpoints(tx, { limit: Math.min(limit, ENDPOINTS_MAX), slots, only });
    if (endpoints.length === 0) return { jobs: [], pings: [] };
    const claimedMark = performance.now();
    const due = await lockDueDeliveries(
      tx,
      endpoints.map(({ id, slots: of, breakerState }) => ({
        id,
        slots: of,
        probe: breakerState !== 'closed',
      })),
    );
    const idle = withoutWork(endpoints, due);
    const taken = inTurn(due, limit - idle.length);
    const contents = await readContents(
      tx,
      taken.filter(({ bodyEnc, tries }) => bodyEnc === null && tries === 0).map(({ id }) => id),
    );
    const targets = new Map(endpoints.map((endpoint) => [endpoint.id, endpoint]));
    const claimed = { contents: new Map(contents.map((row) => [row.deliveryId, row])), targets, claimedMark };
    const jobs = await start(app, tx, taken, claimed);
    const pings = pingsOf(app.secrets, idle, claimedMark);
    const served = new Set(taken.map(({ endpointId }) => endpointId));
    // Sent together, executed in this order: a slot is busy from here until its result is recorded, so waits count.
    await Promise.all([
      storeProbes(tx, endpoints, app.config.BREAKER_PROBE_MS),
      noteServed(tx, [...served]),
      refreshDue(tx, { endpointIds: [...targets.keys()], slots }),
    ]);
    return { jobs, pings };
  });
}

/** One of each endpoint, then the second of each ...: a limit cuts off the rest of the long queues, not an endpoint. */
function inTurn(due: readonly DueDelivery[], limit: number): DueDelivery[] {
  const rank = new Map<string, number>();
  const ranked = [...due]
    .sort((a, b) => a.dueAt.getTime() - b.dueAt.getTime())
    .map((delivery) => {
      const place = rank.get(delivery.endpointId) ?? 0;
      rank.set(delivery.endpointId, place + 1);
      return { delivery, place };
    });
  return ranked
    .sort((a, b) => a.place - b.place)
    .slice(0, limit)
    .map(({ delivery }) => delivery);
}

type Context = {
  contents: Map<string, ContentRow>;
  targets: Map<string, DueEndpoint>;
  claimedMark: number;
};

async function start(app: App, tx: Tx, taken: readonly DueDelivery[], context: Context): Promise<Job[]> {
  const token = randomUUID();
  const keys = new Map<string, Keys | Stop>();
  const planned = taken.map((delivery) => {
    const target = context.targets.get(delivery.endpointId)!;
    const opened = keys.get(target.id) ?? openKeys(app.secrets, target);
    keys.set(target.id, opened);
    const work = workOf(app.secrets, delivery, target, opened, context.contents.get(delivery.id));
    const lost = delivery.state === 'sending';
    const called = work.kind === 'send' || work.stop.kind === 'blocked';
    return {
      delivery,
      target,
      work,
      lost,
      tries: delivery.tries + (called ? 1 : 0),
      unknownSeen: delivery.unknownSeen || lost,
    };
  });
  await recordLost(
    tx,
    planned.filter(({ lost }) => lost).map(({ delivery }) => delivery),
  );
  const started = await startSending(tx, {
    token,
    leaseMs: app.config.LEASE_MS,
    rows: planned.map(({ delivery, tries, unknownSeen, work }) => ({
      id: delivery.id,
      tries,
      unknownSeen,
      ...work.start,
    })),
  });
  return planned.map(
    ({ delivery, target, tries, unknownSeen, work: { start: _, ...work } }): Job => ({
      deliveryId: delivery.id,
      assignmentId: delivery.assignmentId,
      leadId: delivery.leadId,
      providerId: delivery.providerId,
      endpointId: delivery.endpointId,
      token,
      tries,
      firstAttemptAt: started.get(delivery.id)!,
      unknownSeen,
      claimedAt: target.now,
      claimedMark: context.claimedMark,
      target,
      work,
    }),
  );
}

/** The bytes to send, or why nothing is sent. A problem of one delivery must not stop the claim of the others. */
function workOf(
  secrets: Secrets,
  delivery: DueDelivery,
  target: DueEndpoint,
  keys: Keys | Stop,
  content: ContentRow | undefined,
): Work {
  const kept = { bodyEnc: null, contentType: null };
  const stop = (kind: Stop['kind'], reason: string, message: string): Work => ({
    kind: 'stop',
    stop: { kind, reason, message },
    start: kept,
  });
  if ('kind' in keys) return { kind: 'stop', stop: keys, start: kept };
  // A delivery that takes its worker down each time must not do so for ever.
  if (delivery.state === 'sending' && delivery.tries >= LOST_TRIES_MAX) {
    return stop('blocked', 'worker_lost', LOST);
  }
  if (delivery.bodyEnc !== null && delivery.contentType !== null) {
    try {
      const body = secrets.decrypt(delivery.bodyEnc, bodyPlace(delivery.id));
      return { kind: 'send', body, contentType: delivery.contentType, keys, start: kept };
    } catch {
      return stop('blocked', 'body_unreadable', 'The data key of the stored body is missing.');
    }
  }
  if (content === undefined) {
    return stop('refused', 'body_expired', 'What was to be sent has been deleted for its age or on request.');
  }
  const lead = readableLead(content, secrets);
  if (lead === null)
    return stop('blocked', 'body_unreadable', 'The data key of a sensitive answer is missing.');
  const missing = missingRequiredFields(lead, target);
  if (missing.length > 0) {
    return stop('refused', 'missing_required_fields', `The lead lacks ${missing.slice(0, 20).join(', ')}.`);
  }
  const { body, contentType } = renderDelivery(lead, assignmentOf(content), target);
  const bytes = Buffer.from(body, 'utf8');
  const bodyEnc = secrets.encrypt(bytes, bodyPlace(delivery.id));
  return { kind: 'send', body: bytes, contentType, keys, start: { bodyEnc, contentType } };
}

function openKeys(secrets: Secrets, target: DueEndpoint): Keys | Stop {
  try {
    return { secrets: signingSecrets(secrets, target, target.now), headers: headersOf(secrets, target) };
  } catch {
    const message = 'The data key of the endpoint’s secrets is missing.';
    return { kind: 'blocked', reason: 'secret_unreadable', message };
  }
}

/** The lease of these ended: their last try has no result, and bytes may have left. */
async function recordLost(tx: Tx, lost: readonly DueDelivery[]): Promise<void> {
  if (lost.length === 0) return;
  await insertAttempts(
    tx,
    lost.map((delivery) => ({
      id: newId(),
      deliveryId: delivery.id,
      endpointId: delivery.endpointId,
      providerId: delivery.providerId,
      leadId: delivery.leadId,
      startedAt: delivery.leaseUntil ?? delivery.dueAt,
      durationMs: 0,
      outcome: 'lost' as const,
      status: null,
      reason: 'worker_lost',
      message: LOST,
      answer: null,
      answerTruncated: false,
      requestHeaders: null,
      responseHeaders: null,
    })),
  );
  attemptsLost(tx, lost.length);
}

const breakerOf = (endpoint: DueEndpoint): Breaker => ({
  state: endpoint.breakerState,
  openedAt: endpoint.openedAt,
  probeAt: endpoint.probeAt,
  memory: readMemory(endpoint.breaker),
});

/** The next probe of an open endpoint waits, so that never two are under way. */
async function storeProbes(tx: Tx, endpoints: readonly DueEndpoint[], probeMs: number): Promise<void> {
  const open = endpoints.filter(({ breakerState }) => breakerState !== 'closed');
  await storeBreakers(
    tx,
    open.map((endpoint) => {
      const { state, openedAt, probeAt, memory } = takeProbe(breakerOf(endpoint), endpoint.now, probeMs);
      const kept = endpoint.breaker as object;
      return {
        id: endpoint.id,
        state,
        openedAt,
        probeAt,
        memory: { ...kept, ...memory },
        disabledReason: null,
      };
    }),
  );
}

/** Open endpoints that have no due delivery to try with. */
function withoutWork(endpoints: readonly DueEndpoint[], due: readonly DueDelivery[]): DueEndpoint[] {
  const busy = new Set(due.map(({ endpointId }) => endpointId));
  return endpoints.filter(({ id, breakerState }) => breakerState !== 'closed' && !busy.has(id));
}

/** They are asked by a ping, so that they get leads again once they answer. */
function pingsOf(secrets: Secrets, idle: readonly DueEndpoint[], claimedMark: number): Ping[] {
  return idle.flatMap((target) => {
    const keys = openKeys(secrets, target);
    if ('kind' in keys) return [];
    return { endpointId: target.id, target, keys, claimedAt: target.now, claimedMark };
  });
}
