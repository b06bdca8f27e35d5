import { Plus, X } from 'lucide-react';
import { Button, IconButton } from '../ui/button.tsx';
import { Input } from '../ui/input.tsx';
import { Select } from '../ui/select.tsx';
import type { Cap } from './words.ts';

const CAPS_MAX = 10;

const windows = [
  { value: 'hour', label: 'an hour' },
  { value: 'day', label: 'a day' },
  { value: 'week', label: 'a week' },
  { value: 'month', label: 'a month' },
  { value: 'total', label: 'in all' },
];

interface CapFieldsProps {
  caps: readonly Cap[];
  currency: string;
  onChange: (caps: Cap[]) => void;
}

/** At most so many leads, or so much money, in a time. No cap: as many as come. */
export function CapFields({ caps, currency, onChange }: CapFieldsProps) {
  const set = (at: number, change: Partial<Cap>) =>
    onChange(caps.map((cap, index) => (index === at ? { ...cap, ...change } : cap)));
  return (
    <div className="flex flex-col items-start gap-2">
      {caps.map((cap, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a cap has no other identity than its place
        <div key={at} className="flex w-full flex-wrap items-center gap-2">
          <Input
            aria-label={`Cap ${at + 1}, at most`}
            inputMode="decimal"
            className="w-28! text-right"
            value={cap.value}
            onChange={(event) => set(at, { value: event.target.value })}
          />
          <Select
            label={`Cap ${at + 1}, of what`}
            className="w-24!"
            value={cap.kind}
            onChange={(kind) => set(at, { kind })}
            choices={[
              { value: 'count', label: 'leads' },
              { value: 'spend', label: currency },
            ]}
          />
          <Select
            label={`Cap ${at + 1}, in which time`}
            className="w-28!"
            value={cap.window}
            onChange={(window) => set(at, { window })}
            choices={windows}
          />
          <IconButton
            label={`Remove cap ${at + 1}`}
            size="sm"
            onClick={() => onChange(caps.filter((_, index) => index !== at))}
          >
            <X aria-hidden />
          </IconButton>
        </div>
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

const freeWindow = (caps: readonly Cap[]): string =>
  ['day', 'week', 'month', 'hour', 'total'].find(
    (window) => !caps.some((cap) => cap.kind === 'count' && cap.window === window),
  ) ?? 'day';
