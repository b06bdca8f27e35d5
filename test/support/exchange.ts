import { SYSTEM } from '../../src/journal/audit/index.ts';
import { runDeliveries } from '../../src/lead/delivery/index.ts';
import { openDistributor, runDistribution } from '../../src/lead/distribution/index.ts';
import { receiveLead } from '../../src/lead/intake/index.ts';
import type { CampaignPolicy } from '../../src/market/campaigns/index.ts';
import { createSource } from '../../src/market/sources/index.ts';
import type { App } from '../../src/platform/app.ts';
import { somebody } from './lead.ts';
import { seedEndpoint, seedNiche, seedProvider, seedSubscription } from './market.ts';

/** A niche in which Willing takes every lead at its endpoint, Second too, and Picky wants a budget of 100 or more. */
export type Exchange = {
  nicheId: string;
  levelId: string;
  willing: string;
  second: string;
  /** Sends a lead through the source; returns its id. */
  post(answers?: Record<string, unknown>, more?: Record<string, unknown>): Promise<string>;
  /** Offers what is approved, and delivers what was sold. */
  work(): Promise<void>;
};

export async function openExchange(
  app: App,
  endpointUrl: string,
  policy: Partial<CampaignPolicy> = {},
): Promise<Exchange> {
  const { niche, level, campaignId } = await seedNiche(app, {
    name: 'Heat pumps',
    policy: { confirmation: 'source_attested', approval: 'auto', ...policy },
    levels: [{ name: 'Shared by three', maxProviders: 3 }],
  });
  const { token } = await createSource(
    app,
    { name: 'Comparison page', type: 'api', campaignId, attested: true, ratePerMinute: null },
    SYSTEM,
  );
  const join = async (companyName: string, more: object = {}) => {
    const { id } = await seedProvider(app, { companyName, balance: 100_000n });
    await seedSubscription(app, { providerId: id, levelId: level.id, ...more });
    return id;
  };
  const willing = await seedProvider(app, { companyName: 'Willing GmbH', balance: 100_000n });
  const { endpoint } = await seedEndpoint(app, { providerId: willing.id, url: endpointUrl });
  await seedSubscription(app, { providerId: willing.id, levelId: level.id, endpointId: endpoint.id });
  const second = await join('Second Ltd');
  await join('Picky AG', { filters: [{ field: 'budget', kind: 'range', min: 100, missing: 'fail' }] });
  return {
    nicheId: niche.id,
    levelId: level.id,
    willing: willing.id,
    second,
    post: async (answers, more = {}) => {
      const body = { answers: somebody(answers), ...more };
      return (await receiveLead(app, { origin: { kind: 'source', token }, body })).leadId;
    },
    work: async () => {
      await runDistribution(openDistributor(app));
      while ((await runDeliveries(app)) > 0);
    },
  };
}
