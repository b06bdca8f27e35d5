import { afterAll, beforeAll, expect, it } from 'vitest';
import { SYSTEM } from '../../src/journal/audit/index.ts';
import { sendDueMessages } from '../../src/journal/messages/index.ts';
import { runDeliveries } from '../../src/lead/delivery/index.ts';
import { openDistributor, runDistribution } from '../../src/lead/distribution/index.ts';
import { receiveLead } from '../../src/lead/intake/index.ts';
import { approveLead, confirmLead, rejectLead } from '../../src/lead/review/index.ts';
import { createSource } from '../../src/market/sources/index.ts';
import { type HttpTest, httpTest, type Send, signedInAs } from '../support/http.ts';
import { confirmLinkOf, engine, somebody } from '../support/lead.ts';
import { seedEndpoint, seedNiche, seedProvider, seedSubscription } from '../support/market.ts';
import { answer, type Receiver, startReceiver } from '../support/receivers.ts';

/** What a lead says about its origin reaches who needs it; what it says about its person reaches no log. */

let http: HttpTest & { app: { lines?: Record<string, unknown>[] } };
let staff: Send;
let receiver: Receiver;
let token: string;
let nicheSlug: string;
let campaignName: string;
const admin = { id: '01890000-0000-7000-8000-000000000001', role: 'admin' } as const;
const PERSON = { name: 'Ottilie Unverwechselbar', email: 'ottilie.unverwechselbar@example.org', phone: '+49 30 90187654' }; // biome-ignore format: one person
const TRACES = ['unverwechselbar', 'ottilie', '90187654'];

beforeAll(async () => {
  http = await httpTest({ MX_CHECK: '0', LOG_LEVEL: 'debug', RATE_FORM_PER_MINUTE: '100000' });
  staff = (await signedInAs(http, 'admin')).send;
  // It says back what it was sent, as careless receivers do.
  receiver = await startReceiver((socket, request) =>
    socket.write(answer(request.slice(-500), '400 Bad Request')),
  );
  const { level, campaignId, niche } = await seedNiche(http.app, {
    policy: { confirmation: 'double_opt_in', approval: 'manual' },
    levels: [{ maxProviders: 1 }],
  });
  nicheSlug = niche.slug;
  const [campaign] = await http.app.db.tx(
    engine,
    (tx) => tx`select name from campaigns where id = ${campaignId}`,
  );
  campaignName = campaign?.name as string;
  const source = { name: 'story', type: 'api', campaignId, attested: true, ratePerMinute: null } as const;
  token = (await createSource(http.app, source, SYSTEM)).token;
  const { id: providerId } = await seedProvider(http.app, { balance: 50_000n });
  const { endpoint } = await seedEndpoint(http.app, {
    providerId,
    url: `http://127.0.0.1:${receiver.port}/hook`,
  });
  await seedSubscription(http.app, { providerId, levelId: level.id, endpointId: endpoint.id });
});
afterAll(async () => {
  await http?.[Symbol.asyncDispose]();
  await receiver?.close();
});

/** From the form to the receiver. */
async function walk(answers: Record<string, unknown>, more: object = {}) {
  const body = { niche: nicheSlug, answers, consent: { accepted: true, text_version: 1 }, ...more };
  const sent = await http.send('POST', '/api/v1/leads', body);
  expect(sent.status, JSON.stringify(sent.body)).toBe(202);
  const [row] = await http.app.db.tx(
    engine,
    (tx) => tx`select lead_id from lead_receipts where id = ${sent.body.data.receipt}`,
  );
  const leadId = row?.lead_id as string;
  const link = await confirmLinkOf(http.app, leadId);
  await sendDueMessages(http.app);
  await confirmLead(http.app, { token: link });
  await approveLead(http.app, { leadId }, admin);
  await runDistribution(openDistributor(http.app));
  for (let rounds = 0; rounds < 5; rounds += 1) await runDeliveries(http.app);
  await sendDueMessages(http.app);
  return leadId;
}
const bodyFor = (leadId: string) =>
  JSON.parse(receiver.requests.findLast((text) => text.includes(leadId))?.split('\r\n\r\n')[1] ?? 'null');

it('further utm_ names are kept, shown on the lead page and delivered, and a form names its campaign as source', async () => {
  const utm = { utm_id: '7', utm_source_platform: 'Search Ads 360' };
  const leadId = await walk(somebody({ budget: 50 }), { utm_source: 'news', ...utm });
  const page = (await staff('GET', `/api/v1/admin/leads/${leadId}`)).body.data;
  expect(page.attribution).toMatchObject({ utm_source: 'news', ...utm, source_name: campaignName });
  expect(page.attribution.utm_other).toBeUndefined();
  expect(bodyFor(leadId)).toMatchObject({ source: campaignName, fairlead: { utm_other: utm } });
});

it('utm_ names have limits, and one over them is named', async () => {
  const refused = async (utm: Record<string, unknown>) => {
    const { body } = await http.send('POST', `/api/v1/inbound/${token}`, {
      answers: somebody(),
      attribution: utm,
    });
    return [body.code, body.details?.[0]?.field];
  };
  expect(await refused({ utm_id: 'x'.repeat(501) })).toEqual(['input_invalid', 'attribution.utm_id']);
  expect(await refused({ utm_id: ['a'] })).toEqual(['input_invalid', 'attribution.utm_id']);
  expect(await refused({ utm_ä: 'a' })).toEqual(['input_invalid', 'attribution.utm_ä']);
  expect((await refused({ [`utm_${'x'.repeat(60)}`]: 'a' }))[0]).toBe('input_invalid');
  const many = Object.fromEntries(Array.from({ length: 21 }, (_, at) => [`utm_x${at}`, 'a']));
  expect(await refused(many)).toEqual(['input_invalid', 'attribution']);
  delete many.utm_x0;
  expect((await refused(many))[0]).toBeUndefined();
});

it('a source that attests a consent stands by its id as who confirmed', async () => {
  const { campaignId } = await seedNiche(http.app, { policy: { confirmation: 'source_attested' } });
  const input = { name: 'own', type: 'api', campaignId, attested: true, ratePerMinute: null } as const;
  const { source, token: own } = await createSource(http.app, input, SYSTEM);
  const origin = { kind: 'source', token: own } as const;
  const { leadId } = await receiveLead(http.app, { origin, body: { answers: somebody({ budget: 50 }) } });
  const page = (await staff('GET', `/api/v1/admin/leads/${leadId}`)).body.data;
  expect(page.confirmed_by).toBe(`source:${source.id}`);
});

it('on its whole way a lead leaves nothing of its person in the log, whatever names and values it came with', async () => {
  const lines = (http.app as unknown as { lines: Record<string, unknown>[] }).lines;
  const before = lines.length;
  const address = PERSON.email;
  const inbound = (body: object, query = '') => http.send('POST', `/api/v1/inbound/${token}${query}`, body);
  const wrong = [
    { answers: { ...PERSON, [address]: address } },
    { answers: PERSON, [address]: PERSON.phone },
    { answers: PERSON, consent: { [address]: 'on' } },
    { answers: PERSON, attribution: { [address]: 'x', [`utm_${address}`]: 'x' } },
    { ...PERSON, country: address, [`consent[${address}]`]: 'on', [PERSON.phone]: PERSON.name },
    { answers: { ...PERSON, email: `${address} ${address}`, phone: `${PERSON.phone}x` } },
  ];
  for (const body of wrong) {
    const { status } = await inbound(body);
    expect(status, JSON.stringify(body)).toBe(422);
  }
  await http.send('POST', '/api/v1/leads', {
    niche: nicheSlug,
    answers: { [address]: address },
    [address]: 1,
  });
  await http.send('GET', `/confirm?token=${encodeURIComponent(address)}`);
  await http.send('POST', '/api/v1/leads/confirm', { token: address });
  const leadId = await walk({ ...PERSON, country: 'DE', budget: 50 });
  expect(bodyFor(leadId)).toMatchObject({ email: address });
  expect((await staff('GET', `/api/v1/admin/leads?q=${encodeURIComponent(address)}`)).body.data).toHaveLength(
    1,
  );
  await staff('POST', `/api/v1/admin/leads/${leadId}/bad-lead`, { reason: 'Wrong number' });
  const { receipt: _, ...again } = await receiveLead(http.app, {
    origin: { kind: 'source', token },
    body: { answers: { ...PERSON, country: 'DE', name: 'Ottilie Zwei' } },
  });
  await rejectLead(http.app, { leadId: again.leadId, reason: 'Asked twice' }, admin);
  const logged = lines.slice(before).map((line) => JSON.stringify(line));
  // The log was listened to: the refusals and the lead itself stand in it.
  expect(logged.filter((line) => line.includes('lead.refused')).length).toBeGreaterThanOrEqual(wrong.length);
  expect(logged.some((line) => line.includes(leadId))).toBe(true);
  for (const trace of TRACES) {
    expect(
      logged.filter((line) => line.toLowerCase().includes(trace)),
      trace,
    ).toEqual([]);
  }
});
