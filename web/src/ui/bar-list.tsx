import { clsx } from 'clsx';
import type { ReactNode } from 'react';

export interface BarRow {
  id: string;
  label: ReactNode;
  /** Length of the bar. */
  value: number;
  /** A thin mark on the same scale, such as what was due. */
  mark?: number;
  /** In place of the number. */
  shown?: ReactNode;
  /** Under the label. */
  note?: ReactNode;
  tone?: 'plain' | 'accent' | 'warn';
}

interface BarListProps {
  label: string;
  rows: readonly BarRow[];
  /** The value of a full bar; left out: the largest of the rows. */
  full?: number;
}

const fill = { plain: 'text-line-strong', accent: 'text-accent', warn: 'text-warn' };

/** Bars from zero, one below the other, each with its figure: the list is the table behind the picture. */
export function BarList({ label, rows, full }: BarListProps) {
  const most = Math.max(full ?? 0, ...rows.map(({ value, mark = 0 }) => Math.max(value, mark)), 0.001);
  return (
    <ul
      aria-label={label}
      className="grid gap-x-3 grid-cols-[minmax(0,1fr)_auto] gap-y-1.5 sm:grid-cols-[minmax(0,14rem)_minmax(0,1fr)_auto]"
    >
      {rows.map((row) => (
        <li key={row.id} className="col-span-full grid grid-cols-subgrid items-center text-sm">
          <span className="min-w-0">
            <span className="block truncate">{row.label}</span>
            {row.note && <span className="block text-muted text-xs">{row.note}</span>}
          </span>
          <Bar row={row} most={most} />
          <span className="min-w-12 text-right tabular-nums max-sm:col-start-2 max-sm:row-start-1">
            {row.shown ?? row.value.toLocaleString()}
          </span>
        </li>
      ))}
    </ul>
  );
}

/** Drawn, because the content policy allows no width in an attribute. */
function Bar({ row: { value, mark, tone = 'plain' }, most }: { row: BarRow; most: number }) {
  return (
    <svg
      aria-hidden
      viewBox="0 0 100 10"
      preserveAspectRatio="none"
      className={clsx('h-3 w-full min-w-0 max-sm:col-span-2', fill[tone])}
    >
      <rect
        y="1"
        width={value === 0 ? 0 : Math.max(0.6, (value / most) * 100)}
        height="8"
        fill="currentColor"
      />
      {mark !== undefined && (
        <line
          x1={Math.min(99.8, (mark / most) * 100)}
          x2={Math.min(99.8, (mark / most) * 100)}
          y2="10"
          strokeWidth="2"
          vectorEffect="non-scaling-stroke"
          className="stroke-text"
        />
      )}
    </svg>
  );
}
