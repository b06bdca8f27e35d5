import type { AuditActor } from '../journal/audit/index.ts';
import type { Actor } from '../platform/db.ts';
import type { Principal, Request } from '../platform/http.ts';
import { refusals } from './errors.ts';

/** Roles as access rules of routes: who may call. */
export const STAFF = ['admin', 'operator', 'finance', 'auditor'] as const;
export const ADMINS = ['admin'] as const;
export const OPERATORS = ['admin', 'operator'] as const;
export const MONEY = ['admin', 'finance'] as const;
export const PROVIDER = ['provider_owner', 'provider_member'] as const;
export const PROVIDER_OWNER = ['provider_owner'] as const;
export const SIGNED_IN = [...STAFF, ...PROVIDER] as const;

export type Role = (typeof SIGNED_IN)[number];

export const isStaff = (role: string): boolean => (STAFF as readonly string[]).includes(role);

const USER_AGENT_MAX = 300;

/** The signed-in caller. @throws Refusal 401 when nobody is signed in. */
export function principalOf(request: Request): Principal {
  if (!request.principal) throw refusals.not_signed_in();
  return request.principal;
}

/** Whose rows a transaction of this caller may see: staff work as operator, a provider's users as that provider. */
export function actorOf(request: Request): Actor {
  const { providerId } = principalOf(request);
  return providerId === null ? { role: 'operator' } : { role: 'provider', providerId };
}

/** The provider a caller belongs to. @throws Refusal 403 for staff. */
export function providerOf(request: Request): string {
  const { providerId } = principalOf(request);
  if (providerId === null) throw refusals.role_not_allowed();
  return providerId;
}

/** The caller as the audit log names him, with address and browser. */
export function auditActorOf(request: Request): AuditActor {
  const { userId, role } = principalOf(request);
  return {
    id: userId,
    role: isStaff(role) ? (role as AuditActor['role']) : 'provider',
    ...cameFrom(request),
    requestId: request.id,
  };
}

/** Address and browser of a request, as sessions and the audit log keep them. */
export function cameFrom(request: Request): { ip: string; userAgent: string | null } {
  const userAgent = request.headers['user-agent']?.slice(0, USER_AGENT_MAX) ?? null;
  return { ip: request.ip, userAgent };
}

/**
 * The note for administrators that came with a request, or null.
 * @throws Refusal 403 role_not_allowed, on its field, when somebody else sent one
 */
export function memoOf(request: Request, memo: string | undefined): string | null {
  if (memo === undefined) return null;
  if (principalOf(request).role === 'admin') return memo;
  const message = 'Only an administrator may write this note: leave it out.';
  throw refusals.role_not_allowed({ message, details: [{ field: 'admin_only_memo', message }] });
}
