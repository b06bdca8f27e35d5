import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { openAdminSql } from '../platform/admin-sql.ts';
import { dumpSchema } from '../platform/dump-schema.ts';
import { startEmbeddedPostgres } from '../platform/embedded-postgres.ts';
import { MIGRATIONS_DIR, migrate } from '../platform/migrate.ts';

/**
 * `node src/cli/dump-schema.ts`: migrates an empty throw-away database and writes its schema to
 * `migrations/schema.sql`. Run it after adding a migration; a test fails when the two differ.
 */
export async function writeSchema(path: string = join(MIGRATIONS_DIR, 'schema.sql')): Promise<void> {
  const dataDir = await mkdtemp(join(tmpdir(), 'fairlead-schema-'));
  try {
    // Run by root, the server is another user, who must reach the folder.
    await chmod(dataDir, 0o755);
    await using server = await startEmbeddedPostgres({ dataDir, settings: { fsync: 'off' } });
    await migrate(server.ownerUrl);
    const sql = openAdminSql(server.ownerUrl);
    try {
      await writeFile(path, await dumpSchema(sql));
    } finally {
      await sql.end();
    }
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}

if (process.argv[1] !== undefined && resolve(process.argv[1]) === import.meta.filename) await writeSchema();
