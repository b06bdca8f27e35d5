import { afterAll, beforeAll, expect, test } from 'vitest';
import { newId } from '../../src/kernel/ids.ts';
import { openDecided } from '../support/decided.ts';
import { type HttpTest, httpTest, type Send, signedInAs } from '../support/http.ts';

/** A lead is tried on the present configuration and facts. */
let http: HttpTest;
let admin: Send;
beforeAll(async () => {
  http = await httpTest({ MX_CHECK: '0' });
  admin = (await signedInAs(http, 'admin')).send;
});
afterAll(async () => await http?.[Symbol.asyncDispose]());

const URL = '/api/v1/admin/simulations/lead';
type Said = { provider_name: string; sentence: string; verdict?: string };
const sentences = (explanation: { candidates: Said[]; excluded: Said[] }) =>
  Object.fromEntries(
    [...explanation.candidates, ...explanation.excluded].map((one) => [one.provider_name, one.sentence]),
  );
const countRows = () =>
  http.app.db.tx({ role: 'operator' }, async (tx) => {
    const [row] = await tx`
      select (select count(*) from decisions)::int as decisions, (select count(*) from assignments)::int as assignments,
        (select count(*) from leads)::int as leads, (select count(*) from transfers)::int as transfers,
        (select coalesce(sum(receipt_no), 0) from niche_turns)::int as receipts,
        (select count(*) from day_seeds)::int as seeds`;
    return row;
  });

test('pasted answers show who would get the lead and what keeps the others away, and nothing is written', async () => {
  const niche = await openDecided(http.app, { levels: [{ maxProviders: 1 }] });
  await niche.join('Taker');
  await niche.join('Next');
  await niche.join('Poor', { balance: 400n });
  await niche.join('Picky', { filters: [{ field: 'budget', kind: 'range', min: 100, missing: 'fail' }] });
  await niche.join('Abroad', { countries: ['ES'] });
  const before = await countRows();
  const body = { niche_id: niche.niche.id, answers: { budget: 80, country: 'DE' } };
  const { status, body: answer } = await admin('POST', URL, body);
  expect(status).toBe(200);
  expect(answer.data.explanation.outcome).toBe('sold');
  expect(sentences(answer.data.explanation)).toEqual({
    Taker: 'took the lead for 10.00 EUR',
    Next: 'was eligible, but others stood before it for the only seat of its level',
    Poor: 'needed 10.00 EUR and had 4.00 EUR',
    Picky: 'budget 80 is below its minimum 100',
    Abroad: 'takes leads from ES; this one is from DE',
  });
  expect(answer.data.assumed).toContain('The lead comes at this moment and passes its checks.');
  expect(await countRows()).toEqual(before);
});

test('a stored lead is tried as if it came now', async () => {
  const niche = await openDecided(http.app, { levels: [{ maxProviders: 1 }] });
  await niche.join('First');
  await niche.join('Second');
  const lead = await niche.lead();
  const { data } = (await admin('POST', URL, { lead_id: lead })).body;
  expect(data).toMatchObject({ lead_id: lead, niche_name: niche.niche.name });
  expect(sentences(data.explanation).Second).toBe('took the lead for 10.00 EUR');
});

test('a stored lead is tried with the providers kept from it, and the number of companies its person was told of', async () => {
  const policy = { recipientsTold: 1 };
  const niche = await openDecided(http.app, { levels: [{ maxProviders: 3 }], policy });
  const lead = await niche.lead();
  const kept = await niche.join('Kept away');
  for (const name of ['One', 'Two']) await niche.join(name);
  const url = `/api/v1/admin/leads/${lead}/blocks`;
  const blocked = await admin('POST', url, {
    provider_id: kept.providerId,
    reason: 'A competitor of the person.',
  });
  expect(blocked.status).toBe(201);
  const campaign = `/api/v1/admin/campaigns/${niche.campaignId}`;
  const { version } = (await admin('GET', campaign)).body.data;
  expect((await admin('PATCH', campaign, { version, recipients_told: 5 })).status).toBe(200);
  const { explanation } = (await admin('POST', URL, { lead_id: lead })).body.data;
  expect(sentences(explanation)['Kept away']).toBe('was kept from this lead by the operator');
  expect(explanation.levels).toMatchObject([{ seats: 1, taken: 1 }]);
});

test('an answer that was left blank is no answer', async () => {
  const niche = await openDecided(http.app);
  await niche.join('Anybody');
  for (const blank of ['', '   ', null]) {
    const answers = { email: blank, name: blank, budget: blank, country: 'DE' };
    const { status, body } = await admin('POST', URL, { niche_id: niche.niche.id, answers });
    expect([blank, status]).toEqual([blank, 200]);
    expect(body.data.explanation.outcome).toBe('sold');
  }
});

test('every transaction of a dry run is read-only', async () => {
  const niche = await openDecided(http.app);
  await niche.join('Anybody');
  const lead = await niche.lead();
  const { simulateLead } = await import('../../src/lead/distribution/simulate/simulate-lead.ts');
  const modes: (boolean | undefined)[] = [];
  const watched = {
    ...http.app,
    db: {
      ...http.app.db,
      tx: ((actor, work, options) => {
        modes.push(options?.readOnly);
        return http.app.db.tx(actor, work, options);
      }) as typeof http.app.db.tx,
    },
  };
  await simulateLead(watched, { leadId: lead });
  expect(modes).toEqual([true]);
});

test('odd input is answered with what to mend', async () => {
  const niche = await openDecided(http.app);
  const ask = (body: unknown) => admin('POST', URL, body);
  expect(await ask({ lead_id: newId() })).toMatchObject({ status: 404, body: { code: 'lead_not_found' } });
  expect(await ask({ niche_id: newId(), answers: {} })).toMatchObject({
    status: 404,
    body: { code: 'niche_not_found' },
  });
  const wrong = await ask({ niche_id: niche.niche.id, answers: { budget: 'a lot', purpose: 'flying' } });
  expect(wrong).toMatchObject({ status: 422, body: { code: 'answers_unreadable' } });
  expect(wrong.body.details.map(({ field }: { field: string }) => field)).toEqual([
    ...['answers.budget', 'answers.purpose'],
  ]);
  for (const body of [{}, { niche_id: niche.niche.id }, { niche_id: niche.niche.id, answers: 7 }, []]) {
    expect((await ask(body)).status).toBe(422);
  }
  const { send } = await signedInAs(http, 'auditor');
  expect((await send('POST', URL, { lead_id: newId() })).status).toBe(403);
});
