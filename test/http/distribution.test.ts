import { afterAll, beforeAll, expect, test } from 'vitest';
import { newId } from '../../src/kernel/ids.ts';
import { explainWithin } from '../../src/lead/distribution/index.ts';
import { openDecided } from '../support/decided.ts';
import { type HttpTest, httpTest, type Send, signedInAs } from '../support/http.ts';

/** The explanation of a lead, when many subscribe. */
let http: HttpTest;
let admin: Send;
beforeAll(async () => {
  http = await httpTest({ MX_CHECK: '0' });
  admin = (await signedInAs(http, 'admin')).send;
});
afterAll(async () => await http?.[Symbol.asyncDispose]());

type Named = { provider_name: string };
const named = (rows: Named[]) => rows.map(({ provider_name }) => provider_name).sort();

test('an operator asks for one company alone, and the counts are still those of all', async () => {
  const niche = await openDecided(http.app, { levels: [{ maxProviders: 1 }] });
  await niche.join('Taker');
  const second = await niche.join('Second');
  const abroad = await niche.join('Abroad', { countries: ['ES'] });
  const url = `/api/v1/admin/leads/${await niche.lead()}/distribution`;
  const ask = async (query: string) => (await admin('GET', url + query)).body.data.decisions[0];

  const all = await ask('');
  expect([named(all.candidates), named(all.excluded)]).toEqual([['Second', 'Taker'], ['Abroad']]);
  expect(all.not_shown).toEqual({ candidates: 0, excluded: 0 });
  const one = await ask(`?provider_id=${second.providerId}`);
  expect([named(one.candidates), one.excluded, one.summary]).toEqual([['Second'], [], all.summary]);
  const out = await ask(`?provider_id=${abroad.providerId}`);
  expect([out.candidates, named(out.excluded)]).toEqual([[], ['Abroad']]);
  const nobody = await ask(`?provider_id=${newId()}`);
  expect([nobody.candidates, nobody.excluded]).toEqual([[], []]);
  expect((await admin('GET', `${url}?provider_id=x`)).status).toBe(422);
});

test('of very many only some are listed, who took it first, and it says how many are not', async () => {
  const niche = await openDecided(http.app, { levels: [{ maxProviders: 1, strategy: 'priority' }] });
  for (const name of ['One', 'Two', 'Three']) await niche.join(name);
  await niche.join('Taker', { priority: 9 });
  const lead = await niche.lead();
  const { decisions } = await http.app.db.tx({ role: 'operator' }, (tx) =>
    explainWithin(tx, lead, { most: 2 }),
  );
  expect(decisions[0]!.candidates).toHaveLength(2);
  expect(decisions[0]!.candidates[0]!.provider_name).toBe('Taker');
  expect(decisions[0]!.not_shown).toEqual({ candidates: 2, excluded: 0 });
});
