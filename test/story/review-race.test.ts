import { afterAll, beforeAll, expect, it } from 'vitest';
import { receiveLead } from '../../src/lead/intake/index.ts';
import { correctLead, releaseLead } from '../../src/lead/review/index.ts';
import { lockLeads } from '../../src/lead/store.ts';
import { testApp } from '../support/app.ts';
import { type FreshDatabase, freshDatabase } from '../support/database.ts';
import { engine, openNiche, somebody, stateOf } from '../support/lead.ts';
import { until } from '../support/until.ts';

/** Two operators at the same lead at the same moment. */

let database: FreshDatabase;
let app: Awaited<ReturnType<typeof testApp>>;
const operator = { id: '01890000-0000-7000-8000-000000000001', role: 'operator' } as const;

beforeAll(async () => {
  database = await freshDatabase();
  app = await testApp(database, { MX_CHECK: '0' });
});
afterAll(async () => {
  await app.close();
  await database[Symbol.asyncDispose]();
});

const waiting = async (): Promise<number> => {
  const [row] = await app.db.tx(
    engine,
    (tx) => tx`
      select count(distinct pid)::int as n from pg_locks
      where not granted and pid in (select pid from pg_stat_activity where datname = current_database())`,
  );
  return row?.n as number;
};

/** Runs both while the lead is held, so that they wait for it in this order. */
async function inOrder<A, B>(leadId: string, first: () => Promise<A>, second: () => Promise<B>) {
  let free = () => {};
  const freed = new Promise<void>((resolve) => {
    free = resolve;
  });
  let held = false;
  const holder = app.db.tx(engine, async (tx) => {
    await lockLeads(tx, [leadId]);
    held = true;
    await freed;
  });
  await until(() => held);
  const one = first();
  one.catch(() => {});
  await until(async () => (await waiting()) === 1);
  const two = second();
  two.catch(() => {});
  await until(async () => (await waiting()) === 2);
  free();
  await holder;
  return Promise.allSettled([one, two]);
}

const stopped = async () => {
  const niche = await openNiche(app);
  const source = { kind: 'source', token: niche.token } as const;
  const known = somebody();
  await receiveLead(app, { origin: source, body: { answers: known } });
  const answers = somebody({ phone: '+49 900 1234567' });
  const { leadId, state } = await receiveLead(app, { origin: source, body: { answers } });
  expect(state).toBe('quarantined');
  return { leadId, known };
};

it('who releases a lead while somebody corrects it releases the corrected one, with its duplicates', async () => {
  const { leadId, known } = await stopped();
  const edit = { phone: known.phone as string };
  const [corrected, released] = await inOrder(
    leadId,
    () => correctLead(app, { leadId, expected: 1, edit }, operator),
    () => releaseLead(app, { leadId, check: 'phone' }, operator),
  );
  expect(corrected.status).toBe('fulfilled');
  expect(released).toMatchObject({ status: 'fulfilled', value: { state: 'quarantined' } });
  const [lead] = await app.db.tx(engine, (tx) => tx`select reason from leads where id = ${leadId}`);
  expect(lead?.reason).toBe('duplicate');
});

it('of two who correct the same version one is told that it is stale', async () => {
  const { leadId } = await stopped();
  const correct = (name: string) => () => correctLead(app, { leadId, expected: 1, edit: { name } }, operator);
  const [one, two] = await inOrder(leadId, correct('Ada One'), correct('Ada Two'));
  expect(one).toMatchObject({ status: 'fulfilled', value: { version: 2 } });
  expect(two).toMatchObject({ status: 'rejected', reason: { code: 'version_stale' } });
  expect(await stateOf(app, leadId)).toBe('quarantined');
});
