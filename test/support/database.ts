import { inject } from 'vitest';
import { createDatabase, dropDatabase } from '../../src/platform/admin-sql.ts';
import { withDatabase } from '../../src/platform/database-url.ts';
import { OWNER_LOGIN } from '../../src/platform/roles.ts';
import { TEMPLATE } from './template.ts';

export type FreshDatabase = {
  name: string;
  /** The program's login: takes a role for each transaction (`openDb`). */
  appUrl: string;
  /** Owns the tables; may become `fairlead_auditor`. */
  ownerUrl: string;
  superuserUrl: string;
  [Symbol.asyncDispose](): Promise<void>;
};

/**
 * A migrated, empty database of one's own: `const database = await freshDatabase()` in `beforeAll`, disposed of in
 * `afterAll`, or `await using` within a test. `empty: true` leaves the migrations out.
 */
export async function freshDatabase(options: { empty?: boolean } = {}): Promise<FreshDatabase> {
  const server = inject('testServer');
  const name = `test_${process.pid}_${crypto.randomUUID().slice(0, 8)}`;
  await createDatabase(server.superuserUrl, name, {
    owner: OWNER_LOGIN,
    template: options.empty ? 'template1' : TEMPLATE,
  });
  return {
    name,
    appUrl: withDatabase(server.appUrl, name),
    ownerUrl: withDatabase(server.ownerUrl, name),
    superuserUrl: withDatabase(server.superuserUrl, name),
    [Symbol.asyncDispose]: () => dropDatabase(server.superuserUrl, name),
  };
}
