import { SYSTEM } from '../../journal/audit/index.ts';
import type { App } from '../../platform/app.ts';
import type { Tx } from '../../platform/db.ts';
import { leadMoved } from '../events.ts';
import { moveLeads } from '../store.ts';
import type { CourseLead } from '../store-advance.ts';
import type { Verdict } from './verdict.ts';

/** A failed check quarantines the lead before approval; release takes it there. */
export async function stopLead(app: App, tx: Tx, lead: CourseLead, failed: Verdict): Promise<void> {
  const reason = failed.reason ?? failed.check;
  await moveLeads(tx, {
    ids: [lead.id],
    from: 'checking',
    to: 'quarantined',
    stoppedAt: 'pending_approval',
    reason,
    who: SYSTEM,
    dueAt: new Date(lead.now.getTime() + app.config.QUARANTINE_EXPIRY_MS),
    description: `The check ${failed.check} stopped the lead; it waits for an operator.`,
  });
  leadMoved(tx, { leadId: lead.id, nicheId: lead.nicheId, stage: 'checks', state: 'quarantined', reason });
}
