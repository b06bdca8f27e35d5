import { expect, test } from 'vitest';
import { openAdminSql } from '../../src/platform/admin-sql.ts';
import { freshDatabase } from '../support/database.ts';

test('every test file works on a database of its own that has all tables', async () => {
  await using first = await freshDatabase();
  await using second = await freshDatabase();
  expect(first.name).not.toBe(second.name);
  const sql = openAdminSql(first.ownerUrl);
  const [row] = await sql`select count(*)::int as n from schema_migrations`;
  await sql.end();
  expect(row?.n).toBeGreaterThan(0);
});
