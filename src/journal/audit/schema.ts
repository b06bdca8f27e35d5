import { z } from 'zod';

export const auditActorRoles = [
  'admin',
  'operator',
  'finance',
  'auditor',
  'provider',
  'submitter',
  'source',
  'system',
] as const;

const time = z.iso.datetime({ offset: true }).transform((text) => new Date(text));

export const auditQuery = z.object({
  limit: z.coerce.number().int().min(1).max(100).default(20),
  cursor: z.string().max(400).optional(),
  entity_type: z.string().min(1).max(100).optional(),
  entity_id: z.string().min(1).max(200).optional(),
  actor_id: z.string().min(1).max(200).optional(),
  actor_role: z.enum(auditActorRoles).optional(),
  action: z.string().min(1).max(100).optional(),
  from: time.optional(),
  to: time.optional(),
});

/** One entry as staff see it. */
export const auditRow = z.object({
  id: z.string(),
  created_at: z.string(),
  actor_id: z.string().nullable(),
  actor_role: z.enum(auditActorRoles),
  action: z.string(),
  entity_type: z.string(),
  entity_id: z.string().nullable(),
  before_state: z.unknown(),
  after_state: z.unknown(),
  description: z.string(),
  metadata: z.unknown(),
  ip: z.string().nullable(),
  user_agent: z.string().nullable(),
  request_id: z.string().nullable(),
});

/** With what only the role admin may read. */
export const auditRowOfAdmin = auditRow.extend({ admin_only_memo: z.string().nullable() });
export type AuditRowView = z.infer<typeof auditRowOfAdmin>;
