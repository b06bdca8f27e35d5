import { Plus, X } from 'lucide-react';
import { Button, IconButton } from '../ui/button.tsx';
import { viewerZone } from '../ui/clock.ts';
import { Input } from '../ui/input.tsx';
import { Notice } from '../ui/notice.tsx';
import { type Away, dayOf, lastDayOf, spanOfDays } from './away.ts';

const AWAY_MAX = 50;

interface AwayFieldsProps {
  away: readonly Away[];
  fault: string | undefined;
  onChange: (away: Away[]) => void;
}

/** Vacations and the like: whole days on which no leads are taken. */
export function AwayFields({ away, fault, onChange }: AwayFieldsProps) {
  const set = (at: number, first: string, last: string) => {
    const span = spanOfDays(first, last);
    if (span) onChange(away.map((one, index) => (index === at ? span : one)));
  };
  const add = () => {
    const today = dayOf(new Date().toISOString());
    const span = spanOfDays(today, today);
    if (span) onChange([...away, span]);
  };
  return (
    <div className="flex flex-col items-start gap-2">
      <div>
        <p className="font-medium text-sm">Away</p>
        <p className="text-muted text-sm">
          Whole days without leads, for instance a vacation. A day begins at 00:00, {viewerZone()}.
        </p>
      </div>
      {fault && <Notice tone="bad" title={fault} />}
      {away.map((one, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a time away has no other identity than its place
        <div key={at} className="flex flex-wrap items-center gap-2">
          <Input
            type="date"
            aria-label={`Away ${at + 1}, first day`}
            className="w-40!"
            value={dayOf(one.from)}
            onChange={(event) => set(at, event.target.value, lastDayOf(one.to))}
          />
          <span className="text-muted text-sm">to</span>
          <Input
            type="date"
            aria-label={`Away ${at + 1}, last day`}
            className="w-40!"
            value={lastDayOf(one.to)}
            onChange={(event) => set(at, dayOf(one.from), event.target.value)}
          />
          <IconButton
            label={`Remove time away ${at + 1}`}
            size="sm"
            onClick={() => onChange(away.filter((_, index) => index !== at))}
          >
            <X aria-hidden />
          </IconButton>
        </div>
      ))}
      {away.length < AWAY_MAX && (
        <Button size="sm" onClick={add}>
          <Plus aria-hidden />
          Add time away
        </Button>
      )}
    </div>
  );
}
