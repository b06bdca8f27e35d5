import type { Tx } from '../../platform/db.ts';
import type { Subscription } from './subscription.ts';

/** SQL of what a subscription pays, and soon will. */

/**
 * The least and the most that a lead of one of its campaigns costs who has no price of its own. A campaign counts also
 * while it is switched off.
 */
export async function othersPay(
  tx: Tx,
  one: Pick<Subscription, 'nicheId' | 'levelId' | 'campaignIds'>,
): Promise<{ least: bigint; most: bigint }> {
  const [row] = await tx<{ least: bigint; most: bigint }[]>`
    select coalesce(min(price), level_price) as least, coalesce(max(price), level_price) as most
    from (
      select l.price_per_lead as level_price,
        coalesce((c.level_prices ->> l.level_id::text)::bigint, case when c.id is not null then l.price_per_lead end) as price
      from (
        select * from level_versions v where v.level_id = ${one.levelId} order by v.from_version desc limit 1
      ) l left join campaigns c on c.niche_id = ${one.nicheId} and c.archived_at is null
        and (${one.campaignIds}::uuid[] = '{}' or c.id = any(${one.campaignIds}::uuid[]))
    ) priced group by level_price`;
  return row!;
}

/** Who is told of a price of its own. */
export async function payerOf(
  tx: Tx,
  subscriptionId: string,
): Promise<{ email: string; level: string; levelPrice: bigint }> {
  const [row] = await tx<{ email: string; level: string; levelPrice: bigint }[]>`
    select p.contact_email as email, l.name as level, l.price_per_lead as "levelPrice"
    from subscriptions s join providers p on p.id = s.provider_id
      join lateral (
        select * from level_versions v where v.level_id = s.level_id order by v.from_version desc limit 1
      ) l on true
    where s.id = ${subscriptionId}`;
  return row!;
}

/** Subscriptions whose announced own price has begun. Index: subscriptions_coming_own_price. */
export async function dueOwnPrices(
  tx: Tx,
  of: { limit: number; only: string | null },
): Promise<{ id: string; nicheId: string }[]> {
  return tx<{ id: string; nicheId: string }[]>`
    select id, niche_id as "nicheId" from subscriptions
    where coming_own_price_at <= clock_timestamp() and active
      and (${of.only}::uuid is null or id = ${of.only}::uuid)
    limit ${of.limit}`;
}
