import { exactTime, relativeTime, useNow, viewerZone } from './clock.ts';
import { CopyButton } from './copy-button.tsx';
import { Popover } from './popover.tsx';

interface TimeProps {
  /** ISO 8601, as the API gives it. */
  at: string;
  /** The zone that matters besides the reader's own, such as the provider's, with whose it is. */
  zone?: { name: string; whose: string };
  /** In tables: a plain text with the exact time on hover, no stop for the keyboard. */
  quiet?: boolean;
}

/** Relative, with the exact time in the reader's zone and in UTC one hover away, each to copy. */
export function Time({ at, zone, quiet = false }: TimeProps) {
  const now = useNow();
  const instant = Date.parse(at);
  const text = relativeTime(instant, now);
  const className = 'whitespace-nowrap tabular-nums';
  if (quiet) {
    return (
      <time dateTime={at} title={`${exactTime(instant)} (${viewerZone()})`} className={className}>
        {text}
      </time>
    );
  }
  const lines = [
    { whose: viewerZone(), value: exactTime(instant) },
    ...(zone ? [{ whose: zone.whose, value: exactTime(instant, zone.name) }] : []),
    { whose: 'UTC', value: new Date(instant).toISOString() },
  ];
  return (
    <Popover
      hover
      label="Exact time"
      trigger={
        <button
          type="button"
          className="cursor-default rounded-sm decoration-line-strong decoration-dotted underline-offset-3 hover:underline"
        >
          <time dateTime={at} className={className}>
            {text}
          </time>
        </button>
      }
    >
      <dl className="grid grid-cols-[auto_1fr_auto] items-center gap-x-4 gap-y-1 text-sm">
        {lines.map((line) => (
          <div key={line.whose} className="col-span-3 grid grid-cols-subgrid items-center">
            <dt className="text-muted">{line.whose}</dt>
            <dd className="tabular-nums">{line.value}</dd>
            <CopyButton text={line.value} what={`time in ${line.whose}`} />
          </div>
        ))}
      </dl>
    </Popover>
  );
}
