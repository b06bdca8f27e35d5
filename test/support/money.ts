import { newId } from '../../src/kernel/ids.ts';
import { type Db, openDb, type Tx } from '../../src/platform/db.ts';
import type { Raised } from '../../src/platform/events.ts';

/** What the tests of journal and money need around the code under test: a login's door and bare providers. */

export type TestDb = Db & { raised: Raised[] };

/** The program's own door; what was raised is kept in `raised`. */
export function openTestDb(url: string, poolMax = 8): TestDb {
  const raised: Raised[] = [];
  const db = openDb({ url, poolMax, name: 'fairlead-test', onCommitted: (list) => raised.push(...list) });
  return Object.assign(db, { raised });
}

/** A provider with nothing but its row; no wallet. */
export async function plainProvider(
  tx: Tx,
  more: { threshold?: bigint; preferences?: Record<string, boolean>; alertEmail?: string } = {},
): Promise<string> {
  const id = newId();
  const preferences = more.preferences ?? { new_lead: true, bad_lead_decision: true, low_balance: true };
  await tx`
    insert into providers (id, company_name, contact_email, country, low_balance_threshold, low_balance_alert_email,
      notification_preferences)
    values (${id}, ${`Provider ${id.slice(-4)}`}, ${`${id.slice(-8)}@example.com`}, 'DE', ${more.threshold ?? 10_000n},
      ${more.alertEmail ?? null}, ${tx.json(preferences)})`;
  return id;
}

export const providers = (db: Db, count: number): Promise<string[]> =>
  db.tx({ role: 'operator' }, async (tx) => {
    const ids: string[] = [];
    for (let made = 0; made < count; made += 1) ids.push(await plainProvider(tx));
    return ids;
  });
