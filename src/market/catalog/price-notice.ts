import { audit, SYSTEM } from '../../journal/audit/index.ts';
import { enqueueMessages } from '../../journal/messages/index.ts';
import type { App } from '../../platform/app.ts';
import type { Tx } from '../../platform/db.ts';
import { bumpConfig } from '../store.ts';
import { refusals } from './errors.ts';
import { auditedTerms, priceText } from './level-terms.ts';
import type { Level, Niche } from './niche.ts';
import {
  closeLevelVersions,
  dueComingPrices,
  flagSubscriptions,
  openLevelVersion,
  readLevel,
  readNiche,
  subscribersOf,
  subscriptionsOfLevel,
  updateLevel,
} from './store.ts';

/**
 * A price that goes up is announced: whoever subscribes to the level reads the coming price and the day, and may leave
 * before. The level takes it over as a configuration version of its own, so every charge names the version it rests on.
 */
const DAY_MS = 24 * 60 * 60 * 1_000;
/** Levels that one step takes over. */
const TAKE_OVER_MAX = 50;

/**
 * Checks notice and moment of a price; returns whether a price was announced that its subscribers do not know yet.
 * @throws Refusal price_notice_short, coming_price_past
 */
export async function announcedPrice(
  app: App,
  tx: Tx,
  of: { before: Level; after: Level; currency: string },
): Promise<boolean> {
  const { before, after, currency } = of;
  const nowMs = Date.now();
  const noticeMs = app.config.PRICE_NOTICE_DAYS * DAY_MS;
  const at = after.comingPriceAt?.getTime() ?? null;
  const changed =
    at !== (before.comingPriceAt?.getTime() ?? null) || after.comingPrice !== before.comingPrice;
  const raised = after.pricePerLead > before.pricePerLead;
  if (changed && at !== null && at <= nowMs) {
    throw refusals.coming_price_past({
      details: [{ field: 'coming_price.from', message: 'This moment is over.' }],
    });
  }
  const announcedRaise = changed && at !== null && after.comingPrice! > after.pricePerLead;
  const short = raised || (announcedRaise && at < nowMs + noticeMs);
  if (short && noticeMs > 0 && (await subscriptionsOfLevel(tx, after.id)) > 0) {
    const from = new Date(nowMs + noticeMs).toISOString();
    const price = priceText(raised ? after.pricePerLead : after.comingPrice!, currency);
    throw refusals.price_notice_short({
      details: [
        {
          field: raised ? 'price_per_lead' : 'coming_price.from',
          message: `${price} may hold from ${from} on (PRICE_NOTICE_DAYS).`,
        },
      ],
    });
  }
  return changed && at !== null;
}

/** One message per subscriber that pays the level's price: of a coming price, and of one that holds at once. */
export async function tellPrice(
  tx: Tx,
  of: { niche: Niche; before: Level; level: Level; announced: boolean },
): Promise<void> {
  const { niche, before, level, announced } = of;
  const text = (price: bigint) => priceText(price, niche.currency);
  const names = { niche: niche.name, level: level.name, currency: niche.currency };
  const news: Record<string, string>[] = [];
  if (level.pricePerLead !== before.pricePerLead) {
    const prices = { price: text(before.pricePerLead), comingPrice: text(level.pricePerLead) };
    news.push({ ...names, ...prices, from: '' });
  }
  if (announced && level.comingPrice !== null && level.comingPriceAt !== null) {
    const from = `${level.comingPriceAt.toISOString().replace('T', ' ').slice(0, 16)} UTC`;
    news.push({ ...names, price: text(level.pricePerLead), comingPrice: text(level.comingPrice), from });
  }
  if (news.length === 0) return;
  const subscribers = await subscribersOf(tx, level.id);
  await enqueueMessages(
    tx,
    news.flatMap((params) =>
      subscribers.map(({ providerId, email }) => ({
        ...{ template: 'price-change', recipient: email, providerId, params },
      })),
    ),
  );
}

/** Levels whose announced price has begun take it over. One step of a job; returns how many it did. */
export async function takeOverPrices(app: App): Promise<number> {
  const due = await app.db.tx({ role: 'operator' }, (tx) =>
    dueComingPrices(tx, { limit: TAKE_OVER_MAX, only: null }),
  );
  let did = 0;
  for (const { id, nicheId } of due) {
    did += await app.db.tx({ role: 'operator' }, async (tx) => {
      const configVersion = await bumpConfig(tx, nicheId);
      const before = await readLevel(tx, id);
      // Taken back or moved while we waited for the turn.
      const [still] = await dueComingPrices(tx, { limit: 1, only: id });
      if (!still || before === null || before.comingPrice === null) return 0;
      const after: Level = {
        ...before,
        pricePerLead: before.comingPrice,
        comingPrice: null,
        comingPriceAt: null,
        version: before.version + 1,
      };
      await closeLevelVersions(tx, [id], configVersion);
      await openLevelVersion(tx, after, configVersion);
      await updateLevel(tx, after);
      await flagSubscriptions(tx, nicheId, [id]);
      const niche = (await readNiche(tx, nicheId))!;
      await audit(tx, [
        {
          actor: SYSTEM,
          action: 'level.price_taken_over',
          entityType: 'competition_level',
          entityId: id,
          before: auditedTerms(before),
          after: { ...auditedTerms(after), configVersion },
          description: `The announced price of level ${after.name} of niche ${niche.name} holds from now on.`,
        },
      ]);
      return 1;
    });
  }
  return did;
}
