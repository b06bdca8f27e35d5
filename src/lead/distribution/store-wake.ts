import type { Tx } from '../../platform/db.ts';
import { filledColumns } from './present.ts';

/** SQL of the look at unsold leads that a change of some subscriptions gives. */

export type SleepingLead = {
  id: string;
  dueAt: Date;
  campaignId: string;
  country: string | null;
  readyAt: Date;
  answers: string | null;
  /** Names of the contact and attribution columns that have a value. */
  filled: string[];
};

/** After which lead the next step goes on. */
export type SleepCursor = Pick<SleepingLead, 'id' | 'dueAt'>;

/**
 * The next unsold leads of the niche that are not due, in order of their next chance. A lead that is decided meanwhile
 * and moves to another place was decided on the new facts. Index leads_unsold; the rest is asked by key.
 */
export async function sleepingLeads(
  tx: Tx,
  of: { nicheId: string; after: SleepCursor | null; limit: number },
): Promise<SleepingLead[]> {
  const { after } = of;
  const further =
    after === null
      ? tx`due_at > clock_timestamp()`
      : tx`due_at >= ${after.dueAt} and (due_at > ${after.dueAt} or id > ${after.id})`;
  return tx<SleepingLead[]>`
    select l.id, l.due_at as "dueAt", l.campaign_id as "campaignId", l.country, l.ready_at as "readyAt", c.answers,
      ${filledColumns(tx)} as filled
    from (
      select * from leads
      where niche_id = ${of.nicheId} and state = 'unsold' and parked_at is null and rests_since is null
        and ${further}
      order by due_at, id limit ${of.limit}
    ) l
    cross join lateral (select * from lead_contacts where lead_id = l.id offset 0) c
    left join lateral (select * from lead_attribution where lead_id = l.id offset 0) t on true
    left join sources s on s.id = l.source_id
    order by l.due_at, l.id`;
}

/** Gives these unsold leads another look now. In id order, as everybody locks leads. Returns how many. */
export async function wakeLeads(tx: Tx, ids: readonly string[]): Promise<number> {
  if (ids.length === 0) return 0;
  const woken = await tx`
    with locked as materialized (
      select id from leads where id = any(${ids as string[]}::uuid[]) order by id for no key update
    )
    update leads l set due_at = clock_timestamp()
    from locked where l.id = locked.id and l.state = 'unsold' and l.parked_at is null and l.due_at > clock_timestamp()`;
  return woken.count;
}
