import type { Tx } from '../platform/db.ts';

/** All SQL of access. Every look-up of a session or key joins the user, so that a change of role or status holds at once. */

export type User = {
  id: string;
  email: string;
  passwordHash: string | null;
  role: string;
  providerId: string | null;
  firstName: string;
  lastName: string;
  status: string;
  emailVerifiedAt: Date | null;
  version: number;
  createdAt: Date;
};

/** A session or key together with the user it speaks for. */
export type Known = { userId: string; role: string; providerId: string | null; name: string; email: string };

const userColumns = (tx: Tx) => tx`
  id, email, password_hash as "passwordHash", role, provider_id as "providerId", first_name as "firstName",
  last_name as "lastName", status, email_verified_at as "emailVerifiedAt", version, created_at as "createdAt"`;

const knownColumns = (tx: Tx) => tx`
  u.id as "userId", u.role, u.provider_id as "providerId", trim(u.first_name || ' ' || u.last_name) as name, u.email`;

/** Index users_email_once. */
export async function userByEmail(tx: Tx, email: string): Promise<User | undefined> {
  const [user] = await tx<User[]>`
    select ${userColumns(tx)} from users where email = ${email} and deleted_at is null`;
  return user;
}

export async function userById(tx: Tx, id: string): Promise<User | undefined> {
  const [user] = await tx<User[]>`
    select ${userColumns(tx)} from users where id = ${id} and deleted_at is null`;
  return user;
}

export async function lockUser(tx: Tx, id: string): Promise<User | undefined> {
  const [user] = await tx<User[]>`
    select ${userColumns(tx)} from users where id = ${id} and deleted_at is null for no key update`;
  return user;
}

export async function anyAdmin(tx: Tx): Promise<boolean> {
  const [row] = await tx<{ there: boolean }[]>`
    select exists (select from users where role = 'admin' and status = 'active' and deleted_at is null) as there`;
  return row!.there;
}

export type NewUser = {
  id: string;
  email: string;
  passwordHash: string | null;
  role: string;
  providerId: string | null;
  firstName: string;
  lastName: string;
  status: string;
  verified: boolean;
};

export async function insertUser(tx: Tx, user: NewUser): Promise<void> {
  await tx`
    insert into users (id, email, password_hash, role, provider_id, first_name, last_name, status, email_verified_at)
    values (${user.id}, ${user.email}, ${user.passwordHash}, ${user.role}, ${user.providerId}, ${user.firstName},
      ${user.lastName}, ${user.status}, case when ${user.verified} then clock_timestamp() end)`;
}

/** Sets the password of an invited user and opens the account. */
export async function activateUser(tx: Tx, id: string, passwordHash: string): Promise<User | undefined> {
  const [user] = await tx<User[]>`
    update users set password_hash = ${passwordHash}, status = 'active', version = version + 1,
      email_verified_at = coalesce(email_verified_at, clock_timestamp()), updated_at = clock_timestamp()
    where id = ${id} and status = 'pending' and deleted_at is null
    returning ${userColumns(tx)}`;
  return user;
}

export async function changeUser(
  tx: Tx,
  change: { id: string; role: string; status: string },
): Promise<User> {
  const [user] = await tx<User[]>`
    update users set role = ${change.role}, status = ${change.status}, version = version + 1,
      updated_at = clock_timestamp()
    where id = ${change.id} and deleted_at is null
    returning ${userColumns(tx)}`;
  return user!;
}

export async function listUsers(
  tx: Tx,
  of: { providerId: string | null; limit: number; offset: number },
): Promise<{ rows: User[]; counted: number }> {
  const which = of.providerId === null ? tx`provider_id is null` : tx`provider_id = ${of.providerId}`;
  const rows = await tx<User[]>`
    select ${userColumns(tx)} from users where deleted_at is null and ${which}
    order by created_at, id limit ${of.limit} offset ${of.offset}`;
  const [total] = await tx<{ counted: number }[]>`
    select count(*)::int as counted from (
      select from users where deleted_at is null and ${which} limit 1001) as found`;
  return { rows: [...rows], counted: total!.counted };
}

export type NewSession = {
  hash: Buffer;
  userId: string;
  kind: 'browser' | 'bearer';
  idleMs: number;
  ip: string | null;
  userAgent: string | null;
};

export async function insertSession(tx: Tx, session: NewSession): Promise<Date> {
  const [row] = await tx<{ expiresAt: Date }[]>`
    insert into sessions (token_hash, user_id, kind, expires_at, ip, user_agent)
    values (${session.hash}, ${session.userId}, ${session.kind},
      clock_timestamp() + make_interval(secs => ${session.idleMs / 1000}), ${session.ip}, ${session.userAgent})
    returning expires_at as "expiresAt"`;
  return row!.expiresAt;
}

/**
 * The user behind a session, by the primary key of sessions. In the same statement the expiry slides on, at most
 * once a minute and never beyond `lifeMs` after the sign-in.
 */
export async function sessionUser(
  tx: Tx,
  session: { hash: Buffer; idleMs: number; lifeMs: number },
): Promise<(Known & { kind: 'browser' | 'bearer' }) | undefined> {
  const [known] = await tx<(Known & { kind: 'browser' | 'bearer' })[]>`
    with slide as (
      update sessions set last_seen_at = clock_timestamp(), expires_at = least(
        created_at + make_interval(secs => ${session.lifeMs / 1000}),
        clock_timestamp() + make_interval(secs => ${session.idleMs / 1000}))
      where token_hash = ${session.hash} and revoked_at is null and expires_at > clock_timestamp()
        and last_seen_at < clock_timestamp() - interval '1 minute'
    )
    select s.kind, ${knownColumns(tx)}
    from sessions s join users u on u.id = s.user_id
    where s.token_hash = ${session.hash} and s.revoked_at is null and s.expires_at > clock_timestamp()
      and u.status = 'active' and u.deleted_at is null`;
  return known;
}

/** Of these sessions, those that are still good and speak for the same role and provider. */
export async function goodSessions(
  tx: Tx,
  hashes: Buffer[],
): Promise<{ hash: Buffer; role: string; providerId: string | null }[]> {
  return await tx<{ hash: Buffer; role: string; providerId: string | null }[]>`
    select s.token_hash as hash, u.role, u.provider_id as "providerId"
    from sessions s join users u on u.id = s.user_id
    where s.token_hash in ${tx(hashes)} and s.revoked_at is null and s.expires_at > clock_timestamp()
      and u.status = 'active' and u.deleted_at is null`;
}

export async function revokeSession(tx: Tx, hash: Buffer): Promise<void> {
  await tx`update sessions set revoked_at = clock_timestamp() where token_hash = ${hash} and revoked_at is null`;
}

/** Index sessions_user. */
export async function revokeSessionsOf(tx: Tx, userId: string): Promise<number> {
  const { count } = await tx`
    update sessions set revoked_at = clock_timestamp() where user_id = ${userId} and revoked_at is null`;
  return count;
}

/** Address and browser of a session are kept 30 days after its end. */
export async function forgetOldSessions(tx: Tx): Promise<number> {
  const { count } = await tx`
    update sessions set ip = null, user_agent = null
    where expires_at < clock_timestamp() - interval '30 days' and (ip is not null or user_agent is not null)`;
  return count;
}

export type Purpose = 'first_admin' | 'invite' | 'password_reset' | 'email';

export async function insertLink(
  tx: Tx,
  link: { hash: Buffer; purpose: Purpose; userId: string | null; lifeMs: number },
): Promise<Date> {
  const [row] = await tx<{ expiresAt: Date }[]>`
    insert into one_time_links (token_hash, purpose, user_id, expires_at)
    values (${link.hash}, ${link.purpose}, ${link.userId},
      clock_timestamp() + make_interval(secs => ${link.lifeMs / 1000}))
    returning expires_at as "expiresAt"`;
  return row!.expiresAt;
}

/** Whether a link can still be used, without using it: asked before the costly hash of a password. */
export async function linkIsGood(tx: Tx, hash: Buffer, purpose: Purpose): Promise<boolean> {
  const rows = await tx`
    select 1 from one_time_links
    where token_hash = ${hash} and purpose = ${purpose} and used_at is null and expires_at > clock_timestamp()`;
  return rows.length > 0;
}

/** Takes a link: of two who try, one gets it. */
export async function takeLink(
  tx: Tx,
  hash: Buffer,
  purpose: Purpose,
): Promise<{ userId: string | null } | undefined> {
  const [row] = await tx<{ userId: string | null }[]>`
    update one_time_links set used_at = clock_timestamp()
    where token_hash = ${hash} and purpose = ${purpose} and used_at is null and expires_at > clock_timestamp()
    returning user_id as "userId"`;
  return row;
}

/** Links of a purpose stop working; a new one takes their place. `userId` null: those of nobody (first admin). */
export async function cancelLinks(tx: Tx, purpose: Purpose, userId: string | null): Promise<void> {
  await tx`
    update one_time_links set used_at = clock_timestamp()
    where purpose = ${purpose} and user_id is not distinct from ${userId} and used_at is null`;
}

export type ApiKey = {
  id: string;
  name: string;
  prefix: string;
  scopes: string[];
  lastUsedAt: Date | null;
  createdAt: Date;
};

/** The user behind an API key (unique index on key_hash); its last use is noted at most once a minute. */
export async function apiKeyUser(tx: Tx, hash: Buffer): Promise<(Known & { scopes: string[] }) | undefined> {
  const [known] = await tx<(Known & { scopes: string[] })[]>`
    with used as (
      update api_keys set last_used_at = clock_timestamp()
      where key_hash = ${hash} and revoked_at is null
        and (last_used_at is null or last_used_at < clock_timestamp() - interval '1 minute')
    )
    select k.scopes, ${knownColumns(tx)}
    from api_keys k join users u on u.id = k.user_id
    where k.key_hash = ${hash} and k.revoked_at is null and u.status = 'active' and u.deleted_at is null`;
  return known;
}

/** The roles of the users whose keys are still good and may read. */
export async function goodApiKeys(
  tx: Tx,
  hashes: Buffer[],
): Promise<{ hash: Buffer; role: string; providerId: string | null }[]> {
  return await tx<{ hash: Buffer; role: string; providerId: string | null }[]>`
    select k.key_hash as hash, u.role, u.provider_id as "providerId"
    from api_keys k join users u on u.id = k.user_id
    where k.key_hash in ${tx(hashes)} and k.revoked_at is null and u.status = 'active' and u.deleted_at is null`;
}

/** One at a time counts and makes the keys of a user, so that their limit holds. */
export async function lockApiKeys(tx: Tx, userId: string): Promise<void> {
  await tx`select pg_advisory_xact_lock(hashtext('access: api keys'), hashtext(${userId}))`;
}

/** Index api_keys_user. */
export async function apiKeysOf(tx: Tx, userId: string): Promise<ApiKey[]> {
  return await tx<ApiKey[]>`
    select id, name, prefix, scopes, last_used_at as "lastUsedAt", created_at as "createdAt"
    from api_keys where user_id = ${userId} and revoked_at is null order by created_at, id`;
}

export async function insertApiKey(
  tx: Tx,
  key: { id: string; userId: string; name: string; prefix: string; hash: Buffer; scopes: string[] },
): Promise<ApiKey> {
  const [row] = await tx<ApiKey[]>`
    insert into api_keys (id, user_id, name, prefix, key_hash, scopes)
    values (${key.id}, ${key.userId}, ${key.name}, ${key.prefix}, ${key.hash}, ${key.scopes})
    returning id, name, prefix, scopes, last_used_at as "lastUsedAt", created_at as "createdAt"`;
  return row!;
}

export async function revokeApiKey(tx: Tx, id: string, userId: string): Promise<boolean> {
  const { count } = await tx`
    update api_keys set revoked_at = clock_timestamp()
    where id = ${id} and user_id = ${userId} and revoked_at is null`;
  return count === 1;
}

/** One at a time makes the first administrator. */
export async function lockFirstAdmin(tx: Tx): Promise<void> {
  await tx`select pg_advisory_xact_lock(hashtext('access: first admin'))`;
}
