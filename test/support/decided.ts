import { SYSTEM } from '../../src/journal/audit/index.ts';
import { openDistributor, runDistribution } from '../../src/lead/distribution/index.ts';
import { receiveLead } from '../../src/lead/intake/index.ts';
import { createSource } from '../../src/market/sources/index.ts';
import type { Subscription } from '../../src/market/subscriptions/index.ts';
import type { App } from '../../src/platform/app.ts';
import { somebody } from './lead.ts';
import { type SeededNiche, seedNiche, seedProvider, seedSubscription } from './market.ts';

/** A niche whose leads are decided as soon as they come, for tests that look back on decisions. */
export type Decided = SeededNiche & {
  /** A provider with one subscription at the first level, unless the terms name another. */
  join(
    companyName: string,
    more?: { balance?: bigint } & Partial<Parameters<typeof seedSubscription>[1]>,
  ): Promise<Subscription>;
  /** One lead, decided before the next one comes; its id. */
  lead(answers?: Record<string, unknown>): Promise<string>;
};

export async function openDecided(app: App, options: Parameters<typeof seedNiche>[1] = {}): Promise<Decided> {
  const { policy, ...niche } = options;
  const seeded = await seedNiche(app, {
    ...niche,
    policy: { confirmation: 'source_attested', approval: 'auto', ...policy },
  });
  const { campaignId } = seeded;
  const source = {
    name: 'history',
    type: 'api' as const,
    campaignId,
    attested: true,
    ratePerMinute: 1_000_000,
  };
  const { token } = await createSource(app, source, SYSTEM);
  const distributor = openDistributor(app);
  return {
    ...seeded,
    join: async (companyName, { balance = 100_000n, ...terms } = {}) => {
      const { id } = await seedProvider(app, { companyName, balance });
      return seedSubscription(app, { providerId: id, levelId: seeded.level.id, ...terms });
    },
    lead: async (answers = {}) => {
      const body = { answers: somebody(answers) };
      const { leadId } = await receiveLead(app, { origin: { kind: 'source', token }, body });
      await runDistribution(distributor);
      return leadId;
    },
  };
}
