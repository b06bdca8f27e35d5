import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SYSTEM } from '../../src/journal/audit/index.ts';
import { runDeliveries } from '../../src/lead/delivery/index.ts';
import {
  distributeBatch,
  explainDecision,
  openDistributor,
  runDistribution,
} from '../../src/lead/distribution/index.ts';
import { approveLead, rejectLead } from '../../src/lead/review/index.ts';
import { editEndpoint } from '../../src/market/endpoints/index.ts';
import { setProviderStatus } from '../../src/market/providers/index.ts';
import { nicheRulesAt, updateFilters } from '../../src/market/subscriptions/index.ts';
import { openAdminSql } from '../../src/platform/admin-sql.ts';
import { testApp } from '../support/app.ts';
import { type FreshDatabase, freshDatabase } from '../support/database.ts';
import { startPartner, timePasses } from '../support/deliveries.ts';
import { engine, stateOf } from '../support/lead.ts';
import { seedEndpoint, seedProvider, seedSubscription, VPS_FORM } from '../support/market.ts';
import { assignmentsOf, availableOf, distribute, holdersOf, openMarket } from '../support/open-market.ts';

/** Who may get a lead at all: what the rules say, and what becomes of an edit between two decisions. */
let database: FreshDatabase;
let app: Awaited<ReturnType<typeof testApp>>;

beforeAll(async () => {
  database = await freshDatabase();
  app = await testApp(database, { MX_CHECK: '0' });
});
afterAll(async () => {
  await app?.close();
  await database?.[Symbol.asyncDispose]();
});

describe('a rejected lead', () => {
  it('is never distributed, whoever approved it before', async () => {
    const market = await openMarket(app, { policy: { approval: 'manual' } });
    await market.buyer();
    const leadId = await market.submit();
    await approveLead(app, { leadId }, SYSTEM);
    await rejectLead(app, { leadId, reason: 'a joke' }, SYSTEM);
    await distributeBatch(openDistributor(app), { nicheId: market.niche.id, limit: 10 });
    expect(await stateOf(app, leadId)).toBe('rejected');
    expect(await assignmentsOf(app, leadId)).toEqual([]);
  });

  it('that is rejected while it is being decided is either sold or rejected, never both', async () => {
    const market = await openMarket(app);
    await market.buyer();
    for (let n = 0; n < 10; n += 1) {
      const leadId = await market.submit();
      const [rejected] = await Promise.allSettled([
        rejectLead(app, { leadId, reason: 'a joke' }, SYSTEM),
        distribute(app),
      ]);
      await distribute(app);
      const sold = (await assignmentsOf(app, leadId)).length;
      expect([await stateOf(app, leadId), sold]).toEqual(
        rejected.status === 'fulfilled' ? ['rejected', 0] : ['distributed', 1],
      );
    }
  });
});

describe('a filter that is edited between two decisions', () => {
  it('holds for the next one only; what was sold stays as it was, with its price and its reasons', async () => {
    const market = await openMarket(app);
    const { providerId, subscriptionId } = await market.buyer();
    const distributor = openDistributor(app);
    const before = await market.submit({ budget: 80 });
    await runDistribution(distributor);
    const [sale] = await assignmentsOf(app, before);
    const why = await explainDecision(app, before);

    const narrow = [{ field: 'budget', kind: 'range' as const, min: 100, missing: 'fail' as const }];
    await updateFilters(app, { id: subscriptionId, expected: 1, edit: { filters: narrow } }, SYSTEM);
    const after = await market.submit({ budget: 80 });
    await runDistribution(distributor);
    expect([await stateOf(app, after), await assignmentsOf(app, after)]).toEqual(['unsold', []]);

    const wide = [{ ...narrow[0]!, min: 50 }];
    const edit = { filters: wide, priceOverride: '7.00' };
    await updateFilters(app, { id: subscriptionId, expected: 2, edit }, SYSTEM);
    await runDistribution(distributor);
    expect(await assignmentsOf(app, after)).toMatchObject([
      { provider_id: providerId, charged_amount: 700n },
    ]);
    expect(await assignmentsOf(app, before)).toEqual([sale]);
    expect(await explainDecision(app, before)).toEqual(why);
  });
});

describe('a provider that is not active', () => {
  it('gets nothing before it is approved and after it was taken out', async () => {
    const market = await openMarket(app);
    const { providerId } = await market.buyer({ status: 'pending' });
    const distributor = openDistributor(app);
    const first = await market.submit();
    await runDistribution(distributor);
    expect(await stateOf(app, first)).toBe('unsold');
    expect((await explainDecision(app, first)).decisions[0]!.groups).toMatchObject([
      { reason: 'provider_inactive', count: 1 },
    ]);
    await setProviderStatus(app, { id: providerId, status: 'active' }, SYSTEM);
    await runDistribution(distributor);
    expect(await holdersOf(app, first)).toEqual([providerId]);
    await setProviderStatus(app, { id: providerId, status: 'inactive' }, SYSTEM);
    const second = await market.submit();
    await runDistribution(distributor);
    expect(await holdersOf(app, second)).toEqual([]);
  });
});

describe('hours', () => {
  /** Closed now, open for an hour from six hours on; in UTC, and on no other day. */
  const opensLater = () => {
    const opening = new Date(Math.ceil(Date.now() / 60_000) * 60_000 + 6 * 3_600_000);
    const clock = (at: Date) => at.toISOString().slice(11, 16);
    const window = { from: clock(opening), to: clock(new Date(opening.getTime() + 3_600_000)) };
    const date = opening.toISOString().slice(0, 10);
    return { opening, schedule: { zone: 'UTC', weekly: {}, exceptions: [{ date, windows: [window] }] } };
  };

  it('off hours held: sold and charged at once, delivered when it opens', async () => {
    await using receiver = await startPartner();
    const market = await openMarket(app);
    const { opening, schedule } = opensLater();
    const provider = await seedProvider(app, { balance: 10_000n });
    const { endpoint } = await seedEndpoint(app, { providerId: provider.id, url: receiver.url });
    const terms = { providerId: provider.id, levelId: market.level.id, endpointId: endpoint.id };
    await seedSubscription(app, { ...terms, schedule, offHours: 'hold' });
    const leadId = await market.submit();
    await distribute(app);
    await runDeliveries(app);
    expect(receiver.calls).toEqual([]);
    const [delivery] = await app.db.tx(
      engine,
      (tx) => tx`select due_at, state from deliveries where lead_id = ${leadId}`,
    );
    expect(delivery).toMatchObject({ due_at: opening, state: 'pending' });
    expect(await availableOf(app, provider.id)).toBe(9_000n);
    await timePasses(app, endpoint.id);
    await runDeliveries(app);
    expect(receiver.calls).toHaveLength(1);
  });

  it('off hours skipped: unsold, and sold at the opening', async () => {
    const market = await openMarket(app);
    const { opening, schedule } = opensLater();
    const { providerId } = await market.buyer({ schedule });
    const leadId = await market.submit();
    const distributor = openDistributor(app);
    await runDistribution(distributor);
    const [lead] = await app.db.tx(engine, (tx) => tx`select state, due_at from leads where id = ${leadId}`);
    expect(lead).toMatchObject({ state: 'unsold', due_at: opening });
    const nicheId = market.niche.id;
    await app.db.tx(
      engine,
      (tx) => tx`update niche_turns set last_clock = ${opening} where niche_id = ${nicheId}`,
    );
    await distributeBatch(distributor, { nicheId, limit: 10 });
    expect(await holdersOf(app, leadId)).toEqual([providerId]);
  });
});

describe('what a subscription received', () => {
  it('is counted and dated by a sale, and not by a test lead', async () => {
    const market = await openMarket(app);
    const { subscriptionId } = await market.buyer();
    const received = () =>
      app.db.tx(engine, async (tx) => {
        const [row] = await tx<{ last: Date | null; count: number }[]>`
          select last_received_at as last, leads_received_count as count from subscriptions where id = ${subscriptionId}`;
        return row!;
      });
    const test = await market.submit({}, true);
    await distribute(app);
    expect(await stateOf(app, test)).toBe('distributed');
    expect(await received()).toEqual({ last: null, count: 0 });
    for (const count of [1, 2]) {
      const leadId = await market.submit();
      await distribute(app);
      const [sale] = await app.db.tx(
        engine,
        (tx) => tx`select assigned_at from assignments where lead_id = ${leadId}`,
      );
      expect(await received()).toEqual({ last: sale!.assigned_at, count });
    }
  });
});

describe('the database itself refuses', () => {
  it('a lead that is approved without a confirmation, and a lead that a provider gets twice', async () => {
    const market = await openMarket(app);
    await market.buyer();
    const leadId = await market.submit();
    await distribute(app);
    const superuser = openAdminSql(database.superuserUrl);
    const refusal = (statement: string) =>
      superuser.unsafe(statement).then(
        () => 'done',
        (error: { constraint_name?: string }) => error.constraint_name,
      );
    expect(await refusal(`update leads set confirmed_at = null where id = '${leadId}'`)).toBe(
      'leads_confirmed_before_approval',
    );
    const columns = `lead_id, provider_id, subscription_id, level_id, niche_id, decision_seq, state, charged_amount,
      currency, max_shared, assigned_at`;
    expect(
      await refusal(`
        insert into assignments (id, ${columns})
        select gen_random_uuid(), ${columns} from assignments where lead_id = '${leadId}'`),
    ).toBe('assignments_once_per_provider');
    await superuser.end();
  });
});

describe('a lead that is past its end', () => {
  it('is not sold any more, although it was approved in time', async () => {
    const market = await openMarket(app);
    await market.buyer();
    const leadId = await market.submit();
    await app.db.tx(engine, (tx) => tx`update leads set expires_at = clock_timestamp() where id = ${leadId}`);
    await distributeBatch(openDistributor(app), { nicheId: market.niche.id, limit: 10 });
    expect([await stateOf(app, leadId), await assignmentsOf(app, leadId)]).toEqual(['approved', []]);
  });
});

describe('fields that a provider needs', () => {
  const ADDRESS_FORM = [
    ...VPS_FORM,
    { id: 'home', label: 'Home', type: 'address' as const, required: false },
  ];
  const home = { street: 'Unter den Linden 1', city: 'Berlin', postcode: '10117' };

  it.each(['first_name', 'last_name', 'street', 'city', 'postcode', 'name', 'email', 'phone', 'country'])(
    '%s is found among what was read of the person, whatever the form calls it',
    async (field) => {
      const market = await openMarket(app, { fields: ADDRESS_FORM });
      const { providerId } = await market.buyer({ requiredFields: [field] });
      const leadId = await market.submit({ home });
      await distribute(app);
      expect(await holdersOf(app, leadId)).toEqual([providerId]);
    },
  );

  it('that are not there keep the lead away, and its page names them', async () => {
    const market = await openMarket(app, { fields: ADDRESS_FORM });
    await market.buyer({ requiredFields: ['city', 'name', 'budget'] });
    const leadId = await market.submit();
    await distribute(app);
    const { decisions } = await explainDecision(app, leadId);
    expect(decisions[0]!.excluded[0]!.sentence).toBe('needs city, budget, which this lead does not have');
  });
});

describe('an endpoint that requires a field', () => {
  it('attracts no lead that lacks it: nobody pays for what is never sent, until the field has a default', async () => {
    await using receiver = await startPartner();
    const market = await openMarket(app);
    const provider = await seedProvider(app, { balance: 10_000n });
    const requiredFields = ['email', 'budget', 'first_name'];
    const { endpoint } = await seedEndpoint(app, {
      providerId: provider.id,
      url: receiver.url,
      requiredFields,
    });
    const terms = { providerId: provider.id, levelId: market.level.id, endpointId: endpoint.id };
    await seedSubscription(app, terms);
    const distributor = openDistributor(app);
    const without = await market.submit();
    const withIt = await market.submit({ budget: 90 });
    await runDistribution(distributor);
    expect([await stateOf(app, without), await stateOf(app, withIt)]).toEqual(['unsold', 'distributed']);
    expect(await availableOf(app, provider.id)).toBe(9_000n);
    const said = (await explainDecision(app, without)).decisions[0]!;
    expect(said.excluded[0]!.sentence).toBe('needs budget, which this lead does not have');

    const edit = { defaultValues: { budget: 0 } };
    await editEndpoint(app, { id: endpoint.id, expected: 1, edit }, SYSTEM);
    await runDistribution(distributor);
    expect(await stateOf(app, without)).toBe('distributed');
    expect(await availableOf(app, provider.id)).toBe(8_000n);
    await runDeliveries(app);
    expect(receiver.calls).toHaveLength(2);
    // The decision before the edit is still explained by what held then.
    expect((await explainDecision(app, without)).decisions[1]).toEqual(said);
    const then = await app.db.tx(engine, (tx) => nicheRulesAt(tx, market.niche.id, said.config_version));
    expect(then!.subscriptions[0]!.requiredFields).toEqual(requiredFields);
  });
});

describe('a filter on the country', () => {
  it('reads the country of the lead when the person named none', async () => {
    const fields = VPS_FORM.map((field) =>
      field.id === 'country' ? { ...field, required: false } : field,
    ) as typeof VPS_FORM;
    const market = await openMarket(app, { fields });
    const filterOf = (value: string) => [
      {
        field: 'country',
        kind: 'set' as const,
        values: [value],
        match: 'any' as const,
        missing: 'fail' as const,
      },
    ];
    const german = await market.buyer({ filters: filterOf('DE') });
    await market.buyer({ filters: filterOf('AT') });
    const leadId = await market.submit({ country: '' });
    await distribute(app);
    expect(await holdersOf(app, leadId)).toEqual([german.providerId]);
    const { decisions } = await explainDecision(app, leadId);
    expect(decisions[0]!.excluded[0]!.sentence).toBe('country DE is not among AT');
  });
});
