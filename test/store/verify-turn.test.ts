import { afterAll, beforeAll, expect, it } from 'vitest';
import { runVerify } from '../../src/cli/verify.ts';
import { SYSTEM } from '../../src/journal/audit/index.ts';
import { editLevel, readLevel } from '../../src/market/catalog/index.ts';
import { testApp } from '../support/app.ts';
import { type FreshDatabase, freshDatabase } from '../support/database.ts';
import { openDecided } from '../support/decided.ts';
import { engine } from '../support/lead.ts';

/** An edit may hand the turn on between two decisions; whoever runs the day again must not call that a fraud. */
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

const switchOn = async (id: string, active: boolean) => {
  const { version } = (await app.db.tx(engine, (tx) => readLevel(tx, id)))!;
  await editLevel(app, { id, expected: version, edit: { active } }, SYSTEM);
};
const found = async () => {
  const day = new Date().toISOString().slice(0, 10);
  return (await runVerify({ ownerUrl: database.ownerUrl, day, print: () => {} })).findings;
};

it('a level that is switched off while it is next, and on again, makes no finding; a turn that nobody moved does', async () => {
  const niche = await openDecided(app, { levels: [{}, {}, {}], levelRotation: 'rotate' });
  for (const [place, { id: levelId }] of niche.levels.entries())
    await niche.join(`Level ${place}`, { levelId, balance: 1_000_000n });
  await niche.lead();
  const [, second, third] = niche.levels;
  // The second is next: it goes, and the third is.
  await switchOn(second!.id, false);
  await niche.lead();
  await switchOn(second!.id, true);
  await niche.lead();
  // Off and on again between two decisions: the turn stays where it was handed.
  const [{ next } = { next: '' }] = await app.db.tx(
    engine,
    (tx) => tx<{ next: string }[]>`
      select next_level_id as next from niche_turns where niche_id = ${niche.niche.id}`,
  );
  await switchOn(next, false);
  await switchOn(next, true);
  await niche.lead();
  expect(await found()).toEqual([]);

  await app.db.tx(
    engine,
    (tx) => tx`
      update niche_turns set next_level_id = (
        select id from competition_levels where niche_id = ${niche.niche.id} and id <> next_level_id
        order by id = ${third!.id} limit 1
      ) where niche_id = ${niche.niche.id}`,
  );
  await niche.lead();
  expect((await found()).map(({ what }) => what)).toContain('turn before the decision');
});
