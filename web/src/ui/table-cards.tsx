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
        const title = name?.cell(row);
        return (
          // The name is the button and covers the card; links in other cells lie above it.
          <li
            key={rowId(row)}
            className={clsx(
              'relative px-4 py-3 [&_a]:relative [&_a]:z-1',
              rowId(row) === openId && 'bg-accent-soft',
              onOpen && 'has-[button:active]:bg-surface-2',
            )}
          >
            <div className="flex items-baseline justify-between gap-3">
              <span className="wrap-anywhere min-w-0 font-medium">
                {onOpen ? (
                  <button
                    type="button"
                    onClick={() => onOpen(row)}
                    className="text-left after:absolute after:inset-0 focus-visible:outline-none focus-visible:after:outline-2 focus-visible:after:outline-accent focus-visible:after:-outline-offset-2"
                  >
                    {title}
                  </button>
                ) : (
                  title
                )}
              </span>
              {time && <span className="shrink-0 text-muted text-xs">{time.cell(row)}</span>}
            </div>
            <div className="mt-1.5 grid gap-1 text-sm">
              {others.slice(0, -1).map((column) => (
                <div key={column.id} className="flex items-baseline justify-between gap-4">
                  <span className="shrink-0 text-muted">{column.header}</span>
                  <span className="min-w-0 truncate text-right tabular-nums">{column.cell(row)}</span>
                </div>
              ))}
            </div>
          </li>
        );
      })}
    </ul>
  );
}
