import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SYSTEM } from '../../src/journal/audit/index.ts';
import {
  archiveLevel,
  createFormSchema,
  createLevel,
  editLevel,
  editNiche,
  levelsOf,
  readNiche,
  reorderLevels,
} from '../../src/market/catalog/index.ts';
import {
  activateFormSchema,
  nicheRules,
  nicheRulesAt,
  pause,
  resume,
  subscribe,
  unsubscribe,
  updateFilters,
} from '../../src/market/subscriptions/index.ts';
import type { Tx } from '../../src/platform/db.ts';
import type { OpenApp } from '../../src/platform/open-app.ts';
import { testApp } from '../support/app.ts';
import { type FreshDatabase, freshDatabase } from '../support/database.ts';
import { seedEndpoint, seedNiche, seedProvider, seedSubscription, VPS_FORM } from '../support/market.ts';

let database: FreshDatabase;
let app: OpenApp;
beforeAll(async () => {
  database = await freshDatabase();
  app = await testApp(database);
});
afterAll(async () => {
  await app?.close();
  await database?.[Symbol.asyncDispose]();
});

const engine = <T>(work: (tx: Tx) => Promise<T>): Promise<T> => app.db.tx({ role: 'engine' }, work);
const rules = async (nicheId: string) => (await engine((tx) => nicheRules(tx, nicheId)))!;
const rulesAt = async (nicheId: string, version: number) =>
  (await engine((tx) => nicheRulesAt(tx, nicheId, version)))!;
const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'answered',
    (error: { code?: string }) => error.code ?? String(error),
  );

describe('versions of the configuration', () => {
  test('which answers stand for the country is told as it was, whatever forms come later', async () => {
    const { niche } = await seedNiche(app);
    const nicheId = niche.id;
    const at = [await rules(nicheId)];
    expect(at[0]!.countryFields).toEqual(['country']);
    const fields = VPS_FORM.map((field) => (field.id === 'country' ? { ...field, id: 'land' } : field));
    await createFormSchema(app, { nicheId, fields, changeSummary: '' }, SYSTEM);
    expect((await rules(nicheId)).countryFields).toEqual(['country']);
    for (const [schemaVersion, from, to] of [
      [2, 'country', 'land'],
      [1, 'land', 'country'],
    ] as const) {
      const mappings = [{ kind: 'renamed' as const, from, to }];
      await activateFormSchema(app, { nicheId, schemaVersion, mappings }, SYSTEM);
      at.push(await rules(nicheId));
      expect(at.at(-1)!.countryFields).toEqual(['country', 'land']);
    }
    for (const { configVersion, countryFields } of at)
      expect((await rulesAt(nicheId, configVersion)).countryFields).toEqual(countryFields);
  });

  test('the rules of every past version can be read back, whatever changed since', async () => {
    const { niche, levels } = await seedNiche(app, { levels: [{ name: 'Solo' }, { name: 'Shared' }] });
    const provider = await seedProvider(app);
    const terms = { providerId: provider.id, levelId: levels[0]!.id, countries: ['DE'] };
    const subscription = await seedSubscription(app, terms);
    const seen = [await rules(niche.id)];
    const remember = async () => seen.push(await rules(niche.id));

    await editLevel(app, { id: levels[0]!.id, expected: 1, edit: { pricePerLead: '12.50' } }, SYSTEM);
    await remember();
    await reorderLevels(app, { nicheId: niche.id, levelIds: [levels[1]!.id, levels[0]!.id] }, SYSTEM);
    await remember();
    const filters = [{ field: 'budget', kind: 'range' as const, min: 50, missing: 'fail' as const }];
    const edit = { filters, caps: [{ window: 'day' as const, kind: 'spend' as const, value: '250.00' }] };
    await updateFilters(app, { id: subscription.id, expected: 1, edit }, SYSTEM);
    await remember();
    await editNiche(app, { id: niche.id, expected: 1, edit: { fillMode: 'fill_all' } }, SYSTEM);
    await remember();
    await unsubscribe(app, subscription.id, SYSTEM);
    await remember();
    await archiveLevel(app, levels[0]!.id, SYSTEM);
    await remember();

    expect(seen.map(({ configVersion }) => configVersion)).toEqual([2, 3, 4, 5, 6, 7, 8]);
    for (const one of seen) expect(await rulesAt(niche.id, one.configVersion)).toEqual(one);
    expect(seen.map((one) => one.levels.map(({ name, price }) => `${name} ${price}`).join(', '))).toEqual([
      'Solo 1000, Shared 1000',
      'Solo 1250, Shared 1000',
      'Shared 1000, Solo 1250',
      'Shared 1000, Solo 1250',
      'Shared 1000, Solo 1250',
      'Shared 1000, Solo 1250',
      'Shared 1000',
    ]);
    expect(seen[2]!.subscriptions[0]).toMatchObject({ countries: ['DE'], filters: [], caps: [] });
    expect(seen[3]!.subscriptions[0]).toMatchObject({
      filters,
      caps: [{ window: 'day', kind: 'spend', value: '25000' }],
      providerId: provider.id,
      maxAgeMs: 86_400_000,
      priceOverride: null,
      createdAt: subscription.createdAt,
    });
    expect(seen[3]!.fillMode).toBe('cascade');
    expect(seen[4]!.fillMode).toBe('fill_all');
    expect(seen[5]!.subscriptions).toEqual([]);
  });

  test('amounts of the rules are whole numbers in minor units, an own price too', async () => {
    const { niche, level } = await seedNiche(app, { currency: 'JPY', levels: [{ pricePerLead: '1500' }] });
    const provider = await seedProvider(app);
    await seedSubscription(app, { providerId: provider.id, levelId: level.id, priceOverride: '900' });
    const { levels, subscriptions } = await rules(niche.id);
    expect([levels[0]!.price, subscriptions[0]!.priceOverride]).toEqual([1500n, 900n]);
  });

  test('two people edit one level at a time: one is answered, the other sees what changed', async () => {
    const { niche, level } = await seedNiche(app);
    const edit = (name: string) => editLevel(app, { id: level.id, expected: 1, edit: { name } }, SYSTEM);
    const ends = await Promise.allSettled([edit('Gold'), edit('Silver')]);
    const refused = ends.filter((end) => end.status === 'rejected').map((end) => end.reason);
    expect(refused).toHaveLength(1);
    expect(refused[0]).toMatchObject({ code: 'version_stale', status: 409 });
    const [now] = await engine((tx) => levelsOf(tx, niche.id));
    expect(refused[0].details).toEqual([
      { field: 'version', message: 'is now 2, you saw 1' },
      { field: 'name', message: `is now "${now!.name}"` },
    ]);
  });

  test('an edit waits for a distribution that holds the turn of the niche', async () => {
    const { niche } = await seedNiche(app);
    const before = await rules(niche.id);
    let edited = false;
    const edit = await engine(async (tx) => {
      await tx`select 1 from niche_turns where niche_id = ${niche.id} for no key update`;
      const input = { id: niche.id, expected: 1, edit: { levelRotation: 'fixed' as const } };
      const done = editNiche(app, input, SYSTEM).then(() => {
        edited = true;
      });
      // The edit's own statement stands in the queue of the row before this reads on.
      await waitUntil(tx, niche.id);
      expect(await nicheRules(tx, niche.id)).toEqual(before);
      expect(edited).toBe(false);
      return { done };
    });
    await edit.done;
    expect((await rules(niche.id)).levelRotation).toBe('fixed');
  });
});

/** Until another session waits for a lock in this database. */
async function waitUntil(tx: Tx, nicheId: string): Promise<void> {
  for (let tries = 0; tries < 1_000; tries += 1) {
    const [row] = await tx<{ waiting: boolean }[]>`
      select exists (select 1 from pg_locks where not granted and ${nicheId}::text <> '') as waiting`;
    if (row?.waiting) return;
  }
  throw new Error('nobody waited');
}

describe('levels', () => {
  test('a new order needs every level of the niche, each once', async () => {
    const { niche, levels } = await seedNiche(app, { levels: [{}, {}, {}] });
    const ids = levels.map((level) => level.id);
    const order = (levelIds: string[]) => codeOf(reorderLevels(app, { nicheId: niche.id, levelIds }, SYSTEM));
    expect(await order(ids.slice(1))).toBe('level_list_incomplete');
    expect(await order([...ids, ids[0]!])).toBe('level_list_incomplete');
    expect(await order([ids[2]!, ids[0]!, ids[1]!])).toBe('answered');
    const now = await engine((tx) => levelsOf(tx, niche.id));
    expect(now.map((level) => [level.id, level.priorityOrder])).toEqual([
      [ids[2], 1],
      [ids[0], 2],
      [ids[1], 3],
    ]);
  });

  test('a level that providers subscribe to is not archived; switched off it sells nothing', async () => {
    const { niche, level } = await seedNiche(app);
    const provider = await seedProvider(app);
    await seedSubscription(app, { providerId: provider.id, levelId: level.id });
    expect(await codeOf(archiveLevel(app, level.id, SYSTEM))).toBe('level_in_use');
    await editLevel(app, { id: level.id, expected: 1, edit: { active: false } }, SYSTEM);
    expect((await rules(niche.id)).levels[0]!.active).toBe(false);
  });

  test('when the level that should start next is archived, the turn goes to the one after it', async () => {
    const { niche, levels } = await seedNiche(app, { levels: [{}, {}, {}] });
    const turn = (tx: Tx) =>
      tx<
        { next: string | null }[]
      >`select next_level_id as next from niche_turns where niche_id = ${niche.id}`;
    await engine(
      (tx) => tx`update niche_turns set next_level_id = ${levels[2]!.id} where niche_id = ${niche.id}`,
    );
    await archiveLevel(app, levels[2]!.id, SYSTEM);
    expect((await engine(turn))[0]!.next).toBe(levels[0]!.id);
    await archiveLevel(app, levels[1]!.id, SYSTEM);
    expect((await engine(turn))[0]!.next).toBe(levels[0]!.id);
  });

  test('when the level that should start next is switched off, the turn goes to the one after it, not to the first', async () => {
    const { niche, levels } = await seedNiche(app, { levels: [{}, {}, {}] });
    const next = () =>
      engine(async (tx) => {
        const [row] = await tx<{ next: string }[]>`
          select next_level_id as next from niche_turns where niche_id = ${niche.id}`;
        return row!.next;
      });
    await engine(
      (tx) => tx`update niche_turns set next_level_id = ${levels[1]!.id} where niche_id = ${niche.id}`,
    );
    await editLevel(app, { id: levels[1]!.id, expected: 1, edit: { active: false } }, SYSTEM);
    expect(await next()).toBe(levels[2]!.id);
    await editLevel(app, { id: levels[0]!.id, expected: 1, edit: { active: false } }, SYSTEM);
    expect(await next()).toBe(levels[2]!.id);
    await editLevel(app, { id: levels[1]!.id, expected: 2, edit: { active: true } }, SYSTEM);
    await editLevel(app, { id: levels[2]!.id, expected: 1, edit: { active: false } }, SYSTEM);
    expect(await next()).toBe(levels[1]!.id);
  });

  test('the default level of a niche is forgotten when it is archived', async () => {
    const { niche, levels } = await seedNiche(app, { levels: [{}, {}] });
    const edit = { defaultLevelId: levels[1]!.id };
    await editNiche(app, { id: niche.id, expected: 1, edit }, SYSTEM);
    expect((await rules(niche.id)).defaultLevelId).toBe(levels[1]!.id);
    await archiveLevel(app, levels[1]!.id, SYSTEM);
    expect((await rules(niche.id)).defaultLevelId).toBeNull();
  });

  test('a preset fills in what is left out', async () => {
    const instant = await seedNiche(app, { preset: 'instant' });
    const store = await seedNiche(app, { preset: 'campaign_store' });
    expect(instant.level).toMatchObject({ strategy: 'least_loaded_today', maxProviders: 1 });
    expect(instant.niche).toMatchObject({ levelRotation: 'fixed', fillMode: 'cascade', configVersion: 1 });
    expect(store.level).toMatchObject({ strategy: 'longest_waiting' });
    const further = await createLevel(
      app,
      {
        ...{ nicheId: instant.niche.id, name: 'Next', pricePerLead: '5.00' },
        ...{ refundUndelivered: false, active: true },
      },
      SYSTEM,
    );
    expect(further.level).toMatchObject({
      strategy: 'least_loaded_today',
      maxProviders: 1,
      priorityOrder: 2,
    });
  });
});

describe('a niche', () => {
  test('keeps its currency as soon as somebody subscribed', async () => {
    const { niche, level } = await seedNiche(app);
    const edit = (currency: string, expected: number) =>
      codeOf(editNiche(app, { id: niche.id, expected, edit: { currency } }, SYSTEM));
    expect(await edit('JPY', 1)).toBe('currency_fixed');
    expect(await edit('USD', 1)).toBe('answered');
    const provider = await seedProvider(app);
    await seedSubscription(app, { providerId: provider.id, levelId: level.id });
    expect(await edit('EUR', 2)).toBe('currency_fixed');
    expect((await engine((tx) => readNiche(tx, niche.id)))!.currency).toBe('USD');
  });
});

describe('subscriptions', () => {
  test('pausing works from a page that is long out of date', async () => {
    const { niche, level } = await seedNiche(app);
    const provider = await seedProvider(app);
    const one = await seedSubscription(app, { providerId: provider.id, levelId: level.id });
    await updateFilters(app, { id: one.id, expected: 1, edit: { countries: ['AT'] } }, SYSTEM);
    const stale = updateFilters(app, { id: one.id, expected: 1, edit: { countries: ['CH'] } }, SYSTEM);
    expect(await codeOf(stale)).toBe('version_stale');
    const before = await rules(niche.id);
    const until = new Date(Date.now() + 3_600_000);
    expect(await pause(app, { id: one.id, until }, SYSTEM)).toMatchObject({
      paused: true,
      pausedUntil: until,
    });
    expect(await resume(app, one.id, SYSTEM)).toMatchObject({ paused: false, pausedUntil: null });
    expect(await rules(niche.id)).toEqual(before);
  });

  test('a pause waits for the decision that is being taken for its provider', async () => {
    const { niche, level } = await seedNiche(app);
    const provider = await seedProvider(app);
    const one = await seedSubscription(app, { providerId: provider.id, levelId: level.id });
    let paused = false;
    const { done } = await engine(async (tx) => {
      await tx`select 1 from providers where id = ${provider.id} for no key update`;
      const done = pause(app, { id: one.id, until: null }, SYSTEM).then(() => {
        paused = true;
      });
      await waitUntil(tx, niche.id);
      expect(paused).toBe(false);
      return { done };
    });
    await done;
    expect(paused).toBe(true);
  });

  test('who leaves and comes back keeps the place in the order of receipt', async () => {
    const { niche, level } = await seedNiche(app);
    const provider = await seedProvider(app);
    const terms = { providerId: provider.id, levelId: level.id };
    const first = await seedSubscription(app, terms);
    await engine(
      (tx) => tx`
        update subscriptions set receipt_no = 41, last_received_at = clock_timestamp(), leads_received_count = 7
        where id = ${first.id}`,
    );
    expect(await codeOf(seedSubscription(app, terms))).toBe('already_subscribed');
    expect(await unsubscribe(app, first.id, SYSTEM)).toMatchObject({ active: false, receiptNo: 41n });
    expect(await codeOf(unsubscribe(app, first.id, SYSTEM))).toBe('subscription_cancelled');
    expect((await rules(niche.id)).subscriptions).toEqual([]);

    const again = await seedSubscription(app, { ...terms, countries: ['ES'] });
    expect(again).toMatchObject({ id: first.id, active: true, receiptNo: 41n, leadsReceivedCount: 7 });
    expect(again.createdAt).toEqual(first.createdAt);
    expect((await rules(niche.id)).subscriptions).toMatchObject([{ id: first.id, countries: ['ES'] }]);
  });

  test('a changed subscription asks for another look at unsold leads', async () => {
    const { level } = await seedNiche(app);
    const provider = await seedProvider(app);
    const one = await seedSubscription(app, { providerId: provider.id, levelId: level.id });
    const unflag = () => engine((tx) => tx`update subscriptions set flagged_at = null where id = ${one.id}`);
    await unflag();
    const edited = await updateFilters(app, { id: one.id, expected: 1, edit: { countries: [] } }, SYSTEM);
    expect(edited.flaggedAt).not.toBeNull();
    await unflag();
    expect((await pause(app, { id: one.id, until: null }, SYSTEM)).flaggedAt).toBeNull();
    expect((await resume(app, one.id, SYSTEM)).flaggedAt).not.toBeNull();
  });

  test('a provider cannot subscribe with the endpoint of another', async () => {
    const { level } = await seedNiche(app);
    const [mine, other] = [await seedProvider(app), await seedProvider(app)];
    const { endpoint } = await seedEndpoint(app, { providerId: other.id, url: 'http://127.0.0.1:9/leads' });
    const terms = { providerId: mine.id, levelId: level.id, endpointId: endpoint.id };
    expect(await codeOf(seedSubscription(app, terms))).toBe('subscription_endpoint_not_found');
  });

  test('under row-level security a provider subscribes for itself and for nobody else', async () => {
    const { level, niche } = await seedNiche(app);
    const [mine, other] = [await seedProvider(app), await seedProvider(app)];
    const who = { id: null, role: 'provider' as const };
    const actor = { role: 'provider' as const, providerId: mine.id };
    const one = await seedSubscription(app, { providerId: other.id, levelId: level.id });
    const terms = {
      ...{ endpointId: null, countries: [], campaignIds: [], filters: [], requiredFields: [], caps: [] },
      ...{ schedule: null, offHours: 'skip' as const, premiumRatio: null, ratioMode: 'soft' as const },
      ...{
        maxAgeMs: 60_000,
        priceOverride: null,
        weight: 1,
        priority: 0,
        levelId: level.id,
        timezone: undefined,
      },
    };
    expect(await subscribe(app, { ...terms, providerId: mine.id }, who, actor)).toMatchObject({
      active: true,
    });
    expect(await codeOf(subscribe(app, { ...terms, providerId: other.id }, who, actor))).toBe(
      'subscription_provider_not_found',
    );
    expect(await codeOf(unsubscribe(app, one.id, who, actor))).toBe('subscription_not_found');
    expect(await codeOf(pause(app, { id: one.id, until: null }, who, actor))).toBe('subscription_not_found');
    expect((await rules(niche.id)).subscriptions).toHaveLength(2);
  });
});
