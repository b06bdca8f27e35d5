import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runVerify } from '../../src/cli/verify.ts';
import { SYSTEM } from '../../src/journal/audit/index.ts';
import { explainDecision, openDistributor, runDistribution } from '../../src/lead/distribution/index.ts';
import { type DecisionRecord, decodeRecord, recordHash } from '../../src/lead/distribution/record.ts';
import { receiveLead } from '../../src/lead/intake/index.ts';
import { createSource } from '../../src/market/sources/index.ts';
import { importPlaces } from '../../src/market/subscriptions/index.ts';
import { openAdminSql, type Sql } from '../../src/platform/admin-sql.ts';
import type { Tx } from '../../src/platform/db.ts';
import { testApp } from '../support/app.ts';
import { type FreshDatabase, freshDatabase } from '../support/database.ts';
import { somebody } from '../support/lead.ts';
import { type SeededNiche, seedNiche, seedProvider, seedSubscription, VPS_FORM } from '../support/market.ts';

/** Decisions that asked where a lead is stay provable, whatever becomes of the places; what is bent is named. */
let database: FreshDatabase;
let app: Awaited<ReturnType<typeof testApp>>;
let root: Sql;
let market: SeededNiche;
/** Places and postcodes of the leads: by postcode near, by postcode far, by its own coordinates, nowhere. */
let leads: { near: string; far: string; own: string; nowhere: string; foreign: string };
let submit: (answers: Record<string, unknown>) => Promise<string>;

const NEAR = 'DE,10115,52.532,13.385';
const places = async (...lines: string[]): Promise<void> => {
  const owner = openAdminSql(database.ownerUrl);
  await owner.begin((tx) => importPlaces(tx as unknown as Tx, ['country,postcode,lat,lon', ...lines]));
  await owner.end();
};

beforeAll(async () => {
  database = await freshDatabase();
  app = await testApp(database, { MX_CHECK: '0' });
  root = openAdminSql(database.superuserUrl);
  await root.unsafe('set session_replication_role = replica');
  await places(NEAR, 'DE,14467,52.400,13.060');
  market = await seedNiche(app, {
    fields: [...VPS_FORM, { id: 'home', label: 'Address', type: 'address', required: false }],
    levels: [{ maxProviders: 5 }],
    policy: { confirmation: 'source_attested', approval: 'auto' },
  });
  const origin = {
    type: 'api' as const,
    campaignId: market.campaignId,
    attested: true,
    ratePerMinute: 1_000_000,
  };
  const { token } = await createSource(app, { name: 'story', ...origin }, SYSTEM);
  submit = async (answers) => {
    const { leadId } = await receiveLead(app, {
      origin: { kind: 'source', token },
      body: { answers: somebody(answers) },
    });
    await runDistribution(openDistributor(app));
    return leadId;
  };
  const circle = { kind: 'geo' as const, postcode: '10115', country: 'DE', missing: 'fail' as const };
  for (const terms of [
    { filters: [{ ...circle, radius_km: 10 }] },
    { filters: [{ ...circle, radius_km: 30, missing: 'pass' as const }] },
    { countries: ['DE'] },
    {},
  ]) {
    const { id: providerId } = await seedProvider(app, { balance: 100_000n });
    await seedSubscription(app, { providerId, levelId: market.level.id, ...terms });
  }
  const home = { country: 'DE', postcode: '14467' };
  leads = {
    near: await submit({ home: { ...home, postcode: '10115' } }),
    far: await submit({ home }),
    own: await submit({ home: { ...home, lat: 52.52, lng: 13.4 } }),
    nowhere: await submit({ home: { country: 'DE', city: 'Somewhere' } }),
    foreign: await submit({ country: 'AT', phone: '+43 1 5885800' }),
  };
});
afterAll(async () => {
  await root?.end();
  await app?.close();
  await database?.[Symbol.asyncDispose]();
});

/** Of all days on which something was decided: a test that begins before midnight ends after it. */
async function findings() {
  const days = await root<{ day: string }[]>`
    select distinct to_char(decided_at at time zone 'UTC', 'YYYY-MM-DD') as day from decisions order by 1`;
  const found = [];
  for (const { day } of days)
    found.push(...(await runVerify({ ownerUrl: database.ownerUrl, day, print: () => {} })).findings);
  return found;
}
const named = async () => (await findings()).map(({ leadId, what }) => ({ leadId, what }));

const recordOf = async (leadId: string): Promise<Buffer> =>
  (await root<{ record: Buffer }[]>`select record from decisions where lead_id = ${leadId}`)[0]!.record;

/** The record with one byte changed, so that it says the same but for what `bent` looks for. */
function bend(record: Buffer, bent: (to: DecisionRecord, from: DecisionRecord) => boolean): Buffer {
  const from = decodeRecord(record);
  for (let at = 2; at < record.length; at += 1) {
    for (const by of [1, 2, 4, 8, 16, 32, 64]) {
      const other = Buffer.from(record);
      other[at]! ^= by;
      try {
        if (bent(decodeRecord(other), from)) return other;
      } catch {
        // Not a record any more: another byte then.
      }
    }
  }
  throw new Error('no byte says that');
}
const text = (value: unknown) =>
  JSON.stringify(value, (_, one) => (typeof one === 'bigint' ? String(one) : one));
/** The two differ in `key` of the lead's part alone. */
const onlyLead = (key: 'country' | 'place') => (to: DecisionRecord, from: DecisionRecord) =>
  typeof to.lead?.[key] === 'string' &&
  to.lead[key] !== from.lead?.[key] &&
  text({ ...to, lead: { ...to.lead, [key]: null } }) ===
    text({ ...from, lead: { ...from.lead, [key]: null } });

/** Puts another record in place and hashes the chain anew, as somebody who knows how would; runs `work`; puts it back. */
async function forged<T>(leadId: string, record: Buffer, work: () => Promise<T>): Promise<T> {
  const nicheId = market.niche.id;
  type Row = { seq: string; lead_id: string; record: Buffer; prev_hash: Buffer; hash: Buffer };
  const rows = await root<Row[]>`
    select seq::text, lead_id, record, prev_hash, hash from decisions where niche_id = ${nicheId} order by decisions.seq`;
  const put = async (links: readonly Row[]) => {
    for (const { seq, record: bytes, prev_hash: before, hash } of links)
      await root`update decisions set record = ${bytes}, prev_hash = ${before}, hash = ${hash}
        where niche_id = ${nicheId} and seq = ${seq}`;
    await root`update niche_turns set chain_hash = ${links.at(-1)!.hash} where niche_id = ${nicheId}`;
  };
  let prevHash = rows[0]!.prev_hash;
  await put(
    rows.map((row) => {
      const bytes = row.lead_id === leadId ? record : row.record;
      const link = { nicheId, seq: BigInt(row.seq), leadId: row.lead_id, prevHash, record: bytes };
      const linked = { ...row, record: bytes, prev_hash: prevHash, hash: recordHash(link) };
      prevHash = linked.hash;
      return linked;
    }),
  );
  try {
    return await work();
  } finally {
    await put(rows);
  }
}

describe('a decision that asked where the lead is', () => {
  it('is proven, circles and countries included', async () => {
    expect(await findings()).toEqual([]);
    const pinned = async (id: string) => decodeRecord(await recordOf(id)).lead;
    expect(await pinned(leads.near)).toMatchObject({
      country: 'DE',
      place: expect.stringMatching(/^[0-9a-f]{16}$/),
    });
    expect(await pinned(leads.nowhere)).toMatchObject({ country: 'DE', place: null });
    expect((await pinned(leads.foreign))!.country).toBe('AT');
    const takers = await root<{ lead: string; count: number }[]>`
      select lead_id as lead, count(*)::int from assignments group by 1`;
    expect(new Map(takers.map(({ lead, count }) => [lead, count]))).toEqual(
      new Map([
        [leads.near, 4],
        [leads.far, 3],
        [leads.own, 4],
        [leads.nowhere, 3],
        [leads.foreign, 2],
      ]),
    );
  });

  it('still is when the places were imported anew and lie elsewhere; who comes later lies there', async () => {
    const why = async () => text(await explainDecision(app, leads.near));
    const before = await why();
    await places('DE,10115,48.1,11.6', 'DE,14467,48.2,11.7', 'DE,99999,50,10');
    expect(await findings()).toEqual([]);
    expect(await why()).toBe(before);
    const later = await submit({ home: { country: 'DE', postcode: '10115' } });
    await places(NEAR);
    const [taken] = await root`select count(*)::int from assignments where lead_id = ${later}`;
    expect(taken!.count).toBe(2);
    expect(await findings()).toEqual([]);
  });

  it('still is when nothing is left of its person but the decision', async () => {
    const [kept] = await root`select * from lead_places where lead_id = ${leads.far}`;
    const [contact] = await root`select answers from lead_contacts where lead_id = ${leads.far}`;
    await root`delete from lead_places where lead_id = ${leads.far}`;
    await root`update lead_contacts set answers = null, erased_at = now() where lead_id = ${leads.far}`;
    expect(await findings()).toEqual([]);
    const bent = bend(await recordOf(leads.far), onlyLead('country'));
    const found = await forged(leads.far, bent, findings);
    expect(found.map(({ what }) => what)).toEqual([expect.stringMatching(/^country check of subscription /)]);
    await root`update lead_contacts set answers = ${contact!.answers}, erased_at = null where lead_id = ${leads.far}`;
    await root`insert into lead_places ${root(kept as Record<string, never>)}`;
    expect(await findings()).toEqual([]);
  });
});

describe('verify names', () => {
  it('a place that was moved by a metre, added before its time, or taken away', async () => {
    const { near, nowhere } = leads;
    await root`update lead_places set lat = lat + 1 where lead_id = ${near}`;
    expect(await named()).toEqual([{ leadId: near, what: 'place of the lead' }]);
    await root`update lead_places set lat = lat - 1 where lead_id = ${near}`;
    const salt = Buffer.alloc(16, 3);
    await root`
      insert into lead_places (lead_id, lat, lon, salt, created_at)
      values (${nowhere}, 5253200, 1338500, ${salt}, now() - interval '1 hour')`;
    expect(await named()).toEqual([{ leadId: nowhere, what: 'place of the lead' }]);
    const [kept] = await root`delete from lead_places where lead_id = ${near} returning *`;
    await root`delete from lead_places where lead_id = ${nowhere}`;
    expect(await named()).toContainEqual({ leadId: near, what: 'place of the lead' });
    await root`insert into lead_places ${root(kept as Record<string, never>)}`;
    expect(await findings()).toEqual([]);
  });

  it('coordinates of a lead that were changed after it was decided', async () => {
    await root`update lead_contacts set latitude = 48.1 where lead_id = ${leads.own}`;
    expect(await findings()).toMatchObject([
      { leadId: leads.own, what: 'place of the lead', expected: 'the coordinates that came with it' },
    ]);
    await root`update lead_contacts set latitude = 52.52 where lead_id = ${leads.own}`;
  });

  it('a pinned place or country that was changed in the record, although the whole chain was hashed anew', async () => {
    for (const key of ['place', 'country'] as const) {
      const bent = bend(await recordOf(leads.near), onlyLead(key));
      const found = await forged(leads.near, bent, findings);
      expect(found[0]).toMatchObject({
        leadId: leads.near,
        what: `${key} of the lead`,
        found: decodeRecord(bent).lead![key],
      });
      expect(found.map(({ what }) => what)).not.toContain('hash of the record');
    }
    expect(await findings()).toEqual([]);
  });

  it('a country of a lead that was changed after it was decided', async () => {
    await root`update leads set country = 'AT' where id = ${leads.near}`;
    expect(await findings()).toMatchObject([
      { leadId: leads.near, what: 'country of the lead', expected: 'AT', found: 'DE' },
    ]);
    await root`update leads set country = 'DE' where id = ${leads.near}`;
  });

  it('how many a check kept away, when the record says another number', async () => {
    const bent = bend(await recordOf(leads.foreign), (to, from) => {
      const but = (one: DecisionRecord) => text({ ...one, excluded: null });
      return (
        but(to) === but(from) &&
        to.excluded.country !== from.excluded.country &&
        (to.excluded.country ?? 0) > 1
      );
    });
    const found = await forged(leads.foreign, bent, findings);
    expect(found).toMatchObject([
      { leadId: leads.foreign, what: 'subscriptions kept away by country', expected: '1' },
    ]);
  });

  it('a place in the order that was changed: in the facts of a record, in its choice, in an assignment', async () => {
    const { far } = leads;
    const but = (one: DecisionRecord, key: 'facts' | 'chosen') =>
      text({ ...one, [key]: one[key].map((own) => ({ ...own, receiptNo: 0 })) });
    const record = await recordOf(far);
    const chosen = bend(
      record,
      (to, from) => but(to, 'chosen') === but(from, 'chosen') && text(to) !== text(from),
    );
    const [first] = (await forged(far, chosen, findings)).filter(({ leadId }) => leadId === far);
    expect(first!.what).toMatch(/^receipt number of subscription /);

    const facts = bend(
      record,
      (to, from) => but(to, 'facts') === but(from, 'facts') && text(to) !== text(from),
    );
    const found = (await forged(far, facts, findings)).filter(({ leadId }) => leadId === far);
    expect(found[0]!.what).toMatch(/^order of receipt of subscription /);

    const [one] = await root<{ id: string; subscription_id: string }[]>`
      select id, subscription_id from assignments where lead_id = ${far} limit 1`;
    await root`update assignments set receipt_no = receipt_no + 1 where id = ${one!.id}`;
    const what = `receipt number in the assignment of subscription ${one!.subscription_id}`;
    expect(await named()).toEqual([{ leadId: far, what }]);
    await root`update assignments set receipt_no = receipt_no - 1 where id = ${one!.id}`;
    expect(await findings()).toEqual([]);
  });
});
