import { SYSTEM } from '../../journal/audit/index.ts';
import { enqueueMessages } from '../../journal/messages/index.ts';
import type { App } from '../../platform/app.ts';
import type { Tx } from '../../platform/db.ts';
import { approve } from '../advance.ts';
import { leadMoved } from '../events.ts';
import { APPROVAL_LIMIT_MS, RECEIVED_ALARM_MS } from '../lead.ts';
import { lockCourses } from '../store-advance.ts';
import { intakeStuck, reviewOverdue } from './events.ts';
import { claimStuck, claimUnreviewed, reviewersOf, setDue, setWarned, type WaitingLead } from './store.ts';

/** Leads one round reminds of at most; the loop comes back at once while there are more. */
const BATCH_MAX = 200;
const MINUTE_MS = 60_000;
/** The alarm comes again as long as nobody decides. */
const ALARM_AGAIN_MS = 60 * MINUTE_MS;

/**
 * Sees to leads that wait for an approval while the 30 minutes run. At 15 minutes the staff are told by mail, once per
 * lead and in one mail for all of a round; at 25 minutes it is the campaign's choice: an alarm, or an approval as
 * `system`. One round; returns how many leads it saw to.
 */
export function remindOfApprovals(app: App): Promise<number> {
  return app.db.tx({ role: 'engine' }, async (tx) => {
    const waiting = await claimUnreviewed(tx, BATCH_MAX);
    const late = waiting.filter(
      ({ waitedMs, lateApproval }) => waitedMs >= APPROVAL_LIMIT_MS && lateApproval === 'approve',
    );
    await approveLate(app, tx, late);
    const left = waiting.filter((lead) => !late.includes(lead));
    await setDue(
      tx,
      left.map(({ id, waitedMs }) => ({
        id,
        inMs: waitedMs < APPROVAL_LIMIT_MS ? APPROVAL_LIMIT_MS - waitedMs : ALARM_AGAIN_MS,
      })),
    );
    await tellStaff(app, tx, left);
    for (const { id, nicheId, waitedMs } of left) {
      reviewOverdue(tx, { leadId: id, nicheId, waitedMs, alarm: waitedMs >= APPROVAL_LIMIT_MS });
    }
    return waiting.length;
  });
}

/** Locked already by the claim; read again in the shape that an approval needs. */
async function approveLate(app: App, tx: Tx, late: readonly WaitingLead[]): Promise<void> {
  if (late.length === 0) return;
  const leads = await lockCourses(
    tx,
    late.map(({ id }) => id),
  );
  for (const lead of leads) {
    const why = 'Nobody decided within 25 minutes: the campaign approves such a lead by itself.';
    await approve(tx, app.config, lead, SYSTEM, why);
    const { nicheId, test } = lead;
    leadMoved(tx, { leadId: lead.id, nicheId, stage: 'review', state: 'approved', test });
  }
}

/** Test leads are nobody's hurry. Without person data: who decides reads the lead in the portal. */
async function tellStaff(app: App, tx: Tx, leads: readonly WaitingLead[]): Promise<void> {
  const untold = leads.filter(({ warned, test }) => !warned && !test);
  if (untold.length === 0) return;
  await setWarned(
    tx,
    untold.map(({ id }) => id),
  );
  const minutes = Math.floor(Math.max(...untold.map(({ waitedMs }) => waitedMs)) / MINUTE_MS);
  const params = { count: untold.length, minutes, reviewUrl: `${app.config.PUBLIC_URL}/admin/review` };
  const staff = await reviewersOf(tx);
  await enqueueMessages(
    tx,
    staff.map((recipient) => ({ template: 'approval-waiting', recipient, params })),
  );
}

/** Alarms about leads that intake stored and did not judge within a minute, and again every hour. Returns how many. */
export function alarmOfStuck(app: App): Promise<number> {
  return app.db.tx({ role: 'engine' }, async (tx) => {
    const stuck = await claimStuck(tx, {
      limit: BATCH_MAX,
      limitMs: RECEIVED_ALARM_MS,
      againMs: ALARM_AGAIN_MS,
    });
    for (const leadId of stuck) intakeStuck(tx, { leadId, limitMs: RECEIVED_ALARM_MS });
    return stuck.length;
  });
}
