import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SYSTEM } from '../../src/journal/audit/index.ts';
import { newId } from '../../src/kernel/ids.ts';
import { openDistributor, runDistribution } from '../../src/lead/distribution/index.ts';
import { createSource } from '../../src/market/sources/index.ts';
import { pause } from '../../src/market/subscriptions/index.ts';
import { adjustWallet } from '../../src/money/wallet/index.ts';
import { type HttpTest, httpTest, type Send, signedInAs } from '../support/http.ts';
import { engine } from '../support/lead.ts';
import { seedNiche, seedProvider, seedSubscription } from '../support/market.ts';

/** What a stop kept waiting goes on when it is released over HTTP, and nothing else is decided again for it. */
let http: HttpTest;
let admin: Send;
beforeAll(async () => {
  http = await httpTest({ MX_CHECK: '0' });
  ({ send: admin } = await signedInAs(http, 'admin'));
});
afterAll(async () => await http?.[Symbol.asyncDispose]());

type Scope = 'everything' | 'niche' | 'source' | 'provider';
const SCOPES: readonly Scope[] = ['everything', 'niche', 'source', 'provider'];
const HOUR_MS = 3_600_000;
const STOPS = '/api/v1/admin/stop-switches';

const distribute = async (rounds = 3) => {
  // One worker each time: it does not rest after the look that the one before gave.
  for (let round = 0; round < rounds; round += 1) await runDistribution(openDistributor(http.app));
};

/** Unsold leads of one source that sleep: nobody has the money for them, or (`paused`) who has it is paused. */
async function asleep(count: number, of: { others?: number; paused?: boolean } = {}) {
  const { app } = http;
  const { niche, level, campaignId } = await seedNiche(app, { levels: [{ maxProviders: 1 }] });
  const input = { name: 'form', type: 'api' as const, attested: true, ratePerMinute: null, campaignId };
  const { source } = await createSource(app, input, SYSTEM);
  const balance = of.paused ? 1_000_000n : 0n;
  const { id: providerId } = await seedProvider(app, { balance });
  const own = await seedSubscription(app, { providerId, levelId: level.id });
  if (of.paused) await pause(app, { id: own.id, until: new Date(Date.now() + HOUR_MS) }, SYSTEM);
  for (let n = 0; n < (of.others ?? 0); n += 1) {
    const other = await seedProvider(app);
    await seedSubscription(app, { providerId: other.id, levelId: level.id });
  }
  const ids = Array.from({ length: count }, () => newId());
  await app.db.tx(engine, async (tx) => {
    await tx`
      insert into leads (id, niche_id, campaign_id, source_id, schema_version, state, country, lead_type, confirmed_at,
        confirmed_by, ready_at, approved_at, due_at, expires_at)
      select id, ${niche.id}, ${campaignId}, ${source.id}, 1, 'approved', 'DE', 'raw', now(), 'source', now(), now(),
        now(), now() + interval '7 days'
      from unnest(${ids}::uuid[]) as id`;
    await tx`insert into lead_contacts (lead_id, key_id) select id, 'test' from unnest(${ids}::uuid[]) as id`;
  });
  const numbers = () =>
    app.db.tx(engine, async (tx) => {
      const [row] = await tx<{ unsold: number; sold: number; decisions: number; flags: number }[]>`
        select count(*) filter (where state = 'unsold')::int as unsold,
          count(*) filter (where state = 'distributed')::int as sold,
          (select count(*)::int from decisions where niche_id = ${niche.id}) as decisions,
          (select count(*)::int from subscriptions where niche_id = ${niche.id} and flagged_at is not null) as flags
        from leads where niche_id = ${niche.id}`;
      return row!;
    });
  await distribute();
  expect(await numbers()).toMatchObject({ unsold: count, sold: 0, flags: 0 });
  const named = { everything: null, niche: niche.id, source: source.id, provider: providerId };
  const stop = async (scope: Scope): Promise<string> => {
    const answer = await admin('POST', STOPS, { scope, scope_id: named[scope], reason: 'complaints' });
    expect(answer.status).toBe(201);
    return answer.body.data.id;
  };
  /** The pause ends by itself, and with it comes the next look: both without a word to anybody. */
  const hourPasses = () =>
    app.db.tx(engine, async (tx) => {
      await tx`update subscriptions set paused_until = paused_until - interval '1 hour' where id = ${own.id}`;
      const moved = await tx`
        update leads set due_at = due_at - interval '1 hour'
        where niche_id = ${niche.id} and due_at < now() + interval '1 hour'`;
      expect(moved.count).toBe(count);
    });
  return { providerId, numbers, stop, hourPasses };
}

const release = async (id: string) =>
  expect((await admin('POST', `${STOPS}/${id}/release`, { reason: 'over' })).status).toBe(200);

const pay = (providerId: string) =>
  adjustWallet(
    http.app,
    {
      ...{ kind: 'credit', providerId, amount: '10000.00', currency: 'EUR', reason: 'top-up' },
      idempotencyKey: newId(),
    },
    { id: newId(), role: 'admin' },
  );

describe('a lead that was unsold when the stop came', () => {
  it.each(SCOPES)('and could be sold since, because money came in, goes out after %s', async (scope) => {
    const market = await asleep(20);
    const id = await market.stop(scope);
    await pay(market.providerId);
    await distribute();
    expect(await market.numbers()).toMatchObject({ unsold: 20, sold: 0 });
    await release(id);
    await distribute();
    expect(await market.numbers()).toMatchObject({ unsold: 0, sold: 20 });
  });

  it.each(SCOPES)('and whose next look came meanwhile, goes out after %s', async (scope) => {
    const market = await asleep(5, { paused: true });
    const id = await market.stop(scope);
    await market.hourPasses();
    await distribute();
    expect(await market.numbers()).toMatchObject({ unsold: 5, sold: 0 });
    await release(id);
    await distribute();
    expect(await market.numbers()).toMatchObject({ unsold: 0, sold: 5 });
  });

  it.each(SCOPES.filter((scope) => scope !== 'provider'))(
    'and that nobody can buy is not decided again after %s, and no subscription is looked at',
    async (scope) => {
      const market = await asleep(30, { others: 40 });
      const before = await market.numbers();
      await release(await market.stop(scope));
      expect(await market.numbers()).toEqual(before);
      await distribute();
      expect(await market.numbers()).toEqual(before);
    },
  );

  it('after a stop of one provider only that provider is looked at', async () => {
    const market = await asleep(30, { others: 40 });
    await release(await market.stop('provider'));
    expect(await market.numbers()).toMatchObject({ flags: 1 });
  });
});
