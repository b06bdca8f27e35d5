import type { Sql } from './admin-sql.ts';

/**
 * The schema as text, from the catalogs: what `migrations/schema.sql` shows and a test keeps in step. The same schema
 * always gives the same text: everything is sorted by name, and monthly partitions, which depend on the day, are left
 * out. It is for reading and comparing, not for restoring.
 */

const HEADING = `-- The schema after all migrations, for reading. Written by \`node src/cli/dump-schema.ts\`; do not edit.
`;

/** Monthly partitions are named by month, as in \`audit_log_2026_11\`. */
const MONTHLY = '_[0-9]{4}_[0-9]{2}$';

/** Tables, columns, constraints, indexes, policies, grants, triggers, functions and views of the schema `public`. */
export async function dumpSchema(sql: Sql): Promise<string> {
  const sections = [
    ...(await schemaRights(sql)),
    ...(await types(sql)),
    ...(await functions(sql)),
    ...(await sequences(sql)),
    ...(await tables(sql)),
    ...(await views(sql)),
  ];
  return `${[HEADING.trimEnd(), ...sections].join('\n\n')}\n`;
}

async function schemaRights(sql: Sql): Promise<string[]> {
  const onSchema = await sql<{ line: string }[]>`
    select format('grant %s on schema public to %s;', ${list(sql, 'a.privilege_type')}, ${grantee(sql)}) as line
    from pg_namespace n, aclexplode(n.nspacl) a
    where n.nspname = 'public' and a.grantee <> n.nspowner
    group by a.grantee order by 1`;
  const byDefault = await sql<{ line: string }[]>`
    select format('alter default privileges %sgrant %s on %s to %s;',
      case when d.defaclnamespace = 0 then '' else 'in schema public ' end, ${list(sql, 'a.privilege_type')},
      case d.defaclobjtype when 'r' then 'tables' when 'S' then 'sequences' when 'f' then 'functions' else 'types' end,
      ${grantee(sql)}) as line
    from pg_default_acl d, aclexplode(d.defaclacl) a
    where a.grantee <> d.defaclrole
    group by d.oid, d.defaclnamespace, d.defaclobjtype, a.grantee order by 1`;
  const extensions = await sql<{ line: string }[]>`
    select format('create extension %I;', extname) as line from pg_extension
    where extname not in ('plpgsql', 'pg_stat_statements') order by extname`;
  const lines = [...extensions, ...onSchema, ...byDefault].map((row) => row.line);
  return lines.length === 0 ? [] : [lines.join('\n')];
}

async function types(sql: Sql): Promise<string[]> {
  const rows = await sql<{ text: string }[]>`
    select case t.typtype
        when 'e' then format('create type %I as enum (%s);', t.typname,
          (select string_agg(quote_literal(enumlabel), ', ' order by enumsortorder) from pg_enum where enumtypid = t.oid))
        else format('create domain %I as %s%s;', t.typname, format_type(t.typbasetype, t.typtypmod),
          (select string_agg(format(E'\n  constraint %I %s', conname, pg_get_constraintdef(oid)), '' order by conname)
            from pg_constraint where contypid = t.oid))
      end as text
    from pg_type t
    where t.typnamespace = 'public'::regnamespace and t.typtype in ('e', 'd') and ${own(sql, 't.oid')}
    order by t.typname`;
  return rows.map((row) => row.text);
}

async function functions(sql: Sql): Promise<string[]> {
  const rows = await sql<{ text: string; grants: string | null }[]>`
    select rtrim(pg_get_functiondef(p.oid), E'\n') || ';' as text,
      (select string_agg(format('grant execute on function %s to %s;', p.oid::regprocedure, ${grantee(sql)}), E'\n'
          order by ${grantee(sql)})
        from aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a where a.grantee <> p.proowner) as grants
    from pg_proc p
    where p.pronamespace = 'public'::regnamespace and p.prokind in ('f', 'p') and ${own(sql, 'p.oid')}
    order by p.oid::regprocedure::text collate "C"`;
  return rows.map((row) => [row.text, row.grants].filter((part) => part !== null).join('\n'));
}

async function sequences(sql: Sql): Promise<string[]> {
  const rows = await sql<{ text: string }[]>`
    select format('create sequence %I as %s;', c.relname, format_type(s.seqtypid, null)) ||
      coalesce((
        select E'\n' || string_agg(line, E'\n' order by line) from (
          select format('grant %s on sequence %I to %s;', ${list(sql, 'a.privilege_type')}, c.relname, ${grantee(sql)})
            as line
          from aclexplode(c.relacl) a where a.grantee <> c.relowner group by a.grantee) g), '') as text
    from pg_class c join pg_sequence s on s.seqrelid = c.oid
    where c.relnamespace = 'public'::regnamespace and ${own(sql, 'c.oid')} order by c.relname`;
  return rows.map((row) => row.text);
}

type Table = { oid: number; opening: string; closing: string; columns: string[]; after: string[] };

async function tables(sql: Sql): Promise<string[]> {
  const rows = await sql<Table[]>`
    select c.oid::int as oid,
      case when c.relispartition then
        format('create table %I partition of %I %s', c.relname,
          (select relname from pg_class p join pg_inherits i on i.inhparent = p.oid where i.inhrelid = c.oid),
          pg_get_expr(c.relpartbound, c.oid))
      else format('create %stable %I', case c.relpersistence when 'u' then 'unlogged ' else '' end, c.relname) end
        as opening,
      case when c.relkind = 'p' then ' partition by ' || pg_get_partkeydef(c.oid) else '' end ||
        coalesce(' with (' || array_to_string(c.reloptions, ', ') || ')', '') as closing,
      case when c.relispartition then '{}' else ${columnsOf(sql)} end as columns,
      ${indexesOf(sql)} || ${triggersOf(sql)} || ${securityOf(sql)} || ${policiesOf(sql)} || ${grantsOf(sql)} as after
    from pg_class c
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and ${own(sql, 'c.oid')}
      and not (c.relispartition and c.relname ~ ${MONTHLY})
    order by c.relname collate "C"`;
  return rows.map(({ opening, closing, columns, after }) => {
    const body = columns.length === 0 ? '' : ` (\n${columns.map((line) => `  ${line}`).join(',\n')}\n)`;
    return [`${opening}${body}${closing};`, ...after].join('\n');
  });
}

/** Columns in their order, then constraints by name. Primary keys first, as one writes them. */
function columnsOf(sql: Sql) {
  return sql`(
    select coalesce(array_agg(line order by place, name collate "C"), '{}') from (
      select a.attnum::int as place, '' as name, format('%I %s', a.attname, format_type(a.atttypid, a.atttypmod)) ||
        case when a.attnotnull then ' not null' else '' end ||
        case when a.attcollation <> t.typcollation and a.attcollation <> 0
          then ' collate ' || a.attcollation::regcollation::text else '' end ||
        case a.attidentity when 'a' then ' generated always as identity' when 'd' then ' generated by default as identity'
          else '' end ||
        coalesce(case a.attgenerated when '' then ' default ' || pg_get_expr(d.adbin, d.adrelid)
          else ' generated always as (' || pg_get_expr(d.adbin, d.adrelid) || ')' ||
            case a.attgenerated when 's' then ' stored' else '' end end, '') as line
      from pg_attribute a join pg_type t on t.oid = a.atttypid
        left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
      where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
      union all
      select case contype when 'p' then 10000 when 'u' then 10001 when 'c' then 10002 else 10003 end, conname,
        format('constraint %I %s', conname, pg_get_constraintdef(oid))
      from pg_constraint where conrelid = c.oid and contype in ('p', 'u', 'c', 'f', 'x')
    ) lines)`;
}

function indexesOf(sql: Sql) {
  return sql`(
    select coalesce(array_agg(pg_get_indexdef(i.indexrelid) || ';' order by x.relname collate "C"), '{}')
    from pg_index i join pg_class x on x.oid = i.indexrelid
    where i.indrelid = c.oid and not c.relispartition
      and not exists (select from pg_constraint k where k.conindid = i.indexrelid and k.conrelid = c.oid
        and k.contype in ('p', 'u', 'x')))`;
}

function triggersOf(sql: Sql) {
  return sql`(
    select coalesce(array_agg(pg_get_triggerdef(t.oid) || ';' order by t.tgname collate "C"), '{}')
    from pg_trigger t where t.tgrelid = c.oid and not t.tgisinternal and t.tgparentid = 0)`;
}

function securityOf(sql: Sql) {
  return sql`(
    case when c.relrowsecurity then array[format('alter table %I enable row level security;', c.relname)]
      else '{}'::text[] end ||
    case when c.relforcerowsecurity then array[format('alter table %I force row level security;', c.relname)]
      else '{}'::text[] end)`;
}

function policiesOf(sql: Sql) {
  return sql`(
    select coalesce(array_agg(format('create policy %I on %I%s for %s to %s%s%s;', p.polname, c.relname,
      case when p.polpermissive then '' else ' as restrictive' end,
      case p.polcmd when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update' when 'd' then 'delete'
        else 'all' end,
      (select string_agg(case r when 0 then 'public' else r::regrole::text end, ', ' order by r::regrole::text)
        from unnest(p.polroles) r),
      ' using (' || pg_get_expr(p.polqual, p.polrelid) || ')',
      ' with check (' || pg_get_expr(p.polwithcheck, p.polrelid) || ')') order by p.polname collate "C"), '{}')
    from pg_policy p where p.polrelid = c.oid)`;
}

/** Rights on the table, then on single columns; the owner's own are left out. */
function grantsOf(sql: Sql) {
  return sql`(
    select coalesce(array_agg(line order by line collate "C"), '{}') from (
      select format('grant %s on %I to %s;', ${list(sql, 'a.privilege_type')}, c.relname, ${grantee(sql)}) as line
      from aclexplode(c.relacl) a where a.grantee <> c.relowner group by a.grantee
      union all
      select format('grant %s (%s) on %I to %s;', lower(a.privilege_type),
        string_agg(quote_ident(l.attname), ', ' order by l.attname collate "C"), c.relname, ${grantee(sql)})
      from pg_attribute l, aclexplode(l.attacl) a
      where l.attrelid = c.oid and l.attnum > 0 and not l.attisdropped and a.grantee <> c.relowner
      group by a.grantee, a.privilege_type
    ) lines)`;
}

async function views(sql: Sql): Promise<string[]> {
  const rows = await sql<{ text: string; after: string[] }[]>`
    select format(E'create %sview %I%s as\n%s', case c.relkind when 'm' then 'materialized ' else '' end, c.relname,
      coalesce(' with (' || array_to_string(c.reloptions, ', ') || ')', ''), pg_get_viewdef(c.oid)) as text,
      ${grantsOf(sql)} as after
    from pg_class c
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('v', 'm') and ${own(sql, 'c.oid')}
    order by c.relname collate "C"`;
  return rows.map(({ text, after }) => [text, ...after].join('\n'));
}

/** Objects of extensions are theirs, not ours. */
function own(sql: Sql, oid: string) {
  return sql`not exists (select from pg_depend e where e.objid = ${sql.unsafe(oid)} and e.deptype = 'e')`;
}

function grantee(sql: Sql) {
  return sql`case a.grantee when 0 then 'public' else a.grantee::regrole::text end`;
}

function list(sql: Sql, column: string) {
  const name = sql.unsafe(column);
  return sql`string_agg(lower(${name}), ', ' order by ${name})`;
}
