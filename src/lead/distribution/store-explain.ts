import type { Tx } from '../../platform/db.ts';
import { filledColumns } from './present.ts';

/** What an explanation reads: decisions, the facts written before them, the lead's answers, the names. */

export type DecisionEntry = {
  nicheId: string;
  seq: bigint;
  decidedAt: Date;
  configVersion: number;
  outcome: 'sold' | 'unsold';
  retryAt: Date | null;
  record: Buffer;
  /** By hand: who, as the portal calls them, and why. */
  givenBy: string | null;
  reason: string | null;
};

/** Decisions of one lead that an explanation shows at most, newest first. */
export const DECISIONS_SHOWN_MAX = 20;

export async function decisionsOf(tx: Tx, leadId: string, only?: bigint): Promise<DecisionEntry[]> {
  return tx<DecisionEntry[]>`
    select niche_id as "nicheId", seq, decided_at as "decidedAt", config_version as "configVersion", outcome,
      retry_at as "retryAt", record, d.reason,
      coalesce(nullif(trim(u.first_name || ' ' || u.last_name), ''), u.email) as "givenBy"
    from decisions d left join users u on u.id = d.decided_by
    where lead_id = ${leadId} and (${only ?? null}::bigint is null or seq = ${only ?? null}::bigint)
    order by seq desc limit ${DECISIONS_SHOWN_MAX}`;
}

/** Records of a niche's chain up to `seq`, oldest first: enough to reach back to one with full facts. */
export async function recordsBefore(
  tx: Tx,
  of: { nicheId: string; seq: bigint; count: number },
): Promise<Buffer[]> {
  const rows = await tx<{ record: Buffer }[]>`
    select record from decisions
    where niche_id = ${of.nicheId} and seq <= ${of.seq} and seq > ${of.seq} - ${of.count}::bigint
    order by seq`;
  return rows.map(({ record }) => record);
}

export type ExplainedLead = {
  id: string;
  state: string;
  nicheId: string;
  campaignId: string;
  country: string | null;
  leadType: 'premium' | 'raw' | null;
  test: boolean;
  readyAt: Date | null;
  expiresAt: Date | null;
  answers: string | null;
  /** Names of the contact and attribution columns that have a value. */
  filled: string[];
  erased: boolean;
  /** How many providers the person was told of at most; null: not kept. */
  recipientsTold: number | null;
  /** Providers that an operator keeps from it now. */
  blocked: string[];
};

export async function explainedLead(tx: Tx, leadId: string): Promise<ExplainedLead | undefined> {
  const [row] = await tx<ExplainedLead[]>`
    select l.id, l.state, l.niche_id as "nicheId", l.campaign_id as "campaignId", l.country,
      l.lead_type as "leadType", l.test, l.ready_at as "readyAt", l.expires_at as "expiresAt", c.answers,
      ${filledColumns(tx)} as filled, c.erased_at is not null as erased, o.recipients_told as "recipientsTold",
      array(select provider_id from lead_blocks where lead_id = l.id) as blocked
    from leads l join lead_contacts c on c.lead_id = l.id
      left join lead_attribution t on t.lead_id = l.id left join sources s on s.id = l.source_id
      left join consents o on o.lead_id = l.id
    where l.id = ${leadId}`;
  return row;
}

export async function providerNames(tx: Tx, ids: readonly string[]): Promise<Map<string, string>> {
  const rows = await tx<{ id: string; name: string }[]>`
    select id, company_name as name from providers where id = any(${ids as string[]}::uuid[])`;
  return new Map(rows.map(({ id, name }) => [id, name]));
}
