import { type AuditActor, audit } from '../../journal/audit/index.ts';
import type { App } from '../../platform/app.ts';
import { leadMoved } from '../events.ts';
import { type Decided, lockLead } from './decide-lead.ts';
import { refusals } from './errors.ts';
import { unpark } from './store.ts';

/**
 * Puts a parked lead back where it was, due at once: whatever made its step fail five times has been mended.
 * @throws Refusal `review_lead_not_found`, `lead_not_parked`
 */
export async function retryLead(app: App, leadId: string, who: AuditActor): Promise<Decided> {
  return app.db.tx({ role: 'operator' }, async (tx) => {
    const lead = await lockLead(tx, leadId);
    const reason = await unpark(tx, leadId);
    if (reason === null) throw refusals.lead_not_parked();
    await audit(tx, [
      {
        actor: who,
        action: 'lead.retried',
        entityType: 'lead',
        entityId: lead.id,
        before: { parked_reason: reason },
        after: { parked_reason: null },
        description: 'An operator put the parked lead back; its step is tried again.',
      },
    ]);
    leadMoved(tx, { leadId, nicheId: lead.nicheId, stage: 'review', state: lead.state, test: lead.test });
    return { leadId, state: lead.state };
  });
}
