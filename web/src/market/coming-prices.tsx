import { useState } from 'react';
import type { SubscriptionView } from '../../../src/market/subscriptions/schema.ts';
import { asAmount, isAmount } from '../money/sum.ts';
import { viewerZone } from '../ui/clock.ts';
import { Field } from '../ui/field.tsx';
import { Input } from '../ui/input.tsx';
import { Money } from '../ui/money.tsx';
import { Time } from '../ui/time.tsx';
import { dayOf, spanOfDays } from './away.ts';
import type { Terms } from './terms.ts';

/** Everything that is announced to a subscription: price, from when, what it pays now. */
export function ComingPrices({ subscription: one }: { subscription: SubscriptionView }) {
  return (
    <ul className="flex flex-col gap-1">
      {one.coming_prices.map((coming) => (
        <li key={`${coming.of} ${coming.campaign} ${coming.from}`}>
          <Money amount={coming.price_per_lead} currency={one.currency} />
          {coming.campaign !== null && ` for leads of ${coming.campaign}`} from <Time at={coming.from} />
          <span className="text-muted">
            {' '}
            (now <Money amount={coming.price_now} currency={one.currency} />)
          </span>
        </li>
      ))}
    </ul>
  );
}

interface DayFieldProps {
  label?: string;
  day: string;
  error?: string | undefined;
  optional?: boolean;
  onChange: (day: string) => void;
}

/** The day from which a price holds. */
export const FromDay = ({ label = 'From', day, error, optional = false, onChange }: DayFieldProps) => (
  <Field label={label} optional={optional} help={`At 00:00, ${viewerZone()}`} error={error}>
    <Input type="date" value={day} onChange={(event) => onChange(event.target.value)} />
  </Field>
);

/** The beginning of a day as the API takes it; undefined: it is no day yet. */
export const beginningOf = (day: string): string | undefined => spanOfDays(day, day)?.from;

interface ComingOwnPriceProps {
  subscription: SubscriptionView;
  set: (change: Partial<Terms>) => void;
  fault: (term: string) => string | undefined;
}

/** An own price from a day on; without an amount the own price ends on that day. */
export function ComingOwnPrice({ subscription, set, fault }: ComingOwnPriceProps) {
  const announced = subscription.coming_price_override;
  const [day, setDay] = useState(announced ? dayOf(announced.from) : '');
  const [price, setPrice] = useState(announced?.price_override ?? '');
  const wrong = price.trim() !== '' && !isAmount(price);
  const change = (nextDay: string, nextPrice: string) => {
    setDay(nextDay);
    setPrice(nextPrice);
    if (nextDay === '') return set({ coming_price_override: null });
    const from = beginningOf(nextDay);
    const ends = nextPrice.trim() === '';
    if (!from || (!ends && !isAmount(nextPrice))) return;
    set({ coming_price_override: { price_override: ends ? null : asAmount(nextPrice), from } });
  };
  return (
    <>
      <FromDay
        label="Another own price from"
        optional
        day={day}
        error={fault('coming_price_override')}
        onChange={(next) => change(next, price)}
      />
      {day !== '' && (
        <Field
          label="Own price from then on"
          optional
          help="Left empty: the price of the level. The provider is told."
          error={wrong ? 'Write an amount such as 12.50.' : undefined}
        >
          <Input
            inputMode="decimal"
            after={subscription.currency}
            value={price}
            onChange={(event) => change(day, event.target.value)}
          />
        </Field>
      )}
    </>
  );
}
