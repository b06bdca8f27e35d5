import { setTimeout as wait } from 'node:timers/promises';
import type { App } from '../../src/platform/app.ts';
import type { Tx } from '../../src/platform/db.ts';
import { engine } from './lead.ts';
import { type OpenMarket, openMarket } from './open-market.ts';
import { until } from './until.ts';

/** A niche that leads flood into, and what its chain of decisions says about them. */

export type Buyer = Awaited<ReturnType<OpenMarket['buyer']>>;
export type Shop = OpenMarket & {
  /** Levels in the order in which every lead is offered. */
  first: string;
  second: string;
  sourceId: string;
  /** Buys every lead, between two others who do: locks are taken in the order of the providers. */
  early: Buyer;
  target: Buyer;
  late: Buyer;
  /** Buys every lead at the second level. */
  other: Buyer;
};

const MONEY = 100_000_000n;
/** The leads have them in turn. */
const BUDGETS = [100, 900];
const FEEDERS = 2;
/** So many leads wait for a decision at most. */
const WAITING_MAX = 30;
const LEADS_BETWEEN_LOOKS = 5;
const CLOSED_REST_MS = 5;
/** A machine that does much else at the same time may take long. */
const LIMIT_MS = 40_000;

/** With seats for all of its four buyers: a decision leaves out who may not buy, and nobody else. */
export async function openShop(app: App): Promise<Shop> {
  const market = await openMarket(app, {
    levelRotation: 'fixed',
    levels: [{ maxProviders: 8 }, { maxProviders: 8 }],
  });
  const [first, second] = market.levels.map(({ id }) => id);
  const three: Buyer[] = [];
  for (let n = 0; n < 3; n += 1) three.push(await market.buyer({ balance: MONEY }));
  const [early, target, late] = three.sort((a, b) => (a.providerId < b.providerId ? -1 : 1));
  const other = await market.buyer({ balance: MONEY, levelId: second! });
  const [source] = await app.db.tx(
    engine,
    (tx) => tx<{ id: string }[]>`select id from sources where campaign_id = ${market.campaignId}`,
  );
  const sourceId = source!.id;
  return {
    ...market,
    first: first!,
    second: second!,
    sourceId,
    early: early!,
    target: target!,
    late: late!,
    other,
  };
}

export type Flood = {
  /** Lets no further lead in, and waits until all have been decided. */
  end(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
};

/** Leads come in as fast as they are taken, and a little faster than they are decided. */
export function startFlood(app: App, shops: readonly Pick<Shop, 'submit' | 'niche'>[]): Flood {
  const state = { ended: false };
  const feeders = shops.flatMap((shop) =>
    Array.from({ length: FEEDERS }, async () => {
      for (let sent = 0; !state.ended; sent += 1) {
        if (sent % LEADS_BETWEEN_LOOKS === 0) {
          const mayCome = async () => state.ended || (await waitingLeads(app, shop)) < WAITING_MAX;
          await until(mayCome, LIMIT_MS);
        }
        await shop.submit({ budget: BUDGETS[sent % BUDGETS.length] }).catch(refusedWhileClosed);
      }
    }),
  );
  // Whoever ends the flood hears of it.
  for (const feeder of feeders) feeder.catch(() => {});
  const stop = async () => {
    state.ended = true;
    await Promise.all(feeders);
  };
  return {
    end: async () => {
      await stop();
      for (const shop of shops) await until(async () => (await waitingLeads(app, shop)) === 0, LIMIT_MS);
    },
    [Symbol.asyncDispose]: stop,
  };
}

/** A niche that is switched off takes no leads. */
async function refusedWhileClosed(error: unknown): Promise<void> {
  if ((error as { code?: string }).code !== 'niche_not_open') throw error;
  await wait(CLOSED_REST_MS);
}

export const waitingLeads = (app: App, { niche }: Pick<Shop, 'niche'>): Promise<number> =>
  app.db.tx(engine, async (tx) => {
    const [row] = await tx<{ n: number }[]>`
      select count(*)::int as n from leads where niche_id = ${niche.id} and state = 'approved'`;
    return row!.n;
  });

/** The end of the chain as whoever looks now sees it, and the time of the database. */
export type Place = { seq: bigint; configVersion: number; at: Date };

export const placeIn = (app: App, { niche }: Pick<Shop, 'niche'>): Promise<Place> =>
  app.db.tx(engine, async (tx) => {
    const [row] = await tx<Place[]>`
      select chain_seq as seq, config_version as "configVersion", clock_timestamp() as at
      from niche_turns where niche_id = ${niche.id}`;
    return row!;
  });

export type Sale = { providerId: string; subscriptionId: string; levelId: string; amount: number };
export type Decided = {
  seq: bigint;
  configVersion: number;
  at: Date;
  leadId: string;
  budget: number;
  /** In the order in which they were chosen. */
  sales: Sale[];
};

/** The decisions behind one place of the chain, up to another. */
export const decisionsOf = (
  app: App,
  { niche }: Pick<Shop, 'niche'>,
  after: Pick<Place, 'seq'>,
  upTo?: Pick<Place, 'seq'>,
): Promise<Decided[]> =>
  app.db.tx(
    engine,
    (tx) => tx<Decided[]>`
      select d.seq, d.config_version as "configVersion", d.decided_at as at, d.lead_id as "leadId",
        (c.answers::jsonb ->> 'budget')::int as budget,
        (
          select coalesce(jsonb_agg(jsonb_build_object('providerId', a.provider_id, 'levelId', a.level_id,
            'subscriptionId', a.subscription_id, 'amount', a.charged_amount) order by a.receipt_no), '[]')
          from assignments a where a.niche_id = d.niche_id and a.decision_seq = d.seq
        ) as sales
      from decisions d join lead_contacts c on c.lead_id = d.lead_id
      where d.niche_id = ${niche.id} and d.seq > ${after.seq}
        and d.seq <= ${upTo?.seq ?? after.seq + 1_000_000n}
      order by d.seq`,
  );

/** Assignments that were not charged at the price of the configuration that their decision names. */
export const wronglyPriced = (app: App, { niche }: Pick<Shop, 'niche'>): Promise<object[]> =>
  app.db.tx(
    engine,
    (tx) => tx<{ id: string }[]>`
      select a.id, a.charged_amount, p.price, d.config_version, t.amount
      from decisions d
      cross join lateral (
        select * from assignments where lead_id = d.lead_id and decision_seq = d.seq offset 0
      ) a
      left join lateral (
        select coalesce(
          (select s.price_override from subscription_versions s
            where s.subscription_id = a.subscription_id and ${pinned(tx, 's')}),
          (select (c.level_prices ->> a.level_id::text)::bigint from leads x join campaign_versions c using (campaign_id)
            where x.id = d.lead_id and ${pinned(tx, 'c')}),
          (select l.price_per_lead from level_versions l where l.level_id = a.level_id and ${pinned(tx, 'l')})
        ) as price offset 0
      ) p on true
      left join lateral (select amount from transfers where cause = 'charge:' || a.id offset 0) t on true
      where d.niche_id = ${niche.id}
        and (t.amount is distinct from a.charged_amount or p.price is distinct from a.charged_amount)`,
  );

/** The version of a row that holds at the configuration of decision `d`. */
const pinned = (tx: Tx, of: string) => tx`
  ${tx(of)}.from_version <= d.config_version and coalesce(${tx(of)}.to_version > d.config_version, true)`;
