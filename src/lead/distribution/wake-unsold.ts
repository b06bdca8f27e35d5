import type { Place } from '../../kernel/distance.ts';
import type { Tx } from '../../platform/db.ts';
import { type CandidateIndex, compileIndex } from './candidate-index.ts';
import { type Distributor, rulesAt } from './distribute-batch.ts';
import { withPlace } from './filters.ts';
import { leadPlaces } from './lead-places.ts';
import { answersOf, presentFields, withCountry } from './present.ts';
import type { DecidedLead, Rules, Subscription } from './rules.ts';
import { type Flag, lockTurn, lowerFlags, raisedFlags, type TurnRow } from './store.ts';
import { wakeOffers } from './store-offers.ts';
import { type SleepCursor, type SleepingLead, sleepingLeads, wakeLeads } from './store-wake.ts';

/**
 * Something changed for some subscriptions: money in, a pause ended, rules edited. Their matchers run over the niche's
 * unsold leads in memory, and only the leads that one of them could take get another look. The others sleep on, because
 * nothing changed for whoever could take them.
 */

/** Unsold leads that one transaction looks through, and how many such steps one pass takes. */
const STEP_LEADS = 2_000;
const STEPS_MAX = 500;
/** After a pass the niche rests: so long for each lead that was woken, and for each that was only looked at. */
const REST_PER_WOKEN_MS = 5;
const REST_PER_LOOK_MS = 0.5;
const REST_MAX_MS = 10_000;

/** Wakes what the raised flags of a niche are about. Flags of a niche that rests stay up, so nothing is lost. */
export async function wakeRested(distributor: Distributor, nicheId: string): Promise<number> {
  const { restUntil } = distributor;
  if (performance.now() < (restUntil.get(nicheId) ?? 0)) return 0;
  const { looked, woken } = await wakeNiche(distributor, nicheId);
  // Who waited in line for a share is decided anew, so the lines begin anew.
  if (woken > 0) distributor.lines.delete(nicheId);
  const restMs = Math.min(REST_MAX_MS, woken * REST_PER_WOKEN_MS + looked * REST_PER_LOOK_MS);
  restUntil.set(nicheId, performance.now() + restMs);
  return woken;
}

type Pass = { flags: Flag[] | undefined; after: SleepCursor | null; matchers: Matchers | undefined };
type Matchers = { rules: Rules; index: CandidateIndex; flagged: readonly Subscription[]; asksPlace: boolean };

/** The flags are lowered with the last leads: a pass that does not get there is begun again by whoever comes next. */
async function wakeNiche(
  distributor: Distributor,
  nicheId: string,
): Promise<{ looked: number; woken: number }> {
  const pass: Pass = { flags: undefined, after: null, matchers: undefined };
  const done = { looked: 0, woken: 0 };
  for (let step = 0; step < STEPS_MAX; step += 1) {
    const taken = await distributor.app.db.tx({ role: 'engine' }, async (tx) => {
      const turn = await lockTurn(tx, nicheId);
      return turn && (await wakeStep(tx, { distributor, nicheId, turn, pass }));
    });
    if (!taken) return done;
    done.looked += taken.looked;
    done.woken += taken.woken;
    if (taken.looked < STEP_LEADS) return done;
    pass.after = taken.last;
  }
  return done;
}

async function wakeStep(
  tx: Tx,
  of: { distributor: Distributor; nicheId: string; turn: TurnRow; pass: Pass },
): Promise<{ looked: number; woken: number; last: SleepCursor | null }> {
  const { distributor, nicheId, turn, pass } = of;
  const first = pass.flags === undefined;
  pass.flags ??= await raisedFlags(tx, nicheId);
  const rules = await rulesAt(distributor, tx, nicheId, turn.configVersion);
  if (pass.matchers?.rules !== rules) pass.matchers = matchersOf(rules, pass.flags);
  const { matchers } = pass;
  if (first) {
    const levelIds = [...new Set(matchers.flagged.map(({ levelId }) => levelId))];
    await wakeOffers(tx, { nicheId, levelIds });
  }
  // Nobody who is flagged takes part: there is nobody to look for.
  const rows =
    matchers.flagged.length === 0
      ? []
      : await sleepingLeads(tx, { nicheId, after: pass.after, limit: STEP_LEADS });
  const ids = await matching(tx, matchers, rows, turn.clock.getTime());
  const woken = await wakeLeads(tx, ids);
  if (rows.length < STEP_LEADS) await lowerFlags(tx, pass.flags);
  return { looked: rows.length, woken, last: rows.at(-1) ?? null };
}

function matchersOf(rules: Rules, flags: readonly Flag[]): Matchers {
  const ids = new Set(flags.map(({ id }) => id));
  // The index names them by their place among themselves.
  const flagged = rules.subscriptions
    .filter(({ id }) => ids.has(id))
    .map((subscription, index) => ({ ...subscription, index }));
  const asksPlace = flagged.some(({ filters }) => filters.some(({ filter }) => filter.kind === 'geo'));
  return { rules, flagged, asksPlace, index: compileIndex(flagged) };
}

/** The leads that pass the static checks of one of the flagged, and that it would not find too old. */
async function matching(
  tx: Tx,
  { rules, index, flagged, asksPlace }: Matchers,
  rows: readonly SleepingLead[],
  clockMs: number,
): Promise<string[]> {
  const places = await leadPlaces(
    tx,
    { asksPlace },
    rows.map(({ id }) => id),
  );
  return rows.flatMap((row) => {
    const lead = asleep(row, rules, places.get(row.id));
    const takes = index
      .find(lead)
      .places.some((place) => clockMs - lead.readyAtMs <= flagged[place]!.maxAgeMs);
    return takes ? [row.id] : [];
  });
}

const NOBODY: ReadonlySet<string> = new Set();

/** What the static checks look at; who had the lead, and all that changes, the decision looks at. */
function asleep(row: SleepingLead, rules: Rules, place: Place | undefined): DecidedLead {
  const answers = answersOf(row.answers, rules.answerMoves);
  return {
    id: row.id,
    campaignId: row.campaignId,
    country: row.country,
    answers: withPlace(withCountry(answers, row.country, rules.countryFields), place),
    leadType: 'raw',
    test: false,
    readyAtMs: row.readyAt.getTime(),
    expiresAtMs: 0,
    present: presentFields(row.filled, answers),
    told: null,
    had: NOBODY,
    suppressed: NOBODY,
    blocked: NOBODY,
    samePerson: NOBODY,
    personKeys: [],
  };
}
