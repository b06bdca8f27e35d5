import type { Tx } from '../../platform/db.ts';
import type { NicheRules, RuleLevel, RuleSubscription } from './rules.ts';

export type RulesRow = Omit<NicheRules, 'levels' | 'subscriptions'> & {
  levels: (Omit<RuleLevel, 'price'> & { price: string })[];
  subscriptions: (Omit<RuleSubscription, 'createdAt' | 'priceOverride'> & {
    createdAt: string;
    priceOverride: string | null;
  })[];
};

/**
 * Everything current of a niche (or of `configVersion`) in one statement, hence one snapshot. Indexes:
 * level_versions_current, subscription_versions_niche; for a past version a scan of the niche's version rows.
 */
export async function rulesRow(
  tx: Tx,
  nicheId: string,
  configVersion: number | null,
): Promise<RulesRow | null> {
  const holds = (row: string) =>
    configVersion === null
      ? tx`${tx(row)}.to_version is null`
      : tx`${tx(row)}.from_version <= ${configVersion}
          and (${tx(row)}.to_version is null or ${tx(row)}.to_version > ${configVersion})`;
  const [row] = await tx<RulesRow[]>`
    select n.id as "nicheId", coalesce(${configVersion}::int, t.config_version) as "configVersion", n.currency,
      n.active and n.archived_at is null as active, v.level_rotation as "levelRotation", v.fill_mode as "fillMode",
      v.default_level_id as "defaultLevelId", (
        select coalesce(jsonb_agg(jsonb_build_object('id', l.level_id, 'name', l.name, 'price', l.price_per_lead::text,
          'maxProviders', l.max_providers, 'priorityOrder', l.priority_order, 'strategy', l.strategy,
          'billOn', l.bill_on, 'refundUndelivered', l.refund_undelivered, 'active', l.active)
          order by l.priority_order, l.level_id), '[]')
        from level_versions l where l.niche_id = n.id and ${holds('l')}
      ) as levels, (
        select coalesce(jsonb_agg(jsonb_build_object('id', s.id, 'providerId', s.provider_id, 'levelId', s.level_id,
          'endpointId', s.endpoint_id, 'active', true, 'createdAt', s.created_at, 'countries', w.countries,
          'campaignIds', w.campaign_ids, 'filters', w.filters, 'requiredFields', w.required_fields, 'caps', w.caps,
          'schedule', w.schedule, 'timezone', w.timezone, 'offHours', w.off_hours, 'premiumRatio', w.premium_ratio,
          'ratioMode', w.ratio_mode, 'maxAgeMs', w.max_age_ms, 'priceOverride', w.price_override::text,
          'weight', w.weight, 'priority', w.priority) order by s.id), '[]')
        from subscription_versions w join subscriptions s on s.id = w.subscription_id
        where w.niche_id = n.id and ${holds('w')}
      ) as subscriptions, (
        select coalesce(jsonb_agg(jsonb_build_object('id', c.id, 'isDefault', c.is_default, 'countries', c.countries,
          'recipientsTold', c.recipients_told, 'active', c.active and c.archived_at is null) order by c.id), '[]')
        from campaigns c where c.niche_id = n.id
      ) as campaigns
    from niches n join niche_turns t on t.niche_id = n.id
      join niche_versions v on v.niche_id = n.id and ${holds('v')}
    where n.id = ${nicheId}`;
  return row ?? null;
}
