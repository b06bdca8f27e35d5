import { clsx } from 'clsx';
import { TrendingDown, TrendingUp } from 'lucide-react';
import type { ReactElement, ReactNode } from 'react';
import { Sparkline } from './sparkline.tsx';

interface Comparison {
  /** "12 %", "3 more". */
  change: string;
  /** "than last Friday". */
  than: string;
  direction: 'up' | 'down' | 'same';
  /** Whether that is good news; leave out when it is neither. */
  good?: boolean;
}

interface FigureProps {
  label: string;
  value: ReactNode;
  /** Time zone and basis: "Today, Europe/Berlin, without test leads". */
  basis: string;
  comparison?: Comparison;
  /** 30 days, oldest first, `null` for a day without data. */
  trend?: readonly (number | null)[];
  /** A link element around the label, to the list behind the figure. */
  link?: ReactElement<{ children?: ReactNode; className?: string }>;
}

/** One number with what it is compared to, where it comes from and the list behind it. */
export function Figure({ label, value, basis, comparison, trend, link }: FigureProps) {
  return (
    <div className="relative flex min-w-0 flex-col gap-1 rounded-panel border bg-surface-1 p-4 has-[a:hover]:border-line-strong">
      <p className="text-muted text-sm">{link ? <FigureLink link={link} label={label} /> : label}</p>
      <div className="flex items-end justify-between gap-3">
        <p className="font-semibold text-2xl tabular-nums">{value}</p>
        {trend && <Sparkline values={trend} label={`${label}, last ${trend.length} days`} />}
      </div>
      {comparison && <ComparisonLine {...comparison} />}
      <p className="text-faint text-xs">{basis}</p>
    </div>
  );
}

function FigureLink({ link, label }: { link: NonNullable<FigureProps['link']>; label: string }) {
  const { type: Link, props } = link as ReactElement<Record<string, unknown>, 'a'>;
  return (
    <Link {...props} className="rounded-sm after:absolute after:inset-0 after:rounded-panel">
      {label}
    </Link>
  );
}

function ComparisonLine({ change, than, direction, good }: Comparison) {
  const Arrow = direction === 'up' ? TrendingUp : TrendingDown;
  const tone = good === undefined ? 'text-muted' : good ? 'text-good' : 'text-bad';
  return (
    <p className="flex items-center gap-1 text-sm">
      <span className={clsx('inline-flex items-center gap-1 font-medium tabular-nums', tone)}>
        {direction !== 'same' && <Arrow aria-hidden className="size-3.5" />}
        {direction === 'down' ? '\u2212' : direction === 'up' ? '+' : ''}
        {change}
      </span>
      <span className="text-muted">{than}</span>
    </p>
  );
}

/** Figures side by side; they wrap to two and one column. */
export function Figures({ children }: { children: ReactNode }) {
  return <div className="grid grid-cols-1 gap-3 sm:grid-cols-2 xl:grid-cols-4">{children}</div>;
}
