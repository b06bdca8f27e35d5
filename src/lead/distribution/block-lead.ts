import { type AuditActor, audit } from '../../journal/audit/index.ts';
import type { App } from '../../platform/app.ts';
import type { Tx } from '../../platform/db.ts';
import { FINAL_STATES } from '../lead.ts';
import { lockLeads } from '../store.ts';
import { refusals } from './errors.ts';
import { blockChanged } from './events.ts';
import { lockTurn } from './store.ts';
import * as store from './store-blocks.ts';
import { whereIsLead } from './store-offers.ts';

/**
 * An operator keeps a provider from one lead. It takes the niche's turn and then the lead's row, as every decision
 * does: whoever is answered "blocked" gets it by no later decision, and a decision that came first is seen.
 */

type Pair = { leadId: string; providerId: string };

/**
 * Asking again changes the reason only.
 * @throws Refusal `lead_not_found`, `block_provider_not_found`, `lead_ended_already`, `provider_has_lead`
 */
export async function blockProvider(
  app: App,
  input: Pair & { reason: string },
  who: AuditActor,
): Promise<store.Block> {
  const { leadId, providerId, reason } = input;
  return app.db.tx({ role: 'operator' }, async (tx) => {
    const state = await lockDecided(tx, leadId);
    const provider = await store.providerBeside(tx, input);
    if (!provider) throw refusals.block_provider_not_found();
    if (provider.hasLead) throw refusals.provider_has_lead();
    // A distributed lead may still go to others: by hand, or by a freed seat.
    if (FINAL_STATES.has(state) && state !== 'distributed') throw refusals.lead_ended_already();
    await store.insertBlock(tx, { leadId, providerId, reason, createdBy: who.id });
    await audit(tx, [auditOf(input, who, { blocked: true, reason }, 'A provider was kept from the lead.')]);
    blockChanged(tx, { ...input, blocked: true });
    return (await store.blockOf(tx, input))!;
  });
}

/**
 * The provider may get the lead again: an unsold one is looked at at once, and so are its freed seats. Asking again
 * changes nothing.
 * @throws Refusal `lead_not_found`
 */
export async function unblockProvider(app: App, input: Pair, who: AuditActor): Promise<{ already: boolean }> {
  return app.db.tx({ role: 'operator' }, async (tx) => {
    await lockDecided(tx, input.leadId);
    if (!(await store.deleteBlock(tx, input))) return { already: true };
    await store.wakeLead(tx, input.leadId);
    await audit(tx, [auditOf(input, who, { blocked: false }, 'A provider is kept from the lead no longer.')]);
    blockChanged(tx, { ...input, blocked: false });
    return { already: false };
  });
}

/** Who is kept from a lead. @throws Refusal `lead_not_found` */
export async function readBlocks(app: App, leadId: string): Promise<store.Block[]> {
  return app.db.tx(
    { role: 'operator' },
    async (tx) => {
      if (!(await whereIsLead(tx, leadId))) throw refusals.lead_not_found();
      return store.blocksOf(tx, leadId);
    },
    { readOnly: true },
  );
}

async function lockDecided(tx: Tx, leadId: string) {
  const where = await whereIsLead(tx, leadId);
  if (!where) throw refusals.lead_not_found();
  await lockTurn(tx, where.nicheId, { patient: true });
  return (await lockLeads(tx, [leadId])).get(leadId)!;
}

const auditOf = (
  { leadId, providerId }: Pair,
  actor: AuditActor,
  after: { blocked: boolean; reason?: string },
  description: string,
) => ({
  actor,
  action: after.blocked ? 'lead.provider_blocked' : 'lead.provider_unblocked',
  entityType: 'lead',
  entityId: leadId,
  before: { blocked: !after.blocked },
  after: { provider_id: providerId, ...after },
  description,
});
