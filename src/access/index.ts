/** The door of access. */
export { asksForRole, authenticate, checkAllowed, countWrongToken, limitOf } from './authenticate.ts';
export { cookieName, isSecure } from './cookie.ts';
export { refusals } from './errors.ts';
export { firstAdminLink } from './first-admin.ts';
export { createUser, inviteUser, type NewUser } from './invite-user.ts';
export { hashPassword, verifyPassword } from './password.ts';
export {
  ADMINS,
  actorOf,
  auditActorOf,
  cameFrom,
  isStaff,
  MONEY,
  memoOf,
  OPERATORS,
  PROVIDER,
  PROVIDER_OWNER,
  principalOf,
  providerOf,
  type Role,
  SIGNED_IN,
  STAFF,
} from './principal.ts';
export { accessRoutes } from './routes.ts';
export { comesFrom, isSafe } from './same-origin.ts';
export { openSession, type SignedIn } from './sign-in.ts';
export { forgetOldSessions, goodApiKeys, goodSessions, type User } from './store.ts';
