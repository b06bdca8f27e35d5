import type { Place } from '../../../kernel/distance.ts';
import type { Tx } from '../../../platform/db.ts';
import { withPlace } from '../filters.ts';
import { leadPlaces } from '../lead-places.ts';
import { answersOf, filledColumns, presentFields, withCountry } from '../present.ts';
import type { DecidedLead, Rules } from '../rules.ts';
import { newestLeads, type PastLeadRow } from './store.ts';

/**
 * Leads that were decided, as the engine saw them. Test leads and people whose data was erased are left out: the first
 * were never for sale, the second have no answers any more.
 */

/** How far back the matcher looks when it says what would come. */
export const DEMAND_DAYS = 28;
/** Leads it looks at, newest first. */
export const DEMAND_LEADS_MAX = 5_000;
/** Decisions read to find them: an unsold lead has several. */
const DEMAND_DECISIONS_MAX = 10_000;

const DAY_MS = 24 * 60 * 60 * 1_000;

export type RecentLeads = {
  leads: DecidedLead[];
  /** Days that the leads cover: fewer than asked for when there are more leads than are read. */
  days: number;
};

/** The niche's newest leads of the last four weeks. */
export async function recentLeads(
  tx: Tx,
  rules: Pick<Rules, 'nicheId' | 'countryFields' | 'answerMoves' | 'asksPlace'>,
  clockMs: number,
): Promise<RecentLeads> {
  const from = new Date(clockMs - DEMAND_DAYS * DAY_MS);
  const rows = await newestLeads(tx, {
    nicheId: rules.nicheId,
    filled: filledColumns(tx),
    from,
    scan: DEMAND_DECISIONS_MAX,
    limit: DEMAND_LEADS_MAX,
  });
  const oldest = rows.at(-1);
  const cut = rows.length === DEMAND_LEADS_MAX && oldest !== undefined;
  const days = cut ? Math.max(1, (clockMs - oldest.decidedAt.getTime()) / DAY_MS) : DEMAND_DAYS;
  const places = await leadPlaces(
    tx,
    rules,
    rows.map(({ id }) => id),
  );
  const leads = rows.map((row) => pastLead(row, rules, places.get(row.id)));
  return { leads, days };
}

export function pastLead(
  row: PastLeadRow,
  { countryFields, answerMoves }: Pick<Rules, 'countryFields' | 'answerMoves'>,
  place?: Place,
): DecidedLead {
  const answers = answersOf(row.answers, answerMoves);
  return {
    id: row.id,
    campaignId: row.campaignId,
    country: row.country,
    answers: withPlace(withCountry(answers, row.country, countryFields), place),
    leadType: row.leadType ?? 'raw',
    test: row.test,
    readyAtMs: (row.readyAt ?? row.decidedAt).getTime(),
    expiresAtMs: (row.expiresAt ?? row.decidedAt).getTime(),
    present: presentFields(row.filled, answers),
    told: row.recipientsTold,
    had: new Set(),
    suppressed: new Set(),
    blocked: new Set(),
    samePerson: new Set(),
    personKeys: [],
  };
}
