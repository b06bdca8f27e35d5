import type { Sql, Tx } from './admin-sql.ts';
import { codeOf, StartupError } from './startup-error.ts';

/**
 * Who may do what in the database. `fairlead_owner` owns the schema: it migrates, backs up and, as
 * `fairlead_auditor`, audits and exports. `fairlead_app` is the program: it holds no right of its own and takes one
 * of three roles for each transaction (`db.ts`). Roles belong to the whole server, rights on tables to the migrations.
 */

export const OWNER_LOGIN = 'fairlead_owner';
export const APP_LOGIN = 'fairlead_app';
export const AUDITOR_ROLE = 'fairlead_auditor';
export const ENGINE_ROLE = 'fairlead_engine';
const APP_ROLES = ['fairlead_provider', 'fairlead_operator', ENGINE_ROLE];
const INSUFFICIENT_PRIVILEGE = '42501';
const SERVER_VERSION_MIN = 160_000;

export type RoleOptions = { database: string; ownerPassword: string; appPassword: string };

/**
 * Makes the logins and roles and gives `database` (the one `sql` is connected to) to the owner. May be repeated: it
 * sets everything to what it should be, passwords too. Refuses with `postgres_too_old` and `auditor_not_allowed`.
 */
export async function setUpRoles(sql: Sql, options: RoleOptions): Promise<void> {
  const [server] = await sql`select current_setting('server_version_num')::int as version`;
  if (server?.version < SERVER_VERSION_MIN) {
    const found = Math.floor(server?.version / 10_000);
    const message = `This PostgreSQL is version ${found}; Fairlead needs 16 or newer. Upgrade the server first.`;
    throw new StartupError('postgres_too_old', message);
  }
  await sql.begin(async (tx) => {
    // Two set-ups at once would both find the roles missing.
    await tx`select pg_advisory_xact_lock(hashtextextended('fairlead.roles', 0))`;
    const [me] = await tx`select rolsuper as superuser from pg_roles where rolname = current_user`;
    await makeRole(tx, OWNER_LOGIN, 'login', options.ownerPassword);
    await makeRole(tx, APP_LOGIN, 'login noinherit', options.appPassword);
    for (const role of APP_ROLES) await makeRole(tx, role, 'nologin');
    await makeAuditor(tx);
    for (const role of APP_ROLES)
      await tx`grant ${tx(role)} to ${tx(APP_LOGIN)} with inherit false, set true`;
    await tx`grant ${tx(AUDITOR_ROLE)} to ${tx(OWNER_LOGIN)} with inherit false, set true`;
    if (!me?.superuser) await tx`grant ${tx(OWNER_LOGIN)} to current_user with inherit true, set true`;
    await giveDatabase(tx, options.database);
  });
}

/**
 * Refuses (`unsafe_database_login`) a login for which row-level security would not hold: a superuser, one that
 * bypasses the policies or may become one that does, or the owner of the tables. `FAIRLEAD_UNSAFE_DB=1` allows it.
 */
export async function assertSafeLogin(sql: Sql, options: { unsafeAllowed: boolean }): Promise<void> {
  if (options.unsafeAllowed) return;
  const [login] = await sql`
    select session_user as name, r.rolsuper as superuser, r.rolbypassrls as bypasses,
      exists (
        select from pg_roles o where o.rolbypassrls and not r.rolsuper and o.rolname <> session_user
          and pg_has_role(session_user, o.oid, 'member')
      ) as may_bypass,
      exists (
        select from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
          and not r.rolsuper and pg_has_role(session_user, c.relowner, 'member')
      ) as owns
    from pg_roles r where r.rolname = session_user`;
  const faults = [
    login?.superuser && 'is a superuser',
    login?.bypasses && 'bypasses row-level security',
    login?.may_bypass && 'may become a role that bypasses row-level security',
    login?.owns && 'owns the tables',
  ].filter((fault) => typeof fault === 'string');
  if (faults.length === 0) return;
  throw new StartupError(
    'unsafe_database_login',
    `The user ${login?.name} of DATABASE_URL ${faults.join(' and ')}, so one provider could see the leads of another. ` +
      'Run "fairlead setup-db" and use the DATABASE_URL it prints; to try things out, set FAIRLEAD_UNSAFE_DB=1.',
  );
}

async function makeRole(tx: Tx, name: string, kind: string, password?: string): Promise<void> {
  const [known] = await tx`select from pg_roles where rolname = ${name}`;
  if (!known) await tx`create role ${tx(name)}`;
  // A password cannot be a parameter of this statement; only characters that need no escaping are taken.
  const secret = password === undefined ? '' : ` password '${plain(password)}'`;
  await tx.unsafe(`alter role ${name} ${kind}${secret}`);
  // Only a superuser may name these two, even to take them away; a fresh role has neither.
  const [risky] = await tx`select from pg_roles where rolname = ${name} and (rolsuper or rolbypassrls)`;
  if (risky && name !== AUDITOR_ROLE) await tx.unsafe(`alter role ${name} nosuperuser nobypassrls`);
}

async function makeAuditor(tx: Tx): Promise<void> {
  await makeRole(tx, AUDITOR_ROLE, 'nologin');
  const [auditor] = await tx`select rolbypassrls as bypasses from pg_roles where rolname = ${AUDITOR_ROLE}`;
  if (auditor?.bypasses) return;
  try {
    await tx.savepoint((inner) => inner`alter role ${inner(AUDITOR_ROLE)} bypassrls`);
  } catch (error) {
    if (codeOf(error) !== INSUFFICIENT_PRIVILEGE) throw error;
    throw new StartupError(
      'auditor_not_allowed',
      'This login may not make the role that audits across providers. Ask a superuser to run ' +
        `"create role ${AUDITOR_ROLE} nologin bypassrls" and to grant it to this login with admin option, then repeat.`,
      { cause: error },
    );
  }
}

async function giveDatabase(tx: Tx, database: string): Promise<void> {
  const [schema] = await tx`
    select pg_get_userbyid(d.datdba) as database_owner, pg_get_userbyid(n.nspowner) as schema_owner
    from pg_database d, pg_namespace n where d.datname = ${database} and n.nspname = 'public'`;
  if (schema?.database_owner !== OWNER_LOGIN) {
    await tx`alter database ${tx(database)} owner to ${tx(OWNER_LOGIN)}`;
  }
  // pg_database_owner is whoever owns the database: right in every copy of it too.
  if (![OWNER_LOGIN, 'pg_database_owner'].includes(schema?.schema_owner)) {
    await tx`alter schema public owner to ${tx(OWNER_LOGIN)}`;
  }
  await tx`revoke create on schema public from public`;
  await tx`grant connect on database ${tx(database)} to ${tx(APP_LOGIN)}, ${tx(OWNER_LOGIN)}`;
}

function plain(password: string): string {
  if (/^[A-Za-z0-9_~.-]{16,200}$/.test(password)) return password;
  const message = 'A database password needs 16 to 200 letters, digits or the signs - _ . ~';
  throw new StartupError('database_password_unfit', message);
}
