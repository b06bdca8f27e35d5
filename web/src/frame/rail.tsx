import { Link, useLocation } from '@tanstack/react-router';
import { clsx } from 'clsx';
import { Ellipsis } from 'lucide-react';
import { Mark } from '../ui/mark.tsx';
import { Menu, MenuItem } from '../ui/menu.tsx';
import { Tip } from '../ui/tooltip.tsx';
import { isWithin, type NavEntry } from './nav.ts';

interface RailProps {
  entries: readonly NavEntry[];
  /** Only where somebody must act: address to number. */
  counts: Readonly<Record<string, number>>;
  narrow: boolean;
}

/** The pages, on the left. Collapsed it shows icons with their names on hover. */
export function Rail({ entries, counts, narrow }: RailProps) {
  const path = useLocation({ select: (location) => location.pathname });
  return (
    <nav
      aria-label="Pages"
      className={clsx('flex shrink-0 flex-col border-r bg-surface-0 max-sm:hidden', narrow ? 'w-13' : 'w-55')}
    >
      <div className="flex h-12 items-center gap-2 px-3.5">
        <Mark className="size-6 shrink-0 text-accent" />
        {!narrow && <span className="font-semibold text-base">Fairlead</span>}
      </div>
      <ul className="flex flex-col gap-0.5 overflow-y-auto p-2">
        {entries.map((entry) => (
          <li key={entry.to}>
            <RailLink
              entry={entry}
              here={isWithin(path, entry)}
              count={counts[entry.to] ?? 0}
              narrow={narrow}
            />
          </li>
        ))}
      </ul>
    </nav>
  );
}

interface RailLinkProps {
  entry: NavEntry;
  here: boolean;
  count: number;
  narrow: boolean;
}

function RailLink({ entry, here, count, narrow }: RailLinkProps) {
  const Icon = entry.icon;
  const link = (
    <Link
      to={entry.to}
      aria-current={here ? 'page' : undefined}
      aria-label={narrow ? entry.label : undefined}
      className={clsx(
        'relative flex h-8 items-center gap-2.5 rounded-control px-2.5 text-sm transition-colors',
        here ? 'bg-surface-3 font-medium text-text' : 'text-muted hover:bg-surface-2 hover:text-text',
      )}
    >
      <Icon aria-hidden className="size-4 shrink-0" />
      {!narrow && <span className="truncate">{entry.label}</span>}
      {count > 0 && !narrow && <span className="ml-auto text-muted text-xs tabular-nums">{count}</span>}
      {count > 0 && narrow && (
        <span aria-hidden className="absolute top-1.5 right-1.5 size-1.5 rounded-full bg-warn" />
      )}
    </Link>
  );
  if (!narrow) return link;
  return (
    <Tip
      text={count > 0 ? `${entry.label}: ${count} to do` : entry.label}
      keys={`G ${entry.jump.toUpperCase()}`}
      side="right"
    >
      {link}
    </Tip>
  );
}

/** How many pages stand in the bar of a phone; the others are one press further. */
const IN_BAR = 4;

export function BottomBar({ entries }: Pick<RailProps, 'entries'>) {
  const path = useLocation({ select: (location) => location.pathname });
  const inBar = entries.slice(0, IN_BAR);
  const others = entries.slice(IN_BAR);
  const item = 'flex h-14 min-w-0 flex-1 flex-col items-center justify-center gap-1 text-xs';
  return (
    <nav
      aria-label="Pages"
      className="flex shrink-0 border-t bg-surface-1 pb-[env(safe-area-inset-bottom)] sm:hidden"
    >
      {inBar.map((entry) => {
        const here = isWithin(path, entry);
        return (
          <Link
            key={entry.to}
            to={entry.to}
            aria-current={here ? 'page' : undefined}
            className={clsx(item, here ? 'font-medium text-text' : 'text-muted')}
          >
            <entry.icon aria-hidden className="size-5" />
            <span className="max-w-full truncate px-1">{entry.label}</span>
          </Link>
        );
      })}
      {others.length > 0 && (
        <Menu
          side="top"
          trigger={
            <button type="button" className={clsx(item, 'text-muted')}>
              <Ellipsis aria-hidden className="size-5" />
              More
            </button>
          }
        >
          {others.map((entry) => (
            <MenuItem key={entry.to} icon={<entry.icon aria-hidden />} render={<Link to={entry.to} />}>
              {entry.label}
            </MenuItem>
          ))}
        </Menu>
      )}
    </nav>
  );
}
