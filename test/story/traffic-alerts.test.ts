import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { SYSTEM } from '../../src/journal/audit/index.ts';
import { newId } from '../../src/kernel/ids.ts';
import { openDistributor, runDistribution, watchTraffic } from '../../src/lead/distribution/index.ts';
import { createSource } from '../../src/market/sources/index.ts';
import { openAdminSql, type Sql } from '../../src/platform/admin-sql.ts';
import { type HttpTest, httpTest, type Send, signedInAs } from '../support/http.ts';
import { engine } from '../support/lead.ts';
import { seedNiche, seedProvider, seedSubscription } from '../support/market.ts';
import { until } from '../support/until.ts';

/** A source or niche that has gone quiet, and leads that suddenly match nobody: told once, shown until it is over. */
let http: HttpTest;
let admin: Send;
let superuser: Sql;
beforeAll(async () => {
  http = await httpTest({ MX_CHECK: '0' });
  ({ send: admin } = await signedInAs(http, 'admin'));
  superuser = openAdminSql(http.database.superuserUrl);
});
afterAll(async () => {
  await superuser.end();
  await http?.[Symbol.asyncDispose]();
});

/** A full hour must not end in the middle of a test: what it says counts hours. */
const LEFT_MS = 20_000;
const HOUR_MS = 3_600_000;
beforeEach(() => until(() => Date.now() % HOUR_MS < HOUR_MS - LEFT_MS, 2 * LEFT_MS), 3 * LEFT_MS);

/** Hours that one run of the job may have to count: fourteen days, and one that ends meanwhile. */
const HOURS_MAX = 14 * 24 + 2;
const watch = async () => {
  for (let step = 0; step < HOURS_MAX; step += 1) if ((await watchTraffic(http.app)) === 0) return;
  throw new Error('the job counts hours without end');
};

const shown = async () => (await admin('GET', '/api/v1/admin/traffic-alerts')).body.data;
const mails = async () => {
  const rows = await superuser<{ lines: string }[]>`
    select params ->> 'lines' as lines from messages where template = 'traffic-alert' order by created_at, id`;
  return rows.map(({ lines }) => lines);
};

async function market() {
  const seeded = await seedNiche(http.app, { levels: [{ maxProviders: 1 }] });
  const sourceOf = async (name: string) => {
    const input = {
      name,
      type: 'api' as const,
      attested: true,
      ratePerMinute: null,
      campaignId: seeded.campaignId,
    };
    return (await createSource(http.app, input, SYSTEM)).source.id;
  };
  /** One lead in each of these full hours: 1 is the last one. */
  const leadsAt = (sourceId: string, hoursAgo: readonly number[]) =>
    http.app.db.tx(
      engine,
      (tx) => tx`
        insert into leads (id, niche_id, campaign_id, source_id, schema_version, state, country, submitted_at, ended_at)
        select gen_random_uuid(), ${seeded.niche.id}, ${seeded.campaignId}, ${sourceId}, 1, 'rejected', 'DE',
          date_trunc('hour', clock_timestamp()) - ago::int * interval '1 hour' + interval '7 minutes', now()
        from jsonb_array_elements_text(${tx.json([...hoursAgo])}) as ago`,
    );
  return { ...seeded, sourceOf, leadsAt };
}

/** Every second hour from 100 hours ago up to so many hours ago. */
const everySecondHour = (until: number) =>
  Array.from({ length: 50 }, (_, n) => 100 - 2 * n).filter((ago) => ago >= until);
/** The last full hours are counted again, as if the clock had gone on. */
const countAgain = (hours: number) =>
  superuser`delete from traffic_hours where hour >= date_trunc('hour', now()) - ${hours} * interval '1 hour'`;

test('a source without leads for longer than it ever was is told about once, and not any more when one comes', async () => {
  const { sourceOf, leadsAt } = await market();
  const [silent, steady, small] = [
    await sourceOf('Form A'),
    await sourceOf('Form B'),
    await sourceOf('Form C'),
  ];
  await leadsAt(silent, everySecondHour(8));
  await leadsAt(steady, everySecondHour(2));
  await leadsAt(small, [90, 80, 70]);
  await watch();
  const { value, alerts } = await shown();
  expect(value).toBe(1);
  const sentence = 'No lead from the source Form A for 7 hours; the longest pause in 14 days was one hour.';
  expect(alerts).toMatchObject([
    { kind: 'no_leads', scope: 'source', scope_id: silent, name: 'Form A', sentence },
  ]);
  expect(await mails()).toEqual([sentence]);

  await watch();
  expect((await shown()).alerts).toHaveLength(1);
  expect(await mails()).toHaveLength(1);

  await leadsAt(silent, [1]);
  await countAgain(1);
  await watch();
  expect(await shown()).toMatchObject({ value: 0, alerts: [] });
});

test('a niche in which no lead comes any more is told about, beside its sources; one that is switched off is not', async () => {
  const [open, off] = [await market(), await market()];
  const sources = [await open.sourceOf('Only form'), await off.sourceOf('Form of the closed one')];
  await open.leadsAt(sources[0]!, everySecondHour(10));
  await off.leadsAt(sources[1]!, everySecondHour(10));
  await superuser`update niches set active = false where id = ${off.niche.id}`;
  await superuser`update sources set active = false where id = ${sources[1]!}`;
  await superuser`delete from traffic_hours`;
  await watch();
  const { alerts } = await shown();
  expect(alerts.map((one: { scope_id: string }) => one.scope_id).sort()).toEqual(
    [open.niche.id, sources[0]!].sort(),
  );
  const before = await mails();
  expect(before.at(-1)!.split('\n')).toHaveLength(2);
});

test('a niche whose leads suddenly match nobody is told about, and one whose leads fail for money is not', async () => {
  const open = async (country: string) => {
    const seeded = await market();
    const { id: providerId } = await seedProvider(http.app);
    await seedSubscription(http.app, { providerId, levelId: seeded.level.id, countries: [country] });
    const source = await seeded.sourceOf('form');
    await http.app.db.tx(engine, async (tx) => {
      const ids = Array.from({ length: 12 }, () => newId());
      await tx`
        insert into leads (id, niche_id, campaign_id, source_id, schema_version, state, country, lead_type, confirmed_at,
          confirmed_by, ready_at, approved_at, due_at, expires_at)
        select id, ${seeded.niche.id}, ${seeded.campaignId}, ${source}, 1, 'approved', 'DE', 'raw', now(), 'source',
          now(), now(), now(), now() + interval '7 days'
        from unnest(${ids}::uuid[]) as id`;
      await tx`insert into lead_contacts (lead_id, key_id) select id, 'test' from unnest(${ids}::uuid[]) as id`;
    });
    return seeded;
  };
  const [unmatched, poor] = [await open('AT'), await open('DE')];
  await runDistribution(openDistributor(http.app));
  // As if they had been decided within the last full hour.
  await superuser`alter table decisions disable trigger decisions_append_only`;
  await superuser`update decisions set decided_at = date_trunc('hour', now()) - interval '5 minutes'`;
  await superuser`alter table decisions enable trigger decisions_append_only`;
  await countAgain(1);
  await watch();
  const { alerts } = await shown();
  const found = alerts.filter(({ kind }: { kind: string }) => kind === 'unmatched');
  const sentence = `12 of 12 leads of the niche ${unmatched.niche.name} matched nobody in one hour; usual is 0 %.`;
  expect(found).toMatchObject([{ scope: 'niche', scope_id: unmatched.niche.id, sentence }]);
  expect(poor.niche.id).not.toBe(unmatched.niche.id);
});
