import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SYSTEM } from '../../src/journal/audit/index.ts';
import { newId } from '../../src/kernel/ids.ts';
import {
  distributeBatch,
  explainDecision,
  openDistributor,
  runDistribution,
} from '../../src/lead/distribution/index.ts';
import { receiveLead } from '../../src/lead/intake/index.ts';
import { refundAssignment } from '../../src/lead/returns/index.ts';
import { retryLead } from '../../src/lead/review/index.ts';
import { editCampaign } from '../../src/market/campaigns/index.ts';
import { createSource } from '../../src/market/sources/index.ts';
import { readWallets } from '../../src/money/ledger/index.ts';
import { testApp } from '../support/app.ts';
import { type FreshDatabase, freshDatabase } from '../support/database.ts';
import { engine, somebody, stateOf } from '../support/lead.ts';
import { payIn, type SeededNiche, seedNiche, seedProvider, seedSubscription } from '../support/market.ts';

/** The way from an approved lead to money and assignments, on a real database. */
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

type Market = SeededNiche & { token: string };

/** A niche whose leads go straight to distribution. */
async function openMarket(options: Parameters<typeof seedNiche>[1] = {}): Promise<Market> {
  const seeded = await seedNiche(app, {
    policy: { confirmation: 'source_attested', approval: 'auto' },
    ...options,
  });
  const { token } = await createSource(
    app,
    { name: 'story', type: 'api', campaignId: seeded.campaignId, attested: true, ratePerMinute: 1_000_000 },
    SYSTEM,
  );
  return { ...seeded, token };
}

const submit = async (
  market: Market,
  answers: Record<string, unknown> = {},
  test = false,
): Promise<string> => {
  const body = { answers: somebody(answers), ...(test ? { test: true } : {}) };
  return (await receiveLead(app, { origin: { kind: 'source', token: market.token }, body })).leadId;
};

const availableOf = async (providerId: string): Promise<bigint> =>
  app.db.tx(engine, async (tx) => (await readWallets(tx, [providerId], 'EUR'))[0]?.available ?? 0n);

type Sold = { provider_id: string; state: string; charged_amount: bigint; max_shared: number; test: boolean };
const assignmentsOf = (leadId: string) =>
  app.db.tx(
    engine,
    (tx) => tx<Sold[]>`
    select provider_id, state, charged_amount, max_shared, test from assignments where lead_id = ${leadId}
    order by receipt_no, provider_id`,
  );

describe('a lead is sold', () => {
  it('to the one who waited longest, charged once, and the next lead goes to the next one', async () => {
    const market = await openMarket({ levels: [{ pricePerLead: '12.50', maxProviders: 1 }] });
    const first = await seedProvider(app, { balance: 10_000n });
    const second = await seedProvider(app, { balance: 10_000n });
    for (const provider of [first, second])
      await seedSubscription(app, { providerId: provider.id, levelId: market.level.id });
    const distributor = openDistributor(app);

    const one = await submit(market);
    await runDistribution(distributor);
    expect(await stateOf(app, one)).toBe('distributed');
    expect(await assignmentsOf(one)).toMatchObject([
      { provider_id: first.id, state: 'charged', charged_amount: 1250n, max_shared: 1 },
    ]);
    expect(await availableOf(first.id)).toBe(8_750n);

    const two = await submit(market);
    await runDistribution(distributor);
    expect((await assignmentsOf(two)).map(({ provider_id }) => provider_id)).toEqual([second.id]);
  });

  it('and its page says in words who took it and what kept the others away', async () => {
    const market = await openMarket({ levels: [{ maxProviders: 1 }] });
    const buyer = await seedProvider(app, { balance: 10_000n, companyName: 'Buyer' });
    const picky = await seedProvider(app, { balance: 10_000n, companyName: 'Picky' });
    const poor = await seedProvider(app, { balance: 400n, companyName: 'Poor' });
    const abroad = await seedProvider(app, { balance: 10_000n, companyName: 'Abroad' });
    const filters = [{ field: 'budget', kind: 'range' as const, min: 100, missing: 'fail' as const }];
    await seedSubscription(app, { providerId: buyer.id, levelId: market.level.id });
    await seedSubscription(app, { providerId: picky.id, levelId: market.level.id, filters });
    await seedSubscription(app, { providerId: poor.id, levelId: market.level.id });
    await seedSubscription(app, { providerId: abroad.id, levelId: market.level.id, countries: ['ES'] });
    const leadId = await submit(market, { budget: 80 });
    await runDistribution(openDistributor(app));

    const { decisions } = await explainDecision(app, leadId);
    const said = (name: string) =>
      [...decisions[0]!.candidates, ...decisions[0]!.excluded].find((one) => one.provider_name === name)
        ?.sentence;
    expect(decisions[0]!.summary).toBe(
      'Offered to 4 subscriptions; 1 took it; 3 did not: 1 not enough money, 1 other country, 1 filter.',
    );
    expect(said('Buyer')).toBe('took the lead for 10.00 EUR');
    expect(said('Picky')).toBe('budget 80 is below its minimum 100');
    expect(said('Poor')).toBe('needed 10.00 EUR and had 4.00 EUR');
    expect(said('Abroad')).toBe('takes leads from ES; this one is from DE');
  });
});

describe('a person who was told of one recipient', () => {
  it('is sold to one, whatever the campaign promises to those who come later', async () => {
    const policy = { confirmation: 'source_attested', approval: 'auto', recipientsTold: 1 } as const;
    const market = await openMarket({ levels: [{ maxProviders: 3 }], policy });
    for (let n = 0; n < 3; n += 1) {
      const provider = await seedProvider(app, { balance: 10_000n });
      await seedSubscription(app, { providerId: provider.id, levelId: market.level.id });
    }
    const early = await submit(market);
    const edit = { id: market.campaignId, expected: 2, edit: { recipientsTold: 3 } };
    await editCampaign(app, edit, SYSTEM);
    const late = await submit(market);
    await runDistribution(openDistributor(app));
    expect(await assignmentsOf(early)).toMatchObject([{ max_shared: 1 }]);
    expect(await assignmentsOf(late)).toHaveLength(3);
  });
});

describe('nobody can pay', () => {
  it('leaves the lead unsold and free, and sells it as soon as money comes in', async () => {
    const market = await openMarket();
    const provider = await seedProvider(app, { balance: 0n });
    await seedSubscription(app, { providerId: provider.id, levelId: market.level.id });
    const distributor = openDistributor(app);
    const leadId = await submit(market);
    await runDistribution(distributor);
    expect(await stateOf(app, leadId)).toBe('unsold');
    expect(await assignmentsOf(leadId)).toEqual([]);

    await payIn(app, provider.id, 5_000n);
    await app.db.tx(
      engine,
      (tx) => tx`update subscriptions set flagged_at = clock_timestamp() where provider_id = ${provider.id}`,
    );
    await runDistribution(distributor);
    expect(await stateOf(app, leadId)).toBe('distributed');
    expect(await availableOf(provider.id)).toBe(4_000n);
  });
});

describe('a refund', () => {
  it('is money that comes in: the next lead that waited for it is sold', async () => {
    const market = await openMarket();
    const provider = await seedProvider(app, { balance: 1_000n });
    await seedSubscription(app, { providerId: provider.id, levelId: market.level.id });
    const distributor = openDistributor(app);
    const first = await submit(market);
    await runDistribution(distributor);
    const waiting = await submit(market);
    await runDistribution(distributor);
    expect(await stateOf(app, waiting)).toBe('unsold');

    const [sold] = await app.db.tx(
      engine,
      (tx) => tx<{ id: string }[]>`select id from assignments where lead_id = ${first}`,
    );
    await refundAssignment(app, { assignmentId: sold!.id, reason: 'wrong number' }, SYSTEM);
    await runDistribution(distributor);
    expect(await stateOf(app, waiting)).toBe('distributed');
  });
});

describe('a provider whose money runs out', () => {
  it('is told once when a sale takes it below its price, and once more only after it had money again', async () => {
    const market = await openMarket();
    const provider = await seedProvider(app, { balance: 2_500n, lowBalanceThreshold: 2_000 });
    await seedSubscription(app, { providerId: provider.id, levelId: market.level.id });
    const distributor = openDistributor(app);
    for (let n = 0; n < 2; n += 1) {
      await submit(market);
      await runDistribution(distributor);
    }
    const mails = await app.db.tx(
      engine,
      (tx) => tx`
      select template from messages where provider_id = ${provider.id} and template <> 'new-lead' order by template`,
    );
    expect(mails.filter(({ template }) => template === 'low-balance')).toHaveLength(1);
    const [crossed] = await app.db.tx(
      engine,
      (tx) => tx`
      select count(*)::int as n from audit_log
      where action = 'wallet.below_price' and metadata ->> 'provider_id' = ${provider.id}`,
    );
    expect(crossed!.n).toBe(1);
  });
});

describe('two workers and one lead', () => {
  it('make one sale and one charge, however often they try at the same moment', async () => {
    const market = await openMarket({ levels: [{ maxProviders: 2 }] });
    const providers = [];
    for (let n = 0; n < 4; n += 1) {
      const provider = await seedProvider(app, { balance: 100_000n });
      await seedSubscription(app, { providerId: provider.id, levelId: market.level.id });
      providers.push(provider.id);
    }
    const leads: string[] = [];
    for (let n = 0; n < 12; n += 1) leads.push(await submit(market));
    const workers = Array.from({ length: 6 }, () => openDistributor(app));
    for (let round = 0; round < 4; round += 1) await Promise.all(workers.map(runDistribution));

    for (const leadId of leads) expect(await assignmentsOf(leadId)).toHaveLength(2);
    const spent = await Promise.all(providers.map(async (id) => 100_000n - (await availableOf(id))));
    expect(spent.reduce((sum, one) => sum + one, 0n)).toBe(24_000n);
    expect(spent.every((one) => one === 6_000n)).toBe(true);
  });

  it('never spend the same euro in two niches at once', async () => {
    const provider = await seedProvider(app, { balance: 5_000n });
    const markets: Market[] = [];
    for (let n = 0; n < 2; n += 1) {
      const market = await openMarket();
      await seedSubscription(app, { providerId: provider.id, levelId: market.level.id });
      markets.push(market);
    }
    for (const market of markets) for (let n = 0; n < 5; n += 1) await submit(market);
    const workers = markets.map(() => openDistributor(app));
    await Promise.all(
      workers.map((worker, n) => distributeBatch(worker, { nicheId: markets[n]!.niche.id, limit: 10 })),
    );
    expect(await availableOf(provider.id)).toBe(0n);
  });
});

describe('a person who asked nobody to call', () => {
  it('is offered to no provider, although the lead was approved before', async () => {
    const market = await openMarket();
    const provider = await seedProvider(app, { balance: 100_000n });
    await seedSubscription(app, { providerId: provider.id, levelId: market.level.id });
    const leadId = await submit(market);
    await app.db.tx(
      { role: 'operator' },
      (tx) => tx`
      insert into suppressions (id, kind, key_id, person_hash)
      select ${newId()}, 'email', key_id, email_hash from lead_contacts where lead_id = ${leadId}`,
    );
    await runDistribution(openDistributor(app));
    expect(await assignmentsOf(leadId)).toEqual([]);
    expect((await explainDecision(app, leadId)).decisions[0]!.groups).toMatchObject([
      { reason: 'suppressed', count: 1 },
    ]);
  });
});

describe('a test lead', () => {
  it('is decided like any other, but charges nobody and moves no turn', async () => {
    const market = await openMarket({ levels: [{ maxProviders: 1 }] });
    const provider = await seedProvider(app, { balance: 10_000n });
    const other = await seedProvider(app, { balance: 10_000n });
    for (const one of [provider, other])
      await seedSubscription(app, { providerId: one.id, levelId: market.level.id });
    const distributor = openDistributor(app);
    const test = await submit(market, {}, true);
    await runDistribution(distributor);
    expect(await assignmentsOf(test)).toMatchObject([
      { provider_id: provider.id, charged_amount: 0n, test: true },
    ]);
    expect(await availableOf(provider.id)).toBe(10_000n);
    const said = app.lines.find(({ msg, nicheId }) => msg === 'leads.decided' && nicheId === market.niche.id);
    expect(said).toMatchObject({ leads: 0, sold: 0, assigned: 0, tests: 1 });
    const live = await submit(market);
    await runDistribution(distributor);
    expect((await assignmentsOf(live)).map(({ provider_id }) => provider_id)).toEqual([provider.id]);
  });
});

describe('a poisoned lead', () => {
  it('does not hold up the others, and is parked with its reason after failing five times', async () => {
    const market = await openMarket({ levels: [{ maxProviders: 1 }] });
    const provider = await seedProvider(app, { balance: 100_000n });
    await seedSubscription(app, { providerId: provider.id, levelId: market.level.id });
    const good = [await submit(market), await submit(market)];
    const bad = await submit(market);
    await app.db.tx(engine, (tx) => tx`update lead_contacts set answers = 'not json' where lead_id = ${bad}`);
    const distributor = openDistributor(app);
    for (let n = 0; n < 5; n += 1) {
      await app.db.tx(engine, (tx) => tx`update leads set due_at = clock_timestamp() where id = ${bad}`);
      await runDistribution(distributor);
    }
    for (const leadId of good) expect(await stateOf(app, leadId)).toBe('distributed');
    const [row] = await app.db.tx(
      engine,
      (tx) => tx`select state, failures, parked_reason from leads where id = ${bad}`,
    );
    expect(row).toMatchObject({ state: 'approved', failures: 5 });
    expect(row!.parked_reason).toMatch(/SyntaxError/);

    await app.db.tx(engine, (tx) => tx`update lead_contacts set answers = '{}' where lead_id = ${bad}`);
    await retryLead(app, bad, SYSTEM);
    await expect(retryLead(app, bad, SYSTEM)).rejects.toMatchObject({ code: 'lead_not_parked' });
    await runDistribution(distributor);
    expect(await stateOf(app, bad)).toBe('distributed');
  });

  it('is not blamed when the whole niche fails: then no lead is parked, and all are sold once it is mended', async () => {
    const market = await openMarket();
    const provider = await seedProvider(app, { balance: 100_000n });
    await seedSubscription(app, { providerId: provider.id, levelId: market.level.id });
    const leads = [await submit(market), await submit(market), await submit(market)];
    const broken = (hash: string) =>
      app.db.tx(
        engine,
        (tx) => tx`update niche_turns set chain_seq = ${hash} where niche_id = ${market.niche.id}`,
      );
    await app.db.tx(
      engine,
      (tx) => tx`
      insert into decisions (niche_id, seq, lead_id, decided_at, rules_version, config_version, outcome, n_assigned,
        record, prev_hash, hash)
      select ${market.niche.id}, n, ${leads[0]!}, now(), 1, 1, 'unsold', 0, '', '', '' from generate_series(1, 9) n`,
    );
    const distributor = openDistributor(app);
    for (let n = 0; n < 6; n += 1) await runDistribution(distributor).catch(() => undefined);
    const rows = await app.db.tx(
      engine,
      (tx) => tx`select failures, parked_at from leads where id = any(${leads}::uuid[])`,
    );
    expect(rows.every(({ failures, parked_at }) => failures === 0 && parked_at === null)).toBe(true);
    await broken('9');
    await runDistribution(openDistributor(app));
    for (const leadId of leads) expect(await stateOf(app, leadId)).toBe('distributed');
  });
});

describe('the chain of decisions', () => {
  it('links each record to the one before it, without a gap', async () => {
    const market = await openMarket();
    const provider = await seedProvider(app, { balance: 1_000_000n });
    await seedSubscription(app, { providerId: provider.id, levelId: market.level.id });
    const distributor = openDistributor(app);
    for (let n = 0; n < 3; n += 1) {
      await submit(market);
      await runDistribution(distributor);
    }
    const rows = await app.db.tx(
      engine,
      (tx) => tx`
      select seq, prev_hash, hash from decisions where niche_id = ${market.niche.id} order by seq`,
    );
    expect(rows.map(({ seq }) => seq)).toEqual([1n, 2n, 3n]);
    for (const [place, row] of rows.entries()) {
      expect(row.prev_hash.equals(place === 0 ? Buffer.alloc(0) : rows[place - 1]!.hash)).toBe(true);
    }
  });
});
