import { Plus, X } from 'lucide-react';
import { Button, IconButton } from '../ui/button.tsx';
import { Input } from '../ui/input.tsx';
import { Notice } from '../ui/notice.tsx';
import { WindowInputs } from './hour-fields.tsx';
import type { Schedule } from './words.ts';

const DATES_MAX = 400;
type Exception = NonNullable<Schedule['exceptions']>[number];

interface DateFieldsProps {
  schedule: Schedule | null;
  zone: string;
  fault: string | undefined;
  onChange: (schedule: Schedule | null) => void;
}

/** Single dates with hours of their own, or closed: they go before the hours of the week and before holidays. */
export function DateFields({ schedule, zone, fault, onChange }: DateFieldsProps) {
  const dates = schedule?.exceptions ?? [];
  const put = (exceptions: readonly Exception[]) => {
    if (exceptions.length > 0) {
      return onChange({ ...(schedule ?? { zone, weekly: null }), exceptions: [...exceptions] });
    }
    const { exceptions: _, ...rest } = schedule ?? { zone, weekly: null };
    onChange(rest.weekly ? rest : null);
  };
  const set = (at: number, to: Exception) => put(dates.map((one, index) => (index === at ? to : one)));
  return (
    <div className="flex flex-col items-start gap-2">
      <div>
        <p className="font-medium text-sm">Single dates</p>
        <p className="text-muted text-sm">
          With hours of their own, or closed. They go before the hours of the week and before holidays.
        </p>
      </div>
      {fault && <Notice tone="bad" title={fault} />}
      {dates.length > 0 && (
        <ul aria-label="Single dates" className="flex w-full flex-col divide-y rounded-control border">
          {dates.map((one, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a date has no other identity than its place
            <li key={at} className="flex flex-wrap items-start gap-3 px-3 py-1.5">
              <Input
                type="date"
                aria-label={`Date ${at + 1}`}
                className="w-40!"
                value={one.date}
                onChange={(event) => set(at, { ...one, date: event.target.value })}
              />
              <div className="flex min-w-0 flex-1 items-start gap-3">
                <WindowInputs
                  of={`date ${at + 1}`}
                  windows={'windows' in one ? one.windows : []}
                  onChange={(windows) =>
                    set(
                      at,
                      windows.length > 0 ? { date: one.date, windows } : { date: one.date, closed: true },
                    )
                  }
                />
                <IconButton
                  label={`Remove date ${at + 1}`}
                  size="sm"
                  onClick={() => put(dates.filter((_, index) => index !== at))}
                >
                  <X aria-hidden />
                </IconButton>
              </div>
            </li>
          ))}
        </ul>
      )}
      {dates.length < DATES_MAX && (
        <Button size="sm" onClick={() => put([...dates, { date: nextDate(dates), closed: true }])}>
          <Plus aria-hidden />
          Add date
        </Button>
      )}
    </div>
  );
}

const DAY_MS = 86_400_000;
const dateOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

/** The day after the last one that is named, else tomorrow. */
function nextDate(dates: readonly { date: string }[]): string {
  const last = dates.map(({ date }) => Date.parse(date)).filter((ms) => !Number.isNaN(ms));
  return dateOf(Math.max(Date.now(), ...last) + DAY_MS);
}
