import { openAdminSql } from './admin-sql.ts';
import type { Tx } from './db.ts';
import { AUDITOR_ROLE } from './roles.ts';

const STATEMENT_TIMEOUT = '120s';

/**
 * Runs reads across all providers: as `fairlead_auditor` (reads everything, writes nothing) through the owner's login,
 * in one snapshot. Large numbers come as text here, not as bigint.
 */
export async function asAuditor<T>(ownerUrl: string, work: (tx: Tx) => Promise<T>): Promise<T> {
  const sql = openAdminSql(ownerUrl, { name: 'fairlead-auditor' });
  try {
    const result = await sql.begin('isolation level repeatable read read only', async (tx) => {
      await tx.unsafe(
        `set local role ${AUDITOR_ROLE}; set local statement_timeout = '${STATEMENT_TIMEOUT}';
         set local work_mem = '64MB'; set local jit = off`,
      );
      // The same driver; only the reading of bigint columns differs, which is said above.
      return work(tx as unknown as Tx);
    });
    return result as T;
  } finally {
    await sql.end();
  }
}
