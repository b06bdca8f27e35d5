export { type AuditActor, type AuditEntry, audit, SYSTEM } from './audit.ts';
