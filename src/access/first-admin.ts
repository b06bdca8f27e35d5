import { audit } from '../journal/audit/index.ts';
import { foldEmail } from '../kernel/contact.ts';
import { newId } from '../kernel/ids.ts';
import type { App } from '../platform/app.ts';
import { randomToken } from '../platform/secrets.ts';
import { maySignIn } from './cookie.ts';
import { refusals } from './errors.ts';
import { checkNewPassword, hashPassword } from './password.ts';
import { actorFor, openSession, type SignedIn, type Where } from './sign-in.ts';
import * as store from './store.ts';
import { FIRST_ADMIN_LIFE_MS, hashOfToken, PREFIX } from './tokens.ts';

/**
 * A link for making the first administrator, or null when there is one. Every call makes a new link and ends the one
 * before.
 */
export async function firstAdminLink(app: App): Promise<string | null> {
  const token = randomToken(PREFIX.link);
  const made = await app.db.tx({ role: 'engine' }, async (tx) => {
    await store.lockFirstAdmin(tx);
    if (await store.anyAdmin(tx)) return false;
    await store.cancelLinks(tx, 'first_admin', null);
    await store.insertLink(tx, {
      hash: hashOfToken(token, PREFIX.link)!,
      purpose: 'first_admin',
      userId: null,
      lifeMs: FIRST_ADMIN_LIFE_MS,
    });
    return true;
  });
  return made ? `${app.config.PUBLIC_URL}/first-admin?token=${token}` : null;
}

export type FirstAdmin = {
  token: string;
  email: string;
  firstName: string;
  lastName: string;
  password: string;
};

/**
 * Makes the first administrator and signs him in.
 * @throws Refusal `https_needed`, `password_*`, `link_not_valid`, `admin_exists`, `email_taken`
 */
export async function makeFirstAdmin(app: App, input: FirstAdmin, where: Where): Promise<SignedIn> {
  if (!maySignIn(app.config)) throw refusals.https_needed();
  const email = foldEmail(input.email);
  checkNewPassword(input.password, email);
  const link = hashOfToken(input.token, PREFIX.link);
  if (!link) throw refusals.link_not_valid();
  // Nobody makes us hash with a link that he made up.
  const good = await app.db.tx({ role: 'engine' }, (tx) => store.linkIsGood(tx, link, 'first_admin'));
  if (!good) throw refusals.link_not_valid();
  const passwordHash = await hashPassword(input.password);
  const id = newId();
  return await app.db.tx({ role: 'engine' }, async (tx) => {
    await store.lockFirstAdmin(tx);
    if (!(await store.takeLink(tx, link, 'first_admin'))) throw refusals.link_not_valid();
    if (await store.anyAdmin(tx)) throw refusals.admin_exists();
    if (await store.userByEmail(tx, email)) throw refusals.email_taken();
    const { firstName, lastName } = input;
    await store.insertUser(tx, {
      ...{ id, email, passwordHash, firstName, lastName },
      ...{ role: 'admin', providerId: null, status: 'active', verified: true },
    });
    const user = (await store.userById(tx, id))!;
    await audit(tx, [
      {
        actor: actorFor(user, where),
        action: 'user.created',
        entityType: 'user',
        entityId: id,
        after: { role: 'admin', status: 'active' },
        description: 'The first administrator was made by the one-time link',
      },
    ]);
    return await openSession(tx, user, false, where);
  });
}
