import type { Tx } from '../../platform/db.ts';
import { FAILURES_MAX } from '../lead.ts';
import { decideSeat, openSeat } from './decide-offer.ts';
import { type Distributor, lastVerdicts } from './distribute-batch.ts';
import type { FactsMemory } from './facts-memory.ts';
import { isPassing } from './is-passing.ts';
import { personLook } from './next-look.ts';
import { lockTurn, type TurnRow } from './store.ts';
import {
  claimOffered,
  type DueOffer,
  isLevelKept,
  nextOffer,
  noteOffer,
  noteOfferFailure,
} from './store-offers.ts';

/**
 * Second decisions: a seat that a released hold freed is offered again, to the others of its level, and the turn does
 * not move. The lead stays distributed. An offer that nobody could take rests until somebody who failed only by time
 * would pass, or until something changes for a subscription of its level; so it does while its niche or its level is
 * switched off. With the lead's time it ends.
 */

/** Freed seats of one lead that are offered again. */
export const SECOND_DECISIONS_MAX = 2;
/** Offers of one niche in a row before the other niches get their turn. */
const OFFERS_PER_NICHE = 50;
/** An offer whose decision failed rests this long, then twice, three times as long. */
const FAILURE_REST_MS = 1_000;
/** When everything or the niche was stopped a moment ago: afterwards its niche is not looked at while that holds. */
const STOPPED_REST_MS = 10_000;

/** Offers the niche's freed seats that are due; returns how many offers were worked off. */
export async function offerAgain(distributor: Distributor, nicheId: string): Promise<number> {
  for (let done = 0; done < OFFERS_PER_NICHE; done += 1) {
    if (!(await offerNext(distributor, nicheId))) return done;
  }
  return OFFERS_PER_NICHE;
}

/** One transaction, one seat. False: nothing is due, or another worker has the turn. */
async function offerNext(distributor: Distributor, nicheId: string): Promise<boolean> {
  const { app } = distributor;
  let offer: DueOffer | undefined;
  try {
    const memory = await app.db.tx({ role: 'engine' }, async (tx) => {
      offer = undefined;
      const turn = await lockTurn(tx, nicheId);
      if (!turn) return undefined;
      offer = await nextOffer(tx, { nicheId, clock: turn.clock });
      return offer && (await decideOffer(tx, { distributor, nicheId, turn, offer }));
    });
    if (memory) distributor.memory.set(nicheId, memory);
    return offer !== undefined;
  } catch (error) {
    if (!offer || isPassing(error)) throw error;
    const { assignmentId, leadId } = offer;
    app.log.error({ err: error, leadId, nicheId, assignmentId }, 'lead.offer_failed');
    const failed = { assignmentId, failuresMax: FAILURES_MAX, restMs: FAILURE_REST_MS };
    await app.db.tx({ role: 'engine' }, (tx) => noteOfferFailure(tx, failed));
    return true;
  }
}

async function decideOffer(
  tx: Tx,
  of: { distributor: Distributor; nicheId: string; turn: TurnRow; offer: DueOffer },
): Promise<FactsMemory | undefined> {
  const { distributor, nicheId, turn, offer } = of;
  const { assignmentId, leadId, levelId } = offer;
  const end = async (endedAs: Parameters<typeof noteOffer>[1]['endedAs'] & string) => {
    await noteOffer(tx, { assignmentId, tried: false, endedAs, dueAt: null });
    return undefined;
  };
  const row = await claimOffered(tx, { nicheId, leadId });
  if (row?.state !== 'distributed' || row.erased || row.archived) return end('over');
  if (row.expiresAt <= turn.clock) return end('expired');
  if (offer.tries === 0 && offer.before >= SECOND_DECISIONS_MAX) return end('limit');
  const rest = async (dueAt: Date) => {
    await noteOffer(tx, { assignmentId, tried: false, endedAs: null, dueAt });
    return undefined;
  };
  if (row.open === 'stopped') return rest(new Date(turn.clock.getTime() + STOPPED_REST_MS));
  // The release of a source, and switching on, wake what waits for it, so that nobody has to ask again and again.
  if (row.open !== 'yes') return rest(row.expiresAt);
  const seat = await openSeat(tx, { distributor, nicheId, turn, row, kind: 'second', to: { levelId } });
  if (!seat) return (await isLevelKept(tx, levelId)) ? rest(row.expiresAt) : end('over');
  if (seat.seats === 0) return end('no_seat');
  const last = offer.tries === 0 ? undefined : (await lastVerdicts(tx, [leadId])).get(leadId);
  const { decided, memory } = await decideSeat(tx, seat, { distributor, turn, last });
  const [decision] = decided.decisions;
  const person = personLook(decision!, { rules: seat.rules, clockMs: turn.clock.getTime() });
  const looks = [decision!.retryAtMs, person].filter((at) => at !== null);
  const retryAtMs = looks.length === 0 ? null : Math.min(...looks);
  if (decision!.chosen.length > 0) {
    await noteOffer(tx, { assignmentId, tried: true, endedAs: 'taken', dueAt: null });
  } else if (retryAtMs === null || retryAtMs >= row.expiresAt.getTime()) {
    // Rests to the end of the lead's time: an event may wake it before.
    await noteOffer(tx, { assignmentId, tried: true, endedAs: null, dueAt: row.expiresAt });
  } else {
    await noteOffer(tx, { assignmentId, tried: true, endedAs: null, dueAt: new Date(retryAtMs) });
  }
  return memory;
}
