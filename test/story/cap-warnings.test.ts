import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SYSTEM } from '../../src/journal/audit/index.ts';
import { newId } from '../../src/kernel/ids.ts';
import { openDistributor, runDistribution } from '../../src/lead/distribution/index.ts';
import { editProvider } from '../../src/market/providers/index.ts';
import { testApp } from '../support/app.ts';
import { type FreshDatabase, freshDatabase } from '../support/database.ts';
import { engine } from '../support/lead.ts';
import { seedProvider, seedSubscription } from '../support/market.ts';
import { type OpenMarket, openMarket } from '../support/open-market.ts';

/** Who is told when a cap is nearly or wholly used up. */
let database: FreshDatabase;
let app: Awaited<ReturnType<typeof testApp>>;

beforeAll(async () => {
  database = await freshDatabase();
  app = await testApp(database, { MX_CHECK: '0', DISTRIBUTION_BATCH_MAX: '3' });
  await app.db.tx(
    { role: 'operator' },
    (tx) => tx`
    insert into users (id, email, password_hash, role, status)
    values (${newId()}, 'staff@example.com', 'none', 'operator', 'active')`,
  );
});
afterAll(async () => {
  await app.close();
  await database[Symbol.asyncDispose]();
});

type Mail = { recipient: string; state: string; cap: string; subject: string; used: string };
const mailsOf = (company: string): Promise<Mail[]> =>
  app.db.tx(
    engine,
    (tx) => tx<Mail[]>`
    select recipient, params ->> 'state' as state, params ->> 'cap' as cap, params ->> 'subject' as subject,
      params ->> 'used' as used
    from messages where template = 'cap-warning' and params ->> 'provider' = ${company}
    order by params ->> 'cap', params ->> 'state', recipient`,
  );

/** A flood: two workers at once, in batches of three. */
async function flood(market: OpenMarket, leads: number): Promise<void> {
  for (let n = 0; n < leads; n += 1) await market.submit();
  const workers = [openDistributor(app), openDistributor(app)];
  for (let round = 0; round < leads; round += 1) {
    const did = await Promise.all(workers.map(runDistribution));
    if (did.every((count) => count === 0)) return;
  }
}

describe('a flood', () => {
  it('tells of each cap once at 80 % and once when it is used up, to both sides', async () => {
    const market = await openMarket(app, { levels: [{ name: 'Gold' }] });
    const provider = await seedProvider(app, { companyName: 'Flooded', balance: 1_000_000n });
    await seedSubscription(app, {
      ...{ providerId: provider.id, levelId: market.level.id },
      caps: [{ window: 'week', kind: 'count', value: 20 }],
    });
    const caps = [{ window: 'day' as const, kind: 'spend' as const, value: '150.00' }];
    await editProvider(app, { id: provider.id, expected: provider.version, edit: { caps } }, SYSTEM);
    await flood(market, 24);
    const told = await mailsOf('Flooded');
    const both = [provider.contactEmail, 'staff@example.com'].sort();
    const subject = 'all subscriptions together';
    // 15 leads of 10.00 use the provider's cap up; 80 % of 20 leads are never reached.
    expect(told.map(({ used: _, ...mail }) => mail)).toEqual([
      ...both.map((recipient) => ({ recipient, state: 'used by 80 %', cap: '150.00 EUR a day', subject })),
      ...both.map((recipient) => ({ recipient, state: 'used up', cap: '150.00 EUR a day', subject })),
    ]);
    expect(told.at(-1)!.used).toBe('150.00 EUR');
    const raised = [{ window: 'day' as const, kind: 'spend' as const, value: '900.00' }];
    await editProvider(
      app,
      { id: provider.id, expected: provider.version + 1, edit: { caps: raised } },
      SYSTEM,
    );
    await flood(market, 2);
    // Now the subscription's own cap is used up; the provider's is not told of again.
    expect((await mailsOf('Flooded')).filter(({ cap }) => cap === '20 leads a week')).toMatchObject([
      ...both.map((recipient) => ({
        recipient,
        state: 'used by 80 %',
        used: expect.stringMatching(/^1[6-8] leads$/),
      })),
      ...both.map((recipient) => ({ recipient, state: 'used up', used: '20 leads' })),
    ]);
    expect((await mailsOf('Flooded')).filter(({ cap }) => cap.includes('EUR'))).toEqual(told);
  });

  it('of one big step says only that the cap is used up', async () => {
    const market = await openMarket(app);
    const provider = await seedProvider(app, { companyName: 'Small', balance: 100_000n });
    const caps = [{ window: 'day' as const, kind: 'count' as const, value: 1 }];
    await seedSubscription(app, { providerId: provider.id, levelId: market.level.id, caps });
    await flood(market, 3);
    expect((await mailsOf('Small')).map(({ state }) => state)).toEqual(['used up', 'used up']);
  });
});

it.each([
  ['cap_warning', 'Quiet', ['staff@example.com']],
  ['cap_warning_staff', 'Loud', ['office@loud.example']],
] as const)('without %s the others are told only', async (preference, companyName, told) => {
  const market = await openMarket(app);
  const provider = await seedProvider(app, {
    ...{ companyName, balance: 100_000n, contactEmail: `office@${companyName.toLowerCase()}.example` },
    notificationPreferences: { [preference]: false },
  });
  const caps = [{ window: 'day' as const, kind: 'count' as const, value: 1 }];
  await seedSubscription(app, { providerId: provider.id, levelId: market.level.id, caps });
  await flood(market, 1);
  expect((await mailsOf(companyName)).map(({ recipient }) => recipient)).toEqual(told);
});
