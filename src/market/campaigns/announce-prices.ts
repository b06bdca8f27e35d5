import { audit, SYSTEM } from '../../journal/audit/index.ts';
import { type Currency, formatMoney } from '../../kernel/money.ts';
import type { App } from '../../platform/app.ts';
import type { Tx } from '../../platform/db.ts';
import { nicheChanged } from '../events.ts';
import { bumpConfig } from '../store.ts';
import type { Campaign, LevelPrices } from './campaign.ts';
import { refusals } from './errors.ts';
import { dueComingPrices, flagNiche, type Payer, payersOf, readCampaign, updateCampaign } from './store.ts';

/**
 * A campaign's prices go up with the same notice as a level's, and are taken over in the same way: as a configuration
 * version of its own, so every charge names the version it rests on.
 */
const DAY_MS = 24 * 60 * 60 * 1_000;
/** Campaigns that one step takes over. */
const TAKE_OVER_MAX = 50;

/** What a lead costs a payer by these prices, in minor units; what they leave out is the level's price. */
export const paidBy = ({ levelId, levelPrice }: Pick<Payer, 'levelId' | 'levelPrice'>, prices: LevelPrices) =>
  BigInt(prices[levelId] ?? levelPrice);

/**
 * Checks notice and moment of a campaign's prices; returns whether prices were announced that nobody knows yet.
 * @throws Refusal campaign_price_notice_short, coming_campaign_prices_past
 */
export async function announcedPrices(
  app: App,
  tx: Tx,
  of: { before: Campaign; after: Campaign },
): Promise<boolean> {
  const { before, after } = of;
  const nowMs = Date.now();
  const noticeMs = app.config.PRICE_NOTICE_DAYS * DAY_MS;
  const at = after.comingLevelPricesAt?.getTime() ?? null;
  const announced =
    at !== null &&
    (at !== before.comingLevelPricesAt?.getTime() ||
      !samePrices(before.comingLevelPrices ?? {}, after.comingLevelPrices ?? {}));
  if (announced && at <= nowMs) {
    throw refusals.coming_campaign_prices_past({
      details: [{ field: 'coming_level_prices.from', message: 'This moment is over.' }],
    });
  }
  if (noticeMs === 0) return announced;
  const from = new Date(nowMs + noticeMs).toISOString();
  const coming = after.comingLevelPrices ?? {};
  const tooSoon = announced && at < nowMs + noticeMs;
  for (const one of await payersOf(tx, after.id, levelsIn(before, after))) {
    const [was, is, will] = [before.levelPrices, after.levelPrices, coming].map((prices) =>
      paidBy(one, prices),
    ) as [bigint, bigint, bigint];
    const raised = is > was;
    if (!raised && !(tooSoon && will > is)) continue;
    const price = formatMoney({ amount: raised ? is : will, currency: after.currency as Currency });
    throw refusals.campaign_price_notice_short({
      details: [
        {
          field: raised ? `level_prices.${one.levelId}` : 'coming_level_prices.from',
          message: `${price} at ${one.level} may hold from ${from} on (PRICE_NOTICE_DAYS).`,
        },
      ],
    });
  }
  return announced;
}

/** The levels that one of the prices names. */
export const levelsIn = (...campaigns: readonly Campaign[]): string[] => [
  ...new Set(
    campaigns.flatMap(({ levelPrices, comingLevelPrices }) => [
      ...Object.keys(levelPrices),
      ...Object.keys(comingLevelPrices ?? {}),
    ]),
  ),
];

const samePrices = (a: LevelPrices, b: LevelPrices): boolean =>
  Object.keys(a).length === Object.keys(b).length && Object.keys(a).every((level) => a[level] === b[level]);

/** Campaigns whose announced prices have begun take them over. One step of a job; returns how many it did. */
export async function takeOverCampaignPrices(app: App): Promise<number> {
  const due = await app.db.tx({ role: 'operator' }, (tx) =>
    dueComingPrices(tx, { limit: TAKE_OVER_MAX, only: null }),
  );
  let did = 0;
  for (const { id, nicheId } of due) {
    did += await app.db.tx({ role: 'operator' }, async (tx) => {
      const configVersion = await bumpConfig(tx, nicheId);
      const before = await readCampaign(tx, id);
      // Taken back or moved while we waited for the turn.
      const [still] = await dueComingPrices(tx, { limit: 1, only: id });
      if (!still || before === null || before.comingLevelPrices === null) return 0;
      const after: Campaign = {
        ...before,
        levelPrices: before.comingLevelPrices,
        comingLevelPrices: null,
        comingLevelPricesAt: null,
        version: before.version + 1,
      };
      await updateCampaign(tx, after);
      await flagNiche(tx, nicheId);
      nicheChanged(tx, 'campaign.changed', nicheId);
      await audit(tx, [
        {
          actor: SYSTEM,
          action: 'campaign.prices_taken_over',
          entityType: 'campaign',
          entityId: id,
          before: auditedPrices(before),
          after: { ...auditedPrices(after), configVersion },
          description: `The announced prices of campaign ${after.name} hold from now on.`,
        },
      ]);
      return 1;
    });
  }
  return did;
}

const auditedPrices = ({ levelPrices, comingLevelPrices, comingLevelPricesAt }: Campaign) => ({
  ...{ levelPrices, comingLevelPrices },
  comingLevelPricesAt: comingLevelPricesAt?.toISOString() ?? null,
});
