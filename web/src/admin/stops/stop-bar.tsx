import { useQuery } from '@tanstack/react-query';
import { OctagonX } from 'lucide-react';
import { Time } from '../../ui/time.tsx';
import { heldStopsQuery, type StopView, stopSubject } from './queries.ts';
import { ReleaseButton } from './release-button.tsx';

/** Further ones are counted: the bar must leave room for the page. */
const SHOWN = 3;

/** On every page while something is stopped: what, by whom, since when, why. */
export function StopBar() {
  const { data: stops = [] } = useQuery(heldStopsQuery);
  if (stops.length === 0) return null;
  const first = [...stops].sort(
    (a, b) => Number(b.scope === 'everything') - Number(a.scope === 'everything'),
  );
  const more = stops.length - SHOWN;
  return (
    <aside aria-label="Stopped" className="shrink-0 bg-bad-fill px-3 py-1.5 text-bad-text text-sm">
      <ul className="flex flex-col gap-1.5">
        {first.slice(0, SHOWN).map((stop) => (
          <Line key={stop.id} stop={stop} />
        ))}
      </ul>
      {more > 0 && (
        <p className="mt-1 text-xs">
          and {more} more: their pages say so{stops.length >= 100 ? ', there may be others still' : ''}.
        </p>
      )}
    </aside>
  );
}

function Line({ stop }: { stop: StopView }) {
  return (
    <li className="flex items-center justify-between gap-3">
      <span className="flex min-w-0 items-start gap-2">
        <OctagonX aria-hidden className="mt-0.5 size-4 shrink-0" />
        <span className="wrap-anywhere line-clamp-3 min-w-0">
          <strong className="font-semibold">{stopSubject(stop)} is stopped</strong> by{' '}
          {stop.set_by_name ?? 'the command line'}, <Time at={stop.set_at} />: {stop.reason}
        </span>
      </span>
      <ReleaseButton stop={stop} small />
    </li>
  );
}
