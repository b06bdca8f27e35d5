import { SYSTEM } from '../../src/journal/audit/index.ts';
import { openDistributor, runDistribution } from '../../src/lead/distribution/index.ts';
import { receiveLead } from '../../src/lead/intake/index.ts';
import { createSource } from '../../src/market/sources/index.ts';
import { readWallets } from '../../src/money/ledger/index.ts';
import type { App } from '../../src/platform/app.ts';
import { engine, somebody } from './lead.ts';
import { type SeededNiche, seedNiche, seedProvider, seedSubscription } from './market.ts';

/** A niche whose leads go straight to distribution, buyers for it, and a look at what became of a lead. */
export type OpenMarket = SeededNiche & {
  /** Sends a lead through the source; returns its id. */
  submit(answers?: Record<string, unknown>, test?: boolean): Promise<string>;
  /** A provider with money and a subscription to the first level. */
  buyer(terms?: BuyerTerms): Promise<{ providerId: string; subscriptionId: string }>;
};

type BuyerTerms = Partial<Parameters<typeof seedSubscription>[1]> & {
  balance?: bigint;
  status?: 'active' | 'pending';
};

export async function openMarket(
  app: App,
  options: Parameters<typeof seedNiche>[1] = {},
): Promise<OpenMarket> {
  const seeded = await seedNiche(app, {
    ...options,
    policy: { confirmation: 'source_attested', approval: 'auto', ...options?.policy },
  });
  const { token } = await createSource(
    app,
    { name: 'story', type: 'api', campaignId: seeded.campaignId, attested: true, ratePerMinute: 1_000_000 },
    SYSTEM,
  );
  return {
    ...seeded,
    async submit(answers = {}, test = false) {
      const body = { answers: somebody(answers), ...(test ? { test: true } : {}) };
      return (await receiveLead(app, { origin: { kind: 'source', token }, body })).leadId;
    },
    async buyer({ balance = 100_000n, status = 'active', ...terms } = {}) {
      const provider = await seedProvider(app, { balance, status });
      const one = { providerId: provider.id, levelId: seeded.level.id, ...terms };
      return { providerId: provider.id, subscriptionId: (await seedSubscription(app, one)).id };
    },
  };
}

/** One round of distribution by a worker that has just started. */
export const distribute = (app: App): Promise<number> => runDistribution(openDistributor(app));

export type Sold = {
  provider_id: string;
  state: string;
  charged_amount: bigint;
  decision_seq: bigint;
  max_shared: number;
};

export const assignmentsOf = (app: App, leadId: string): Promise<Sold[]> =>
  app.db.tx(
    engine,
    (tx) => tx<Sold[]>`
      select provider_id, state, charged_amount, decision_seq, max_shared from assignments
      where lead_id = ${leadId} order by receipt_no, provider_id`,
  );

/** Who has the lead, in the order in which they were chosen. */
export const holdersOf = async (app: App, leadId: string): Promise<string[]> =>
  (await assignmentsOf(app, leadId)).map(({ provider_id }) => provider_id);

export const availableOf = (app: App, providerId: string): Promise<bigint> =>
  app.db.tx(engine, async (tx) => (await readWallets(tx, [providerId], 'EUR'))[0]?.available ?? 0n);
