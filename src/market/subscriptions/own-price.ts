import { audit, SYSTEM } from '../../journal/audit/index.ts';
import { enqueueMessages } from '../../journal/messages/index.ts';
import type { App } from '../../platform/app.ts';
import type { Tx } from '../../platform/db.ts';
import { bumpConfig, type Niche, readNiche } from '../catalog/index.ts';
import { subscriptionChanged } from '../events.ts';
import { neededFields } from '../store.ts';
import { amountText, readPriceOverride } from './check-terms.ts';
import { refusals } from './errors.ts';
import type { SubscriptionEdit } from './schema.ts';
import { closeTerms, lockSubscription, openTerms, updateSubscription } from './store.ts';
import { dueOwnPrices, othersPay, payerOf } from './store-prices.ts';
import type { Subscription } from './subscription.ts';

/**
 * The own price of a subscription is the operator's to set, and goes up with the same notice as the price of a level:
 * a word that was given on the phone proves nothing to the one who pays.
 */
const DAY_MS = 24 * 60 * 60 * 1_000;
/** Subscriptions that one step takes over. */
const TAKE_OVER_MAX = 200;

type Coming = Pick<Subscription, 'comingOwnPrice' | 'comingOwnPriceAt'>;
type OwnPrice = Coming & Pick<Subscription, 'priceOverride'>;

/** What an edit announces; undefined leaves it as it is, null takes it back. */
export function readComingOwnPrice(
  before: Coming,
  edit: SubscriptionEdit['comingPriceOverride'],
  currency: string,
): Coming {
  if (edit === undefined) {
    return { comingOwnPrice: before.comingOwnPrice, comingOwnPriceAt: before.comingOwnPriceAt };
  }
  if (edit === null) return { comingOwnPrice: null, comingOwnPriceAt: null };
  const field = 'coming_price_override.price_override';
  return {
    comingOwnPrice: readPriceOverride(edit.price_override, currency, field),
    comingOwnPriceAt: new Date(edit.from),
  };
}

/** What is announced, as the API writes it. */
export const shownComingOwnPrice = ({ comingOwnPrice, comingOwnPriceAt }: Coming, currency: string) =>
  comingOwnPriceAt === null
    ? null
    : {
        price_override: comingOwnPrice === null ? null : amountText(comingOwnPrice, currency),
        from: comingOwnPriceAt.toISOString(),
      };

/**
 * Checks notice and moment of an own price.
 * @throws Refusal own_price_notice_short, coming_own_price_past
 */
export async function checkOwnPrice(
  app: App,
  tx: Tx,
  of: { before: OwnPrice; after: Subscription; niche: Niche },
): Promise<void> {
  const { before, after, niche } = of;
  const nowMs = Date.now();
  const noticeMs = app.config.PRICE_NOTICE_DAYS * DAY_MS;
  const announced = isAnnounced(before, after);
  const atMs = after.comingOwnPriceAt?.getTime() ?? 0;
  if (announced && atMs <= nowMs) {
    throw refusals.coming_own_price_past({
      details: [{ field: 'coming_price_override.from', message: 'This moment is over.' }],
    });
  }
  if (noticeMs === 0) return;
  const tooSoon = announced && atMs < nowMs + noticeMs;
  const raised = await isRaise(tx, after, before.priceOverride, after.priceOverride);
  if (!raised && !(tooSoon && (await isRaise(tx, after, after.priceOverride, after.comingOwnPrice)))) return;
  const price = raised ? after.priceOverride : after.comingOwnPrice;
  const what = price === null ? 'The price of the level' : amountText(price, niche.currency);
  const from = new Date(nowMs + noticeMs).toISOString();
  throw refusals.own_price_notice_short({
    details: [
      {
        field: raised ? 'price_override' : 'coming_price_override.from',
        message: `${what} may hold from ${from} on (PRICE_NOTICE_DAYS).`,
      },
    ],
  });
}

/**
 * Who was ended and is subscribed again by an operator within the notice comes back at no higher price: that would be
 * a raise without notice.
 * @throws Refusal own_price_notice_short
 */
export async function checkReturn(
  tx: Tx,
  of: { former: Subscription; after: Subscription; noticeDays: number },
): Promise<void> {
  const { former, after, noticeDays } = of;
  const until = (former.cancelledAt?.getTime() ?? 0) + noticeDays * DAY_MS;
  if (until <= Date.now() || !(await isRaise(tx, after, former.priceOverride, after.priceOverride))) return;
  const message = `It left a short while ago at a lower price: a higher one may hold from ${new Date(until).toISOString()} on.`;
  throw refusals.own_price_notice_short({ details: [{ field: 'price_override', message }] });
}

const isAnnounced = (before: Coming, after: Coming): boolean =>
  after.comingOwnPriceAt !== null &&
  (after.comingOwnPriceAt.getTime() !== before.comingOwnPriceAt?.getTime() ||
    after.comingOwnPrice !== before.comingOwnPrice);

/** Whether leads of one of its campaigns would cost it more. null: it pays what others pay. */
async function isRaise(tx: Tx, one: Subscription, from: bigint | null, to: bigint | null): Promise<boolean> {
  if (from === to) return false;
  if (from !== null && to !== null) return to > from;
  const { least, most } = await othersPay(tx, one);
  return from === null ? to! > least : most > from;
}

/** Mails the provider another price of its own: one that holds at once, and one that is announced. */
export async function tellOwnPrice(
  tx: Tx,
  of: { before: OwnPrice; after: Subscription; niche: Niche },
): Promise<void> {
  const { before, after, niche } = of;
  const changed = before.priceOverride !== after.priceOverride;
  const announced = isAnnounced(before, after);
  if (!changed && !announced) return;
  const { email, level, levelPrice } = await payerOf(tx, after.id);
  const words = (price: bigint | null) =>
    price === null
      ? `what the level and its campaigns cost (the level: ${amountText(levelPrice, niche.currency)} ${niche.currency})`
      : `${amountText(price, niche.currency)} ${niche.currency}`;
  const told = (was: bigint | null, is: bigint | null, at: Date | null) => ({
    template: 'own-price',
    recipient: email,
    providerId: after.providerId,
    params: {
      ...{ niche: niche.name, level, before: words(was), price: words(is) },
      from: at === null ? '' : `${at.toISOString().replace('T', ' ').slice(0, 16)} UTC`,
    },
  });
  await enqueueMessages(tx, [
    ...(changed ? [told(before.priceOverride, after.priceOverride, null)] : []),
    ...(announced ? [told(after.priceOverride, after.comingOwnPrice, after.comingOwnPriceAt)] : []),
  ]);
}

/** Subscriptions whose announced own price has begun take it over. One step of a job; returns how many it did. */
export async function takeOverOwnPrices(app: App): Promise<number> {
  const due = await app.db.tx({ role: 'operator' }, (tx) =>
    dueOwnPrices(tx, { limit: TAKE_OVER_MAX, only: null }),
  );
  let did = 0;
  for (const { id, nicheId } of due) {
    did += await app.db.tx({ role: 'operator' }, async (tx) => {
      const configVersion = await bumpConfig(tx, nicheId);
      const before = (await lockSubscription(tx, id))!;
      // Taken back, moved or ended while we waited for the turn.
      const [still] = await dueOwnPrices(tx, { limit: 1, only: id });
      if (!still) return 0;
      const after: Subscription = {
        ...before,
        priceOverride: before.comingOwnPrice,
        ...{ comingOwnPrice: null, comingOwnPriceAt: null },
        version: before.version + 1,
      };
      await closeTerms(tx, id, configVersion);
      await openTerms(tx, after, configVersion, await neededFields(tx, after.endpointId));
      await updateSubscription(tx, after);
      const niche = (await readNiche(tx, nicheId))!;
      await audit(tx, [
        {
          actor: SYSTEM,
          action: 'subscription.price_taken_over',
          entityType: 'subscription',
          entityId: id,
          before: auditedOwnPrice(before),
          after: { ...auditedOwnPrice(after), configVersion },
          description: `The announced own price of a subscription of niche ${niche.name} holds from now on.`,
        },
      ]);
      const names = { subscriptionId: id, providerId: after.providerId, nicheId };
      subscriptionChanged(tx, 'subscription.changed', names);
      return 1;
    });
  }
  return did;
}

/** For the audit log: JSON knows no bigint. */
export const auditedOwnPrice = (one: OwnPrice): object => ({
  priceOverride: one.priceOverride?.toString() ?? null,
  comingPriceOverride:
    one.comingOwnPriceAt === null
      ? null
      : {
          priceOverride: one.comingOwnPrice?.toString() ?? null,
          from: one.comingOwnPriceAt.toISOString(),
        },
});
