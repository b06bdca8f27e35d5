import { Plus, X } from 'lucide-react';
import { IconButton } from '../ui/button.tsx';
import { Checkbox } from '../ui/checkbox.tsx';
import { Input } from '../ui/input.tsx';
import { DAYS, type Day, dayNames, type Schedule } from './words.ts';

const WINDOWS_MAX = 8;
const WORKDAY = [{ from: '09:00', to: '18:00' }];

interface HourFieldsProps {
  schedule: Schedule | null;
  zone: string;
  onChange: (schedule: Schedule | null) => void;
}

/** At which hours of the week leads are taken. */
export function HourFields({ schedule, zone, onChange }: HourFieldsProps) {
  const weekly = schedule?.weekly ?? null;
  const begin = () => {
    const week = Object.fromEntries(DAYS.slice(0, 5).map((day) => [day, WORKDAY]));
    onChange({ ...(schedule ?? { zone }), weekly: week });
  };
  const end = () => onChange(schedule?.exceptions?.length ? { ...schedule, weekly: null } : null);
  const set = (day: Day, windows: { from: string; to: string }[]) =>
    schedule && onChange({ ...schedule, weekly: { ...weekly, [day]: windows } });
  return (
    <div className="flex flex-col gap-2">
      <Checkbox
        label="Only at certain hours"
        help={weekly ? `Hours in ${schedule?.zone}` : 'Leads are taken at any time.'}
        checked={weekly !== null}
        onCheckedChange={(on) => (on ? begin() : end())}
      />
      {weekly && (
        <div className="flex flex-col divide-y rounded-control border">
          {DAYS.map((day) => (
            <DayRow
              key={day}
              day={day}
              windows={weekly[day] ?? []}
              onChange={(windows) => set(day, windows)}
            />
          ))}
        </div>
      )}
    </div>
  );
}

interface DayRowProps {
  day: Day;
  windows: Windows;
  onChange: (windows: OpenWindow[]) => void;
}

function DayRow({ day, windows, onChange }: DayRowProps) {
  return (
    <div className="flex min-h-11 items-start gap-3 px-3 py-1.5">
      <span className="w-9 pt-1.5 font-medium text-sm">{dayNames[day]}</span>
      <WindowInputs of={dayNames[day]} windows={windows} onChange={onChange} />
    </div>
  );
}

type OpenWindow = { from: string; to: string };
type Windows = readonly OpenWindow[];

interface WindowInputsProps {
  /** Whose hours: "Mon", "Date 1". */
  of: string;
  windows: Windows;
  onChange: (windows: OpenWindow[]) => void;
}

/** The hours of one day; without any it is closed. */
export function WindowInputs({ of, windows, onChange }: WindowInputsProps) {
  const set = (at: number, change: Partial<OpenWindow>) =>
    onChange(windows.map((window, index) => (index === at ? { ...window, ...change } : window)));
  return (
    <>
      <div className="flex min-w-0 flex-1 flex-col gap-1.5">
        {windows.length === 0 && <span className="pt-1.5 text-muted text-sm">Closed</span>}
        {windows.map((window, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: hours have no other identity than their place
          <span key={at} className="flex items-center gap-1.5">
            <Input
              aria-label={`${of}, from`}
              className="w-20!"
              placeholder="09:00"
              value={window.from}
              onChange={(event) => set(at, { from: event.target.value })}
            />
            <span className="text-muted text-sm">to</span>
            <Input
              aria-label={`${of}, until`}
              className="w-20!"
              placeholder="18:00"
              value={window.to}
              onChange={(event) => set(at, { to: event.target.value })}
            />
            <IconButton
              label={`Remove hours of ${of}`}
              size="sm"
              onClick={() => onChange(windows.filter((_, index) => index !== at))}
            >
              <X aria-hidden />
            </IconButton>
          </span>
        ))}
      </div>
      {windows.length < WINDOWS_MAX && (
        <IconButton label={`Add hours on ${of}`} size="sm" onClick={() => onChange([...windows, ...WORKDAY])}>
          <Plus aria-hidden />
        </IconButton>
      )}
    </>
  );
}
