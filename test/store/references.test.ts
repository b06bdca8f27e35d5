import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SYSTEM } from '../../src/journal/audit/index.ts';
import { newId } from '../../src/kernel/ids.ts';
import { openDistributor, runDistribution } from '../../src/lead/distribution/index.ts';
import { receiveLead } from '../../src/lead/intake/index.ts';
import { createSource } from '../../src/market/sources/index.ts';
import { openAdminSql, type Sql } from '../../src/platform/admin-sql.ts';
import { testApp } from '../support/app.ts';
import { type FreshDatabase, freshDatabase } from '../support/database.ts';
import { somebody } from '../support/lead.ts';
import { seedEndpoint, seedNiche, seedProvider, seedSubscription } from '../support/market.ts';

/** Two niches, two providers; the first has one lead. What a row names must be there and belong together. */
let database: FreshDatabase;
let app: Awaited<ReturnType<typeof testApp>>;
let root: Sql;
const id: Record<'other niche' | 'other provider' | 'other endpoint' | 'other level', string> = {
  'other niche': '',
  'other provider': '',
  'other endpoint': '',
  'other level': '',
};

beforeAll(async () => {
  database = await freshDatabase();
  app = await testApp(database, { MX_CHECK: '0' });
  root = openAdminSql(database.superuserUrl);
  const policy = { confirmation: 'source_attested' as const, approval: 'auto' as const };
  const niche = await seedNiche(app, { policy, levels: [{}, {}] });
  id['other niche'] = (await seedNiche(app, {})).niche.id;
  id['other level'] = niche.levels[1]!.id;
  const providers = await Promise.all([1, 2].map(() => seedProvider(app, { balance: 10_000n })));
  const endpoints = await Promise.all(
    providers.map(({ id }) => seedEndpoint(app, { providerId: id, url: 'http://127.0.0.1:9/leads' })),
  );
  id['other provider'] = providers[1]!.id;
  id['other endpoint'] = endpoints[1]!.endpoint.id;
  await seedSubscription(app, {
    providerId: providers[0]!.id,
    levelId: niche.level.id,
    endpointId: endpoints[0]!.endpoint.id,
  });
  const origin = { type: 'api' as const, campaignId: niche.campaignId, attested: true, ratePerMinute: 1_000 };
  const { token } = await createSource(app, { name: 'story', ...origin }, SYSTEM);
  await receiveLead(app, { origin: { kind: 'source', token }, body: { answers: somebody({ budget: 100 }) } });
  await runDistribution(openDistributor(app));
});
afterAll(async () => {
  await root.end();
  await app.close();
  await database[Symbol.asyncDispose]();
});

/** The lead's one row of a table again, with another key and what the test changes. */
async function again(table: string, change: Record<string, unknown>): Promise<unknown> {
  const [row] = await root.unsafe(`select to_jsonb(t) as row from ${table} t where lead_id is not null`);
  const changed = JSON.stringify({ ...row!.row, ...change });
  return root.unsafe(
    `insert into ${table} select (jsonb_populate_record(null::${table}, $1::text::jsonb)).*`,
    [changed],
  );
}

const nobody = newId();
const fresh: Record<string, () => Record<string, unknown>> = {
  assignments: () => ({ id: newId(), provider_id: id['other provider'] }),
  deliveries: () => ({ id: newId(), number: 2 }),
  transfers: () => ({ id: newId(), cause: `charge:${newId()}`, seq: 99 }),
  decisions: () => ({ seq: 99 }),
};

const orphans: [what: string, table: string, change: () => Record<string, unknown>][] = [
  ['an assignment of a lead that is not there', 'assignments', () => ({ lead_id: nobody })],
  ['an assignment of a subscription that is not there', 'assignments', () => ({ subscription_id: nobody })],
  [
    'an assignment to another provider than its subscription',
    'assignments',
    () => ({ lead_id: nobody, provider_id: id['other provider'] }),
  ],
  [
    'an assignment at another level than its subscription',
    'assignments',
    () => ({ level_id: id['other level'] }),
  ],
  ['a delivery of an assignment that is not there', 'deliveries', () => ({ assignment_id: nobody })],
  ['a delivery of another lead than its assignment', 'deliveries', () => ({ lead_id: nobody })],
  [
    'a delivery to another provider than its assignment',
    'deliveries',
    () => ({ provider_id: id['other provider'] }),
  ],
  [
    'a delivery to an endpoint of another provider',
    'deliveries',
    () => ({ endpoint_id: id['other endpoint'] }),
  ],
  ['a transfer of a wallet that is not there', 'transfers', () => ({ wallet_id: nobody })],
  [
    'a transfer of the wallet of another provider',
    'transfers',
    () => ({ provider_id: id['other provider'] }),
  ],
  ['a transfer in another currency than its wallet', 'transfers', () => ({ currency: 'USD' })],
  ['a transfer for an assignment that is not there', 'transfers', () => ({ assignment_id: nobody })],
  ['a decision about a lead that is not there', 'decisions', () => ({ lead_id: nobody })],
  ['a decision of another niche than its lead', 'decisions', () => ({ niche_id: id['other niche'] })],
];

describe('what a row names is there, and belongs together', () => {
  it.each(orphans)('%s is refused', async (_what, table, change) => {
    await expect(again(table, { ...fresh[table]!(), ...change() })).rejects.toMatchObject({
      code: '23503',
      constraint_name: `${table}_refer`,
    });
  });

  it('one row without its parent undoes the whole statement', async () => {
    const [before] = await root`select count(*)::int as n from decisions`;
    const both = root`
      insert into decisions
      select d.niche_id, d.seq + n, case n when 1 then d.lead_id else ${nobody} end, d.decided_at, d.rules_version,
        d.config_version, d.outcome, d.n_assigned, d.retry_at, d.record, d.prev_hash, d.hash, d.kind
      from decisions d cross join generate_series(1, 2) n`;
    await expect(both).rejects.toMatchObject({ code: '23503' });
    expect((await root`select count(*)::int as n from decisions`)[0]).toEqual(before);
  });

  it.each([
    ['leads', 'niche_id'],
    ['subscriptions', 'level_id'],
    ['endpoints', 'provider_id'],
    ['wallets', 'currency'],
    ['assignments', 'lead_id'],
  ])('rows of %s stay, with their keys, even for the owner of the tables', async (table, key) => {
    const refused = { code: '23503' };
    await expect(root.unsafe(`delete from ${table}`)).rejects.toMatchObject(refused);
    await expect(root.unsafe(`truncate ${table} cascade`)).rejects.toMatchObject(refused);
    await expect(root.unsafe(`update ${table} set id = gen_random_uuid()`)).rejects.toMatchObject(refused);
    await expect(root.unsafe(`update ${table} set ${key} = ${key}`)).rejects.toMatchObject(refused);
  });
});
