export { type AuditActor, type AuditEntry, audit, auditRows, SYSTEM } from './audit.ts';
export { auditRoutes } from './routes.ts';
export { sealAudit } from './seal-audit.ts';
export { type AuditRow, selectAudit } from './store.ts';
export { type AuditFinding, verifyAudit } from './verify-audit.ts';
