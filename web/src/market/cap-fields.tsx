import { Plus, X } from 'lucide-react';
import { Button, IconButton } from '../ui/button.tsx';
import { Checkbox } from '../ui/checkbox.tsx';
import { Input } from '../ui/input.tsx';
import { Select } from '../ui/select.tsx';
import { type Cap, WEEKDAYS } from './words.ts';

const CAPS_MAX = 20;

/** A cap of one weekday is one choice with the windows: "on Mondays". */
const spans = [
  { value: 'hour', label: 'an hour' },
  { value: 'day', label: 'a day' },
  ...WEEKDAYS.map((day, at) => ({ value: `day:${at + 1}`, label: `on ${day}` })),
  { value: 'week', label: 'a week' },
  { value: 'month', label: 'a month' },
  { value: 'total', label: 'in all' },
];
const SPREAD = new Set(['day', 'week', 'month']);

/** Of a whole provider, whose niches may have several currencies. */
export type CapOfAny = Cap & { currency?: string | undefined };

interface CapFieldsProps {
  caps: readonly CapOfAny[];
  /** What an amount may be in: the niche's currency, or those of a provider's niches. */
  currencies: readonly string[];
  /** Whether an amount names its currency. */
  named?: boolean;
  onChange: (caps: CapOfAny[]) => void;
}

/** At most so many leads, or so much money, in a time. No cap: as many as come. */
export function CapFields({ caps, currencies, named, onChange }: CapFieldsProps) {
  const set = (at: number, change: (cap: CapOfAny) => CapOfAny) =>
    onChange(caps.map((cap, index) => (index === at ? change(cap) : cap)));
  return (
    <div className="flex flex-col items-start gap-3">
      {caps.map((cap, at) => (
        <CapRow
          // biome-ignore lint/suspicious/noArrayIndexKey: a cap has no other identity than its place
          key={at}
          cap={cap}
          number={at + 1}
          currencies={currencies}
          named={named ?? false}
          set={(change) => set(at, change)}
          onRemove={() => onChange(caps.filter((_, index) => index !== at))}
        />
      ))}
      {caps.length < CAPS_MAX && (
        <Button
          size="sm"
          onClick={() => onChange([...caps, { window: freeWindow(caps), kind: 'count', value: '50' }])}
        >
          <Plus aria-hidden />
          Add cap
        </Button>
      )}
    </div>
  );
}

interface CapRowProps {
  cap: CapOfAny;
  number: number;
  currencies: readonly string[];
  named: boolean;
  set: (change: (cap: CapOfAny) => CapOfAny) => void;
  onRemove: () => void;
}

function CapRow({ cap, number, currencies, named, set, onRemove }: CapRowProps) {
  return (
    <fieldset className="flex w-full flex-col gap-1.5 rounded-control border p-2">
      <legend className="sr-only">Cap {number}</legend>
      <div className="flex flex-wrap items-center gap-2">
        <Input
          aria-label={`Cap ${number}, at most`}
          inputMode="decimal"
          className="w-24! text-right"
          value={cap.value}
          onChange={(event) => set((now) => ({ ...now, value: event.target.value }))}
        />
        <Select
          label={`Cap ${number}, of what`}
          className="w-24!"
          value={cap.kind === 'spend' ? (cap.currency ?? currencies[0] ?? '') : 'count'}
          onChange={(kind) => set((now) => withKind(now, kind, named))}
          choices={[
            { value: 'count', label: 'leads' },
            ...currencies.map((currency) => ({ value: currency, label: currency })),
          ]}
        />
        <Select
          label={`Cap ${number}, in which time`}
          className="w-36!"
          value={cap.weekday === undefined ? cap.window : `day:${cap.weekday}`}
          onChange={(span) => set((now) => withSpan(now, span))}
          choices={spans}
        />
        <IconButton label={`Remove cap ${number}`} size="sm" onClick={onRemove}>
          <X aria-hidden />
        </IconButton>
      </div>
      <div className="flex flex-wrap gap-x-5 gap-y-1">
        {SPREAD.has(cap.window) && (
          <Checkbox
            label="Spread evenly"
            checked={cap.pace === 'even'}
            onCheckedChange={(on) => set(({ pace: _, ...rest }) => withOn(rest, on, { pace: 'even' }))}
          />
        )}
        <Checkbox
          label="Refunds give the place back"
          checked={cap.gives_back === true}
          onCheckedChange={(on) =>
            set(({ gives_back: _, ...rest }) => withOn(rest, on, { gives_back: true }))
          }
        />
      </div>
    </fieldset>
  );
}

/** What is off is left out, so that switching on and off again is no change. */
const withOn = (
  rest: Omit<CapOfAny, 'pace' | 'gives_back'>,
  on: boolean,
  more: Pick<CapOfAny, 'pace' | 'gives_back'>,
): CapOfAny => ({ ...rest, ...(on ? more : {}) });

function withKind(cap: CapOfAny, kind: string, named: boolean): CapOfAny {
  const { currency: _, ...rest } = cap;
  if (kind === 'count') return { ...rest, kind: 'count' };
  return { ...rest, kind: 'spend', ...(named ? { currency: kind } : {}) };
}

function withSpan(cap: CapOfAny, span: string): CapOfAny {
  const { weekday: _, pace, ...rest } = cap;
  const [window = 'day', day] = span.split(':');
  return {
    ...rest,
    window,
    ...(day === undefined ? {} : { weekday: Number(day) }),
    ...(pace !== undefined && SPREAD.has(window) ? { pace } : {}),
  };
}

const freeWindow = (caps: readonly Cap[]): string =>
  ['day', 'week', 'month', 'hour', 'total'].find(
    (window) => !caps.some((cap) => cap.kind === 'count' && cap.window === window),
  ) ?? 'day';
