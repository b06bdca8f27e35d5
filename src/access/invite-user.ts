import { type AuditActor, audit } from '../journal/audit/index.ts';
import { foldEmail } from '../kernel/contact.ts';
import { newId } from '../kernel/ids.ts';
import type { App } from '../platform/app.ts';
import { sqlState, type Tx } from '../platform/db.ts';
import { randomToken } from '../platform/secrets.ts';
import { maySignIn } from './cookie.ts';
import { refusals } from './errors.ts';
import { checkNewPassword, hashPassword } from './password.ts';
import { actorFor, openSession, type SignedIn, type Where } from './sign-in.ts';
import * as store from './store.ts';
import { hashOfToken, INVITE_LIFE_MS, PREFIX } from './tokens.ts';

export type NewUser = {
  email: string;
  role: string;
  providerId: string | null;
  firstName: string;
  lastName: string;
};

/**
 * Adds a user with a role and, for roles of a provider, the provider; without a password the user is `pending`.
 * The caller writes the audit row.
 * @throws Refusal `email_taken`, `user_provider_not_found`
 */
export async function createUser(
  tx: Tx,
  input: NewUser & { passwordHash?: string | null },
): Promise<store.User> {
  const email = foldEmail(input.email);
  if (await store.userByEmail(tx, email)) throw refusals.email_taken();
  const id = newId();
  const passwordHash = input.passwordHash ?? null;
  const status = passwordHash === null ? 'pending' : 'active';
  try {
    await store.insertUser(tx, {
      ...{ id, email, passwordHash, status, verified: passwordHash !== null },
      ...{ role: input.role, providerId: input.providerId },
      ...{ firstName: input.firstName, lastName: input.lastName },
    });
  } catch (error) {
    const constraint = sqlState(error)?.constraint;
    if (constraint === 'users_provider_fkey') throw refusals.user_provider_not_found();
    if (constraint === 'users_email_once') throw refusals.email_taken();
    throw error;
  }
  return (await store.userById(tx, id))!;
}

export type Invitation = { user: store.User; link: string; expiresAt: Date };

/** Adds a pending user and gives back the one-time link with which he chooses his password. */
export async function inviteUser(app: App, input: NewUser, who: AuditActor): Promise<Invitation> {
  const token = randomToken(PREFIX.link);
  return await app.db.tx({ role: 'operator' }, async (tx) => {
    const user = await createUser(tx, input);
    const expiresAt = await store.insertLink(tx, {
      ...{ hash: hashOfToken(token, PREFIX.link)!, purpose: 'invite', userId: user.id },
      lifeMs: INVITE_LIFE_MS,
    });
    await audit(tx, [
      {
        actor: who,
        action: 'user.invited',
        entityType: 'user',
        entityId: user.id,
        after: { role: user.role, providerId: user.providerId, status: user.status },
        description: `A user with the role ${user.role} was invited`,
      },
    ]);
    return { user, link: `${app.config.PUBLIC_URL}/accept-invite?token=${token}`, expiresAt };
  });
}

/**
 * Sets the password of an invited user, opens the account and signs him in.
 * @throws Refusal `https_needed`, `link_not_valid`, `password_*`
 */
export async function acceptInvite(
  app: App,
  input: { token: string; password: string },
  where: Where,
): Promise<SignedIn> {
  if (!maySignIn(app.config)) throw refusals.https_needed();
  const link = hashOfToken(input.token, PREFIX.link);
  if (!link) throw refusals.link_not_valid();
  checkNewPassword(input.password, '');
  // Nobody makes us hash with a link that he made up.
  const good = await app.db.tx({ role: 'engine' }, (tx) => store.linkIsGood(tx, link, 'invite'));
  if (!good) throw refusals.link_not_valid();
  const passwordHash = await hashPassword(input.password);
  return await app.db.tx({ role: 'engine' }, async (tx) => {
    const taken = await store.takeLink(tx, link, 'invite');
    if (!taken?.userId) throw refusals.link_not_valid();
    const user = await store.activateUser(tx, taken.userId, passwordHash);
    if (!user) throw refusals.link_not_valid();
    // The e-mail is known only now; refusing rolls the link back, so it can be used again.
    checkNewPassword(input.password, user.email);
    await audit(tx, [
      {
        actor: actorFor(user, where),
        action: 'user.activated',
        entityType: 'user',
        entityId: user.id,
        before: { status: 'pending' },
        after: { status: 'active' },
        description: 'The invitation was accepted',
      },
    ]);
    return await openSession(tx, user, false, where);
  });
}
