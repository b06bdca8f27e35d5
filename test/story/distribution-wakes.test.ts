import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SYSTEM } from '../../src/journal/audit/index.ts';
import { newId } from '../../src/kernel/ids.ts';
import { distributeBatch, openDistributor, runDistribution } from '../../src/lead/distribution/index.ts';
import { editNiche } from '../../src/market/catalog/index.ts';
import { adjustWallet } from '../../src/money/wallet/index.ts';
import { testApp } from '../support/app.ts';
import { type FreshDatabase, freshDatabase } from '../support/database.ts';
import { engine, stateOf } from '../support/lead.ts';
import { type SeededNiche, seedNiche, seedProvider, seedSubscription } from '../support/market.ts';
import { until } from '../support/until.ts';

/** What changes around leads that nobody could buy, and whether they are offered again. */
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

/** Leads of a niche in this state, due now (approved) or at their end (unsold). */
async function leadsIn(market: SeededNiche, state: 'approved' | 'unsold', count: number): Promise<string[]> {
  const ids = Array.from({ length: count }, () => newId());
  await app.db.tx(engine, async (tx) => {
    await tx`
      insert into leads (id, niche_id, campaign_id, schema_version, state, country, lead_type, confirmed_at,
        confirmed_by, ready_at, approved_at, due_at, expires_at)
      select id, ${market.niche.id}, ${market.campaignId}, 1, ${state}, 'DE', 'raw', now(), 'source', now(), now(),
        now() + case when ${state === 'unsold'} then interval '7 days' else interval '0' end, now() + interval '7 days'
      from unnest(${ids}::uuid[]) as id`;
    await tx`insert into lead_contacts (lead_id, key_id) select id, 'test' from unnest(${ids}::uuid[]) as id`;
  });
  return ids;
}

const credit = (providerId: string, amount: string) =>
  adjustWallet(
    app,
    { kind: 'credit', providerId, amount, currency: 'EUR', reason: 'top-up', idempotencyKey: newId() },
    { id: newId(), role: 'admin' },
  );

const waitingIn = (nicheId: string): Promise<number> =>
  app.db.tx(engine, async (tx) => {
    const [row] = await tx<{ n: number }[]>`
      select count(*)::int as n from leads
      where niche_id = ${nicheId} and state = 'unsold' and due_at > now() + interval '1 day'`;
    return row!.n;
  });

describe('money that comes in', () => {
  it('gives every unsold lead another look, however many there are', async () => {
    const market = await seedNiche(app);
    const provider = await seedProvider(app);
    await seedSubscription(app, { providerId: provider.id, levelId: market.level.id });
    await runDistribution(openDistributor(app));
    await leadsIn(market, 'unsold', 4_500);
    await credit(provider.id, '50000.00');
    const distributor = openDistributor(app);
    for (let round = 0; round < 10 && (await waitingIn(market.niche.id)) > 0; round += 1) {
      await runDistribution(distributor);
    }
    expect(await waitingIn(market.niche.id)).toBe(0);
  });

  it('again and again costs no look at all leads each time: after a large one the niche rests', async () => {
    const market = await seedNiche(app);
    const provider = await seedProvider(app);
    await seedSubscription(app, { providerId: provider.id, levelId: market.level.id });
    const distributor = openDistributor(app);
    await leadsIn(market, 'unsold', 3_000);
    await runDistribution(distributor);
    const others = await leadsIn(market, 'unsold', 5);
    await credit(provider.id, '0.01');
    await runDistribution(distributor);
    expect(await waitingIn(market.niche.id)).toBeGreaterThanOrEqual(others.length);
    const flagged = await app.db.tx(
      engine,
      (tx) => tx`select 1 from subscriptions where provider_id = ${provider.id} and flagged_at is not null`,
    );
    expect(flagged).toHaveLength(1);
  });

  it('is seen even when another look is being given at that moment', async () => {
    const market = await seedNiche(app);
    const provider = await seedProvider(app);
    const { id } = await seedSubscription(app, { providerId: provider.id, levelId: market.level.id });
    const [leadId] = await leadsIn(market, 'unsold', 1);
    // Somebody lowers the flag on what the money was before, and commits only after the payment has begun.
    let paid: Promise<unknown> = Promise.resolve();
    await app.db.tx(engine, async (tx) => {
      await tx`update subscriptions set flagged_at = null where id = ${id} and flagged_at is not null`;
      let ended = false;
      paid = credit(provider.id, '100.00').finally(() => {
        ended = true;
      });
      await until(async () => {
        const [row] = await tx<{ n: number }[]>`
          select count(*)::int as n from pg_locks where not granted and pid in (
            select pid from pg_locks
            where database = (select oid from pg_database where datname = current_database()))`;
        return ended || row!.n > 0;
      });
    });
    await paid;
    await runDistribution(openDistributor(app));
    expect(await stateOf(app, leadId!)).toBe('distributed');
  });
});

describe('a subscription that changed', () => {
  /** Unsold leads of which every n-th has an answer that nobody wants so far. */
  const sleepers = async (market: SeededNiche, count: number, everyNth: number) => {
    const ids = await leadsIn(market, 'unsold', count);
    const wanted = ids.filter((_, place) => place % everyNth === 0);
    await app.db.tx(engine, async (tx) => {
      const answers = JSON.stringify({ purpose: 'game' });
      await tx`update lead_contacts set answers = ${answers} where lead_id = any(${wanted}::uuid[])`;
    });
    return wanted;
  };

  it('wakes the leads that its filters match, and the others sleep on', async () => {
    const market = await seedNiche(app);
    const other = await seedProvider(app);
    await seedSubscription(app, { providerId: other.id, levelId: market.level.id });
    await runDistribution(openDistributor(app));
    const wanted = await sleepers(market, 5_000, 500);
    const picky = await seedProvider(app, { balance: 1_000_000n });
    const filter = { kind: 'set' as const, field: 'purpose', match: 'any' as const, values: ['game'] };
    await seedSubscription(app, {
      providerId: picky.id,
      levelId: market.level.id,
      filters: [{ ...filter, missing: 'fail' as const }],
    });
    await runDistribution(openDistributor(app));
    expect(await Promise.all(wanted.map((id) => stateOf(app, id)))).toEqual(wanted.map(() => 'distributed'));
    expect(await waitingIn(market.niche.id)).toBe(5_000 - wanted.length);
    const flags = await app.db.tx(
      engine,
      (tx) => tx`select 1 from subscriptions where niche_id = ${market.niche.id} and flagged_at is not null`,
    );
    expect(flags).toHaveLength(0);
  });

  it('wakes nothing for leads that are too old for it', async () => {
    const market = await seedNiche(app);
    const ids = await leadsIn(market, 'unsold', 3);
    await app.db.tx(
      engine,
      (tx) => tx`update leads set ready_at = now() - interval '3 hours' where id = ${ids[0]!}`,
    );
    const provider = await seedProvider(app, { balance: 1_000_000n });
    const terms = { providerId: provider.id, levelId: market.level.id, maxAgeMs: 60 * 60 * 1_000 };
    await seedSubscription(app, terms);
    await runDistribution(openDistributor(app));
    expect(await Promise.all(ids.map((id) => stateOf(app, id)))).toEqual([
      'unsold',
      'distributed',
      'distributed',
    ]);
    expect(await waitingIn(market.niche.id)).toBe(1);
  });

  it('keeps its flag when the pass breaks off in the middle, and the next pass wakes the rest', async () => {
    const market = await seedNiche(app);
    const wanted = await sleepers(market, 2_500, 250);
    const provider = await seedProvider(app, { balance: 1_000_000n });
    const filter = { kind: 'set' as const, field: 'purpose', match: 'any' as const, values: ['game'] };
    const filters = [{ ...filter, missing: 'fail' as const }];
    await seedSubscription(app, { providerId: provider.id, levelId: market.level.id, filters });
    const broken = openDistributor(app);
    let steps = 0;
    const tx: typeof app.db.tx = async (actor, work, options) =>
      app.db.tx(
        actor,
        async (inner) => {
          const result = await work(inner);
          // Of the round: which niches have flags, the first step; then the connection is lost.
          steps += 1;
          if (steps === 3) throw Object.assign(new Error('lost'), { code: 'CONNECTION_CLOSED' });
          return result;
        },
        options,
      );
    broken.app = { ...app, db: { ...app.db, tx } };
    await expect(runDistribution(broken)).rejects.toThrow('lost');
    await runDistribution(openDistributor(app));
    expect(await Promise.all(wanted.map((id) => stateOf(app, id)))).toEqual(wanted.map(() => 'distributed'));
    expect(await waitingIn(market.niche.id)).toBe(2_500 - wanted.length);
  });
});

describe('a niche that waits for a lock in vain', () => {
  it('does not keep the other niches from selling', async () => {
    const markets = [await seedNiche(app), await seedNiche(app), await seedNiche(app)];
    const leads: string[] = [];
    const providers: string[] = [];
    for (const market of markets) {
      const provider = await seedProvider(app, { balance: 100_000n });
      await seedSubscription(app, { providerId: provider.id, levelId: market.level.id });
      providers.push(provider.id);
      leads.push(...(await leadsIn(market, 'approved', 1)));
    }
    await app.db.tx(engine, async (tx) => {
      // Two of three: whatever the order, the free one comes after a blocked one or between them.
      await tx`select 1 from providers where id = any(${[providers[0]!, providers[2]!]}::uuid[]) for no key update`;
      let trouble: unknown;
      const run = runDistribution(openDistributor(app)).catch((error: unknown) => {
        trouble = error;
      });
      // Asking keeps this transaction from being ended as idle while the others wait for it.
      await until(async () => {
        await tx`select 1`;
        return trouble !== undefined;
      });
      await run;
      expect(trouble).toMatchObject({ code: '55P03' });
      expect(await stateOf(app, leads[1]!)).toBe('distributed');
    });
    await runDistribution(openDistributor(app));
    expect(await Promise.all(leads.map((id) => stateOf(app, id)))).toEqual(Array(3).fill('distributed'));
  });
});

describe('a niche that was switched off', () => {
  it('sells nothing any more, even in a round that had begun before', async () => {
    const market = await seedNiche(app);
    const provider = await seedProvider(app, { balance: 100_000n });
    await seedSubscription(app, { providerId: provider.id, levelId: market.level.id });
    const distributor = openDistributor(app);
    const [first, second] = await leadsIn(market, 'approved', 2);
    await distributeBatch(distributor, { nicheId: market.niche.id, limit: 1 });
    const { version } = market.niche;
    await editNiche(app, { id: market.niche.id, expected: version, edit: { active: false } }, SYSTEM);
    const batch = await distributeBatch(distributor, { nicheId: market.niche.id, limit: 10 });
    expect(batch).toMatchObject({ decided: 0, sold: 0 });
    expect(await Promise.all([first!, second!].map((id) => stateOf(app, id)))).toEqual(
      expect.arrayContaining(['distributed', 'approved']),
    );
  });
});
