import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type AuditEntry, audit, SYSTEM, sealAudit, verifyAudit } from '../../src/journal/audit/index.ts';
import { newId } from '../../src/kernel/ids.ts';
import { openAdminSql, type Sql } from '../../src/platform/admin-sql.ts';
import { type FreshDatabase, freshDatabase } from '../support/database.ts';
import { openTestDb, providers, type TestDb } from '../support/money.ts';

let database: FreshDatabase;
let db: TestDb;
let superuser: Sql;
beforeEach(async () => {
  database = await freshDatabase();
  db = openTestDb(database.appUrl);
  superuser = openAdminSql(database.superuserUrl);
});
afterEach(async () => {
  await superuser.end();
  await db.close();
  await database[Symbol.asyncDispose]();
});

const engine = { role: 'engine' } as const;

const entry = (more: Partial<AuditEntry> = {}): AuditEntry => ({
  actor: { id: newId(), role: 'admin', ip: '192.0.2.7', userAgent: 'Firefox', requestId: 'r1' },
  action: 'lead.approved',
  entityType: 'lead',
  entityId: newId(),
  before: { state: 'pending_approval', z: 1, a: [1.5, 'ä"\\'] },
  after: { state: 'approved' },
  description: 'The lead was approved: "good", 5 € \\ line\nbreak.',
  metadata: { note: null },
  adminOnlyMemo: 'seen before',
  ...more,
});

const write = (count: number) =>
  db.tx(engine, (tx) =>
    audit(
      tx,
      Array.from({ length: count }, () => entry()),
    ),
  );
const verify = () => db.tx({ role: 'operator' }, (tx) => verifyAudit(tx));

/** As long as a transaction of another test on the same server may hold the horizon back. */
const SEALED_WITHIN_MS = 15_000;

/** Seals until nothing is left. */
async function sealAll(): Promise<number> {
  let sealed = 0;
  const leftover = async () => {
    sealed += await sealAudit({ db });
    const [left] = await superuser`
      select count(*)::int as n from audit_log
      where tx_id >= coalesce((select max(tx_to) from audit_seals), '0'::xid8)`;
    return left?.n;
  };
  await expect.poll(leftover, { timeout: SEALED_WITHIN_MS, interval: 5 }).toBe(0);
  return sealed;
}

/** What a superuser can do: switch the triggers off and write. */
async function tamper(statement: (sql: Sql) => PromiseLike<unknown>): Promise<void> {
  await superuser`set session_replication_role = replica`;
  await statement(superuser);
  await superuser`set session_replication_role = default`;
}

describe('sealing', () => {
  test('every row is sealed a single time, and an untouched log has no findings', async () => {
    await write(3);
    await db.tx(engine, (tx) => audit(tx, [entry({ actor: SYSTEM, before: null, metadata: null })]));
    expect(await sealAll()).toBe(4);
    expect(await sealAll()).toBe(0);
    await write(2);
    expect(await sealAll()).toBe(2);
    expect(await verify()).toEqual([]);
  });

  test('a row of a transaction that began first and commits last is not lost', async () => {
    let finishLate = () => {};
    const late = new Promise<void>((resolve) => {
      finishLate = resolve;
    });
    let wrote = () => {};
    const written = new Promise<void>((resolve) => {
      wrote = resolve;
    });
    const slow = db.tx(engine, async (tx) => {
      await audit(tx, [entry({ action: 'lead.late' })]);
      wrote();
      await late;
    });
    await written;
    await write(2);
    expect(await sealAudit({ db })).toBe(0);
    finishLate();
    await slow;
    expect(await sealAll()).toBe(3);
    expect(await verify()).toEqual([]);
  });

  test('two workers that seal at the same time make one chain', async () => {
    for (let round = 0; round < 5; round += 1) {
      await write(20);
      await Promise.all([sealAudit({ db }), sealAudit({ db }), sealAudit({ db })]);
    }
    await sealAll();
    const [sum] = await superuser`select sum(row_count)::int as n from audit_seals`;
    expect(sum?.n).toBe(100);
    expect(await verify()).toEqual([]);
  });
});

describe('tampering by a superuser is found and named', () => {
  const columns: [column: string, value: string][] = [
    ['actor_id', `'somebody else'`],
    ['actor_role', `'system'`],
    ['action', `'lead.rejected'`],
    ['entity_type', `'provider'`],
    ['entity_id', 'null'],
    ['before_state', `'{}'`],
    ['after_state', 'null'],
    ['description', `description || ' '`],
    ['metadata', `'{"note": 1}'`],
    ['ip', `'192.0.2.8'`],
    ['user_agent', 'null'],
    ['request_id', `'r2'`],
    ['admin_only_memo', 'null'],
    ['created_at', `created_at + interval '1 ms'`],
  ];
  test.each(columns)('a changed %s', async (column, value) => {
    await write(3);
    await sealAll();
    const [row] = await superuser`select id from audit_log order by id offset 1 limit 1`;
    await tamper((sql) => sql.unsafe(`update audit_log set ${column} = ${value} where id = '${row?.id}'`));
    const findings = await verify();
    expect(findings.map(({ kind, row: found }) => [kind, found?.id])).toEqual([['changed', row?.id]]);
  });

  test('a row whose hash was made right again', async () => {
    await write(3);
    await sealAll();
    const [row] = await superuser`select id from audit_log order by id offset 1 limit 1`;
    await tamper((sql) => sql`update audit_log set row_hash = sha256('forged') where id = ${row?.id}`);
    const findings = await verify();
    expect(findings.map(({ kind, seal, row: found }) => [kind, seal, found?.id])).toEqual([
      ['changed', null, row?.id],
      ['changed', '1', row?.id],
    ]);
  });

  test('a removed row is named by its neighbours, also when it was the only one of its seal', async () => {
    await write(3);
    await sealAll();
    await write(1);
    await sealAll();
    const rows = await superuser`select id, tx_id from audit_log order by tx_id, id`;
    await tamper((sql) => sql`delete from audit_log where id in ${sql([rows[1]?.id, rows[3]?.id])}`);
    const findings = await verify();
    expect(findings.map(({ kind, seal }) => [kind, seal])).toEqual([
      ['removed', '1'],
      ['removed', '2'],
    ]);
    expect(findings[0]?.text).toContain(rows[0]?.id);
    expect(findings[0]?.text).toContain(rows[2]?.id);
  });

  test('a row that was added to what is sealed', async () => {
    await write(2);
    await sealAll();
    const id = newId();
    await tamper(
      (sql) => sql`
        insert into audit_log (id, tx_id, actor_role, action, entity_type, description, row_hash)
        select ${id}, tx_id, 'system', 'lead.approved', 'lead', 'forged', 'x' from audit_log limit 1`,
    );
    expect((await verify()).map(({ kind, row }) => [kind, row?.id])).toEqual([
      ['changed', id],
      ['added', id],
    ]);
  });

  test('a seal that was changed or taken away', async () => {
    for (let seals = 0; seals < 4; seals += 1) {
      await write(1);
      await sealAll();
    }
    await tamper((sql) => sql`update audit_seals set sealed_at = sealed_at + interval '1 s' where seq = 1`);
    await tamper((sql) => sql`delete from audit_seals where seq = 3`);
    const findings = await verify();
    expect(findings.filter(({ kind }) => kind === 'seal_broken').map(({ seal }) => seal)).toEqual(['1', '4']);
  });
});

describe('the log only grows', () => {
  test.each([
    ['audit_log', 'created_at'],
    ['audit_seals', 'sealed_at'],
  ])('nobody changes or empties %s, not even its owner', async (table, column) => {
    await write(1);
    await sealAll();
    const owner = openAdminSql(database.ownerUrl);
    for (const sql of [owner, superuser]) {
      await expect(sql.unsafe(`update ${table} set ${column} = now()`)).rejects.toThrow('append-only');
      await expect(sql.unsafe(`delete from ${table}`)).rejects.toThrow('append-only');
      await expect(sql.unsafe(`truncate ${table}`)).rejects.toThrow('append-only');
    }
    await owner.end();
    for (const role of ['engine', 'operator'] as const) {
      await expect(db.tx({ role }, (tx) => tx.unsafe(`delete from ${table}`))).rejects.toThrow(
        'permission denied',
      );
    }
  });

  test('nor by naming a partition: this month’s, a later one’s, or the default one', async () => {
    await write(1);
    const owner = openAdminSql(database.ownerUrl);
    try {
      // A month that is made only now gets its triggers too.
      await owner`select ensure_partitions(5)`;
      const partitions = await superuser<{ name: string; filled: boolean }[]>`
        select p.oid::regclass::text as name, p.relname = (select c.relname from audit_log a
          join pg_class c on c.oid = a.tableoid limit 1) as filled
        from pg_inherits i join pg_class p on p.oid = i.inhrelid where i.inhparent = 'audit_log'::regclass`;
      expect(partitions.length).toBeGreaterThanOrEqual(7);
      for (const sql of [owner, superuser]) {
        for (const { name } of partitions) {
          await expect(sql.unsafe(`truncate ${name}`)).rejects.toThrow('append-only');
        }
      }
      const { name } = partitions.find(({ filled }) => filled)!;
      // The superuser sees past row-level security, as a dump or a careless owner would.
      await expect(superuser.unsafe(`update ${name} set description = 'x'`)).rejects.toThrow('append-only');
      await expect(superuser.unsafe(`delete from ${name}`)).rejects.toThrow('append-only');
    } finally {
      await owner.end();
    }
  });

  test('a provider writes rows of its own role and reads none', async () => {
    const [providerId] = await providers(db, 1);
    const provider = { role: 'provider', providerId: providerId! } as const;
    await db.tx(provider, (tx) => audit(tx, [entry({ actor: { id: null, role: 'provider' } })]));
    await expect(db.tx(provider, (tx) => audit(tx, [entry({ actor: SYSTEM })]))).rejects.toThrow('policy');
    await expect(db.tx(provider, (tx) => tx`select 1 from audit_log`)).rejects.toThrow('permission denied');
  });
});
