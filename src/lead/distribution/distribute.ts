import { FAILURES_MAX } from '../lead.ts';
import { type BatchResult, type Distributor, distributeBatch } from './distribute-batch.ts';
import { batchSeconds, leadParked } from './events.ts';
import { isPassing } from './is-passing.ts';
import { offerAgain } from './offer-again.ts';
import { restStopped, wakeReleased } from './rest-leads.ts';
import { claimLeads, flaggedNiches, lockTurn, nichesWithWork } from './store.ts';
import { nichesWithOffers } from './store-offers.ts';
import { sourceStops } from './store-rest.ts';
import { noteFailure } from './store-write.ts';
import { wakeRested } from './wake-unsold.ts';

/** One round of distribution over all niches, as the worker runs it and tests drive it by hand. */

/** A lead that failed rests this long, then twice, three times as long. */
const FAILURE_REST_MS = 1_000;
/** Batches of one niche in a row before the other niches get their turn. */
const BATCHES_PER_NICHE = 5;

/**
 * Decides what is due in every niche whose turn is free; returns how many leads were decided. Niches are taken in an
 * order that differs between workers, so that two workers seldom knock at the same door.
 * @throws the first trouble with the database, after all niches had their turn: one that waits for a lock in vain must
 *   not keep the others from theirs
 */
export async function runDistribution(distributor: Distributor): Promise<number> {
  const { app } = distributor;
  const [flagged, due, freed, stops] = await app.db.tx({ role: 'engine' }, (tx) =>
    Promise.all([flaggedNiches(tx), nichesWithWork(tx), nichesWithOffers(tx), sourceStops(tx)]),
  );
  const troubles: unknown[] = [];
  await inEach(stops.released, troubles, (sourceId) => wakeReleased(distributor, sourceId));
  let did = await inEach(flagged, troubles, (nicheId) => wakeRested(distributor, nicheId));
  // Whom a wake made due is asked for again; in most rounds there is none.
  const niches =
    flagged.length + stops.released.length === 0
      ? due
      : await app.db.tx({ role: 'engine' }, (tx) => nichesWithWork(tx));
  if (stops.held) await inEach(niches, troubles, (nicheId) => restStopped(distributor, nicheId));
  const first = niches.length === 0 ? 0 : process.pid % niches.length;
  const inTurn = [...niches.slice(first), ...niches.slice(0, first)];
  did += await inEach(inTurn, troubles, (nicheId) => distributeNiche(distributor, nicheId));
  did += await inEach(freed, troubles, (nicheId) => offerAgain(distributor, nicheId));
  if (troubles.length > 0) throw troubles[0];
  return did;
}

/** Adds up what was done in each niche; what one of them throws is kept for later. */
async function inEach(
  niches: readonly string[],
  troubles: unknown[],
  work: (nicheId: string) => Promise<number>,
): Promise<number> {
  let did = 0;
  for (const nicheId of niches) {
    try {
      did += await work(nicheId);
    } catch (error) {
      troubles.push(error);
    }
  }
  return did;
}

async function distributeNiche(distributor: Distributor, nicheId: string): Promise<number> {
  let did = 0;
  for (let batch = 0; batch < BATCHES_PER_NICHE; batch += 1) {
    const result = await distributeOrHalve(distributor, nicheId);
    did += result?.decided ?? 0;
    if (!result || result.decided < distributor.app.config.DISTRIBUTION_BATCH_MAX) break;
  }
  return did;
}

/**
 * A batch that throws is repeated in halves down to one lead, so that one poisoned lead does not hold up the others;
 * the one that fails alone again and again is parked.
 */
async function distributeOrHalve(
  distributor: Distributor,
  nicheId: string,
): Promise<BatchResult | undefined> {
  const limit = distributor.app.config.DISTRIBUTION_BATCH_MAX;
  const endTimer = batchSeconds.startTimer();
  try {
    return await distributeBatch(distributor, { nicheId, limit });
  } catch (error) {
    if (isPassing(error)) throw error;
    const ids = await dueLeads(distributor, nicheId, limit);
    // What is mended by this still costs time: nobody would hear of it, when the halves pass.
    distributor.app.log.warn({ err: error, nicheId, leads: ids.length }, 'leads.decide_in_halves');
    const failed: Failed[] = [];
    const result = await halve(distributor, nicheId, ids, error, failed);
    // When none passes it is the niche's fault, not the leads': they keep their place, and the round ends with an error.
    if (result.decided === 0 && failed.length > 1) throw error;
    for (const one of failed) await fail(distributor, nicheId, one);
    return result;
  } finally {
    endTimer();
  }
}

type Failed = { leadId: string; error: unknown };

async function halve(
  distributor: Distributor,
  nicheId: string,
  ids: readonly string[],
  error: unknown,
  failed: Failed[],
): Promise<BatchResult> {
  if (ids.length <= 1) {
    if (ids[0]) failed.push({ leadId: ids[0], error });
    return { decided: 0, sold: 0, assigned: 0 };
  }
  const total = { decided: 0, sold: 0, assigned: 0 };
  const middle = Math.ceil(ids.length / 2);
  for (const half of [ids.slice(0, middle), ids.slice(middle)]) {
    const result = await distributeBatch(distributor, { nicheId, limit: half.length, only: half }).catch(
      (inner: unknown) => {
        if (isPassing(inner)) throw inner;
        return halve(distributor, nicheId, half, inner, failed);
      },
    );
    total.decided += result?.decided ?? 0;
    total.sold += result?.sold ?? 0;
    total.assigned += result?.assigned ?? 0;
  }
  return total;
}

async function dueLeads(distributor: Distributor, nicheId: string, limit: number): Promise<string[]> {
  return distributor.app.db.tx({ role: 'engine' }, async (tx) => {
    const turn = await lockTurn(tx, nicheId);
    if (!turn) return [];
    const rows = await claimLeads(tx, { nicheId, clock: turn.clock, limit, only: null });
    return rows.map(({ id }) => id);
  });
}

async function fail(distributor: Distributor, nicheId: string, { leadId, error }: Failed): Promise<void> {
  const { app } = distributor;
  const reason = error instanceof Error ? `${error.name}: ${error.message}`.slice(0, 500) : 'unknown error';
  app.log.error({ err: error, leadId, nicheId }, 'lead.decide_failed');
  await app.db.tx({ role: 'engine' }, async (tx) => {
    const parked = await noteFailure(tx, {
      leadId,
      failuresMax: FAILURES_MAX,
      restMs: FAILURE_REST_MS,
      reason,
    });
    if (parked) leadParked(tx, { leadId, nicheId, reason });
  });
}
