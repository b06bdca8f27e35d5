import { newId } from '../../kernel/ids.ts';
import type { Tx } from '../../platform/db.ts';
import type { NewMessage } from './messages.ts';

const LOCALE = 'en-GB';

export async function insertMessages(tx: Tx, messages: NewMessage[]): Promise<void> {
  await tx`
    insert into messages (id, template, locale, recipient, params, provider_id, lead_id, due_at)
    select id::uuid, template, locale, recipient, params::jsonb, provider_id::uuid, lead_id::uuid,
      coalesce(due_at::timestamptz, clock_timestamp())
    from unnest(
      ${messages.map(() => newId())}::text[], ${messages.map(({ template }) => template)}::text[],
      ${messages.map(({ locale }) => locale ?? LOCALE)}::text[],
      ${messages.map(({ recipient }) => recipient)}::text[],
      ${messages.map(({ params }) => JSON.stringify(params))}::text[],
      ${messages.map(({ providerId }) => providerId ?? null)}::text[],
      ${messages.map(({ leadId }) => leadId ?? null)}::text[],
      ${messages.map(({ dueAt }) => dueAt?.toISOString() ?? null)}::text[]
    ) as message (id, template, locale, recipient, params, provider_id, lead_id, due_at)`;
}
