import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runVerify } from '../../src/cli/verify.ts';
import { SYSTEM } from '../../src/journal/audit/index.ts';
import { newId } from '../../src/kernel/ids.ts';
import { assignByHand } from '../../src/lead/distribution/assign-by-hand.ts';
import { openDistributor, runDistribution } from '../../src/lead/distribution/index.ts';
import { recordHash } from '../../src/lead/distribution/record.ts';
import { receiveLead } from '../../src/lead/intake/index.ts';
import { editCampaign } from '../../src/market/campaigns/index.ts';
import { createSource } from '../../src/market/sources/index.ts';
import { pause } from '../../src/market/subscriptions/index.ts';
import { openAdminSql, type Sql } from '../../src/platform/admin-sql.ts';
import { testApp } from '../support/app.ts';
import { type FreshDatabase, freshDatabase } from '../support/database.ts';
import { somebody } from '../support/lead.ts';
import { payIn, type SeededNiche, seedNiche, seedProvider, seedSubscription } from '../support/market.ts';

/** A day with several batches is proven; then somebody with all rights bends one thing, and it is found and named. */
let database: FreshDatabase;
let app: Awaited<ReturnType<typeof testApp>>;
let root: Sql;
let market: SeededNiche;

type Row = {
  seq: string;
  lead_id: string;
  record: Buffer;
  prev_hash: Buffer;
  hash: Buffer;
  n_assigned: number;
};

beforeAll(async () => {
  database = await freshDatabase();
  app = await testApp(database, { MX_CHECK: '0', DISTRIBUTION_BATCH_MAX: '6' });
  root = openAdminSql(database.superuserUrl);
  await root.unsafe('set session_replication_role = replica');
  const policy = { confirmation: 'source_attested' as const, approval: 'auto' as const };
  market = await seedNiche(app, {
    policy,
    levels: [
      { maxProviders: 2, pricePerLead: '10.00' },
      { maxProviders: 3, pricePerLead: '4.00', strategy: 'least_loaded_today' },
      { maxProviders: 2, pricePerLead: '2.00', strategy: 'weighted' },
    ],
  });
  const other = await seedNiche(app, { policy });
  const tokens = await Promise.all(
    [market, other].map(async ({ campaignId }) => {
      const origin = { type: 'api' as const, campaignId, attested: true, ratePerMinute: 1_000_000 };
      return (await createSource(app, { name: 'story', ...origin }, SYSTEM)).token;
    }),
  );
  const providers: string[] = [];
  for (let n = 0; n < 6; n += 1) {
    const { id } = await seedProvider(app, { balance: BigInt(5_000 + n * 900) });
    providers.push(id);
    const caps = n % 2 ? [{ window: 'day' as const, kind: 'count' as const, value: String(4 + n) }] : [];
    const filters =
      n === 3 ? [{ field: 'budget', kind: 'range' as const, min: 100, missing: 'fail' as const }] : [];
    await seedSubscription(app, { providerId: id, levelId: market.levels[n % 2]!.id, caps, filters });
    if (n > 2)
      await seedSubscription(app, {
        providerId: id,
        levelId: market.levels[2]!.id,
        weight: n,
        personWindowDays: 1,
      });
    if (n < 2) await seedSubscription(app, { providerId: id, levelId: other.level.id });
  }
  const levelPrices = { [market.levels[2]!.id]: '3.00' };
  await editCampaign(app, { id: market.campaignId, expected: 2, edit: { levelPrices } as never }, SYSTEM);
  const first = openDistributor(app);
  const post = async (token: string, n: number) => {
    const body = { answers: somebody({ budget: n * 20 }), ...(n % 9 === 8 ? { test: true } : {}) };
    return (await receiveLead(app, { origin: { kind: 'source', token }, body })).leadId;
  };
  for (let n = 0; n < 14; n += 1) await post(tokens[n % 5 === 4 ? 1 : 0]!, n);
  await runDistribution(first);
  await payIn(app, providers[0]!, 700n);
  const [mine] = await root<
    { id: string }[]
  >`select id from subscriptions where provider_id = ${providers[2]!}`;
  await pause(app, { id: mine!.id, until: null }, SYSTEM);
  for (let n = 0; n < 12; n += 1) await post(tokens[n % 5 === 4 ? 1 : 0]!, n);
  await runDistribution(first);
  for (let n = 0; n < 8; n += 1) await post(tokens[0]!, n);
  await runDistribution(openDistributor(app));
  // One more is given to a subscription by an operator's word.
  await payIn(app, providers[4]!, 5_000n);
  const [given] = await root<{ id: string }[]>`
    select id from subscriptions where provider_id = ${providers[4]!} and level_id = ${market.levels[0]!.id}`;
  const byHand = {
    leadId: await post(tokens[0]!, 6),
    subscriptionId: given!.id,
    reason: 'asked for',
    idempotencyKey: newId(),
  };
  await assignByHand(app.db, openDistributor(app), byHand, { id: newId(), role: 'operator' });
});
afterAll(async () => {
  await root.end();
  await app.close();
  await database[Symbol.asyncDispose]();
});

/** All days on which something was decided: a test that begins before midnight ends after it. */
async function verify(providerId?: string) {
  const days = await root<{ day: string }[]>`
    select distinct to_char(decided_at at time zone 'UTC', 'YYYY-MM-DD') as day from decisions order by 1`;
  const printed: string[] = [];
  const reports: Awaited<ReturnType<typeof runVerify>>[] = [];
  for (const { day } of days)
    reports.push(
      await runVerify({
        ownerUrl: database.ownerUrl,
        day,
        providerId,
        print: (line) => void printed.push(line),
      }),
    );
  const sum = (name: 'decisions' | 'replayed' | 'assignments') =>
    reports.reduce((total, report) => total + report[name], 0);
  return { findings: reports.flatMap(({ findings }) => findings), printed, sum };
}

/** Sold decisions of the market's niche, in order. */
const sold = (): Promise<Row[]> => root<Row[]>`
  select seq::text, lead_id, record, prev_hash, hash, n_assigned from decisions
  where niche_id = ${market.niche.id} and n_assigned > 0 order by decisions.seq`;

const whatsOf = (findings: readonly { what: string; seq: string | null }[], seq: string) =>
  findings.filter((one) => one.seq === seq).map(({ what }) => what);

/** Puts other bytes into a decision and hashes the chain from there on anew, as somebody who knows how would. */
async function forge(seq: string, record: Buffer): Promise<void> {
  await root`update decisions set record = ${record} where niche_id = ${market.niche.id} and seq = ${seq}`;
  const rows = await root<Row[]>`
    select seq::text, lead_id, record, prev_hash from decisions
    where niche_id = ${market.niche.id} and seq >= ${seq} order by decisions.seq`;
  let prevHash = rows[0]!.prev_hash;
  for (const row of rows) {
    const link = {
      nicheId: market.niche.id,
      seq: BigInt(row.seq),
      leadId: row.lead_id,
      prevHash,
      record: row.record,
    };
    const hash = recordHash(link);
    await root`
      update decisions set prev_hash = ${prevHash}, hash = ${hash}
      where niche_id = ${market.niche.id} and seq = ${row.seq}`;
    prevHash = hash;
  }
  await root`update niche_turns set chain_hash = ${prevHash} where niche_id = ${market.niche.id}`;
}

describe('fairlead verify', () => {
  it('runs every decision of the day again and finds nothing', async () => {
    const { findings, printed, sum } = await verify();
    expect(findings).toEqual([]);
    expect(sum('decisions')).toBeGreaterThan(30);
    expect(sum('replayed')).toBe(sum('decisions'));
    expect(sum('assignments')).toBeGreaterThan(40);
    const prices =
      await root`select distinct charged_amount::int as price from assignments where not test order by 1`;
    expect(prices.map(({ price }) => price)).toEqual([300, 400, 1000]);
    expect(printed.at(-1)).toBe('Every decision holds.');
  });

  it('names the decision of which one byte was changed', async () => {
    const { seq, record } = (await sold())[5]!;
    const bent = Buffer.from(record);
    bent[bent.length - 3]! ^= 1;
    await root`update decisions set record = ${bent} where niche_id = ${market.niche.id} and seq = ${seq}`;
    const { findings } = await verify();
    await root`update decisions set record = ${record} where niche_id = ${market.niche.id} and seq = ${seq}`;
    expect(findings[0]).toMatchObject({ nicheId: market.niche.id, seq, what: 'hash of the record' });
  });

  it('names an amount that was charged otherwise than decided, with both amounts', async () => {
    const { seq, lead_id } = (await sold())[3]!;
    const [one] = await root<{ id: string; amount: string; subscription_id: string; provider_id: string }[]>`
      select id, charged_amount::text as amount, subscription_id, provider_id from assignments
      where lead_id = ${lead_id} and not test order by receipt_no limit 1`;
    const more = BigInt(one!.amount) + 100n;
    await root`update assignments set charged_amount = ${more.toString()} where id = ${one!.id}`;
    const { findings } = await verify();
    const elsewhere = await verify(market.niche.id);
    await root`update assignments set charged_amount = ${one!.amount} where id = ${one!.id}`;
    const what = `charged amount of subscription ${one!.subscription_id}`;
    expect(findings).toMatchObject([
      { seq, what, expected: one!.amount, found: String(more), leadId: lead_id },
    ]);
    expect(elsewhere.printed.at(-1)).toBe('Every decision holds.');
  });

  it('names a transfer that took another amount', async () => {
    const { seq } = (await sold())[4]!;
    const [one] = await root<{ id: string; amount: string; subscription_id: string }[]>`
      select t.id, t.amount::text, t.subscription_id from transfers t join assignments a on a.id = t.assignment_id
      where a.niche_id = ${market.niche.id} and a.decision_seq = ${seq} limit 1`;
    await root`update transfers set amount = amount + 1 where id = ${one!.id}`;
    const { findings } = await verify();
    await root`update transfers set amount = amount - 1 where id = ${one!.id}`;
    expect(whatsOf(findings, seq)).toEqual([
      `amount of the transfer of subscription ${one!.subscription_id}`,
    ]);
  });

  it('names a receipt number that was changed in a record, although the whole chain was hashed anew', async () => {
    const rows = await sold();
    const before = await root<Row[]>`
      select seq::text, record, prev_hash, hash from decisions where niche_id = ${market.niche.id}`;
    const { seq, record } = rows.find(({ n_assigned }) => n_assigned === 2)!;
    const [of] = await root<{ receipt_no: string; subscription_id: string }[]>`
      select receipt_no::text, subscription_id from assignments
      where niche_id = ${market.niche.id} and decision_seq = ${seq} order by receipt_no limit 1`;
    const number = Number(of!.receipt_no);
    const bent = Buffer.from(record);
    // In the list of the chosen the number follows the price: 10.00, 4.00, or 3.00 by the campaign.
    const at = bent.findIndex((byte, place) => {
      const price = bent.subarray(place - 2, place).toString('hex');
      return byte === number && ['d00f', 'a006', 'd804'].includes(price);
    });
    expect(at).toBeGreaterThan(0);
    bent[at] = number + 30;
    await forge(seq, bent);
    const { findings } = await verify();
    for (const row of before)
      await root`
        update decisions set record = ${row.record}, prev_hash = ${row.prev_hash}, hash = ${row.hash}
        where niche_id = ${market.niche.id} and seq = ${row.seq}`;
    const [end] = await root<{ hash: Buffer }[]>`
      select hash from decisions where niche_id = ${market.niche.id} order by seq desc limit 1`;
    await root`update niche_turns set chain_hash = ${end!.hash} where niche_id = ${market.niche.id}`;
    expect(findings[0]).toMatchObject({
      seq,
      what: `receipt number of subscription ${of!.subscription_id}`,
      expected: String(number),
      found: String(number + 30),
    });
    expect(findings.map(({ what }) => what)).not.toContain('hash of the record');
  });

  it('names a decision that was removed', async () => {
    const rows = await sold();
    const gone = rows[6]!;
    const [whole] =
      await root`select * from decisions where niche_id = ${market.niche.id} and seq = ${gone.seq}`;
    await root`delete from decisions where niche_id = ${market.niche.id} and seq = ${gone.seq}`;
    const { findings } = await verify();
    await root`insert into decisions ${root(whole as Record<string, never>)}`;
    expect(findings[0]).toMatchObject({ what: `decision ${gone.seq}`, expected: 'there', found: 'missing' });
    expect(findings.filter(({ what }) => what === 'facts before the decision')).toHaveLength(1);
  });

  it('names a newest decision that was removed', async () => {
    const [whole] = await root`
      select * from decisions where niche_id = ${market.niche.id} order by seq desc limit 1`;
    await root`delete from decisions where niche_id = ${market.niche.id} and seq = ${whole!.seq}`;
    const { findings } = await verify();
    await root`insert into decisions ${root(whole as Record<string, never>)}`;
    expect(findings[0]).toMatchObject({ what: 'last decision of the chain', expected: whole!.seq });
  });

  it('names every price that does not fit the configuration that was in force', async () => {
    const levelId = market.level.id;
    await root`update level_versions set price_per_lead = price_per_lead + 50 where level_id = ${levelId}`;
    const { findings } = await verify();
    await root`update level_versions set price_per_lead = price_per_lead - 50 where level_id = ${levelId}`;
    expect(findings[0]).toMatchObject({ expected: '1050', found: '1000' });
    expect(findings[0]!.what).toMatch(/^price of subscription /);
  });

  it('names an assignment that no decision knows, and the answer of a lead that was changed', async () => {
    const row = (await sold())[7]!;
    const [kept] = await root<{ answers: string }[]>`
      select answers from lead_contacts where lead_id = ${row.lead_id}`;
    const other = JSON.stringify({
      ...JSON.parse(kept!.answers),
      budget: JSON.parse(kept!.answers).budget < 100 ? 900 : 1,
    });
    await root`update lead_contacts set answers = ${other} where lead_id = ${row.lead_id}`;
    await root`update assignments set decision_seq = ${row.seq} where lead_id = ${(await sold())[8]!.lead_id}`;
    const { findings } = await verify();
    await root`update lead_contacts set answers = ${kept!.answers} where lead_id = ${row.lead_id}`;
    const whats = whatsOf(findings, row.seq);
    expect(whats.some((what) => what.startsWith('static checks of subscription'))).toBe(true);
    const next = (await sold())[8]!.seq;
    expect(whatsOf(findings, next).every((what) => what.startsWith('assignment of subscription'))).toBe(true);
    await root`update assignments set decision_seq = ${next} where lead_id = ${(await sold())[8]!.lead_id}`;
    expect((await verify()).findings).toEqual([]);
  });

  it('says when the secret of the day is another than the one that was promised', async () => {
    await root`update day_seeds set seed_hash = ${createHash('sha256').update('other').digest()}`;
    const { findings } = await verify();
    await root`update day_seeds set seed_hash = sha256(seed)`;
    expect(findings[0]!.what).toMatch(/^secret of /);
  });

  it('takes the candidates of an erased lead from the record, and says so', async () => {
    const { lead_id } = (await sold())[2]!;
    const [kept] = await root`select answers, erased_at from lead_contacts where lead_id = ${lead_id}`;
    await root`update lead_contacts set answers = null, erased_at = now() where lead_id = ${lead_id}`;
    const { findings, printed } = await verify();
    await root`update lead_contacts set answers = ${kept!.answers}, erased_at = null where lead_id = ${lead_id}`;
    expect(findings).toEqual([]);
    expect(printed.join('\n')).toContain('1 are of leads that were erased since');
  });

  it('checks decisions of other rules by chain and arithmetic only, and says so', async () => {
    const { seq } = (await sold())[1]!;
    await root`update decisions set rules_version = 1 where niche_id = ${market.niche.id} and seq = ${seq}`;
    const { findings, printed } = await verify();
    await root`update decisions set rules_version = 2 where niche_id = ${market.niche.id} and seq = ${seq}`;
    expect(findings).toEqual([]);
    expect(printed.join('\n')).toContain('1 were taken by other rules');
  });
});
