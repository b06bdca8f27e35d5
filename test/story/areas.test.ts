import { afterAll, beforeAll, expect, it } from 'vitest';
import { SYSTEM } from '../../src/journal/audit/index.ts';
import { explainDecision, openDistributor, runDistribution } from '../../src/lead/distribution/index.ts';
import { receiveLead } from '../../src/lead/intake/index.ts';
import { createSource } from '../../src/market/sources/index.ts';
import { importPlaces } from '../../src/market/subscriptions/index.ts';
import { openAdminSql } from '../../src/platform/admin-sql.ts';
import type { Tx } from '../../src/platform/db.ts';
import { testApp } from '../support/app.ts';
import { type FreshDatabase, freshDatabase } from '../support/database.ts';
import { engine, somebody } from '../support/lead.ts';
import { seedNiche, seedProvider, seedSubscription, VPS_FORM } from '../support/market.ts';

/** A lead reaches only those who cover the place it comes from. */
let database: FreshDatabase;
let app: Awaited<ReturnType<typeof testApp>>;

beforeAll(async () => {
  database = await freshDatabase();
  app = await testApp(database, { MX_CHECK: '0' });
  const sql = openAdminSql(database.ownerUrl);
  const lines = ['country,postcode,lat,lon', 'DE,10115,52.532,13.385', 'DE,14467,52.400,13.060'];
  await sql.begin((tx) => importPlaces(tx as unknown as Tx, lines));
  await sql.end();
});
afterAll(async () => {
  await app.close();
  await database[Symbol.asyncDispose]();
});

type Filters = Parameters<typeof seedSubscription>[1]['filters'];

async function market(field: 'plz' | 'home') {
  const ask =
    field === 'plz'
      ? { id: 'plz', label: 'Postcode', type: 'postcode' as const, required: false }
      : { id: 'home', label: 'Address', type: 'address' as const, required: false };
  const seeded = await seedNiche(app, {
    fields: [...VPS_FORM, ask],
    levels: [{ maxProviders: 5 }],
    policy: { confirmation: 'source_attested', approval: 'auto' },
  });
  const { token } = await createSource(
    app,
    { name: 'story', type: 'api', campaignId: seeded.campaignId, attested: true, ratePerMinute: 1_000_000 },
    SYSTEM,
  );
  const join = async (companyName: string, filters: Filters) => {
    const provider = await seedProvider(app, { balance: 100_000n, companyName });
    await seedSubscription(app, {
      providerId: provider.id,
      levelId: seeded.level.id,
      filters: filters ?? [],
    });
  };
  const submit = async (answers: Record<string, unknown>): Promise<string> => {
    const body = { answers: somebody(answers) };
    return (await receiveLead(app, { origin: { kind: 'source', token }, body })).leadId;
  };
  return { join, submit };
}

const takersOf = (leadId: string) =>
  app.db.tx(engine, async (tx) => {
    const rows = await tx<{ name: string }[]>`
      select p.company_name as name from assignments a join providers p on p.id = a.provider_id
      where a.lead_id = ${leadId} order by 1`;
    return rows.map(({ name }) => name);
  });

async function said(leadId: string, name: string) {
  const { decisions } = await explainDecision(app, leadId);
  return decisions[0]!.excluded.find((one) => one.provider_name === name)?.sentence;
}

const list = (field: string, entries: string[], missing: 'fail' | 'pass' = 'fail') => [
  { field, kind: 'postcodes' as const, entries, missing },
];

it('a lead goes to those whose list holds its postcode, and the others read why not', async () => {
  const { join, submit } = await market('plz');
  await join('Centre', list('plz', ['10*', '!10117']));
  await join('North', list('plz', ['20000-29999', '!20097', '30159']));
  await join('Anybody', list('plz', ['!10117'], 'pass'));
  await join('Fussy', list('plz', ['10115']));
  const [centre, excluded, hamburg, nowhere] = [
    await submit({ plz: '10115' }),
    await submit({ plz: '10117' }),
    await submit({ plz: '20095' }),
    await submit({}),
  ];
  await runDistribution(openDistributor(app));
  expect(await takersOf(centre)).toEqual(['Anybody', 'Centre', 'Fussy']);
  expect(await takersOf(excluded)).toEqual([]);
  expect(await takersOf(hamburg)).toEqual(['Anybody', 'North']);
  expect(await takersOf(nowhere)).toEqual(['Anybody']);
  expect(await said(excluded, 'Centre')).toBe('postcode 10117 is excluded');
  expect(await said(hamburg, 'Fussy')).toBe('postcode 20095 is outside its area (a list of 1)');
  expect(await said(nowhere, 'Fussy')).toBe('filters on the postcode, which was not answered');
});

it('a lead goes to those whose circle it lies in, by its coordinates or else by its postcode', async () => {
  const { join, submit } = await market('home');
  const circle = (radius_km: number, missing: 'fail' | 'pass' = 'fail') => [
    { kind: 'geo' as const, postcode: '10115', country: 'DE', radius_km, missing },
  ];
  await join('Near', circle(10));
  await join('Wide', circle(30));
  await join('Easy', circle(10, 'pass'));
  const [potsdam, spandau, unknown] = [
    await submit({ home: { city: 'Potsdam', postcode: '14467', country: 'DE' } }),
    // The coordinates count, not the postcode.
    await submit({ home: { postcode: '14467', country: 'DE', lat: 52.52, lng: 13.4 } }),
    await submit({ home: { city: 'Somewhere', country: 'DE' } }),
  ];
  await runDistribution(openDistributor(app));
  expect(await takersOf(potsdam)).toEqual(['Wide']);
  expect(await takersOf(spandau)).toEqual(['Easy', 'Near', 'Wide']);
  expect(await takersOf(unknown)).toEqual(['Easy']);
  expect(await said(potsdam, 'Near')).toBe('26 km away, its limit is 10 km');
  expect(await said(unknown, 'Near')).toBe('filters on the distance, but nobody knows where this lead is');
});

it('a list on the address reads its postcode', async () => {
  const { join, submit } = await market('home');
  await join('Centre', list('home', ['10115']));
  const [inside, outside] = [
    await submit({ home: { postcode: '10115', country: 'DE' } }),
    await submit({ home: { postcode: '14467', country: 'DE' } }),
  ];
  await runDistribution(openDistributor(app));
  expect(await takersOf(inside)).toEqual(['Centre']);
  expect(await takersOf(outside)).toEqual([]);
});
