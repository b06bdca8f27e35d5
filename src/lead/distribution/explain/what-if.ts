import { type Currency, formatMoney } from '../../../kernel/money.ts';
import type { NicheRules, RuleSubscription } from '../../../market/subscriptions/index.ts';
import { spanWords } from '../cap-line.ts';
import type { Change } from '../simulate/run.ts';
import type { Lost } from './filter-losses.ts';
import { filterTries } from './filter-tries.ts';
import type { FunnelSums, Reason } from './funnel.ts';

/** One thing that a provider could have had otherwise, and what it would have changed. Pure. */
export type WhatIf = {
  id: string;
  /** Ends the sentence "... you would have got 7 more". */
  words: string;
  change: Change;
};

/** Changes that are tried for one subscription beside its filters; those whose reason kept most away come first. */
export const WHAT_IFS_MAX = 6;
/** Changes that are told: those that would have brought the most. */
export const WHAT_IFS_TOLD_MAX = 10;
/** More than so many leads' worth of money or cap is not tried at a time. */
const STEP_LEADS_MAX = 20;

type About = {
  own: RuleSubscription;
  price: bigint;
  currency: string;
  sums: FunnelSums;
  /** By the place of its filters. */
  lost: readonly Lost[];
};

export function whatIfs(of: About): WhatIf[] {
  const { own, sums, lost } = of;
  return [
    ...sums.reasons.flatMap(({ reason, count }) => triesFor(reason, count, of)).slice(0, WHAT_IFS_MAX),
    ...filterTries(own.filters, lost).map(({ id, words, filters }) => ({
      ...{ id, words },
      change: changing(own.id, { filters }),
    })),
  ];
}

function triesFor(reason: Reason, count: number, { own, price, currency }: About): WhatIf[] {
  const step = BigInt(Math.min(count, STEP_LEADS_MAX));
  const amount = (minor: bigint) =>
    `${formatMoney({ amount: minor, currency: currency as Currency })} ${currency}`;
  switch (reason) {
    case 'insufficient_funds': {
      const more = step * price;
      return [
        {
          id: 'money',
          words: `With ${amount(more)} more`,
          change: { money: new Map([[own.providerId, more]]) },
        },
      ];
    }
    case 'cap_reached':
      return moreRoom(own, { step, price, amount });
    case 'paced': {
      const caps = own.caps.map(({ pace: _, ...cap }) => cap);
      const words = 'Without spreading your caps evenly';
      return [{ id: 'pace', words, change: changing(own.id, { caps }) }];
    }
    case 'provider_cap_reached':
      return [
        {
          id: 'company_caps',
          words: 'Without the caps over all your subscriptions',
          change: { configuration: withoutCapsOf(own.providerId) },
        },
      ];
    case 'away':
      return [{ id: 'away', words: 'Without your times away', change: changing(own.id, { away: [] }) }];
    case 'ratio': {
      const words = 'Without your share of premium leads';
      return [{ id: 'ratio', words, change: changing(own.id, { premiumRatio: null }) }];
    }
    case 'outside_hours':
      return [{ id: 'hours', words: 'Open at all hours', change: changing(own.id, { schedule: null }) }];
    case 'country':
      return [{ id: 'countries', words: 'With every country', change: changing(own.id, { countries: [] }) }];
    case 'required_fields':
      return [
        { id: 'fields', words: 'Without required fields', change: changing(own.id, { requiredFields: [] }) },
      ];
    case 'subscription_paused':
    case 'endpoint_down':
      return [
        {
          id: reason === 'endpoint_down' ? 'endpoint' : 'pause',
          words: reason === 'endpoint_down' ? 'With an endpoint that always answers' : 'Without the pause',
          change: { awake: new Set([own.id]) },
        },
      ];
    default:
      return [];
  }
}

/** Each cap with room for some leads more. */
function moreRoom(
  own: RuleSubscription,
  { step, price, amount }: { step: bigint; price: bigint; amount: (minor: bigint) => string },
): WhatIf[] {
  return own.caps.map((cap, place) => {
    const more = cap.kind === 'count' ? step : step * price;
    const { window, weekday = null } = cap;
    const span = spanWords({ window, weekday });
    const words =
      cap.kind === 'count'
        ? `With ${step} more ${span} in your cap`
        : `With ${amount(more)} more ${span} in your budget`;
    const caps = own.caps.with(place, { ...cap, value: String(BigInt(cap.value) + more) });
    const id = `cap_${cap.kind}_${window}${weekday === null ? '' : `_${weekday}`}`;
    return { id, words, change: changing(own.id, { caps }) };
  });
}

const withoutCapsOf =
  (providerId: string) =>
  (of: NicheRules): NicheRules => ({
    ...of,
    providerCaps: of.providerCaps.filter((one) => one.providerId !== providerId),
  });

/** The configuration of each moment with other terms for one subscription. */
function changing(id: string, terms: Partial<RuleSubscription>): Change {
  return {
    configuration: (of: NicheRules): NicheRules => ({
      ...of,
      subscriptions: of.subscriptions.map((one) => (one.id === id ? { ...one, ...terms } : one)),
    }),
  };
}
