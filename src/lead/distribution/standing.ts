import {
  absence,
  type Check,
  dynamicFailure,
  type Facts,
  isBought,
  isTooOld,
  personFailure,
  roomFailure,
  VERDICTS,
  type Verdict,
} from './facts.ts';
import { type DecidedLead, priceOf, type Rules, type Subscription } from './rules.ts';

/**
 * What the dynamic checks say of each subscription, kept from lead to lead. Most of them look at facts alone, and a lead
 * moves those of the few who receive it: of 450 candidates the answers for 444 are the ones of the lead before. The
 * order of the checks is that of `dynamicFailure`; the worlds of test/engine hold it against their own reference.
 */
export type Standing = {
  /** The checks of one lead, until the next one is asked for. */
  forLead(lead: DecidedLead): LeadChecks;
  /** Money, counts, types or caps of this provider moved. */
  moved(providerId: string): void;
};

export type LeadChecks = {
  /** PASSES, or a byte of VERDICTS. */
  failureOf(subscription: Subscription): number;
  /** The lead goes to this provider: to none of its subscriptions again. */
  goesTo(providerId: string): void;
};

export const PASSES = 255;
const UNKNOWN = 254;
const NOBODY: ReadonlySet<string> = new Set();

const byteOf = (verdict: Verdict | undefined): number => (verdict ? VERDICTS[verdict] : PASSES);

/** Other checks hold for who buys; it is one candidate, and one lead. */
const purchaseChecks = (
  rules: Rules,
  lead: DecidedLead,
  factsOf: (subscription: Subscription, price: bigint) => Omit<Check, 'lead' | 'chosen'>,
): LeadChecks => ({
  failureOf: (subscription) => {
    const price = priceOf(rules, subscription, lead.campaignId);
    return byteOf(dynamicFailure({ ...factsOf(subscription, price), lead, chosen: NOBODY }));
  },
  goesTo: () => {},
});

export function openStanding(rules: Rules, facts: Facts, clockMs: number): Standing {
  const size = rules.subscriptions.length;
  const unknown = () => new Uint8Array(size).fill(UNKNOWN);
  const absent = unknown();
  const room = { premium: unknown(), raw: unknown() };
  // By place: the number of the last lead that went to its provider.
  const had = new Uint32Array(size);
  let leads = 0;
  const factsOf = (subscription: Subscription, price: bigint) => ({
    subscription,
    facts: facts.subscriptions[subscription.index]!,
    provider: facts.providers.get(subscription.providerId)!,
    providerCaps: rules.providerCaps.get(subscription.providerId),
    currency: rules.currency,
    price,
    clockMs,
  });
  const absenceOf = (subscription: Subscription): number => {
    const check = factsOf(subscription, subscription.price);
    const byte = check.provider.stopped ? VERDICTS.stopped : byteOf(absence(check));
    absent[subscription.index] = byte;
    return byte;
  };
  const roomOf = (subscription: Subscription, lead: DecidedLead): number => {
    const byte = byteOf(roomFailure({ ...factsOf(subscription, subscription.price), lead }));
    room[lead.leadType][subscription.index] = byte;
    return byte;
  };
  return {
    forLead(lead) {
      leads += 1;
      if (isBought(lead)) return purchaseChecks(rules, lead, factsOf);
      const own = room[lead.leadType];
      const personal = [lead.had, lead.blocked, lead.samePerson, lead.suppressed].some(
        ({ size }) => size > 0,
      );
      const ownPrices = (rules.campaigns.get(lead.campaignId)?.levelPrices.size ?? 0) > 0;
      const failureOf = (subscription: Subscription): number => {
        const { index } = subscription;
        const away = absent[index] === UNKNOWN ? absenceOf(subscription) : absent[index]!;
        if (away === VERDICTS.stopped) return away;
        if (had[index] === leads) return VERDICTS.already_has_lead;
        if (personal) {
          const failure = personFailure({ subscription, lead, chosen: NOBODY });
          if (failure) return VERDICTS[failure];
        }
        if (away !== PASSES) return away;
        if (isTooOld({ subscription, lead, clockMs })) return VERDICTS.too_old;
        const price = ownPrices ? priceOf(rules, subscription, lead.campaignId) : subscription.price;
        if (price !== subscription.price)
          return byteOf(roomFailure({ ...factsOf(subscription, price), lead }));
        return own[index] === UNKNOWN ? roomOf(subscription, lead) : own[index]!;
      };
      const goesTo = (providerId: string) => {
        for (const place of rules.byProvider.get(providerId) ?? []) had[place] = leads;
      };
      return { failureOf, goesTo };
    },
    moved(providerId) {
      for (const place of rules.byProvider.get(providerId) ?? []) {
        absent[place] = UNKNOWN;
        room.premium[place] = UNKNOWN;
        room.raw[place] = UNKNOWN;
      }
    },
  };
}
