import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runAssign } from '../../src/cli/assign.ts';
import { runAudit } from '../../src/cli/audit.ts';
import { runVerify } from '../../src/cli/verify.ts';
import { SYSTEM } from '../../src/journal/audit/index.ts';
import { newId } from '../../src/kernel/ids.ts';
import { blockProvider, unblockProvider } from '../../src/lead/distribution/block-lead.ts';
import {
  assignByHand,
  explainDecision,
  openDistributor,
  runDistribution,
} from '../../src/lead/distribution/index.ts';
import { readWallets } from '../../src/money/ledger/index.ts';
import { testApp } from '../support/app.ts';
import { type FreshDatabase, freshDatabase } from '../support/database.ts';
import { openDecided } from '../support/decided.ts';
import { engine, stateOf } from '../support/lead.ts';
import { until } from '../support/until.ts';

/** An operator gives a lead to somebody, or keeps somebody from it. */

let database: FreshDatabase;
let app: Awaited<ReturnType<typeof testApp>>;
const who = { id: newId(), role: 'operator' as const };
beforeAll(async () => {
  database = await freshDatabase();
  app = await testApp(database, { MX_CHECK: '0' });
});
afterAll(async () => {
  await app.close();
  await database[Symbol.asyncDispose]();
});

const give = (leadId: string, subscriptionId: string, idempotencyKey: string = newId()) =>
  assignByHand(
    app.db,
    openDistributor(app),
    { leadId, subscriptionId, reason: 'asked by phone', idempotencyKey },
    who,
  );

const moneyOf = async (providerId: string) => {
  const [wallet] = await app.db.tx(engine, (tx) => readWallets(tx, [providerId], 'EUR'));
  return wallet!.available;
};

const turnOf = (nicheId: string) =>
  app.db.tx(engine, async (tx) => {
    const [row] = await tx<{ level: string; receipts: bigint }[]>`
      select next_level_id as level, receipt_no as receipts from niche_turns where niche_id = ${nicheId}`;
    return row!;
  });

const tracesOf = (leadId: string) =>
  app.db.tx(engine, async (tx) => {
    const [row] = await tx<Record<string, string>[]>`
      select (select count(*) from assignments where lead_id = ${leadId})::text as assignments,
        (select count(*) from decisions where lead_id = ${leadId})::text as decisions,
        (select count(*) from transfers where lead_id = ${leadId})::text as transfers,
        (select count(*) from audit_log where entity_id = ${leadId})::text as audited`;
    return row!;
  });

const cleanAndProven = async () => {
  const { findings } = await runAudit({ ownerUrl: database.ownerUrl, print: () => {} });
  expect(findings).toEqual([]);
  const day = new Date().toISOString().slice(0, 10);
  const verified = await runVerify({ ownerUrl: database.ownerUrl, day, print: () => {} });
  expect(verified.findings).toEqual([]);
};

describe('a lead that is given by hand', () => {
  test('is charged, written down and explained like any other, and moves no turn', async () => {
    const niche = await openDecided(app, {
      levels: [
        { name: 'Gold', maxProviders: 1 },
        { name: 'Silver', maxProviders: 2 },
      ],
    });
    const silver = niche.levels[1]!.id;
    const lead = await niche.lead();
    expect(await stateOf(app, lead)).toBe('unsold');
    const chosen = await niche.join('Chosen', { levelId: silver });
    const before = await turnOf(niche.niche.id);
    const given = await give(lead, chosen.id);
    expect(given).toMatchObject({
      lead_id: lead,
      state: 'charged',
      charged_amount: '10.00',
      currency: 'EUR',
    });
    expect(await stateOf(app, lead)).toBe('distributed');
    expect(await moneyOf(chosen.providerId)).toBe(99_000n);
    const after = await turnOf(niche.niche.id);
    expect([after.level, after.receipts - before.receipts]).toEqual([before.level, 1n]);
    const { decisions } = await explainDecision(app, lead);
    expect(decisions[0]).toMatchObject({
      kind: 'by_hand',
      given: { by: 'the command line', reason: 'asked by phone' },
      summary: 'Given by hand by the command line: asked by phone',
    });
    expect(decisions[0]!.candidates.map(({ sentence }) => sentence)).toEqual(['took the lead for 10.00 EUR']);
    const [row] = await app.db.tx(
      engine,
      (tx) => tx<{ actor: string; after: Record<string, unknown> }[]>`
        select actor_id as actor, after_state as after from audit_log where entity_id = ${lead} and action = 'lead.distributed'`,
    );
    expect(row).toMatchObject({ actor: who.id, after: { kind: 'by_hand', reason: 'asked by phone' } });
    await cleanAndProven();
  });

  test('goes to nobody whose checks fail: the verdict is said in words and nothing is changed', async () => {
    const niche = await openDecided(app);
    const poor = await niche.join('Poor', { balance: 400n });
    const abroad = await niche.join('Abroad', { countries: ['ES'] });
    const capped = await niche.join('Capped', {
      caps: [{ window: 'day', kind: 'count', value: '1' }],
      countries: ['ES', 'DE'],
    });
    const full = await niche.lead();
    expect((await tracesOf(full)).assignments).toBe('1');
    const lead = await niche.lead();
    const before = await tracesOf(lead);
    const money = await moneyOf(capped.providerId);
    const table: [string, string][] = [
      [poor.id, 'This subscription needed 10.00 EUR and had 4.00 EUR.'],
      [abroad.id, 'This subscription takes leads from ES; this one is from DE.'],
      [capped.id, 'This subscription had used its daily cap: 1 of 1 leads.'],
    ];
    for (const [id, message] of table) {
      await expect(give(lead, id)).rejects.toMatchObject({
        code: 'assignment_refused',
        status: 409,
        message,
      });
    }
    await expect(give(lead, newId())).rejects.toMatchObject({ code: 'subscription_not_offered' });
    await expect(give(newId(), poor.id)).rejects.toMatchObject({ code: 'lead_not_found' });
    expect(await tracesOf(lead)).toEqual(before);
    expect(await moneyOf(capped.providerId)).toBe(money);
  });

  test('keeps the promise to those who have it, and never goes to one of them', async () => {
    const niche = await openDecided(app, { levels: [{ maxProviders: 2 }] });
    const first = await niche.join('First');
    const lead = await niche.lead();
    await expect(give(lead, first.id)).rejects.toMatchObject({
      code: 'assignment_refused',
      message: 'This subscription has or had this lead already.',
    });
    const second = await niche.join('Second');
    const third = await niche.join('Third');
    expect(await give(lead, second.id)).toMatchObject({ state: 'charged' });
    await expect(give(lead, third.id)).rejects.toMatchObject({ code: 'no_open_seat', status: 409 });
    expect(await tracesOf(lead)).toMatchObject({ assignments: '2', decisions: '2', transfers: '2' });
    await cleanAndProven();
  });

  test('goes to no more companies than the person was told of', async () => {
    const niche = await openDecided(app, { levels: [{ maxProviders: 3 }], policy: { recipientsTold: 1 } });
    await niche.join('First');
    const lead = await niche.lead();
    const second = await niche.join('Second');
    await expect(give(lead, second.id)).rejects.toMatchObject({ code: 'no_open_seat' });
  });

  test('is given one time by the same key, and one time by two keys at once', async () => {
    const niche = await openDecided(app);
    const lead = await niche.lead();
    const other = await niche.lead();
    const { id, providerId } = await niche.join('Once');
    const key = newId();
    const answers = [await give(lead, id, key), await give(lead, id, key)];
    expect(answers[0]).toEqual(answers[1]);
    const both = await Promise.allSettled([give(other, id), give(other, id)]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await moneyOf(providerId)).toBe(98_000n);
  });

  test('from the terminal names the command line', async () => {
    const niche = await openDecided(app);
    const lead = await niche.lead();
    const { id, providerId } = await niche.join('Terminal');
    const input = { leadId: lead, subscriptionId: id, reason: 'by hand' };
    expect(await runAssign(app, input)).toBe(
      `The lead was given to provider ${providerId} for 10.00 EUR (charged).`,
    );
    await expect(runAssign(app, input)).rejects.toMatchObject({ code: 'assign_refused' });
  });
});

describe('a provider that is kept from a lead', () => {
  const block = (leadId: string, providerId: string) =>
    blockProvider(app, { leadId, providerId, reason: 'a competitor of the person' }, SYSTEM);

  test('does not get it, is named as blocked, and may get it when the block is taken back', async () => {
    const niche = await openDecided(app);
    const lead = await niche.lead();
    const { id, providerId } = await niche.join('Kept away');
    await block(lead, providerId);
    const distributor = openDistributor(app);
    await runDistribution(distributor);
    expect(await stateOf(app, lead)).toBe('unsold');
    await expect(give(lead, id)).rejects.toMatchObject({
      message: 'This subscription was kept from this lead by the operator.',
    });
    await unblockProvider(app, { leadId: lead, providerId }, who);
    await runDistribution(openDistributor(app));
    expect(await stateOf(app, lead)).toBe('distributed');
    await expect(block(lead, providerId)).rejects.toMatchObject({ code: 'provider_has_lead', status: 409 });
  });

  test('is kept from it only after the decision that is under way', async () => {
    const niche = await openDecided(app);
    const lead = await niche.lead();
    const { providerId } = await niche.join('Waits');
    let blocked: Promise<unknown> = Promise.resolve();
    let ended = false;
    await app.db.tx(engine, async (tx) => {
      // As a decision of the niche holds it.
      await tx`select 1 from niche_turns where niche_id = ${niche.niche.id} for no key update`;
      blocked = block(lead, providerId).finally(() => {
        ended = true;
      });
      await until(async () => {
        const [row] = await tx<{ n: number }[]>`
          select count(*)::int as n from pg_locks where not granted and pid in (
            select pid from pg_locks
            where database = (select oid from pg_database where datname = current_database()))`;
        return ended || row!.n > 0;
      });
      expect(ended).toBe(false);
    });
    await blocked;
    expect(ended).toBe(true);
  });

  test('either has the lead or is kept from it, when both are asked for at once', async () => {
    for (let round = 0; round < 6; round += 1) {
      const other = await openDecided(app);
      const lead = await other.lead();
      const joined = await other.join(`Raced ${round}`);
      const [blocked] = await Promise.allSettled([
        block(lead, joined.providerId),
        runDistribution(openDistributor(app)),
      ]);
      await runDistribution(openDistributor(app));
      const sold = (await tracesOf(lead)).assignments === '1';
      expect(blocked.status === 'fulfilled').toBe(!sold);
    }
  });
});
