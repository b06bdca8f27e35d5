import { type AuditActor, audit } from '../journal/audit/index.ts';
import { type Pagination, pagination, readPage } from '../kernel/page.ts';
import type { App } from '../platform/app.ts';
import { httpRefusals } from '../platform/errors.ts';
import { requireVersion } from '../platform/versions.ts';
import { refusals } from './errors.ts';
import { isStaff } from './principal.ts';
import * as store from './store.ts';

export type UserChange = {
  id: string;
  version: number;
  role?: string | undefined;
  status?: 'active' | 'suspended' | 'deactivated' | undefined;
};

/**
 * Changes role or status of a user; it holds with the user's next request, and sessions of a user who is no longer
 * active end. A role stays on its side: staff, or the same provider.
 * @throws Refusal `user_not_found`, `own_account_locked_out`, `role_not_allowed`, `version_stale`
 */
export async function changeUser(app: App, change: UserChange, who: AuditActor): Promise<store.User> {
  return await app.db.tx({ role: 'operator' }, async (tx) => {
    const before = await store.lockUser(tx, change.id);
    if (!before) throw refusals.user_not_found();
    requireVersion(before, change.version, { role: change.role, status: change.status });
    const role = change.role ?? before.role;
    const status = change.status ?? before.status;
    const own = before.id === who.id;
    if (own && (role !== before.role || status !== before.status)) throw refusals.own_account_locked_out();
    if (isStaff(role) !== isStaff(before.role)) {
      throw refusals.role_not_allowed({ message: 'Staff stay staff and users of a provider stay with it.' });
    }
    // Who never chose a password cannot be made active: the invitation does that.
    if (before.passwordHash === null && status === 'active') throw refusals.account_not_active();
    const { id } = change;
    const user = await store.changeUser(tx, { id, role, status });
    if (status !== 'active') await store.revokeSessionsOf(tx, id);
    await audit(tx, [
      {
        actor: who,
        action: 'user.changed',
        entityType: 'user',
        entityId: id,
        before: { role: before.role, status: before.status },
        after: { role, status },
        description: `Role ${before.role} > ${role}, status ${before.status} > ${status}`,
      },
    ]);
    return user;
  });
}

/** The staff (`providerId` null) or the users of a provider, oldest first. */
export async function listUsers(
  app: App,
  providerId: string | null,
  query: { page: number; limit: number },
): Promise<{ users: store.User[]; pagination: Pagination }> {
  const asked = readPage(query);
  if (!asked.ok) {
    const message = `The ${asked.field} is too far: use a smaller one.`;
    throw httpRefusals.input_invalid({ details: [{ field: asked.field, message }] });
  }
  const { limit, offset } = asked.value;
  const { rows, counted } = await app.db.tx(
    { role: 'operator' },
    (tx) => store.listUsers(tx, { providerId, limit, offset }),
    { readOnly: true },
  );
  return { users: rows, pagination: pagination(asked.value, counted) };
}
