import { newId } from '../../kernel/ids.ts';
import type { App } from '../../platform/app.ts';
import type { Tx } from '../../platform/db.ts';
import { passChecks } from '../advance.ts';
import { leadMoved } from '../events.ts';
import { type CourseLead, insertVerdicts, lastVerdicts, lockCourses } from '../store-advance.ts';
import { stopLead } from './stop-lead.ts';
import { claimLate } from './store.ts';
import type { Verdict } from './verdict.ts';

/** Leads one round ends at most. */
const BATCH_MAX = 200;
/** The name of the verdict, so that an operator can override it like any other. */
const CHECK = 'time_limit';
const REASON = 'checks_too_late';

/**
 * Ends the checks of leads that have been due for them longer than CHECKING_LIMIT_MS, for instance because no worker
 * ran: CHECKING_LATE says whether they pass with what is known (the promise of 30 minutes goes on) or are quarantined.
 * One round; returns how many.
 */
export function endLateChecks(app: App): Promise<number> {
  return app.db.tx({ role: 'engine' }, async (tx) => {
    const ids = await claimLate(tx, app.config.CHECKING_LIMIT_MS, BATCH_MAX);
    for (const lead of await lockCourses(tx, ids)) await endLate(app, tx, lead);
    return ids.length;
  });
}

async function endLate(app: App, tx: Tx, lead: CourseLead): Promise<void> {
  const passes = app.config.CHECKING_LATE === 'pass';
  const earlier = await lastVerdicts(tx, lead.id);
  const late: Verdict = { check: CHECK, result: passes ? 'unknown' : 'fail', reason: REASON, weight: 0 };
  const verdicts = [...earlier.filter(({ check }) => check !== CHECK), late];
  const run = {
    id: newId(),
    leadId: lead.id,
    stage: 'after_confirmation',
    verdicts,
    score: lead.score,
  } as const;
  await insertVerdicts(tx, run);
  if (!passes) return stopLead(app, tx, lead, late);
  const state = await passChecks(tx, app.config, lead, lead.score);
  leadMoved(tx, { leadId: lead.id, nicheId: lead.nicheId, stage: 'checks', state, test: lead.test });
}
