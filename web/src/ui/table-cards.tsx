import { clsx } from 'clsx';
import type { Column, TableProps } from './table.tsx';

interface TableCardsProps<Row> extends Pick<TableProps<Row>, 'label' | 'rowId' | 'onOpen' | 'openId'> {
  columns: readonly Column<Row>[];
  rows: readonly Row[];
}

/** The rows of a table on a phone: the name, the time beside it, the rest as label and value. */
export function TableCards<Row>({ label, columns, rows, rowId, onOpen, openId }: TableCardsProps<Row>) {
  const [name, ...others] = columns;
  const time = others.at(-1);
  return (
    <ul aria-label={label} className="divide-y">
      {rows.map((row) => {
        const content = (
          <>
            <span className="flex items-baseline justify-between gap-3">
              <span className="wrap-anywhere min-w-0 font-medium">{name?.cell(row)}</span>
              {time && <span className="shrink-0 text-muted text-xs">{time.cell(row)}</span>}
            </span>
            <span className="mt-1.5 grid gap-1 text-sm">
              {others.slice(0, -1).map((column) => (
                <span key={column.id} className="flex items-baseline justify-between gap-4">
                  <span className="shrink-0 text-muted">{column.header}</span>
                  <span className="min-w-0 truncate text-right tabular-nums">{column.cell(row)}</span>
                </span>
              ))}
            </span>
          </>
        );
        const look = clsx('block w-full px-4 py-3 text-left', rowId(row) === openId && 'bg-accent-soft');
        return (
          <li key={rowId(row)}>
            {onOpen ? (
              <button type="button" onClick={() => onOpen(row)} className={clsx(look, 'active:bg-surface-2')}>
                {content}
              </button>
            ) : (
              <div className={look}>{content}</div>
            )}
          </li>
        );
      })}
    </ul>
  );
}
