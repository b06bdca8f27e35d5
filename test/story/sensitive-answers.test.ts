import { afterAll, beforeAll, expect, it } from 'vitest';
import { SYSTEM } from '../../src/journal/audit/index.ts';
import { runDeliveries } from '../../src/lead/delivery/index.ts';
import { openDistributor, runDistribution } from '../../src/lead/distribution/index.ts';
import { receiveLead } from '../../src/lead/intake/index.ts';
import { createSource } from '../../src/market/sources/index.ts';
import { type HttpTest, httpTest, signedInAs } from '../support/http.ts';
import { engine, somebody } from '../support/lead.ts';
import { seedEndpoint, seedNiche, seedProvider, seedSubscription, VPS_FORM } from '../support/market.ts';
import { type Receiver, startReceiver } from '../support/receivers.ts';

/** A form may flag a field as sensitive: who pays for the lead reads the answer, the tables do not hold it. */

let http: HttpTest;
let receiver: Receiver;
const WORDS = 'Crohn since 2019';

beforeAll(async () => {
  http = await httpTest({ MX_CHECK: '0' });
  receiver = await startReceiver();
});
afterAll(async () => {
  await http?.[Symbol.asyncDispose]();
  await receiver?.close();
});

it('a sensitive answer is encrypted where it lies, and read by its provider and on the lead’s page', async () => {
  const illness = {
    id: 'illness',
    label: 'Illness',
    type: 'text',
    required: false,
    sensitive: true,
  } as const;
  const { level, campaignId } = await seedNiche(http.app, {
    fields: [...VPS_FORM, illness],
    policy: { confirmation: 'source_attested', approval: 'auto' },
  });
  const { id: providerId } = await seedProvider(http.app, { balance: 50_000n });
  const { endpoint } = await seedEndpoint(http.app, {
    ...{ providerId, url: `http://127.0.0.1:${receiver.port}/hook` },
    requiredFields: ['name', 'email', 'phone', 'country', 'illness'],
  });
  const terms = { providerId, levelId: level.id, endpointId: endpoint.id, requiredFields: ['illness'] };
  await expect(
    seedSubscription(http.app, {
      ...terms,
      filters: [{ field: 'illness', kind: 'text', op: 'contains', value: 'crohn', missing: 'fail' }],
    }),
  ).rejects.toMatchObject({
    code: 'filter_kind_wrong',
    details: [{ field: 'filters.0', message: expect.stringContaining('encrypted') }],
  });
  await seedSubscription(http.app, terms);
  const source = { name: 'own', type: 'api', campaignId, attested: true, ratePerMinute: null } as const;
  const { token } = await createSource(http.app, source, SYSTEM);
  const origin = { kind: 'source', token } as const;
  const answers = somebody({ note: 'in clear', illness: WORDS });
  const { leadId } = await receiveLead(http.app, { origin, body: { answers } });
  // Without the answer the lead is not for this subscription: that it is there is known without reading it.
  const without = await receiveLead(http.app, { origin, body: { answers: somebody() } });
  await runDistribution(openDistributor(http.app));
  for (let rounds = 0; rounds < 3; rounds += 1) await runDeliveries(http.app);

  const staff = (await signedInAs(http, 'operator')).send;
  const page = (await staff('GET', `/api/v1/admin/leads/${leadId}`)).body.data;
  expect(page.state).toBe('distributed');
  expect(page.answers).toContainEqual({ field: 'illness', label: 'Illness', type: 'text', value: WORDS });
  const other = (await staff('GET', `/api/v1/admin/leads/${without.leadId}`)).body.data;
  expect(other.state).toBe('unsold');
  const { send } = await signedInAs(http, 'provider_owner', { providerId });
  const own = (await send('GET', `/api/v1/providers/me/leads/${leadId}`)).body.data;
  expect(own.answers).toContainEqual({ field: 'illness', label: 'Illness', type: 'text', value: WORDS });
  const sent = receiver.requests.find((text) => text.includes(leadId)) ?? '';
  expect(JSON.parse(sent.split('\r\n\r\n')[1] ?? '{}')).toMatchObject({ illness: WORDS });

  const tables = await http.app.db.tx(
    engine,
    (tx) => tx<{ text: string }[]>`
      select c::text as text from lead_contacts c union all select l::text from leads l
      union all select r::text from lead_receipts r union all select d::text from deliveries d
      union all select t::text from attempts t union all select e::text from decisions e
      union all select u::text from audit_log u union all select m::text from messages m`,
  );
  expect(tables.some(({ text }) => text.includes('in clear'))).toBe(true);
  expect(tables.filter(({ text }) => text.includes(WORDS))).toEqual([]);
});
