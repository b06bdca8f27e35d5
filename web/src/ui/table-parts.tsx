import { clsx } from 'clsx';
import { ArrowDown, ArrowUp, Columns3, Download } from 'lucide-react';
import type { ReactNode } from 'react';
import { Button, IconButton } from './button.tsx';
import { Checkbox } from './checkbox.tsx';
import { Notice } from './notice.tsx';
import { Popover } from './popover.tsx';
import { numbers, Skeleton } from './skeleton.tsx';

export interface Sort {
  by: string;
  descending: boolean;
}

/** What a failed request gives the reader: the sentence, and an id to quote. */
export interface Problem {
  message: string;
  requestId?: string | undefined;
}

interface SortHeadProps {
  id: string;
  header: string;
  right: boolean;
  sort: Sort | undefined;
  onSort: (sort: Sort) => void;
}

/** First press sorts upwards, the next one turns round. */
export function SortHead({ id, header, right, sort, onSort }: SortHeadProps) {
  const chosen = sort?.by === id;
  const Arrow = chosen && sort.descending ? ArrowDown : ArrowUp;
  return (
    <button
      type="button"
      onClick={() => onSort({ by: id, descending: chosen && !sort.descending })}
      className={clsx(
        'group/sort -mx-1 inline-flex h-6 cursor-default items-center gap-1 rounded-sm px-1 hover:text-text',
        right && 'flex-row-reverse',
        chosen && 'text-text',
      )}
    >
      {header}
      <Arrow aria-hidden className={clsx('size-3.5', !chosen && 'opacity-0 group-hover/sort:opacity-60')} />
    </button>
  );
}

interface ChooserProps {
  columns: readonly { id: string; header: string; hidden: boolean; fixed: boolean }[];
  onToggle: (id: string) => void;
}

/** Which columns are shown; remembered on this machine. */
export function ColumnChooser({ columns, onToggle }: ChooserProps) {
  return (
    <Popover
      label="Columns"
      align="end"
      trigger={
        <IconButton label="Choose columns">
          <Columns3 aria-hidden />
        </IconButton>
      }
    >
      <div className="flex flex-col gap-2">
        {columns.map((column) => (
          <Checkbox
            key={column.id}
            label={column.header}
            checked={!column.hidden}
            disabled={column.fixed}
            onCheckedChange={() => onToggle(column.id)}
          />
        ))}
      </div>
    </Popover>
  );
}

export function ExportButton({ onExport }: { onExport: () => void }) {
  return (
    <IconButton label="Export these rows and columns as CSV" onClick={onExport}>
      <Download aria-hidden />
    </IconButton>
  );
}

export function ProblemNotice({
  problem,
  onRetry,
}: {
  problem: Problem;
  onRetry?: (() => void) | undefined;
}) {
  return (
    <Notice
      tone="bad"
      title={problem.message}
      className="m-4"
      action={
        onRetry && (
          <Button size="sm" onClick={onRetry}>
            Try again
          </Button>
        )
      }
    >
      {problem.requestId && (
        <p className="text-muted">
          Request <code className="font-mono text-xs">{problem.requestId}</code>
        </p>
      )}
    </Notice>
  );
}

/** Rows of the final height while the first answer is awaited, so that nothing jumps. */
export function SkeletonRows({ columns, rows = 8 }: { columns: number; rows?: number }) {
  return numbers(rows).map((row) => (
    <tr key={row} className="h-9 border-b last:border-b-0">
      {numbers(columns).map((column) => (
        <td key={column} className="px-3">
          <Skeleton className={['w-3/4', 'w-1/2', 'w-2/3'][(row + column) % 3]!} />
        </td>
      ))}
    </tr>
  ));
}

interface BulkBarProps {
  count: number;
  /** "lead" and "leads". */
  thing: string;
  things: string;
  /** How many match the filters beyond this page, and how to take them all. */
  all?: { count: number; onSelect: () => void };
  onClear: () => void;
  children: ReactNode;
}

/** Stands at the foot of the table while rows are selected. */
export function BulkBar({ count, thing, things, all, onClear, children }: BulkBarProps) {
  if (count === 0) return null;
  return (
    <section
      aria-label="Selection"
      className="flex flex-wrap items-center gap-2 border-t bg-accent-soft px-3 py-2 text-sm"
    >
      <span aria-live="polite" className="font-medium tabular-nums">
        {count.toLocaleString()} {count === 1 ? thing : things} selected
      </span>
      {all && all.count > count && (
        <Button look="quiet" size="sm" onClick={all.onSelect}>
          Select all {all.count.toLocaleString()}
        </Button>
      )}
      <Button look="quiet" size="sm" onClick={onClear}>
        Clear
      </Button>
      <div className="ml-auto flex gap-2">{children}</div>
    </section>
  );
}
