import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runAudit } from '../../src/cli/audit.ts';
import { runVerify } from '../../src/cli/verify.ts';
import { SYSTEM } from '../../src/journal/audit/index.ts';
import { newId } from '../../src/kernel/ids.ts';
import { releaseOverdue, runDeliveries } from '../../src/lead/delivery/index.ts';
import {
  assignByHand,
  explainDecision,
  openDistributor,
  runDistribution,
} from '../../src/lead/distribution/index.ts';
import { archiveNiche, editLevel, editNiche, readLevel, readNiche } from '../../src/market/catalog/index.ts';
import { endStop, setStop } from '../../src/market/stops/index.ts';
import { readWallets } from '../../src/money/ledger/index.ts';
import { testApp } from '../support/app.ts';
import { type FreshDatabase, freshDatabase } from '../support/database.ts';
import { type Decided, openDecided } from '../support/decided.ts';
import { type Partner, type Reply, startPartner } from '../support/deliveries.ts';
import { engine } from '../support/lead.ts';
import { payIn, seedEndpoint, seedProvider, seedSubscription } from '../support/market.ts';

/** A seat that was freed, because the receiver certainly does not have the lead, is offered to the others of its level. */

let database: FreshDatabase;
let app: Awaited<ReturnType<typeof testApp>>;
beforeAll(async () => {
  database = await freshDatabase();
  app = await testApp(database, { MX_CHECK: '0', DELIVERY_RETRY_OFFSETS_MS: '0,60000' });
});
afterAll(async () => {
  await app.close();
  await database[Symbol.asyncDispose]();
});

const yes: Reply = { status: 200 };
const no: Reply = { status: 422 };

const open = (options: Parameters<typeof openDecided>[1] = {}) =>
  openDecided(app, {
    levels: [{ billOn: 'accepted', maxProviders: 1 }],
    policy: { recipientsTold: 5 },
    ...options,
  });

/** A provider with a receiver of its own. */
async function join(niche: Decided, partner: Partner, more: Parameters<Decided['join']>[1] = {}) {
  const { balance = 100_000n, ...terms } = more;
  const { id: providerId } = await seedProvider(app, { balance });
  const { endpoint } = await seedEndpoint(app, { providerId, url: partner.url });
  const of = { providerId, levelId: niche.level.id, endpointId: endpoint.id, ...terms };
  return seedSubscription(app, of);
}

const runAll = async () => {
  for (let round = 0; round < 6; round += 1) {
    await runDeliveries(app);
    await runDistribution(openDistributor(app));
  }
};

type Held = { provider: string; state: string; why: string | null; shared: number };
const assignmentsOf = (leadId: string) =>
  app.db.tx(
    engine,
    (tx) => tx<Held[]>`
      select provider_id as provider, state, release_reason as why, max_shared as shared
      from assignments where lead_id = ${leadId} order by decision_seq, assigned_at, id`,
  );

const offersOf = (leadId: string) =>
  app.db.tx(engine, async (tx) => {
    const rows = await tx<{ ended: string | null }[]>`
      select coalesce(ended_as, 'open') as ended from second_offers where lead_id = ${leadId} order by freed_at, ended_as`;
    return rows.map(({ ended }) => ended);
  });

const kindsOf = (leadId: string) =>
  app.db.tx(engine, async (tx) => {
    const rows = await tx<{ kind: string }[]>`
      select kind || ' ' || outcome as kind from decisions where lead_id = ${leadId} order by seq`;
    return rows.map(({ kind }) => kind);
  });

const moneyOf = async (providerId: string) => {
  const [wallet] = await app.db.tx(engine, (tx) => readWallets(tx, [providerId], 'EUR'));
  return [wallet!.available, wallet!.held];
};

const cleanAndProven = async () => {
  const { findings } = await runAudit({ ownerUrl: database.ownerUrl, print: () => {} });
  expect(findings).toEqual([]);
  const day = new Date().toISOString().slice(0, 10);
  const verified = await runVerify({ ownerUrl: database.ownerUrl, day, print: () => {} });
  expect(verified.findings).toEqual([]);
};

describe('a lead that its receiver refused', () => {
  test('goes to the next of its level: money, promise, turn, record and audit are right', async () => {
    await using refusing = await startPartner(() => no);
    await using taking = await startPartner(() => yes);
    const niche = await open();
    const first = await join(niche, refusing);
    const second = await join(niche, taking);
    const lead = await niche.lead();
    const turn = () =>
      app.db.tx(engine, (tx) => tx`select next_level_id from niche_turns where niche_id = ${niche.niche.id}`);
    const before = await turn();
    await runAll();
    expect(await assignmentsOf(lead)).toEqual([
      { provider: first.providerId, state: 'released', why: 'refused', shared: 1 },
      { provider: second.providerId, state: 'charged', why: null, shared: 1 },
    ]);
    expect(await kindsOf(lead)).toEqual(['auto sold', 'second sold']);
    expect(await offersOf(lead)).toEqual(['taken']);
    expect([await moneyOf(first.providerId), await moneyOf(second.providerId)]).toEqual([
      [100_000n, 0n],
      [99_000n, 0n],
    ]);
    expect(await turn()).toEqual(before);
    const [row] = await app.db.tx(
      engine,
      (tx) => tx<{ state: string; n: number }[]>`select state, n_assigned as n from leads where id = ${lead}`,
    );
    expect(row).toEqual({ state: 'distributed', n: 2 });
    const { decisions } = await explainDecision(app, lead);
    expect(decisions[0]!.summary).toMatch(
      /^A freed seat was offered again\. Offered to 2 subscriptions; 1 took it/,
    );
    await cleanAndProven();
  });

  test('is offered again two times at most', async () => {
    await using refusing = await startPartner(() => no);
    const niche = await open();
    for (const _ of [1, 2, 3, 4]) await join(niche, refusing);
    const lead = await niche.lead();
    await runAll();
    expect((await assignmentsOf(lead)).map(({ state }) => state)).toEqual([
      'released',
      'released',
      'released',
    ]);
    expect((await offersOf(lead)).sort()).toEqual(['limit', 'taken', 'taken']);
    await cleanAndProven();
  });

  test('is offered to nobody beyond the number of companies that the person was told of', async () => {
    await using refusing = await startPartner(() => no);
    await using taking = await startPartner(() => yes);
    const niche = await open({ policy: { recipientsTold: 1 } });
    await join(niche, refusing);
    await join(niche, taking);
    const lead = await niche.lead();
    await runAll();
    expect(await assignmentsOf(lead)).toHaveLength(1);
    expect(await offersOf(lead)).toEqual(['no_seat']);
  });

  test('waits for somebody who can take it, and is taken when money comes in', async () => {
    await using refusing = await startPartner(() => no);
    await using taking = await startPartner(() => yes);
    const niche = await open();
    await join(niche, refusing);
    const poor = await join(niche, taking, { balance: 100n });
    const lead = await niche.lead();
    await runAll();
    expect(await kindsOf(lead)).toEqual(['auto sold', 'second unsold']);
    await runAll();
    expect(await offersOf(lead)).toEqual(['open']);
    await payIn(app, poor.providerId, 5_000n);
    await app.db.tx(engine, (tx) => tx`update subscriptions set flagged_at = now() where id = ${poor.id}`);
    await runAll();
    expect(await kindsOf(lead)).toEqual(['auto sold', 'second unsold', 'second sold']);
    expect(await offersOf(lead)).toEqual(['taken']);
    await cleanAndProven();
  });

  test('is not offered again when it has ended, or when its seat was given by hand', async () => {
    await using refusing = await startPartner(() => no);
    await using taking = await startPartner(() => yes);
    const niche = await open();
    await join(niche, refusing);
    const [over, given] = [await niche.lead(), await niche.lead()];
    await runDeliveries(app);
    await app.db.tx(engine, (tx) => tx`update leads set expires_at = now() where id = ${over}`);
    const { id } = await join(niche, taking);
    const input = { leadId: given, subscriptionId: id, reason: 'asked', idempotencyKey: newId() };
    await assignByHand(app.db, openDistributor(app), input, { id: newId(), role: 'operator' });
    await runDistribution(openDistributor(app));
    expect(await offersOf(over)).toEqual(['expired']);
    expect(await offersOf(given)).toEqual(['no_seat']);
    expect(await assignmentsOf(over)).toHaveLength(1);
    expect(await assignmentsOf(given)).toHaveLength(2);
    await cleanAndProven();
  });
});

test('a lead that its receiver may have is offered to nobody else', async () => {
  await using silent = await startPartner(() => 'drop');
  await using taking = await startPartner(() => yes);
  const niche = await open();
  await join(niche, silent);
  await join(niche, taking);
  const lead = await niche.lead();
  await runDeliveries(app);
  await app.db.tx(engine, (tx) => tx`update deliveries set due_at = now() where lead_id = ${lead}`);
  await app.db.tx(
    engine,
    (tx) => tx`
      update endpoints set next_due_at = now() where id in (select endpoint_id from deliveries where lead_id = ${lead})`,
  );
  await runAll();
  expect(await assignmentsOf(lead)).toMatchObject([{ state: 'released', why: 'unresolved' }]);
  expect(await offersOf(lead)).toEqual([]);
});

test('a hold that was released because nothing left us in time frees its seat without counting a recipient', async () => {
  await using late = await startPartner(() => yes);
  await using taking = await startPartner(() => yes);
  const niche = await open({ policy: { recipientsTold: 1 } });
  await join(niche, late);
  const next = await join(niche, taking);
  const lead = await niche.lead();
  await app.db.tx(engine, async (tx) => {
    const past = tx`now() - interval '2 hours'`;
    await tx`update deliveries set first_due_at = ${past} where lead_id = ${lead}`;
    await tx`update assignments set assigned_at = ${past} where lead_id = ${lead}`;
    await tx`update leads set ready_at = ${past} where id = ${lead}`;
  });
  expect(await releaseOverdue(app)).toBe(1);
  await runAll();
  expect(await assignmentsOf(lead)).toMatchObject([
    { state: 'released', why: 'late' },
    { state: 'charged', provider: next.providerId },
  ]);
});

test('two seats that are freed at once are each taken one time, with two workers at it', async () => {
  await using refusing = await startPartner(() => no);
  await using taking = await startPartner(() => yes);
  const niche = await open({ levels: [{ billOn: 'accepted', maxProviders: 2 }] });
  const leads: string[] = [];
  for (const _ of [1, 2]) await join(niche, refusing);
  for (let made = 0; made < 5; made += 1) leads.push(await niche.lead());
  for (const _ of [1, 2, 3]) await join(niche, taking);
  for (let round = 0; round < 8; round += 1) {
    await Promise.all([
      runDeliveries(app),
      runDistribution(openDistributor(app)),
      runDistribution(openDistributor(app)),
    ]);
  }
  for (const lead of leads) {
    const states = (await assignmentsOf(lead)).map(({ state }) => state).sort();
    expect(states).toEqual(['charged', 'charged', 'released', 'released']);
    expect(await offersOf(lead)).toEqual(['taken', 'taken']);
  }
  await cleanAndProven();
});

test('a freed seat of a stopped source rests without being asked again, and is offered once the stop ends', async () => {
  await using refusing = await startPartner(() => no);
  await using taking = await startPartner(() => yes);
  const niche = await open();
  await join(niche, refusing);
  const lead = await niche.lead();
  const next = await join(niche, taking);
  const [row] = await app.db.tx(
    engine,
    (tx) => tx<{ sourceId: string }[]>`select source_id as "sourceId" from leads where id = ${lead}`,
  );
  const input = { scope: 'source' as const, scopeId: row!.sourceId, reason: 'complaints' };
  const { id } = await setStop(app, input, SYSTEM);
  await runAll();
  expect(await assignmentsOf(lead)).toMatchObject([{ state: 'released', why: 'refused' }]);
  const resting = () =>
    app.db.tx(
      engine,
      (tx) => tx`
        select o.tries, o.due_at = l.expires_at as "toTheEnd" from second_offers o join leads l on l.id = o.lead_id
        where l.id = ${lead}`,
    );
  expect(await resting()).toEqual([{ tries: 0, toTheEnd: true }]);
  await endStop(app, { id, reason: 'sorted out' }, SYSTEM);
  await runAll();
  expect(await assignmentsOf(lead)).toMatchObject([
    { state: 'released' },
    { state: 'charged', provider: next.providerId },
  ]);
  expect(await offersOf(lead)).toEqual(['taken']);
  await cleanAndProven();
});

describe('a freed seat whose niche or level is switched off', () => {
  /** A lead that was refused, with somebody else of its level who would take it. */
  async function freed(refusing: Partner, taking: Partner) {
    const niche = await open();
    await join(niche, refusing);
    const lead = await niche.lead();
    const next = await join(niche, taking);
    const row = <T>(of: Promise<T | null | undefined>) => of.then((found) => found!);
    return {
      ...{ niche, lead, next },
      nicheOn: async (active: boolean) => {
        const { id } = niche.niche;
        const { version: expected } = await row(app.db.tx(engine, (tx) => readNiche(tx, id)));
        await editNiche(app, { id, expected, edit: { active } }, SYSTEM);
      },
      levelOn: async (active: boolean) => {
        const { id } = niche.level;
        const { version: expected } = await row(app.db.tx(engine, (tx) => readLevel(tx, id)));
        await editLevel(app, { id, expected, edit: { active } }, SYSTEM);
      },
    };
  }

  test.each(['nicheOn', 'levelOn'] as const)(
    'rests (%s: false) and is offered again once it is back',
    async (turn) => {
      await using refusing = await startPartner(() => no);
      await using taking = await startPartner(() => yes);
      const market = await freed(refusing, taking);
      await market[turn](false);
      await runAll();
      expect(await assignmentsOf(market.lead)).toMatchObject([{ state: 'released', why: 'refused' }]);
      expect(await offersOf(market.lead)).toEqual(['open']);
      await market[turn](true);
      await runAll();
      expect(await assignmentsOf(market.lead)).toMatchObject([
        { state: 'released' },
        { state: 'charged', provider: market.next.providerId },
      ]);
      expect(await offersOf(market.lead)).toEqual(['taken']);
      await cleanAndProven();
    },
  );

  test('ends with the time of its lead, while the niche is still off', async () => {
    await using refusing = await startPartner(() => no);
    await using taking = await startPartner(() => yes);
    const { lead, nicheOn } = await freed(refusing, taking);
    await nicheOn(false);
    await runAll();
    await app.db.tx(engine, async (tx) => {
      await tx`update leads set expires_at = now() where id = ${lead}`;
      await tx`update second_offers set due_at = now() where lead_id = ${lead}`;
    });
    await runAll();
    expect(await offersOf(lead)).toEqual(['expired']);
    expect(await assignmentsOf(lead)).toHaveLength(1);
  });

  test('is over when the niche was archived', async () => {
    await using refusing = await startPartner(() => no);
    await using taking = await startPartner(() => yes);
    const { lead, niche } = await freed(refusing, taking);
    await archiveNiche(app, niche.niche.id, SYSTEM);
    await runAll();
    expect(await offersOf(lead)).toEqual(['over']);
  });
});
