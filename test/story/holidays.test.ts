import { afterAll, beforeAll, expect, it } from 'vitest';
import { runVerify } from '../../src/cli/verify.ts';
import { SYSTEM } from '../../src/journal/audit/index.ts';
import { isOpen, localDate } from '../../src/kernel/time.ts';
import { openDistributor, runDistribution } from '../../src/lead/distribution/index.ts';
import { saveCalendar } from '../../src/market/holidays/index.ts';
import { nicheRules, nicheRulesAt, updateFilters } from '../../src/market/subscriptions/index.ts';
import { testApp } from '../support/app.ts';
import { type FreshDatabase, freshDatabase } from '../support/database.ts';
import { approvedLeads, openShop } from '../support/deliveries.ts';
import { engine, stateOf } from '../support/lead.ts';
import { seedNiche, seedProvider, seedSubscription } from '../support/market.ts';

/** Subscriptions that are closed on public holidays, and calendars that are changed under them. */
let database: FreshDatabase;
let app: Awaited<ReturnType<typeof testApp>>;
beforeAll(async () => {
  database = await freshDatabase();
  app = await testApp(database, { MX_CHECK: '0' });
});
afterAll(async () => {
  await app.close();
  await database[Symbol.asyncDispose]();
});

/** Where it is about noon now: no test of a date runs over midnight. */
const AHEAD = new Date().getUTCHours() - 12;
const ZONE = `Etc/GMT${AHEAD < 0 ? AHEAD : `+${AHEAD}`}`;
const TODAY = { name: 'Today', rule: localDate(new Date(), ZONE) };
const SOME_DAY = { name: 'Some day', rule: '2001-01-01' };
const distribute = () => runDistribution(openDistributor(app));

/** Calendars of countries that no list comes with. */
const save = async (country: string, days: Parameters<typeof saveCalendar>[1]['days']) => {
  const [row] = await app.db.tx(
    engine,
    (tx) => tx<{ version: number }[]>`select version from holiday_calendars where country = ${country}`,
  );
  return saveCalendar(app, { country, days, expected: () => row?.version ?? 0 }, SYSTEM);
};

const rulesAt = (nicheId: string, version: number) =>
  app.db.tx(engine, async (tx) => (await nicheRulesAt(tx, nicheId, version))!);
const rulesNow = (nicheId: string) => app.db.tx(engine, async (tx) => (await nicheRules(tx, nicheId))!);

const verdictsOf = (leadId: string) =>
  app.db.tx(engine, async (tx) => {
    const rows = await tx<{ configVersion: number; outcome: string }[]>`
      select config_version as "configVersion", outcome from decisions where lead_id = ${leadId} order by seq`;
    return rows.map((row) => ({ ...row }));
  });

it('a lead that comes on a holiday waits for the next day, or for a change of the calendar', async () => {
  await save('FI', [TODAY]);
  const shop = await openShop(app, 'http://127.0.0.1:9/leads', {
    subscription: { holidays: { country: 'FI', region: null }, timezone: ZONE },
  });
  const [lead] = await approvedLeads(app, shop);
  await distribute();
  expect(await stateOf(app, lead!)).toBe('unsold');
  const [row] = await app.db.tx(
    engine,
    (tx) => tx<{ dueAt: Date }[]>`select due_at as "dueAt" from leads where id = ${lead!}`,
  );
  // At the first moment of tomorrow, in the zone of the subscription.
  expect(localDate(row!.dueAt, ZONE) > TODAY.rule).toBe(true);
  expect(localDate(new Date(row!.dueAt.getTime() - 1), ZONE)).toBe(TODAY.rule);

  const before = (await rulesNow(shop.nicheId)).configVersion;
  await save('FI', [SOME_DAY]);
  await distribute();
  expect(await stateOf(app, lead!)).toBe('distributed');
  expect(await verdictsOf(lead!)).toEqual([
    { configVersion: before, outcome: 'unsold' },
    { configVersion: before + 1, outcome: 'sold' },
  ]);
  // Both decisions are run again, each on the days that it was taken by.
  const day = new Date().toISOString().slice(0, 10);
  const verified = await runVerify({ ownerUrl: database.ownerUrl, day, print: () => {} });
  expect(verified.findings).toEqual([]);
  expect((await rulesAt(shop.nicheId, before)).subscriptions[0]!.schedule?.holidays).toEqual([TODAY]);
  expect((await rulesAt(shop.nicheId, before + 1)).subscriptions[0]!.schedule?.holidays).toEqual([SOME_DAY]);
});

it('who takes leads on holidays too and delivers later gets them at the next opening', async () => {
  await save('EE', [TODAY]);
  const shop = await openShop(app, 'http://127.0.0.1:9/leads', {
    subscription: { holidays: { country: 'EE', region: null }, offHours: 'hold', timezone: ZONE },
  });
  const [lead] = await approvedLeads(app, shop);
  await distribute();
  const [row] = await app.db.tx(
    engine,
    (tx) => tx<{ dueAt: Date }[]>`select due_at as "dueAt" from deliveries where lead_id = ${lead!}`,
  );
  expect(localDate(row!.dueAt, ZONE) > TODAY.rule).toBe(true);
});

it('an edit of a calendar is one edit of each niche that goes by it, however many subscribe, and of no other', async () => {
  await save('LT', [{ ...SOME_DAY, regions: ['A'] }, TODAY]);
  const [uses, other] = [await seedNiche(app), await seedNiche(app)];
  const terms = { holidays: { country: 'LT', region: 'A' } };
  for (let n = 0; n < 3; n += 1) {
    const provider = await seedProvider(app);
    await seedSubscription(app, { providerId: provider.id, levelId: uses.level.id, ...terms });
    await seedSubscription(app, { providerId: provider.id, levelId: other.level.id });
  }
  const rowsOf = () =>
    app.db.tx(engine, async (tx) => {
      const [row] = await tx<{ copies: number; terms: number; flags: number }[]>`
        select (select count(*)::int from holiday_versions where niche_id = ${uses.niche.id}) as copies,
          (select count(*)::int from subscription_versions where niche_id = ${uses.niche.id}) as terms,
          (select count(*)::int from subscriptions where niche_id = ${uses.niche.id} and flagged_at is not null) as flags`;
      return row!;
    });
  await distribute();
  expect(await rowsOf()).toEqual({ copies: 1, terms: 3, flags: 0 });
  const versions = async () => [
    (await rulesNow(uses.niche.id)).configVersion,
    (await rulesNow(other.niche.id)).configVersion,
  ];
  const before = await versions();
  await save('LT', [{ ...SOME_DAY, regions: ['B'] }]);
  expect(await versions()).toEqual([before[0]! + 1, before[1]]);
  expect(await rowsOf()).toEqual({ copies: 2, terms: 3, flags: 3 });
  const [then, now] = [await rulesAt(uses.niche.id, before[0]!), await rulesNow(uses.niche.id)];
  expect(then.subscriptions.map(({ schedule }) => schedule?.holidays)).toEqual(
    Array.from({ length: 3 }, () => [SOME_DAY, TODAY]),
  );
  // Equal choices share one list: its dates are worked out one time for all of them.
  expect(new Set(then.subscriptions.map(({ schedule }) => schedule?.holidays)).size).toBe(1);
  expect(now.subscriptions.map(({ schedule }) => schedule)).toEqual([null, null, null]);
});

it('the choice lives through every other edit of the terms, and ends when it is taken back', async () => {
  await save('LV', [TODAY]);
  const { niche, level } = await seedNiche(app);
  const provider = await seedProvider(app);
  const hours = { zone: ZONE, weekly: { mon: [{ from: '09:00', to: '17:00' }] } };
  const { id } = await seedSubscription(app, {
    ...{ providerId: provider.id, levelId: level.id, schedule: hours },
    holidays: { country: 'LV', region: null },
  });
  const edit = (expected: number, to: object) => updateFilters(app, { id, expected, edit: to }, SYSTEM);
  await edit(1, { countries: ['DE'] });
  const noon = new Date(`${TODAY.rule}T12:00:00Z`);
  const kept = (await rulesNow(niche.id)).subscriptions[0]!;
  expect(kept).toMatchObject({ countries: ['DE'], holidays: { country: 'LV', region: null } });
  expect(kept.schedule).toEqual({ ...hours, holidays: [TODAY] });
  expect(isOpen(kept.schedule, noon)).toBe(false);
  await edit(2, { holidays: null });
  expect((await rulesNow(niche.id)).subscriptions[0]).toMatchObject({ holidays: null, schedule: hours });
});

it('a calendar that is changed while somebody begins to go by it is never half known', async () => {
  await save('CY', [SOME_DAY]);
  const { niche, level } = await seedNiche(app);
  const provider = await seedProvider(app);
  for (let round = 0; round < 8; round += 1) {
    const fresh = await seedNiche(app);
    const [wanted] = [{ name: `Round ${round}`, rule: '02-02' }];
    await Promise.all([
      save('CY', [wanted!]),
      seedSubscription(app, {
        ...{ providerId: provider.id, levelId: fresh.level.id },
        holidays: { country: 'CY', region: null },
      }),
      ...(round === 0
        ? [
            seedSubscription(app, {
              ...{ providerId: provider.id, levelId: level.id },
              holidays: { country: 'CY', region: null },
            }),
          ]
        : []),
    ]);
    for (const nicheId of [fresh.niche.id, niche.id]) {
      expect((await rulesNow(nicheId)).subscriptions[0]!.schedule?.holidays).toEqual([wanted]);
    }
  }
});
