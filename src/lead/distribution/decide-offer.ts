import type { Tx } from '../../platform/db.ts';
import type { Decided } from './decide-all.ts';
import {
  type Batch,
  decideAndWrite,
  decidedLeads,
  type Kept,
  rulesAt,
  type Written,
} from './distribute-batch.ts';
import { type OfferKind, openSeats, toldAtMost } from './offer.ts';
import type { DecidedLead, Level, Rules } from './rules.ts';
import type { TurnRow } from './store.ts';
import { holdersOf, type OfferedLead } from './store-offers.ts';

/**
 * Decides about one seat of a lead: the same transaction as any decision, with the given lead and the given candidates.
 * The caller holds the niche's turn and the lead's row.
 */

export type Seat = { lead: DecidedLead; rules: Rules; level: Level; seats: number };

/** The lead with what is offered of it; undefined: the level is not one of the niche's active ones. */
export async function openSeat(
  tx: Tx,
  of: {
    distributor: Kept;
    nicheId: string;
    turn: TurnRow;
    row: OfferedLead;
    kind: OfferKind;
    /** One subscription, or all of a level. */
    to: { subscriptionId: string } | { levelId: string };
  },
): Promise<Seat | undefined> {
  const { distributor, nicheId, turn, row, kind, to } = of;
  const rules = await rulesAt(distributor, tx, nicheId, turn.configVersion);
  const subscriptionId = 'subscriptionId' in to ? to.subscriptionId : null;
  const levelId =
    'levelId' in to ? to.levelId : rules.subscriptions.find(({ id }) => id === subscriptionId)?.levelId;
  const level = rules.levels.find(({ id }) => id === levelId);
  if (!level) return undefined;
  const [lead] = await decidedLeads(tx, rules, [row], turn.clock);
  const told = toldAtMost(rules, lead!);
  const open = openSeats(rules, { level, holders: await holdersOf(tx, row.id), told });
  const seats = Math.min(1, open.seats);
  const offer = { kind, levelId: level.id, subscriptionId, seats, maxShared: open.maxShared };
  return { lead: { ...lead!, offer }, rules, level, seats };
}

/** @param of.last the verdicts of the lead's newest record, where a repetition of it is not written down again */
export function decideSeat(
  tx: Tx,
  { lead, rules }: Seat,
  of: Pick<Batch, 'distributor' | 'turn'> & {
    last?: string | undefined;
    byHand?: Batch['byHand'];
    inspect?: (decided: Decided) => void;
  },
): Promise<Written> {
  const { distributor, turn, last, byHand, inspect } = of;
  const unsold = new Map(last === undefined ? [] : [[lead.id, last]]);
  return decideAndWrite({
    distributor,
    tx,
    turn,
    rules,
    leads: [lead],
    unsold,
    ...(byHand ? { byHand } : {}),
    ...(inspect ? { inspect } : {}),
  });
}
