import { newId } from '../../kernel/ids.ts';
import type { Tx } from '../../platform/db.ts';
import type { NewMessage, Params } from './messages.ts';
import { sealParams } from './secret-params.ts';

const LOCALE = 'en-GB';

export async function insertMessages(tx: Tx, messages: NewMessage[]): Promise<void> {
  const ids = messages.map(() => newId());
  const sealed = messages.map(({ secret }, at) => sealParams(ids[at]!, secret)?.toString('hex') ?? null);
  const kept = <T>(of: (message: NewMessage) => T) =>
    messages.map((message) => (message.withheld ? null : (of(message) ?? null)));
  await tx`
    insert into messages (id, template, locale, recipient, params, secret_enc, provider_id, lead_id, state, due_at)
    select id::uuid, template, locale, recipient, params::jsonb,
      case when state = 'pending' then decode(secret, 'hex') end, provider_id::uuid, lead_id::uuid, state,
      coalesce(due_at::timestamptz, clock_timestamp())
    from unnest(
      ${ids}::text[], ${messages.map(({ template }) => template)}::text[],
      ${messages.map(({ locale }) => locale ?? LOCALE)}::text[],
      ${kept(({ recipient }) => recipient)}::text[], ${kept(({ params }) => JSON.stringify(params))}::text[],
      ${sealed}::text[], ${kept(({ providerId }) => providerId)}::text[], ${kept(({ leadId }) => leadId)}::text[],
      ${messages.map(({ withheld }) => (withheld ? 'cancelled' : 'pending'))}::text[],
      ${messages.map(({ dueAt }) => dueAt?.toISOString() ?? null)}::text[]
    ) as message (id, template, locale, recipient, params, secret, provider_id, lead_id, state, due_at)`;
}

export type DueMessage = {
  id: string;
  created_at: Date;
  template: string;
  locale: string;
  recipient: string;
  params: Params;
  secretEnc: Buffer | null;
  tries: number;
};

/**
 * Claims due messages that nobody holds, oldest first, through the index messages_due. The table is partitioned, so
 * a row is found by created_at and id together. `tries` counts this one, also when it is lost by a crash.
 */
export async function claimMessages(
  tx: Tx,
  claim: { token: string; leaseMs: number; limit: number },
): Promise<DueMessage[]> {
  return tx<DueMessage[]>`
    update messages m
    set state = 'sending', tries = m.tries + 1, lease_token = ${claim.token},
      lease_until = clock_timestamp() + ${claim.leaseMs} * interval '1 ms'
    from (
      select created_at, id from messages
      where state in ('pending', 'sending') and due_at <= clock_timestamp()
        and (lease_until is null or lease_until < clock_timestamp())
      order by due_at
      limit ${claim.limit}
      for no key update skip locked
    ) as due
    where m.created_at = due.created_at and m.id = due.id
    returning m.id, m.created_at, template, locale, recipient, params, secret_enc as "secretEnc", tries`;
}

/** Prolongs the leases of messages that this token still holds. By both columns: the table is partitioned. */
export async function renewMessages(
  tx: Tx,
  renew: { token: string; leaseMs: number; messages: readonly DueMessage[] },
): Promise<void> {
  await tx`
    update messages m set lease_until = clock_timestamp() + ${renew.leaseMs} * interval '1 ms'
    from unnest(
      ${renew.messages.map(({ created_at }) => created_at.toISOString())}::text[],
      ${renew.messages.map(({ id }) => id)}::uuid[]
    ) as held (created_at, id)
    where m.created_at = held.created_at::timestamptz and m.id = held.id and m.lease_token = ${renew.token}`;
}

export type Outcome = {
  message: DueMessage;
  state: 'sent' | 'pending' | 'dead';
  /** For `pending`: when to try again. */
  waitMs: number;
  error: string | null;
};

/**
 * Records what became of messages that this token still holds; answers with their ids. Values that work like a key go
 * with the end of the message, unless `keepSecrets` (the development mailbox shows them).
 */
export async function recordOutcomes(
  tx: Tx,
  token: string,
  outcomes: Outcome[],
  keepSecrets: boolean,
): Promise<Set<string>> {
  const rows = await tx<{ id: string }[]>`
    update messages m
    set state = o.state, last_error = o.error, lease_token = null, lease_until = null,
      sent_at = case when o.state = 'sent' then clock_timestamp() end,
      secret_enc = case when o.state = 'pending' or ${keepSecrets} then m.secret_enc end,
      due_at = clock_timestamp() + o.wait_ms * interval '1 ms'
    from unnest(
      ${outcomes.map(({ message }) => message.created_at.toISOString())}::text[],
      ${outcomes.map(({ message }) => message.id)}::uuid[], ${outcomes.map(({ state }) => state)}::text[],
      ${outcomes.map(({ waitMs }) => waitMs)}::int[], ${outcomes.map(({ error }) => error)}::text[]
    ) as o (created_at, id, state, wait_ms, error)
    where m.created_at = o.created_at::timestamptz and m.id = o.id and m.lease_token = ${token}
    returning m.id`;
  return new Set(rows.map(({ id }) => id));
}

export type MailboxRow = {
  id: string;
  created_at: Date;
  template: string;
  locale: string;
  recipient: string;
  params: Params;
  secretEnc: Buffer | null;
  state: string;
  last_error: string | null;
};

/** What was written lately, newest first; for the development mailbox. */
export async function selectMailbox(
  tx: Tx,
  filter: { to?: string | undefined; id?: string | undefined },
  limit: number,
): Promise<MailboxRow[]> {
  return tx<MailboxRow[]>`
    select id, created_at, template, locale, recipient, params, secret_enc as "secretEnc", state, last_error
    from messages
    where recipient is not null
      ${filter.to === undefined ? tx`` : tx`and recipient = ${filter.to}`}
      ${filter.id === undefined ? tx`` : tx`and id = ${filter.id}`}
    order by created_at desc, id desc limit ${limit}`;
}
