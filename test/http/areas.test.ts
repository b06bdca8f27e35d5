import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { importPlacesFile } from '../../src/cli/import-places.ts';
import { openAdminSql } from '../../src/platform/admin-sql.ts';
import { type HttpTest, httpTest, signedInAs } from '../support/http.ts';
import { seedNiche, seedProvider, VPS_FORM } from '../support/market.ts';

const OWN = '/api/v1/subscriptions';
const FORM = [
  ...VPS_FORM,
  { id: 'plz', label: 'Postcode', type: 'postcode' as const, required: false },
  { id: 'home', label: 'Address', type: 'address' as const, required: false },
];

let http: HttpTest;
beforeAll(async () => {
  http = await httpTest();
});
afterAll(async () => await http?.[Symbol.asyncDispose]());

/** A provider with a user and a subscription to a niche that asks for postcode and address. */
async function market() {
  const { level } = await seedNiche(http.app, { fields: FORM });
  const provider = await seedProvider(http.app);
  const { send } = await signedInAs(http, 'provider_owner', { providerId: provider.id });
  const made = await send('POST', OWN, { level_id: level.id });
  const url = `${OWN}/${made.body.data.id}`;
  const save = async (filters: object[], version = 1) => send('PATCH', url, { filters, version });
  return { url, send, save, level };
}

const versionsOf = async (url: string) =>
  http.app.db.tx(
    { role: 'operator' },
    (tx) => tx<{ bytes: number; filters: unknown }[]>`
      select pg_column_size(filters) as bytes, filters from subscription_versions
      where subscription_id = ${url.split('/').at(-1)!} and to_version is null`,
  );

describe('a list of postcodes', () => {
  test('is kept once, named by its hash, and answered with its beginning', async () => {
    const { url, save, send } = await market();
    const entries = Array.from({ length: 5_000 }, (_, n) => String(10_000 + n * 7));
    const saved = await save([{ field: 'plz', kind: 'postcodes', entries }]);
    expect(saved.status).toBe(200);
    const [filter] = saved.body.data.filters;
    expect(filter).toMatchObject({ kind: 'postcodes', field: 'plz', count: 5_000, missing: 'fail' });
    expect(filter.first).toEqual(entries.slice(0, 20));
    const [version] = await versionsOf(url);
    expect(version!.bytes).toBeLessThan(300);
    // Back as it was answered, beside another change: the same list, nothing sent again.
    const again = await send('PATCH', url, { filters: [filter], max_age_ms: 3_600_000, version: 2 });
    expect(again).toMatchObject({
      status: 200,
      body: { data: { filters: [filter], max_age_ms: 3_600_000 } },
    });
    const other = await send('PATCH', url, { countries: ['DE'], version: 3 });
    expect(other.body.data.filters).toEqual([filter]);
  });

  test('names every bad entry by its place, and is refused when too long or empty', async () => {
    const { save } = await market();
    const bad = await save([{ field: 'plz', kind: 'postcodes', entries: ['10115', '10999-10115', 'x!'] }]);
    expect(bad).toMatchObject({ status: 422, body: { code: 'postcodes_invalid' } });
    expect(bad.body.details.map((one: { field: string }) => one.field)).toEqual([
      'filters.0.entries.1',
      'filters.0.entries.2',
    ]);
    const long = await save([{ field: 'plz', kind: 'postcodes', entries: Array(5_001).fill('1*') }]);
    expect(long).toMatchObject({ status: 422, body: { code: 'input_invalid' } });
    expect((await save([{ field: 'plz', kind: 'postcodes' }])).body.code).toBe('input_invalid');
    const blank = await save([{ field: 'plz', kind: 'postcodes', entries: [' '] }]);
    expect(blank).toMatchObject({ status: 422, body: { code: 'postcodes_invalid' } });
    const elsewhere = await save([{ field: 'note', kind: 'postcodes', entries: ['1*'] }]);
    expect(elsewhere).toMatchObject({ status: 422, body: { code: 'filter_kind_wrong' } });
  });

  test('of another provider cannot be taken over by its hash', async () => {
    const [one, two] = [await market(), await market()];
    const saved = await one.save([{ field: 'plz', kind: 'postcodes', entries: ['20095', '!20097'] }]);
    const { hash } = saved.body.data.filters[0];
    const taken = await two.save([{ field: 'plz', kind: 'postcodes', hash }]);
    expect(taken).toMatchObject({ status: 422, body: { code: 'postcode_list_unknown' } });
    expect((await two.send('GET', `${one.url}/areas.csv?field=plz`)).status).toBe(404);
    // Who writes the same entries may: the list says nothing but itself.
    const same = await two.save([{ field: 'plz', kind: 'postcodes', entries: ['!20097', '20095'] }]);
    expect(same.body.data.filters[0].hash).toBe(hash);
  });

  test('is never changed: not by the program, not by the owner of the tables, and not under a wrong hash', async () => {
    const { save } = await market();
    await save([{ field: 'plz', kind: 'postcodes', entries: ['30159'] }]);
    const operator = { role: 'operator' } as const;
    await expect(
      http.app.db.tx(operator, (tx) => tx`update postcode_lists set entries = array['1*']`),
    ).rejects.toMatchObject({ code: '42501' });
    await expect(
      http.app.db.tx(
        operator,
        (tx) => tx`insert into postcode_lists (hash, entries) values (sha256('x'), array['1*'])`,
      ),
    ).rejects.toMatchObject({ code: '23514' });
    const sql = openAdminSql(http.database.ownerUrl);
    await expect(sql`delete from postcode_lists`).rejects.toMatchObject({ code: '55000' });
    await sql.end();
  });

  test('is tried on the leads of the past without being kept', async () => {
    const { url, send } = await market();
    const nicheId = (await send('GET', url)).body.data.niche_id;
    const filters = [
      { field: 'plz', kind: 'postcodes', entries: ['96450', '!96451'] },
      { kind: 'geo', lat: 50.26, lon: 10.96, radius_km: 20 },
    ];
    const answer = await send('POST', `${OWN}/estimate`, { niche_id: nicheId, filters });
    expect(answer).toMatchObject({ status: 200, body: { data: { per_week: null } } });
    const kept = await http.app.db.tx(
      { role: 'operator' },
      (tx) => tx`select 1 from postcode_lists where '96450' = any(entries)`,
    );
    expect(kept).toHaveLength(0);
  });

  test('goes out and in as a file', async () => {
    const { url, send } = await market();
    const csv = { 'content-type': 'text/csv', 'if-match': '1' };
    const file = '\uFEFFTown;PLZ\r\nBerlin;10115\r\nHamburg;20*\r\n;\r\n';
    const put = await send('PUT', `${url}/areas.csv?field=plz&missing=pass`, file, csv);
    expect(put).toMatchObject({
      status: 200,
      body: { data: { version: 2, filters: [{ count: 2, first: ['10115', '20*'], missing: 'pass' }] } },
    });
    const got = await send('GET', `${url}/areas.csv?field=plz`);
    expect(got).toMatchObject({ status: 200, body: 'postcode\r\n10115\r\n20*\r\n' });
    expect(got.headers['content-type']).toContain('text/csv');
    expect((await send('GET', `${url}/areas.csv?field=home`)).body.code).toBe('areas_not_found');
  });

  test('in a file with mistakes is refused by line, and a stale or wordless one too', async () => {
    const { url, send } = await market();
    const put = (file: string, version = '1') =>
      send('PUT', `${url}/areas.csv?field=plz`, file, { 'content-type': 'text/csv', 'if-match': version });
    const bad = await put('postcode\n10115\n?\n');
    expect(bad).toMatchObject({ status: 422, body: { code: 'areas_csv_invalid' } });
    expect(bad.body.details[0].field).toBe('line 3');
    expect((await put('10115\n')).body.details[0].field).toBe('line 1');
    expect((await put(`postcode\n${'1*\n'.repeat(5_001)}`)).body.code).toBe('areas_csv_invalid');
    expect((await put('postcode\n10115\n', '7')).status).toBe(409);
    expect((await put('1'.repeat(300_000))).status).toBe(413);
    expect((await send('PUT', `${url}/areas.csv?field=plz`, {}, { 'if-match': '1' })).status).toBe(422);
  });
});

describe('a circle', () => {
  test('takes its middle as coordinates, or as a postcode that somebody imported', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'fairlead-places-'));
    try {
      const path = join(folder, 'places.csv');
      await writeFile(
        path,
        'country,postcode,lat,lon\nDE,10115,52.53,13.38\nDE,10115,52.55,13.40\nAT,1010,48.2,16.4\n',
      );
      const places = await importPlacesFile(http.database.ownerUrl, path);
      expect(places).toEqual([
        { country: 'AT', count: 1 },
        { country: 'DE', count: 1 },
      ]);
      await writeFile(path, 'country,postcode,lat,lon\nDE,20095,53.55,10.0\nDE,nowhere!,1,2\n');
      await expect(importPlacesFile(http.database.ownerUrl, path)).rejects.toMatchObject({
        code: 'places_file_invalid',
        message: expect.stringContaining('Line 3'),
      });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
    const { save, send, url } = await market();
    const here = { kind: 'geo', radius_km: 30, postcode: '10115', country: 'DE' };
    const saved = await save([here]);
    expect(saved.status).toBe(200);
    expect(saved.body.data.filters[0]).toMatchObject({ ...here, field: 'home', missing: 'fail' });
    expect(saved.body.data.filters[0].lat).toBeCloseTo(52.54, 6);
    const back = await send('PATCH', url, { filters: saved.body.data.filters, version: 2 });
    expect(back.body.data.filters).toEqual(saved.body.data.filters);
    const unknown = await send('PATCH', url, { filters: [{ ...here, postcode: '20095' }], version: 3 });
    expect(unknown).toMatchObject({ status: 422, body: { code: 'place_unknown' } });
    expect(unknown.body.details[0].field).toBe('filters.0.postcode');
    for (const wrong of [{ lat: 1 }, { lon: 1 }, { lat: 91, lon: 0 }, { postcode: '10115' }, {}]) {
      const answer = await send('PATCH', url, {
        filters: [{ kind: 'geo', radius_km: 30, ...wrong }],
        version: 3,
      });
      expect(answer).toMatchObject({ status: 422, body: { code: 'input_invalid' } });
    }
  });

  test('needs a form that asks where people are', async () => {
    const { level } = await seedNiche(http.app);
    const provider = await seedProvider(http.app);
    const { send } = await signedInAs(http, 'provider_owner', { providerId: provider.id });
    const circle = { kind: 'geo', lat: 52, lon: 13, radius_km: 30 };
    const made = await send('POST', OWN, { level_id: level.id, filters: [circle] });
    expect(made).toMatchObject({ status: 422, body: { code: 'filter_kind_wrong' } });
  });
});
