import { newId } from '../../kernel/ids.ts';
import type { Part, Tx } from '../../platform/db.ts';
import type { LeadState, LeadType } from '../lead.ts';
import { duplicateQuery, lockPerson, type PersonQuery, suppressionQuery } from '../store-person.ts';

/**
 * The SQL of intake. Rows are handed out as parts (`...Row`), because one statement writes a lead with everything
 * around it: eight statements cost twice as much as one.
 */

/**
 * The rows that a context was read from, by the transactions that wrote them last: whoever changes one of them changes
 * the stamp. So a context can be kept between requests and is still never older than the transaction that uses it.
 */
const stamp = (tx: Tx, source: boolean) => tx`
  concat_ws(':', ${source ? tx`s.xmin,` : tx``} c.xmin, n.xmin, f.id, f.xmin)`;

/** Everything a submission is judged by: where it comes from, the campaign, the niche and the form in use. */
export type IntakeContext = {
  sourceId: string | null;
  sourceName: string | null;
  sourceType: string | null;
  attested: boolean;
  sourceActive: boolean;
  ratePerMinute: number | null;
  campaignId: string;
  campaignSlug: string;
  campaignName: string;
  countries: string[];
  confirmation: 'double_opt_in' | 'source_attested' | 'admin_attested';
  approval: 'manual' | 'auto' | 'auto_if';
  approvalScore: number | null;
  premiumScore: number;
  consentVersion: number;
  recipientsTold: number;
  nicheId: string;
  nicheSlug: string;
  nicheName: string;
  nicheGroup: string;
  duplicateWindowDays: number;
  unsoldExpiryMs: number | null;
  open: boolean;
  schemaVersion: number;
  fields: unknown;
  stamp: string;
};

/** How a context is asked for, and asked again whether it is still the same. */
export type ContextKey = { tokenHash: string } | { niche: string | null; campaign: string | null };

const contextColumns = (tx: Tx) => tx`
  c.id as "campaignId", c.slug as "campaignSlug", c.name as "campaignName", c.countries, c.confirmation, c.approval,
  c.approval_score as "approvalScore", c.premium_score as "premiumScore", c.consent_version as "consentVersion",
  c.recipients_told as "recipientsTold", n.id as "nicheId", n.slug as "nicheSlug", n.name as "nicheName",
  n.niche_group as "nicheGroup", n.duplicate_window_days as "duplicateWindowDays",
  n.unsold_expiry_ms::float8 as "unsoldExpiryMs",
  c.active and c.archived_at is null and n.active and n.archived_at is null as open,
  f.schema_version as "schemaVersion", f.fields`;

const contextRows = (tx: Tx, key: ContextKey) =>
  'tokenHash' in key
    ? tx`
        from sources s join campaigns c on c.id = s.campaign_id join niches n on n.id = c.niche_id
          join form_schemas f on f.niche_id = n.id and f.active
        where s.token_hash = decode(${key.tokenHash}, 'hex')`
    : tx`
        from campaigns c join niches n on n.id = c.niche_id join form_schemas f on f.niche_id = n.id and f.active
        where ${key.campaign === null ? tx`n.slug = ${key.niche} and c.is_default` : tx`c.slug = ${key.campaign}`}
          and (${key.niche}::text is null or n.slug = ${key.niche})`;

/** By the token of a source (hex hash), or by the slug of a campaign or of a niche for its default campaign. */
export async function readContext(tx: Tx, key: ContextKey): Promise<IntakeContext | null> {
  const origin =
    'tokenHash' in key
      ? tx`s.id as "sourceId", s.name as "sourceName", s.type as "sourceType", s.attested, s.active as "sourceActive",
          s.rate_per_minute as "ratePerMinute",`
      : tx`null::uuid as "sourceId", null as "sourceName", null as "sourceType", false as attested,
          true as "sourceActive", null::int as "ratePerMinute",`;
  const [context] = await tx<IntakeContext[]>`
    select ${origin} ${contextColumns(tx)}, ${stamp(tx, 'tokenHash' in key)} as stamp ${contextRows(tx, key)}`;
  return context ?? null;
}

const stampQuery = (tx: Tx, key: ContextKey) =>
  tx`select ${stamp(tx, 'tokenHash' in key)} ${contextRows(tx, key)}`;

/** A definite answer about a mail domain holds for a week. */
export const MX_CACHE_DAYS = 7;
const REPEAT_S = 60;

/** An earlier answer to the same input from the same place. */
export type Repeat = { receipt: string; leadId: string };

export type PersonAnswer = {
  duplicateOf: string | null;
  suppressed: boolean;
  acceptsMail: boolean | null;
  repeat: Repeat | null;
  /** Of the context as it is now. */
  stamp: string | null;
};

/**
 * The age of a repeat is asked as a sum, so that no index answers it: otherwise the planner reads every key of the last
 * minute by idempotency_keys_age instead of the two by their name (1,460 pages instead of 4 at 200 leads a second).
 *
 * Takes the person's locks and reads, inside them, what is known about the person: two statements, one wait. */
export async function lockAndFind(
  tx: Tx,
  ask: PersonQuery & {
    locks: bigint[];
    mailDomain: string;
    scope: string;
    repeatKeys: string[];
    context: ContextKey;
  },
): Promise<PersonAnswer> {
  const locked = lockPerson(tx, ask.locks);
  const found = tx<PersonAnswer[]>`
    select (${duplicateQuery(tx, ask)}) as "duplicateOf", exists (${suppressionQuery(tx, ask)}) as suppressed,
      (select accepts_mail from mx_cache
        where domain = ${ask.mailDomain} and checked_at > clock_timestamp() - ${MX_CACHE_DAYS} * interval '1 day'
      ) as "acceptsMail",
      (select answer from idempotency_keys
        where scope = ${ask.scope} and key = any(${ask.repeatKeys}::text[])
          and created_at + ${REPEAT_S} * interval '1 second' > clock_timestamp()
        limit 1) as repeat,
      (${stampQuery(tx, ask.context)}) as stamp`;
  const [, [answer]] = await Promise.all([locked, found]);
  return answer!;
}

export type NewLead = {
  id: string;
  nicheId: string;
  campaignId: string;
  sourceId: string | null;
  schemaVersion: number;
  state: LeadState;
  test: boolean;
  country: string | null;
  leadType: LeadType | null;
  score: number;
  confirmationTokenHash: Buffer | null;
  confirmationExpiresAt: Date | null;
  /** `source:<id>` when the source attests it; null: not confirmed yet. */
  confirmedBy: string | null;
  approvedBy: string | null;
  reason: string | null;
  stoppedAt: LeadState | null;
  /** From now until the next step is due. */
  dueInMs: number;
  /** From readiness until it is no longer offered. */
  unsoldExpiryMs: number;
};

/** Confirmation, readiness and approval get the same instant: they are one act here. */
export const leadRow = (tx: Tx, lead: NewLead): Part => tx`
    insert into leads (id, niche_id, campaign_id, source_id, schema_version, state, test, country, lead_type, score,
      submitted_at, confirmation_token_hash, confirmation_expires_at, confirmed_at, confirmed_by, ready_at,
      approved_at, approved_by, reason, stopped_at, due_at, expires_at)
    select ${lead.id}, ${lead.nicheId}, ${lead.campaignId}, ${lead.sourceId}, ${lead.schemaVersion}, ${lead.state},
      ${lead.test}, ${lead.country}, ${lead.leadType}, ${lead.score}, now, ${lead.confirmationTokenHash},
      ${lead.confirmationExpiresAt}, case when ${lead.confirmedBy}::text is not null then now end,
      ${lead.confirmedBy}, case when ${lead.confirmedBy}::text is not null then now end,
      case when ${lead.approvedBy}::text is not null then now end, ${lead.approvedBy}, ${lead.reason},
      ${lead.stoppedAt}, now + ${lead.dueInMs}::float8 * interval '1 ms',
      case when ${lead.approvedBy}::text is not null then now + ${lead.unsoldExpiryMs}::float8 * interval '1 ms' end
    from (select clock_timestamp()::timestamptz(3) as now) clock`;

export type NewContact = {
  leadId: string;
  name: string | null;
  firstName: string | null;
  lastName: string | null;
  email: string;
  phone: string | null;
  phoneTyped: string | null;
  callingCode: string | null;
  street: string | null;
  city: string | null;
  postcode: string | null;
  region: string | null;
  country: string | null;
  latitude: number | null;
  longitude: number | null;
  /** JSON text. */
  answers: string;
  emailHash: string;
  phoneHash: string | null;
  keyId: string;
};

export const contactRow = (tx: Tx, person: NewContact): Part => tx`
    insert into lead_contacts (lead_id, name, first_name, last_name, email, phone, phone_typed, calling_code, street,
      city, postcode, region, country, latitude, longitude, answers, email_hash, phone_hash, key_id)
    values (${person.leadId}, ${person.name}, ${person.firstName}, ${person.lastName}, ${person.email},
      ${person.phone}, ${person.phoneTyped}, ${person.callingCode}, ${person.street}, ${person.city},
      ${person.postcode}, ${person.region}, ${person.country}, ${person.latitude}, ${person.longitude},
      ${person.answers}, decode(${person.emailHash}, 'hex'), decode(${person.phoneHash}, 'hex'), ${person.keyId})`;

export type NewAttribution = { [name in (typeof ATTRIBUTION_COLUMNS)[number]]: string | null } & {
  leadId: string;
  utmOther: Record<string, string> | null;
};
const ATTRIBUTION_COLUMNS = ['referrer_url', 'page_url', 'utm_source', 'utm_medium', 'utm_campaign', 'utm_term',
  'utm_content', 'click_id', 'session_id', 'affiliate', 'source_name'] as const; // biome-ignore format: one list

export const attributionRow = (tx: Tx, from: NewAttribution): Part => tx`
    insert into lead_attribution (lead_id, referrer_url, page_url, utm_source, utm_medium, utm_campaign, utm_term,
      utm_content, click_id, session_id, affiliate, source_name, utm_other)
    values (${from.leadId}, ${from.referrer_url}, ${from.page_url}, ${from.utm_source}, ${from.utm_medium},
      ${from.utm_campaign}, ${from.utm_term}, ${from.utm_content}, ${from.click_id}, ${from.session_id},
      ${from.affiliate}, ${from.source_name}, ${from.utmOther === null ? null : tx.json(from.utmOther)})`;

export const checksRow = (
  tx: Tx,
  run: { leadId: string; verdicts: readonly object[]; score: number },
): Part => tx`
    insert into lead_checks (id, lead_id, stage, verdicts, score)
    values (${newId()}, ${run.leadId}, 'intake', ${tx.json(run.verdicts as never)}, ${run.score})`;

export type NewReceipt = {
  id: string;
  requestId: string;
  sourceId: string | null;
  campaignId: string | null;
  leadId: string | null;
  /** The state of the lead, or the code of the refusal. */
  outcome: string;
  bodyEnc: Buffer | null;
  ip: string | null;
  userAgent: string | null;
};

export const receiptRow = (tx: Tx, receipt: NewReceipt): Part => tx`
    insert into lead_receipts (id, request_id, source_id, campaign_id, lead_id, outcome, body_enc, ip, user_agent)
    values (${receipt.id}, ${receipt.requestId}, ${receipt.sourceId}, ${receipt.campaignId}, ${receipt.leadId},
      ${receipt.outcome}, ${receipt.bodyEnc}, ${receipt.ip}, ${receipt.userAgent})`;

/** Remembers the input, so that the same one within a minute is answered and not stored again. */
export const repeatRow = (
  tx: Tx,
  repeat: { scope: string; key: string; inputHash: Buffer; answer: Repeat },
): Part => tx`
    insert into idempotency_keys (scope, key, input_hash, status, answer)
    values (${repeat.scope}, ${repeat.key}, ${repeat.inputHash}, 202, ${tx.json(repeat.answer)})
    on conflict (scope, key) do nothing`;

export type Outcome = {
  leadId: string;
  state: LeadState;
  reason: string | null;
  nAssigned: number;
  test: boolean;
};

export async function readOutcome(tx: Tx, leadId: string): Promise<Outcome | null> {
  const [outcome] = await tx<Outcome[]>`
    select id as "leadId", state, reason, n_assigned as "nAssigned", test from leads where id = ${leadId}`;
  return outcome ?? null;
}

/** What a thank-you page may say: nothing of the person and nothing of the outcome. Index: lead_receipts_id. */
export async function readThanks(tx: Tx, receipt: string) {
  const [thanks] = await tx<
    { nicheName: string; nicheSlug: string; confirmation: string; recipientsTold: number }[]
  >`
    select n.name as "nicheName", n.slug as "nicheSlug", c.confirmation, c.recipients_told as "recipientsTold"
    from lead_receipts r join campaigns c on c.id = r.campaign_id join niches n on n.id = c.niche_id
    where r.id = ${receipt} and r.lead_id is not null and r.source_id is null`;
  return thanks ?? null;
}

/**
 * Leads that a worker will take, counted up to a limit, and the age of the oldest. Approved leads of a niche that is
 * switched off or archived wait for nobody: distribution passes them over, so they must not stop the intake of all
 * others. Indexes: leads_approved, leads_waiting; both are partial and small unless work has stopped.
 */
export async function readBacklog(tx: Tx, countMax: number): Promise<{ waiting: number; oldestMs: number }> {
  const [backlog] = await tx<{ waiting: number; oldestMs: number }[]>`
    select count(*)::int as waiting,
      coalesce(extract(epoch from clock_timestamp() - min(due_at)) * 1000, 0)::float8 as "oldestMs"
    from (
      (select l.due_at from leads l join niches n on n.id = l.niche_id and n.active and n.archived_at is null
        where l.state = 'approved' and l.parked_at is null and l.rests_since is null and not exists (
          select from stop_switches x where x.released_at is null and (x.scope = 'everything'
            or (x.scope = 'niche' and x.scope_id = l.niche_id) or (x.scope = 'source' and x.scope_id = l.source_id))
        ) limit ${countMax})
      union all
      (select due_at from leads where state = 'checking' and parked_at is null and due_at <= clock_timestamp()
        order by due_at limit ${countMax})
    ) waiting`;
  return backlog!;
}

/**
 * Implicit repeats hold for a minute; afterwards their rows only cost space. One bounded step, oldest first, through
 * the index idempotency_keys_age; not before yesterday, because older rows are keys that clients sent, and those go
 * after their seven days. Returns how many went.
 */
export async function deleteOldRepeats(tx: Tx, limit: number): Promise<number> {
  const { count } = await tx`
    delete from idempotency_keys where (scope, key) in (
      select scope, key from idempotency_keys
      where created_at < clock_timestamp() - interval '10 minutes'
        and created_at > clock_timestamp() - interval '1 day' and key like 'same:%' and scope like 'intake:%'
      order by created_at limit ${limit}
    )`;
  return count;
}
