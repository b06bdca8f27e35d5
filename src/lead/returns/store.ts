import type { Tx } from '../../platform/db.ts';

export async function leadOfAssignment(tx: Tx, assignmentId: string): Promise<string | null> {
  const [row] = await tx<{ leadId: string }[]>`
    select lead_id as "leadId" from assignments where id = ${assignmentId}`;
  return row?.leadId ?? null;
}

/** What has not left us yet for one assignment stays here: the provider no longer pays for it. */
export async function cancelDeliveriesOf(tx: Tx, assignmentId: string, reason: string): Promise<number> {
  const rows = await tx`
    with open as materialized (
      select id from deliveries where assignment_id = ${assignmentId} and state in ('pending', 'sending')
      order by id for no key update
    )
    update deliveries d set state = 'cancelled', due_at = null, ended_at = clock_timestamp(), reason = ${reason},
      body_enc = null, lease_token = null, lease_until = null
    from open where d.id = open.id returning d.id`;
  return rows.length;
}
