import { type AuditActor, audit } from '../journal/audit/index.ts';
import type { App } from '../platform/app.ts';
import type { Principal } from '../platform/http.ts';
import * as store from './store.ts';

/** Ends this session, or with `everywhere` all sessions of the user; an API key is not ended by it. */
export async function signOut(
  app: App,
  principal: Principal,
  everywhere: boolean,
  who: AuditActor,
): Promise<void> {
  await app.db.tx({ role: 'engine' }, async (tx) => {
    if (everywhere) await store.revokeSessionsOf(tx, principal.userId);
    else if (principal.sessionHash) await store.revokeSession(tx, principal.sessionHash);
    await audit(tx, [
      {
        actor: who,
        action: 'session.ended',
        entityType: 'user',
        entityId: principal.userId,
        description: everywhere ? 'Signed out everywhere' : 'Signed out',
      },
    ]);
  });
}
