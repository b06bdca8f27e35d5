import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openDecided } from '../support/decided.ts';
import { bareProvider, type HttpTest, httpTest, type Send, signedInAs } from '../support/http.ts';
import { seedNiche, seedProvider } from '../support/market.ts';

const URL = '/api/v1/holidays';
const ADMIN = '/api/v1/admin/holidays';
const OWN = '/api/v1/subscriptions';

let http: HttpTest;
let admin: Send;
beforeAll(async () => {
  http = await httpTest({ MX_CHECK: '0' });
  ({ send: admin } = await signedInAs(http, 'admin'));
});
afterAll(async () => await http?.[Symbol.asyncDispose]());

const dates = async (path: string): Promise<string[]> =>
  (await admin('GET', `${URL}/${path}`)).body.data.holidays.map((one: { date: string }) => one.date);

async function provider() {
  const { niche, level } = await seedNiche(http.app);
  const { id } = await seedProvider(http.app);
  const { send } = await signedInAs(http, 'provider_owner', { providerId: id });
  return { niche, level, send };
}

describe('the calendars that a new installation has', () => {
  test('have days in every region, each of them a rule that can be read, and go out and in as a file', async () => {
    const { data } = (await admin('GET', URL)).body;
    const countries = data.map((one: { country: string }) => one.country);
    expect(countries).toEqual(expect.arrayContaining(['AT', 'CA', 'DE', 'ES', 'GB', 'IT', 'NO']));
    for (const { country, regions, version, days_count: count } of data) {
      expect(count).toBeGreaterThan(8);
      for (const { code } of [{ code: '' }, ...regions]) {
        const query = code === '' ? '' : `?region=${code}`;
        expect(await dates(`${country}${query}`)).toHaveLength(12);
      }
      const file = await admin('GET', `${ADMIN}/${country}/days.csv`);
      expect(file.headers['content-disposition']).toContain(`holidays-${country}.csv`);
      const before = (await admin('GET', `${ADMIN}/${country}`)).body.data;
      const back = await admin('PUT', `${ADMIN}/${country}/days.csv`, file.body, {
        ...{ 'content-type': 'text/csv', 'if-match': `"${version}"` },
      });
      expect(back.body.data).toMatchObject({
        days: before.days,
        regions: before.regions,
        version: version + 1,
      });
    }
  });

  // As the governments publish them.
  test.each([
    [
      'DE?from=2027-01-01&limit=9',
      ['01-01', '03-26', '03-29', '05-01', '05-06', '05-17', '10-03', '12-25', '12-26'],
    ],
    ['DE?region=SN&from=2026-10-01&limit=4', ['10-03', '10-31', '11-18', '12-25']],
    ['DE?region=BY&from=2026-05-30&limit=3', ['06-04', '10-03', '11-01']],
    ['GB?region=ENG&from=2026-12-01&limit=5', ['12-25', '12-26', '12-28', '01-01', '03-26']],
    ['GB?region=SCT&from=2027-12-01&limit=6', ['12-25', '12-26', '12-27', '12-28', '01-01', '01-02']],
    ['CA?region=ON&from=2026-05-01&limit=5', ['05-18', '07-01', '09-07', '10-12', '12-25']],
    ['NO?from=2026-05-01&limit=5', ['05-01', '05-14', '05-17', '05-24', '05-25']],
  ])('%s falls on %j', async (path, expected) => {
    expect((await dates(path)).map((date) => date.slice(5))).toEqual(expected);
  });
});

describe('a calendar', () => {
  const day = { name: 'Founders’ Day', rule: '06-06' };

  test('of a further country is made, changed by who saw it, and keeps the names of its regions', async () => {
    expect((await admin('GET', `${ADMIN}/IS`)).body.code).toBe('holiday_calendar_not_found');
    const made = await admin('PUT', `${ADMIN}/IS`, {
      days: [{ ...day, regions: ['N', 'S'] }],
      regions: { N: 'North' },
    });
    expect(made).toMatchObject({
      status: 200,
      body: {
        data: {
          version: 1,
          regions: [
            { code: 'N', name: 'North' },
            { code: 'S', name: 'S' },
          ],
        },
      },
    });
    expect((await admin('PUT', `${ADMIN}/IS`, { days: [] })).body.code).toBe('version_missing');
    const edit = (version: number) => admin('PUT', `${ADMIN}/IS`, { days: [day], version });
    expect((await edit(2)).body.code).toBe('version_stale');
    expect((await edit(1)).body.data).toMatchObject({
      version: 2,
      days: [{ ...day, observed: false, regions: [] }],
    });
    expect(await dates('IS?region=N&from=2027-01-01&limit=1')).toEqual(['2027-06-06']);
    const log = (await admin('GET', '/api/v1/admin/audit?entity_type=holiday_calendar&entity_id=IS')).body
      .data;
    expect(log.map((row: { action: string }) => row.action).sort()).toEqual([
      'holidays.changed',
      'holidays.created',
    ]);
  });

  test.each([
    [{ days: [{ name: 'X', rule: '31-12' }] }, 'days.0.rule'],
    [{ days: [day, { name: ' ', rule: '12-25' }] }, 'days.1.name'],
    [{ days: [{ ...day, regions: ['by'] }] }, 'days.0.regions.0'],
    [{}, 'days'],
  ])('%j is refused and names the field', async (body, field) => {
    const answer = await admin('PUT', `${ADMIN}/MT`, body);
    expect(answer.status).toBe(422);
    expect(answer.body.details[0].field).toBe(field);
  });

  test('of more than 200 days is refused', async () => {
    const days = Array.from({ length: 201 }, () => day);
    const answer = await admin('PUT', `${ADMIN}/MT`, { days });
    expect(answer).toMatchObject({ status: 422, body: { details: [{ field: 'days' }] } });
  });

  test('as a file that cannot be read is refused by its lines, and changes nothing', async () => {
    const csv = { 'content-type': 'text/csv' };
    const answer = await admin('PUT', `${ADMIN}/MT/days.csv`, 'name,rule\nA,12-25\nB,never\n', csv);
    expect(answer).toMatchObject({ status: 422, body: { code: 'holidays_csv_invalid' } });
    expect(answer.body.details[0]).toMatchObject({ field: 'line 3' });
    expect((await admin('PUT', `${ADMIN}/MT/days.csv`, `name,rule\n${'x'.repeat(70_000)}`, csv)).status).toBe(
      413,
    );
    expect((await admin('GET', `${ADMIN}/MT`)).status).toBe(404);
    const made = await admin('PUT', `${ADMIN}/MT/days.csv`, 'name,date\nVictory Day,09-08\n', csv);
    expect(made.body.data).toMatchObject({ version: 1, days: [{ name: 'Victory Day', rule: '09-08' }] });
  });

  test('is read by everybody who is signed in, and written by operators only', async () => {
    const { send: owner } = await signedInAs(http, 'provider_owner', {
      providerId: await bareProvider(http),
    });
    const { send: auditor } = await signedInAs(http, 'auditor');
    expect((await http.send('GET', URL)).status).toBe(401);
    expect((await owner('GET', URL)).status).toBe(200);
    expect((await owner('GET', `${URL}/DE?region=BY`)).status).toBe(200);
    expect((await owner('GET', `${ADMIN}/DE`)).status).toBe(403);
    expect((await auditor('GET', `${ADMIN}/DE`)).status).toBe(200);
    for (const send of [owner, auditor])
      expect((await send('PUT', `${ADMIN}/DE`, { days: [] })).status).toBe(403);
  });
});

describe('a subscription', () => {
  test('chooses a country and a region, shows them, and takes them back', async () => {
    const { level, send } = await provider();
    const holidays = { country: 'DE', region: 'BY' };
    const made = await send('POST', OWN, { level_id: level.id, holidays });
    expect(made).toMatchObject({ status: 201, body: { data: { holidays } } });
    const url = `${OWN}/${made.body.data.id}`;
    const edit = (body: object, version: number) => send('PATCH', url, { ...body, version });
    expect((await edit({ countries: ['DE'] }, 1)).body.data.holidays).toEqual(holidays);
    expect((await edit({ holidays: { country: 'AT' } }, 2)).body.data.holidays).toEqual({
      country: 'AT',
      region: null,
    });
    expect((await edit({ holidays: null }, 3)).body.data.holidays).toBe(null);
  });

  test.each([
    [{ country: 'DE', region: 'ENG' }, 422, 'holiday_region_unknown', 'holidays.region'],
    [{ country: 'MX' }, 404, 'holiday_calendar_not_found', 'holidays.country'],
    [{ country: 'XX' }, 422, 'input_invalid', 'holidays.country'],
    [{ country: 'DE', region: 'bavaria' }, 422, 'input_invalid', 'holidays.region'],
    [{ region: 'BY' }, 422, 'input_invalid', 'holidays.country'],
  ])('cannot choose %j', async (holidays, status, code, field) => {
    const { level, send } = await provider();
    const answer = await send('POST', OWN, { level_id: level.id, holidays });
    expect(answer).toMatchObject({ status, body: { code } });
    expect(answer.body.details[0].field).toBe(field);
  });
});

test('a draft with holidays is tried on the leads of the last days, and taken back in another one', async () => {
  const near = [-1, 0, 1].map((days) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10));
  const days = near.map((rule) => ({ name: 'Feast', rule }));
  expect((await admin('PUT', `${ADMIN}/GL`, { days })).status).toBe(200);
  const niche = await openDecided(http.app, { levels: [{ maxProviders: 1 }] });
  const open = await niche.join('Open');
  for (let n = 0; n < 3; n += 1) await niche.lead();
  const tried = async (id: string, version: number, holidays: object | null) => {
    const draft = { subscriptions: [{ id, version, holidays }] };
    const body = { niche_id: niche.niche.id, draft };
    return (await admin('POST', '/api/v1/admin/simulations/draft', body)).body.data;
  };
  expect(await tried(open.id, 1, { country: 'GL', region: null })).toMatchObject({
    control: { sold: 3 },
    draft: { sold: 0, unsold: 3 },
  });
  expect(await tried(open.id, 1, null)).toMatchObject({ control: { sold: 3 }, draft: { sold: 3 } });
});
