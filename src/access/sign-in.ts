import { createHash } from 'node:crypto';
import { type AuditActor, audit } from '../journal/audit/index.ts';
import { foldEmail } from '../kernel/contact.ts';
import type { App } from '../platform/app.ts';
import type { Tx } from '../platform/db.ts';
import { networkOf } from '../platform/private-host.ts';
import { emptyBucket, takeToken, tooMany } from '../platform/rate-limit.ts';
import { randomToken } from '../platform/secrets.ts';
import { maySignIn } from './cookie.ts';
import { refusals } from './errors.ts';
import { sessionOpened, signInRefused } from './events.ts';
import { verifyPassword } from './password.ts';
import { isStaff } from './principal.ts';
import * as store from './store.ts';
import { hashOfToken, PREFIX, SESSION_IDLE_MS } from './tokens.ts';

const WINDOW_MS = 15 * 60_000;
/** Tries of one network at one account. It never shuts the account for anybody else. */
const TRIES_PER_ACCOUNT_AND_NETWORK = 10;
/** Tries of one network at all accounts. */
const TRIES_PER_NETWORK = 90;
/** From this many tries at one account, from wherever, each further one waits a little longer. */
const UNDELAYED_TRIES = 10;
const DELAY_STEP_MS = 100;
const DELAY_MAX_MS = 2_000;

export type SignIn = { email: string; password: string; token: boolean };
export type Where = { ip: string; userAgent: string | null; requestId?: string };
export type SignedIn = { user: store.User; secret: string; expiresAt: Date };

/**
 * Checks e-mail and password and opens a session.
 * 1. count the try (network; account and network; account), 2. wait when the account is under attack,
 * 3. compare the password, which costs the same for an unknown e-mail, 4. say what stands in the way, 5. open.
 * @throws Refusal `https_needed`, `rate_limited`, `sign_in_wrong`, `email_not_verified`, `account_not_active`
 */
export async function signIn(app: App, input: SignIn, where: Where): Promise<SignedIn> {
  if (!maySignIn(app.config)) throw refusals.https_needed();
  const email = foldEmail(input.email);
  const buckets = await countTry(app, email, where.ip);

  const user = await app.db.tx({ role: 'engine' }, (tx) => store.userByEmail(tx, email));
  const right = await verifyPassword(user?.passwordHash ?? null, input.password);
  if (!user || !right) {
    signInRefused(app.log, user?.id ?? null);
    throw refusals.sign_in_wrong();
  }
  // Only who knows the password learns what else stands in the way.
  if (user.emailVerifiedAt === null) throw refusals.email_not_verified();
  if (user.status !== 'active') throw refusals.account_not_active();

  for (const key of buckets) await emptyBucket(app, key, WINDOW_MS);
  return await app.db.tx({ role: 'engine' }, (tx) => openSession(tx, user, input.token, where));
}

/** Counts a try; returns the buckets that a success empties. The account is named by a hash: nothing of a person is kept. */
async function countTry(app: App, email: string, ip: string): Promise<string[]> {
  const network = networkOf(ip);
  const account = createHash('sha256').update(email).digest('base64url');
  const pair = `sign-in:${account}:${network}`;
  const everywhere = `sign-in:${account}`;
  const ofNetwork = await takeToken(app, `sign-in:${network}`, TRIES_PER_NETWORK, WINDOW_MS);
  if (!ofNetwork.granted) throw tooMany(ofNetwork.resetMs);
  const ofPair = await takeToken(app, pair, TRIES_PER_ACCOUNT_AND_NETWORK, WINDOW_MS);
  if (!ofPair.granted) throw tooMany(ofPair.resetMs);
  const delaysMax = DELAY_MAX_MS / DELAY_STEP_MS;
  const { used } = await takeToken(app, everywhere, UNDELAYED_TRIES + delaysMax, WINDOW_MS);
  const delayMs = Math.min(DELAY_MAX_MS, Math.max(0, used - UNDELAYED_TRIES) * DELAY_STEP_MS);
  if (delayMs > 0) await new Promise((resume) => setTimeout(resume, delayMs));
  return [pair, everywhere];
}

/** Opens a session for a user who has just proved who he is; `token` gives one for the Authorization header. */
export async function openSession(tx: Tx, user: store.User, token: boolean, where: Where): Promise<SignedIn> {
  const prefix = token ? PREFIX.bearer : PREFIX.session;
  const secret = randomToken(prefix);
  const expiresAt = await store.insertSession(tx, {
    hash: hashOfToken(secret, prefix)!,
    userId: user.id,
    kind: token ? 'bearer' : 'browser',
    idleMs: SESSION_IDLE_MS,
    ip: where.ip,
    userAgent: where.userAgent,
  });
  await audit(tx, [
    {
      actor: actorFor(user, where),
      action: 'session.opened',
      entityType: 'user',
      entityId: user.id,
      description: token ? 'Signed in with a token' : 'Signed in',
    },
  ]);
  sessionOpened(tx, { userId: user.id, kind: token ? 'bearer' : 'browser' });
  return { user, secret, expiresAt };
}

export function actorFor(user: { id: string; role: string }, where: Where): AuditActor {
  return {
    id: user.id,
    role: isStaff(user.role) ? (user.role as AuditActor['role']) : 'provider',
    ip: where.ip,
    userAgent: where.userAgent,
    requestId: where.requestId ?? null,
  };
}
