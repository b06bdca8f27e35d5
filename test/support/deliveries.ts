import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { newId } from '../../src/kernel/ids.ts';
import { openDistributor, runDistribution } from '../../src/lead/distribution/index.ts';
import type { App } from '../../src/platform/app.ts';
import { engine } from './lead.ts';
import { seedEndpoint, seedNiche, seedProvider, seedSubscription } from './market.ts';

/** A receiver over HTTP that keeps what came, and leads that were sold to it through the real distribution. */

export type Call = { headers: http.IncomingHttpHeaders; body: string; at: number };
export type Reply = { status: number; body?: string; headers?: Record<string, string> } | 'hang' | 'drop';
export type Partner = {
  url: string;
  calls: Call[];
  /** What it answers from now on. */
  reply: (call: Call) => Reply;
  /** Ends the calls that hang, with this answer. */
  letGo: (status?: number) => void;
  [Symbol.asyncDispose]: () => Promise<void>;
};

export async function startPartner(reply: Partner['reply'] = () => ({ status: 200 })): Promise<Partner> {
  const hanging = new Set<http.ServerResponse>();
  const server = http.createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (text: string) => {
      body += text;
    });
    request.on('end', () => {
      const call = { headers: request.headers, body, at: Date.now() };
      partner.calls.push(call);
      const said = partner.reply(call);
      if (said === 'hang') hanging.add(response);
      else if (said === 'drop') request.socket.destroy();
      else response.writeHead(said.status, said.headers).end(said.body ?? '');
    });
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const partner: Partner = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/leads`,
    calls: [],
    reply,
    letGo: (status = 200) => {
      for (const response of hanging) response.writeHead(status).end();
      hanging.clear();
    },
    [Symbol.asyncDispose]: () =>
      new Promise((closed) => {
        server.closeAllConnections();
        server.close(() => closed());
      }),
  };
  return partner;
}

export type Shop = {
  nicheId: string;
  levelId: string;
  campaignId: string;
  providerId: string;
  endpointId: string;
  subscriptionId: string;
  secret: string;
};

type EndpointInput = Partial<Parameters<typeof seedEndpoint>[1]>;

/** A niche of its own with one provider whose endpoint is `url`. */
export async function openShop(
  app: App,
  url: string,
  options: {
    billOn?: 'assigned' | 'accepted';
    refundUndelivered?: boolean;
    endpoint?: EndpointInput;
    subscription?: Partial<Parameters<typeof seedSubscription>[1]>;
    balance?: bigint;
  } = {},
): Promise<Shop> {
  const { niche, level, campaignId } = await seedNiche(app, {
    levels: [
      {
        billOn: options.billOn ?? 'assigned',
        refundUndelivered: options.refundUndelivered ?? false,
        maxProviders: 5,
      },
    ],
  });
  const provider = await seedProvider(app, { balance: options.balance ?? 1_000_000n });
  const { endpoint, secret } = await seedEndpoint(app, { providerId: provider.id, url, ...options.endpoint });
  const subscription = await seedSubscription(app, {
    providerId: provider.id,
    levelId: level.id,
    endpointId: endpoint.id,
    ...options.subscription,
  });
  return {
    nicheId: niche.id,
    levelId: level.id,
    campaignId,
    providerId: provider.id,
    endpointId: endpoint.id,
    subscriptionId: subscription.id,
    secret,
  };
}

/** Approved leads, ready for distribution. Returns their ids. */
export async function approvedLeads(app: App, shop: Shop, count = 1, contact: { name?: string | null } = {}) {
  const ids = Array.from({ length: count }, () => newId());
  await app.db.tx(engine, async (tx) => {
    await tx`
      insert into leads (id, niche_id, campaign_id, schema_version, state, country, lead_type, confirmed_at,
        confirmed_by, ready_at, approved_at, due_at, expires_at)
      select id, ${shop.nicheId}, ${shop.campaignId}, 1, 'approved', 'DE', 'raw', now(), 'source', now(), now(), now(),
        now() + interval '7 days'
      from unnest(${ids}::uuid[]) as id`;
    await tx`
      insert into lead_contacts (lead_id, name, email, phone, country, city, answers, key_id)
      select id, ${contact.name === undefined ? 'Anna Schmidt' : contact.name}, 'anna@example.com', '+4930123456', 'DE',
        'Berlin', '{"budget": 250, "purpose": "web"}', 'test'
      from unnest(${ids}::uuid[]) as id`;
  });
  return ids;
}

/** Leads that the engine assigned to the shop's provider; their deliveries are due. */
export async function sell(app: App, shop: Shop, count = 1, contact: { name?: string | null } = {}) {
  const leadIds = await approvedLeads(app, shop, count, contact);
  await runDistribution(openDistributor(app));
  return app.db.tx(
    engine,
    (tx) => tx<{ id: string; leadId: string; assignmentId: string }[]>`
      select id, lead_id as "leadId", assignment_id as "assignmentId" from deliveries
      where lead_id = any(${leadIds}::uuid[]) order by id`,
  );
}

export type DeliveryRow = {
  state: string;
  tries: number;
  due_at: Date | null;
  unknown_seen: boolean;
  reason: string | null;
  partner_reference: string | null;
  lease_token: string | null;
};

export const deliveryOf = (app: App, id: string): Promise<DeliveryRow> =>
  app.db.tx(engine, async (tx) => {
    const [row] = await tx<DeliveryRow[]>`
      select state, tries, due_at, unknown_seen, reason, partner_reference, lease_token from deliveries where id = ${id}`;
    return row!;
  });

export type AttemptRow = {
  number: number;
  outcome: string;
  status: number | null;
  reason: string | null;
  answer: string;
};

export const attemptsOf = (app: App, deliveryId: string): Promise<AttemptRow[]> =>
  app.db.tx(
    engine,
    (tx) => tx<AttemptRow[]>`
      select number, outcome, status, reason, answer from attempts where delivery_id = ${deliveryId} order by number`,
  );

export type EndpointRow = {
  state: string;
  breaker_state: string;
  probe_at: Date | null;
  next_due_at: Date | null;
  breaker: { probes?: number };
};

export const endpointOf = (app: App, id: string): Promise<EndpointRow> =>
  app.db.tx(engine, async (tx) => {
    const [row] = await tx<EndpointRow[]>`
      select state, breaker_state, probe_at, next_due_at, breaker from endpoints where id = ${id}`;
    return row!;
  });

/** What waits becomes due now, as if its time had come. */
export const timePasses = (app: App, endpointId: string): Promise<void> =>
  app.db.tx(engine, async (tx) => {
    const past = tx`clock_timestamp() - interval '10 ms'`;
    await tx`update deliveries set due_at = ${past} where endpoint_id = ${endpointId} and state = 'pending'`;
    await tx`
      update deliveries set due_at = ${past}, lease_until = ${past}
      where endpoint_id = ${endpointId} and state = 'sending'`;
    await tx`
      update endpoints set next_due_at = ${past}, probe_at = case when probe_at is not null then ${past} end
      where id = ${endpointId}`;
  });
