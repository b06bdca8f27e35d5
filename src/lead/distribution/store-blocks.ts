import type { Tx } from '../../platform/db.ts';

/** SQL of providers that an operator keeps from one lead (table lead_blocks). */

export type Block = {
  providerId: string;
  providerName: string;
  reason: string;
  /** Who did it, as the portal calls them; null: the account is gone. */
  by: string | null;
  at: Date;
};

const blocks = (tx: Tx, leadId: string) => tx`
  select b.provider_id as "providerId", p.company_name as "providerName", b.reason, b.created_at as at,
    coalesce(nullif(trim(u.first_name || ' ' || u.last_name), ''), u.email) as by
  from lead_blocks b join providers p on p.id = b.provider_id left join users u on u.id = b.created_by
  where b.lead_id = ${leadId}`;

/** One lead has a handful. */
export async function blocksOf(tx: Tx, leadId: string): Promise<Block[]> {
  return tx<Block[]>`${blocks(tx, leadId)} order by p.company_name, b.provider_id limit 200`;
}

export async function blockOf(
  tx: Tx,
  of: { leadId: string; providerId: string },
): Promise<Block | undefined> {
  const [row] = await tx<Block[]>`${blocks(tx, of.leadId)} and b.provider_id = ${of.providerId}`;
  return row;
}

/** Whether the provider is there, and whether it has or had the lead. */
export async function providerBeside(
  tx: Tx,
  of: { leadId: string; providerId: string },
): Promise<{ hasLead: boolean } | undefined> {
  const [row] = await tx<{ hasLead: boolean }[]>`
    select exists (
      select 1 from assignments where lead_id = ${of.leadId} and provider_id = p.id
    ) as "hasLead"
    from providers p where p.id = ${of.providerId}`;
  return row;
}

export async function insertBlock(
  tx: Tx,
  block: { leadId: string; providerId: string; reason: string; createdBy: string | null },
): Promise<void> {
  await deleteBlock(tx, block);
  await tx`
    insert into lead_blocks (lead_id, provider_id, reason, created_by)
    values (${block.leadId}, ${block.providerId}, ${block.reason}, ${block.createdBy})`;
}

export async function deleteBlock(tx: Tx, of: { leadId: string; providerId: string }): Promise<boolean> {
  const gone = await tx`
    delete from lead_blocks where lead_id = ${of.leadId} and provider_id = ${of.providerId} returning 1`;
  return gone.count > 0;
}

/** An unsold lead, and its freed seats, get another look now. The caller holds the lead's row and the niche's turn. */
export async function wakeLead(tx: Tx, leadId: string): Promise<void> {
  await tx`
    update leads set due_at = clock_timestamp()
    where id = ${leadId} and state = 'unsold' and parked_at is null and due_at > clock_timestamp()`;
  await tx`
    update second_offers set due_at = clock_timestamp() where lead_id = ${leadId} and due_at > clock_timestamp()`;
}
