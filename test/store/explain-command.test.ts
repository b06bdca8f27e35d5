import { afterAll, beforeAll, expect, test } from 'vitest';
import { runExplain, runSimulate } from '../../src/cli/explain.ts';
import { newId } from '../../src/kernel/ids.ts';
import { testApp } from '../support/app.ts';
import { type FreshDatabase, freshDatabase } from '../support/database.ts';
import { openDecided } from '../support/decided.ts';

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

const explain = async (lead: string): Promise<string[]> => {
  const lines: string[] = [];
  await runExplain({ ownerUrl: database.ownerUrl, lead, print: (line) => void lines.push(line) });
  return lines;
};

test('the command says in words who got a lead and what kept the others away', async () => {
  const niche = await openDecided(app, { levels: [{ name: 'Exclusive', maxProviders: 1 }] });
  await niche.join('Buyer');
  await niche.join('Poor', { balance: 400n });
  await niche.join('Abroad', { countries: ['ES'] });
  const lead = await niche.lead();
  const lines = await explain(lead);
  expect(lines[0]).toBe(`Lead ${lead}`);
  expect(lines.some((line) => /^Decision 1, .* UTC, by configuration \d+: sold$/.test(line))).toBe(true);
  expect(lines).toContainEqual(expect.stringContaining('Seats taken: Exclusive 1 of 1'));
  expect(lines).toContain('    + Buyer (Exclusive) took the lead for 10.00 EUR');
  expect(lines).toContain('    - Poor (Exclusive) needed 10.00 EUR and had 4.00 EUR');
  expect(lines).toContain('    . Abroad (Exclusive) takes leads from ES; this one is from DE');
});

test('a lead that nobody knows is one plain sentence and no stack trace', async () => {
  await expect(explain(newId())).rejects.toMatchObject({
    code: 'lead_not_found',
    message: 'There is no such lead.',
  });
});

test('a lead that still waits is said to wait', async () => {
  const niche = await openDecided(app, { policy: { approval: 'manual' } });
  const lead = await niche.lead();
  expect(await explain(lead)).toEqual([
    `Lead ${lead} has not been decided yet: nobody was asked. Its page shows where it waits.`,
  ]);
});

test('a stored lead is tried again on what holds now, and nothing is written', async () => {
  const niche = await openDecided(app, { levels: [{ name: 'Exclusive', maxProviders: 1 }] });
  await niche.join('First');
  const second = await niche.join('Second');
  const lead = await niche.lead();
  const lines: string[] = [];
  await runSimulate({ ownerUrl: database.ownerUrl, lead, print: (line) => void lines.push(line) });
  expect(lines[0]).toContain('as if it came now');
  expect(lines).toContain('    + Second (Exclusive) took the lead for 10.00 EUR');
  expect(lines).toContain(
    '    - First (Exclusive) was eligible, but others stood before it for the only seat of its level',
  );
  const got = await app.db.tx(
    { role: 'operator' },
    (tx) => tx`select 1 from assignments where subscription_id = ${second.id}`,
  );
  expect(got).toHaveLength(0);
});
