import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runStop } from '../../src/cli/stop.ts';
import { SYSTEM } from '../../src/journal/audit/index.ts';
import { newId } from '../../src/kernel/ids.ts';
import { runDeliveries } from '../../src/lead/delivery/index.ts';
import { openDistributor, runDistribution } from '../../src/lead/distribution/index.ts';
import { receiveLead } from '../../src/lead/intake/index.ts';
import { readLeadPage } from '../../src/lead/read-leads.ts';
import { createSource } from '../../src/market/sources/index.ts';
import { endStop, type StopScope, setStop } from '../../src/market/stops/index.ts';
import { testApp } from '../support/app.ts';
import { type FreshDatabase, freshDatabase } from '../support/database.ts';
import {
  approvedLeads,
  openShop,
  type Partner,
  type Shop,
  sell,
  startPartner,
} from '../support/deliveries.ts';
import { engine, somebody, stateOf } from '../support/lead.ts';
import { seedNiche, seedProvider, seedSubscription } from '../support/market.ts';
import { until } from '../support/until.ts';

/** What an operator stops, and what waits until it is released. */
let database: FreshDatabase;
let app: Awaited<ReturnType<typeof testApp>>;
let partner: Partner;

beforeAll(async () => {
  database = await freshDatabase();
  app = await testApp(database, { MX_CHECK: '0', OUTBOUND_ALLOW: '127.0.0.1' });
  partner = await startPartner();
});
afterAll(async () => {
  await partner[Symbol.asyncDispose]();
  await app.close();
  await database[Symbol.asyncDispose]();
});

const stop = (scope: StopScope, scopeId: string | null) =>
  setStop(app, { scope, scopeId, reason: 'complaints come in' }, SYSTEM);
const go = (id: string) => endStop(app, { id, reason: 'sorted out' }, SYSTEM);
const distribute = () => runDistribution(openDistributor(app));

const soldIn = (nicheId: string): Promise<number> =>
  app.db.tx(engine, async (tx) => {
    const [row] = await tx<{ n: number }[]>`
      select count(*)::int as n from assignments where niche_id = ${nicheId}`;
    return row!.n;
  });

const SOURCE = { name: 'flood', type: 'api' as const, attested: true, ratePerMinute: null };

const idOf: Record<StopScope, (shop: Shop) => string | null> = {
  everything: () => null,
  niche: ({ nicheId }) => nicheId,
  source: () => null,
  provider: ({ providerId }) => providerId,
};

describe('a stop', () => {
  it.each(['everything', 'niche', 'source', 'provider'] as const)(
    'of %s that was answered holds for every later decision, also in the middle of a flood',
    async (scope) => {
      const shop = await openShop(app, partner.url, { balance: 100_000_000n });
      const leads = await approvedLeads(app, shop, 1_500);
      const { source } = await createSource(app, { ...SOURCE, campaignId: shop.campaignId }, SYSTEM);
      await app.db.tx(
        engine,
        (tx) => tx`
        update leads set source_id = ${source.id} where id = any(${leads}::uuid[])`,
      );
      let rounds = Number.POSITIVE_INFINITY;
      // Two workers, until some rounds after the stop was answered.
      const flood = Promise.all(
        [openDistributor(app), openDistributor(app)].map(async (one) => {
          for (; rounds > 0; rounds -= 1) await runDistribution(one);
        }),
      );
      await until(async () => (await soldIn(shop.nicheId)) > 0);
      const { id } = await stop(scope, scope === 'source' ? source.id : idOf[scope](shop));
      const answered = await soldIn(shop.nicheId);
      rounds = 10;
      await flood;
      expect(await soldIn(shop.nicheId)).toBe(answered);
      expect(answered).toBeLessThan(1_500);
      await go(id);
      for (let round = 0; round < 20; round += 1) await distribute();
      expect(await soldIn(shop.nicheId)).toBe(1_500);
    },
    60_000,
  );

  it('of a niche keeps its leads, and leaves other niches alone', async () => {
    const [stopped, other] = [await openShop(app, partner.url), await openShop(app, partner.url)];
    const { id } = await stop('niche', stopped.nicheId);
    const [kept] = await approvedLeads(app, stopped);
    const [free] = await approvedLeads(app, other);
    await distribute();
    expect([await stateOf(app, kept!), await stateOf(app, free!)]).toEqual(['approved', 'distributed']);
    expect((await readLeadPage(app, kept!)).stops).toMatchObject([
      { id, scope: 'niche', reason: 'complaints come in' },
    ]);
    await go(id);
    expect((await readLeadPage(app, kept!)).stops).toEqual([]);
    await distribute();
    expect(await stateOf(app, kept!)).toBe('distributed');
  });

  it('of a source lets its leads come in, and holds them only', async () => {
    const seeded = await seedNiche(app, { policy: { confirmation: 'source_attested', approval: 'auto' } });
    const { id: providerId } = await seedProvider(app, { balance: 100_000n });
    await seedSubscription(app, { providerId, levelId: seeded.level.id });
    const made = [];
    for (const name of ['bad', 'good']) {
      const input = {
        name,
        type: 'api' as const,
        campaignId: seeded.campaignId,
        attested: true,
        ratePerMinute: null,
      };
      made.push(await createSource(app, input, SYSTEM));
    }
    const [bad, good] = made;
    const post = (token: string, email: string) =>
      receiveLead(app, { origin: { kind: 'source', token }, body: { answers: somebody({ email }) } });
    const { id } = await stop('source', bad!.source.id);
    const held = (await post(bad!.token, 'held@example.com')).leadId;
    const free = (await post(good!.token, 'free@example.com')).leadId;
    await distribute();
    expect([await stateOf(app, held), await stateOf(app, free)]).toEqual(['approved', 'distributed']);
    expect((await readLeadPage(app, held)).stops).toMatchObject([{ scope: 'source', name: 'bad' }]);
    await go(id);
    await distribute();
    expect(await stateOf(app, held)).toBe('distributed');
  });

  it('of a provider offers it nothing; what it could not have is offered again afterwards', async () => {
    const shop = await openShop(app, partner.url);
    const { id } = await stop('provider', shop.providerId);
    const [leadId] = await approvedLeads(app, shop);
    await distribute();
    expect(await stateOf(app, leadId!)).toBe('unsold');
    await go(id);
    await distribute();
    expect(await stateOf(app, leadId!)).toBe('distributed');
  });

  it.each(['everything', 'provider'] as const)(
    'of %s holds deliveries back that were sold before, and they go out afterwards',
    async (scope) => {
      await using receiver = await startPartner();
      const shop = await openShop(app, receiver.url);
      const [delivery] = await sell(app, shop);
      const { id } = await stop(scope, idOf[scope](shop));
      await runDeliveries(app);
      expect(receiver.calls).toEqual([]);
      expect((await readLeadPage(app, delivery!.leadId)).stops).toMatchObject([{ scope }]);
      await go(id);
      await runDeliveries(app);
      expect(receiver.calls.map(({ headers }) => headers['webhook-id'])).toEqual([`dlv_${delivery!.id}`]);
    },
  );
});

describe('deliveries', () => {
  it.each(['everything', 'provider'] as const)(
    'do not begin after a stop of %s was answered, whatever is being claimed at that moment',
    async (scope) => {
      await using receiver = await startPartner();
      const shop = await openShop(app, receiver.url);
      await sell(app, shop, 120);
      const pending = (): Promise<number> =>
        app.db.tx(engine, async (tx) => {
          const [row] = await tx<{ n: number }[]>`
            select count(*)::int as n from deliveries where endpoint_id = ${shop.endpointId} and state = 'pending'`;
          return row!.n;
        });
      let rounds = Number.POSITIVE_INFINITY;
      const flood = Promise.all(
        [1, 2].map(async () => {
          for (; rounds > 0; rounds -= 1) await runDeliveries(app);
        }),
      );
      await until(() => receiver.calls.length > 0);
      const { id } = await stop(scope, idOf[scope](shop));
      const answered = await pending();
      rounds = 10;
      await flood;
      expect(await pending()).toBe(answered);
      expect(answered).toBeGreaterThan(0);
      await go(id);
      await until(async () => {
        await runDeliveries(app);
        return (await pending()) === 0;
      });
      expect(new Set(receiver.calls.map(({ headers }) => headers['webhook-id'])).size).toBe(120);
    },
    60_000,
  );
});

describe('a stop waits for what is under way', () => {
  it.each([
    ['everything', 'niche_turns'],
    ['everything', 'endpoints'],
    ['niche', 'niche_turns'],
    ['source', 'niche_turns'],
    ['provider', 'providers'],
    ['provider', 'endpoints'],
  ] as const)('of %s: for whoever holds the row in %s', async (scope, table) => {
    const shop = await openShop(app, partner.url);
    const { source } = await createSource(app, { ...SOURCE, campaignId: shop.campaignId }, SYSTEM);
    const row = { niche_turns: ['niche_id', shop.nicheId], providers: ['id', shop.providerId] } as const;
    const [key, id] = table === 'endpoints' ? (['id', shop.endpointId] as const) : row[table];
    let answered = false;
    let stopping: ReturnType<typeof stop> | undefined;
    const waited = await app.db.tx(engine, async (tx) => {
      // As a decision or a claim of deliveries does, until it commits.
      await tx`select 1 from ${tx(table)} where ${tx(key)} = ${id} for no key update`;
      stopping = stop(scope, scope === 'source' ? source.id : idOf[scope](shop)).finally(() => {
        answered = true;
      });
      await until(async () => {
        const [locks] = await tx<{ n: number }[]>`
          select count(*)::int as n from pg_locks where not granted and pid in (
            select pid from pg_locks
            where database = (select oid from pg_database where datname = current_database()))`;
        return answered || locks!.n > 0;
      });
      return !answered;
    });
    await go((await stopping!).id);
    expect(waited).toBe(true);
  });
});

describe('the command line', () => {
  it('stops by name and goes on, says what it did, and leaves the reason in the audit log', async () => {
    const { niche } = await seedNiche(app, { name: 'Roofs' });
    const stopped = await runStop(app.db, 'stop', { scope: 'niche', what: niche.slug, reason: 'storm' });
    expect(stopped).toContain('The niche Roofs is stopped.');
    await expect(
      runStop(app.db, 'stop', { scope: 'niche', what: 'Roofs', reason: 'again' }),
    ).rejects.toMatchObject({ code: 'stop_refused', message: expect.stringContaining('stopped already') });
    const gone = await runStop(app.db, 'go', { scope: 'niche', what: niche.id, reason: 'calm again' });
    expect(gone).toBe('The niche Roofs goes on.');
    const rows = await app.db.tx(
      { role: 'operator' },
      (tx) => tx`
      select action, actor_role, description from audit_log where entity_type = 'stop_switch'
        and description like '%Roofs%' order by created_at`,
    );
    expect(rows).toEqual([
      { action: 'stop.set', actor_role: 'system', description: 'The niche Roofs was stopped: storm' },
      { action: 'stop.released', actor_role: 'system', description: 'The niche Roofs goes on: calm again' },
    ]);
  });

  it.each([
    ['stop', 'niche', 'nowhere', 'There is no niche "nowhere"'],
    ['stop', 'provider', undefined, 'Say which provider'],
    ['stop', 'everything', 'please', 'Everything has no name'],
    ['go', 'everything', undefined, 'That is not stopped'],
    ['stop', 'source', newId(), 'There is no source'],
  ] as const)('refuses %s %s %s in one plain sentence', async (verb, scope, what, says) => {
    await expect(runStop(app.db, verb, { scope, what, reason: 'x' })).rejects.toMatchObject({
      code: 'stop_refused',
      message: expect.stringContaining(says),
    });
  });
});
