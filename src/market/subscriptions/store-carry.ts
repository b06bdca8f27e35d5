import { column } from '../../platform/columns.ts';
import type { Tx } from '../../platform/db.ts';
import type { OldTerms } from './carry-terms.ts';

/** SQL of terms that are carried over to another form version. */

/** What the niche's subscriptions ask of its form now; those that were ended are left out. */
export async function termsOfNiche(tx: Tx, nicheId: string): Promise<OldTerms[]> {
  return tx<OldTerms[]>`
    select w.subscription_id as "subscriptionId", w.provider_id as "providerId", w.filters,
      w.required_fields as "requiredFields", w.endpoint_fields as "endpointFields"
    from subscription_versions w
    where w.niche_id = ${nicheId} and w.to_version is null order by w.subscription_id`;
}

/**
 * The new terms, as an edit under `configVersion`; unsold leads are looked at again. The caller holds the niche's turn;
 * the subscriptions are locked here in id order.
 */
export async function renewTerms(
  tx: Tx,
  of: { rows: readonly OldTerms[]; configVersion: number },
): Promise<void> {
  const { configVersion } = of;
  if (of.rows.length === 0) return;
  const rows = of.rows.map(({ subscriptionId, filters, requiredFields }) => ({
    id: subscriptionId,
    filters: JSON.stringify(filters),
    required: JSON.stringify(requiredFields),
  }));
  const ids = column(rows, 'id');
  await tx`select 1 from subscriptions where id = any(${ids}::uuid[]) order by id for no key update`;
  await tx`
    with closed as (
      update subscription_versions set to_version = ${configVersion}
      where subscription_id = any(${ids}::uuid[]) and to_version is null
      returning *
    )
    insert into subscription_versions (subscription_id, provider_id, niche_id, from_version, countries, campaign_ids,
      filters, required_fields, endpoint_fields, caps, schedule, timezone, off_hours, premium_ratio, ratio_mode,
      max_age_ms, price_override, weight, priority, away, person_window_days, ratio_window, holidays)
    select subscription_id, provider_id, niche_id, ${configVersion}, countries, campaign_ids, row.filters::jsonb,
      array(select jsonb_array_elements_text(row.required::jsonb)), endpoint_fields, caps, schedule, timezone, off_hours,
      premium_ratio, ratio_mode, max_age_ms, price_override, weight, priority, away, person_window_days,
      ratio_window, holidays
    from closed join unnest(
      ${ids}::uuid[], ${column(rows, 'filters')}::text[], ${column(rows, 'required')}::text[]
    ) as row (id, filters, required) on row.id = closed.subscription_id`;
  await tx`
    update subscriptions set flagged_at = clock_timestamp(), version = version + 1, updated_at = clock_timestamp()
    where id = any(${ids}::uuid[])`;
}

/** Who subscribes to what, for people who read a preview. */
export async function subscriberNames(
  tx: Tx,
  subscriptionIds: readonly string[],
): Promise<Map<string, { provider: string; level: string }>> {
  const rows = await tx<{ id: string; provider: string; level: string }[]>`
    select s.id, p.company_name as provider, l.name as level
    from subscriptions s join providers p on p.id = s.provider_id
      join level_versions l on l.level_id = s.level_id and l.to_version is null
    where s.id = any(${subscriptionIds as string[]}::uuid[])`;
  return new Map(rows.map(({ id, provider, level }) => [id, { provider, level }]));
}

export async function mailOf(
  tx: Tx,
  providerIds: readonly string[],
): Promise<{ providerId: string; email: string; company: string }[]> {
  return tx<{ providerId: string; email: string; company: string }[]>`
    select id as "providerId", contact_email as email, company_name as company
    from providers where id = any(${providerIds as string[]}::uuid[]) and archived_at is null`;
}
