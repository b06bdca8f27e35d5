import { CalendarDays, X } from 'lucide-react';
import { Button } from '../ui/button.tsx';
import { viewerZone } from '../ui/clock.ts';
import { Field } from '../ui/field.tsx';
import { Input } from '../ui/input.tsx';
import { Popover } from '../ui/popover.tsx';
import { daysAgo, spanWords } from './period.ts';

interface PeriodFilterProps {
  /** What is dated: "Received". */
  label: string;
  from: string | undefined;
  to: string | undefined;
  onChange: (span: { from: string | undefined; to: string | undefined }) => void;
}

const presets: { label: string; days: number; until?: number }[] = [
  { label: 'Today', days: 0 },
  { label: 'Yesterday', days: 1, until: 1 },
  { label: 'Last 7 days', days: 6 },
  { label: 'Last 30 days', days: 29 },
];

const dayPart = (text: string | undefined): string => text?.slice(0, 10) ?? '';

/** Filters a list by days, and says whose days they are. */
export function PeriodFilter({ label, from, to, onChange }: PeriodFilterProps) {
  const chosen = from !== undefined || to !== undefined;
  return (
    <span className="inline-flex items-center">
      <Popover
        label={`${label}: choose days`}
        trigger={
          <Button className={chosen ? 'rounded-r-none' : ''}>
            <CalendarDays aria-hidden />
            {label}
            {chosen ? `: ${spanWords(from, to)}` : ''}
          </Button>
        }
      >
        <div className="flex w-64 flex-col gap-3">
          <div className="grid grid-cols-2 gap-1">
            {presets.map(({ label: name, days, until }) => (
              <Button
                key={name}
                size="sm"
                onClick={() =>
                  onChange({ from: daysAgo(days), to: until === undefined ? undefined : daysAgo(until) })
                }
              >
                {name}
              </Button>
            ))}
          </div>
          <Field label="From">
            <Input
              type="date"
              value={dayPart(from)}
              onChange={(event) => onChange({ from: event.target.value || undefined, to })}
            />
          </Field>
          <Field label="To, this day included">
            <Input
              type="date"
              value={dayPart(to)}
              onChange={(event) => onChange({ from, to: event.target.value || undefined })}
            />
          </Field>
          <p className="text-muted text-xs">Days of your time zone, {viewerZone()}.</p>
        </div>
      </Popover>
      {chosen && (
        <Button
          aria-label={`Remove filter ${label}`}
          className="rounded-l-none border-l-0 px-2"
          onClick={() => onChange({ from: undefined, to: undefined })}
        >
          <X aria-hidden />
        </Button>
      )}
    </span>
  );
}
