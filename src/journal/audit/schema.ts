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
  entityType: z.string().min(1).max(100).optional(),
  entityId: z.string().min(1).max(200).optional(),
  actorId: z.string().min(1).max(200).optional(),
  actorRole: z.enum(auditActorRoles).optional(),
  action: z.string().min(1).max(100).optional(),
  from: time.optional(),
  to: time.optional(),
});

/** One entry as staff see it. */
export const auditRow = z.object({
  id: z.string(),
  createdAt: z.string(),
  actorId: z.string().nullable(),
  actorRole: z.enum(auditActorRoles),
  action: z.string(),
  entityType: z.string(),
  entityId: z.string().nullable(),
  before: z.unknown(),
  after: z.unknown(),
  description: z.string(),
  metadata: z.unknown(),
  ip: z.string().nullable(),
  userAgent: z.string().nullable(),
  requestId: z.string().nullable(),
});

/** With what only the role admin may read. */
export const auditRowOfAdmin = auditRow.extend({ adminOnlyMemo: z.string().nullable() });
export type AuditRowView = z.infer<typeof auditRowOfAdmin>;
