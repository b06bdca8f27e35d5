import { clsx } from 'clsx';
import { ChevronRight, type LucideIcon } from 'lucide-react';
import { type ReactNode, useId, useState } from 'react';
import { toneText } from './badge.tsx';
import type { Tone } from './states.ts';
import { Time } from './time.tsx';

export interface TimelineEvent {
  id: string;
  at: string;
  icon: LucideIcon;
  tone?: Tone;
  /** One plain sentence: "Offered to 14 providers; 3 took it". */
  sentence: ReactNode;
  /** Right of the sentence: an amount, a duration. */
  figure?: ReactNode;
  /** Request, response, transfer, audit row; shown when the line is opened. */
  detail?: ReactNode;
}

/** What happened, one line per event, oldest first; lines with detail open. */
export function Timeline({ label, events }: { label: string; events: readonly TimelineEvent[] }) {
  return (
    <ol aria-label={label} className="flex flex-col">
      {events.map((event, index) => (
        <TimelineLine key={event.id} event={event} last={index === events.length - 1} />
      ))}
    </ol>
  );
}

function TimelineLine({ event, last }: { event: TimelineEvent; last: boolean }) {
  const [open, setOpen] = useState(false);
  const id = useId();
  const Icon = event.icon;
  const sentence = <span className="min-w-0 text-left">{event.sentence}</span>;
  return (
    <li className="group relative flex gap-3 pb-3 last:pb-0">
      {!last && <span aria-hidden className="absolute top-6 bottom-0 left-[9.5px] w-px bg-line" />}
      <span
        className={clsx('mt-0.5 grid size-5 shrink-0 place-items-center', toneText[event.tone ?? 'neutral'])}
      >
        <Icon aria-hidden className="size-4" />
      </span>
      <div className="min-w-0 flex-1">
        <div className="flex min-h-6 flex-wrap items-baseline gap-x-3 gap-y-0.5 text-base">
          {event.detail ? (
            <button
              type="button"
              aria-expanded={open}
              aria-controls={id}
              onClick={() => setOpen(!open)}
              className="-ml-1 flex min-w-0 flex-1 cursor-default items-baseline gap-1 rounded-sm px-1 hover:bg-surface-2"
            >
              {sentence}
              <ChevronRight
                aria-hidden
                className={clsx(
                  'size-3.5 shrink-0 self-center text-faint transition-[rotate]',
                  open && 'rotate-90',
                )}
              />
            </button>
          ) : (
            <span className="flex min-w-0 flex-1">{sentence}</span>
          )}
          <span className="flex shrink-0 items-baseline gap-3">
            {event.figure && <span className="text-sm tabular-nums">{event.figure}</span>}
            <span className="text-faint text-xs">
              <Time at={event.at} />
            </span>
          </span>
        </div>
        <div id={id} hidden={!open}>
          {open && event.detail && (
            <div className="mt-1.5 mb-1 rounded-control border bg-surface-0 p-3 text-sm">{event.detail}</div>
          )}
        </div>
      </div>
    </li>
  );
}
