/**
 * The list of the portal: sticky head, rows by keyboard (J, K, Enter, X), cards on phones, and the same three
 * states everywhere: loading, empty, error. Sorting and filtering are the server's work; this shows them.
 */
import { columnVisibilityFeature, rowSortingFeature, tableFeatures, useTable } from '@tanstack/react-table';
import { clsx } from 'clsx';
import { type ReactNode, useMemo, useRef, useState } from 'react';
import { Checkbox } from './checkbox.tsx';
import { useShortcuts } from './shortcuts.ts';
import { TableCards } from './table-cards.tsx';
import {
  ColumnChooser,
  ExportButton,
  type Problem,
  ProblemNotice,
  SkeletonRows,
  type Sort,
  SortHead,
} from './table-parts.tsx';
import { useColumnChoice } from './use-column-choice.ts';
import { PHONE, useMedia } from './use-media.ts';

export interface Column<Row> {
  id: string;
  header: string;
  cell: (row: Row) => ReactNode;
  /** Figures and money stand right. */
  align?: 'right';
  sortable?: boolean;
  /** Shown only when the reader chooses it. */
  hidden?: boolean;
  /** Takes the room that is left and is cut with an ellipsis. */
  grow?: boolean;
}

export interface TableProps<Row> {
  /** What the list is: "Leads". Also the name under which the chosen columns are remembered. */
  label: string;
  /** First the thing's name, last the time. */
  columns: readonly Column<Row>[];
  /** Undefined while the first answer is awaited. */
  rows: readonly Row[] | undefined;
  rowId: (row: Row) => string;
  problem?: Problem | null | undefined;
  onRetry?: () => void;
  /** What, why and one action; differs between "none yet" and "none match". */
  empty: ReactNode;
  sort?: Sort;
  onSort?: (sort: Sort) => void;
  /** Opens a row, usually in a sheet by `?open=<id>`. */
  onOpen?: (row: Row) => void;
  openId?: string | undefined;
  selected?: readonly string[];
  onSelect?: (ids: string[]) => void;
  /** Filter bar above the head. */
  toolbar?: ReactNode;
  /** CSV of exactly the columns that are shown. */
  onExport?: (columnIds: string[]) => void;
  /** Pagination and bulk bar below. */
  footer?: ReactNode;
  compact?: boolean;
  className?: string;
}

const features = tableFeatures({ columnVisibilityFeature, rowSortingFeature });

export function Table<Row>(props: TableProps<Row>) {
  const { label, columns, rows, rowId, problem, onRetry, empty, toolbar, onExport, footer, className } =
    props;
  const phone = useMedia(PHONE);
  const choice = useColumnChoice(label, columns);
  const data = useMemo(() => (rows ? [...rows] : []), [rows]);
  const table = useTable({
    features,
    data: data as object[],
    columns: useMemo(() => columns.map(({ id, header }) => ({ id, header })), [columns]),
    getRowId: (row) => rowId(row as Row),
    manualSorting: true,
    state: { columnVisibility: choice.visibility },
  });
  const shown = table
    .getVisibleLeafColumns()
    .flatMap(({ id }) => columns.find((column) => column.id === id) ?? []);
  const cursor = useRowCursor(props);

  return (
    <div
      className={clsx(
        'flex min-h-0 min-w-0 flex-col overflow-hidden rounded-panel border bg-surface-1',
        className,
      )}
    >
      <div className="flex items-start gap-1 border-b p-2 empty:hidden">
        {toolbar && <div className="min-w-0 flex-1">{toolbar}</div>}
        {onExport && <ExportButton onExport={() => onExport(shown.map((column) => column.id))} />}
        {!phone && toolbar && <ColumnChooser columns={choice.list} onToggle={choice.toggle} />}
      </div>
      <div className="min-h-0 flex-1 overflow-auto">
        {phone && rows && !problem ? (
          rows.length > 0 && <TableCards {...props} columns={shown} rows={rows} />
        ) : (
          <Grid {...props} shown={shown} cursor={cursor} />
        )}
        {problem && <ProblemNotice problem={problem} onRetry={onRetry} />}
        {!problem && rows?.length === 0 && empty}
      </div>
      {footer}
    </div>
  );
}

interface Cursor {
  index: number;
  setIndex: (index: number) => void;
  rows: React.RefObject<HTMLTableSectionElement | null>;
}

/** Which row the keyboard stands on. While a sheet is open, J and K show the next row in it. */
function useRowCursor<Row>({
  label,
  rows,
  rowId,
  onOpen,
  openId,
  selected,
  onSelect,
}: TableProps<Row>): Cursor {
  const [index, setIndex] = useState(0);
  const body = useRef<HTMLTableSectionElement>(null);
  const opened = rows?.findIndex((row) => rowId(row) === openId) ?? -1;

  const move = (by: number) => {
    const focused = body.current?.contains(document.activeElement);
    const from = opened >= 0 ? opened : focused ? index : by > 0 ? -1 : index;
    const to = Math.min(Math.max(0, from + by), (rows?.length ?? 1) - 1);
    const row = rows?.[to];
    if (!row) return;
    setIndex(to);
    const element = body.current?.children[to] as HTMLElement | undefined;
    if (openId && onOpen) {
      element?.scrollIntoView({ block: 'nearest' });
      onOpen(row);
    } else element?.focus();
  };
  const toggle = () => {
    const row = rows?.[index];
    if (!row || !onSelect || !selected) return;
    const id = rowId(row);
    onSelect(selected.includes(id) ? selected.filter((other) => other !== id) : [...selected, id]);
  };
  useShortcuts(
    rows && rows.length > 0
      ? [
          { keys: 'j', label: 'Next row', group: label, run: () => move(1) },
          { keys: 'k', label: 'Previous row', group: label, run: () => move(-1) },
          ...(onSelect
            ? [{ keys: 'x', label: 'Select or unselect the row', group: label, run: toggle }]
            : []),
        ]
      : null,
  );
  return { index, setIndex, rows: body };
}

interface GridProps<Row> extends TableProps<Row> {
  shown: readonly Column<Row>[];
  cursor: Cursor;
}

function Grid<Row>(props: GridProps<Row>) {
  const { label, shown, rows, rowId, problem, sort, onSort, selected, onSelect, cursor } = props;
  const everyId = rows?.map(rowId) ?? [];
  const chosen = everyId.filter((id) => selected?.includes(id)).length;
  return (
    <table
      aria-label={label}
      aria-busy={!rows && !problem}
      className="w-full border-separate border-spacing-0 text-sm"
    >
      <thead className="sticky top-0 z-10">
        <tr className="text-left text-muted text-xs">
          {onSelect && (
            <th scope="col" className="w-9 border-b bg-surface-2 pl-3">
              <Checkbox
                aria-label="Select all rows of this page"
                checked={chosen > 0 && chosen === everyId.length}
                indeterminate={chosen > 0 && chosen < everyId.length}
                onCheckedChange={(on) => onSelect(on ? everyId : [])}
              />
            </th>
          )}
          {shown.map((column) => (
            <th
              key={column.id}
              scope="col"
              aria-sort={sort?.by === column.id ? (sort.descending ? 'descending' : 'ascending') : undefined}
              className={clsx(
                'h-8 whitespace-nowrap border-b bg-surface-2 px-3 font-medium',
                column.align === 'right' && 'text-right',
                column.grow && 'w-full min-w-44',
              )}
            >
              {column.sortable && onSort ? (
                <SortHead {...column} right={column.align === 'right'} sort={sort} onSort={onSort} />
              ) : (
                column.header
              )}
            </th>
          ))}
        </tr>
      </thead>
      <tbody ref={cursor.rows}>
        {!rows && !problem && <SkeletonRows columns={shown.length + (onSelect ? 1 : 0)} />}
        {!problem &&
          rows?.map((row, index) => <GridRow key={rowId(row)} {...props} row={row} index={index} />)}
      </tbody>
    </table>
  );
}

interface GridRowProps<Row> extends GridProps<Row> {
  row: Row;
  index: number;
}

function GridRow<Row>({
  row,
  index,
  shown,
  rowId,
  rows,
  onOpen,
  openId,
  selected,
  onSelect,
  cursor,
  compact,
}: GridRowProps<Row>) {
  const id = rowId(row);
  const isSelected = selected?.includes(id) ?? false;
  const ids = useMemo(() => rows?.map(rowId) ?? [], [rows, rowId]);
  const select = (event: { shiftKey: boolean }) => {
    if (!onSelect || !selected) return;
    const range = event.shiftKey
      ? ids.slice(Math.min(cursor.index, index), Math.max(cursor.index, index) + 1)
      : [id];
    const rest = selected.filter((other) => !range.includes(other));
    onSelect(isSelected && !event.shiftKey ? rest : [...rest, ...range]);
    cursor.setIndex(index);
  };
  const cell = clsx('border-line border-b px-3 group-last:border-b-0', compact ? 'h-7.5' : 'h-9');
  return (
    <tr
      tabIndex={index === Math.min(cursor.index, ids.length - 1) ? 0 : -1}
      aria-current={id === openId ? 'true' : undefined}
      onFocus={(event) => event.target === event.currentTarget && cursor.setIndex(index)}
      onKeyDown={(event) => {
        if (event.target !== event.currentTarget || event.key !== 'Enter') return;
        onOpen?.(row);
      }}
      onClick={(event) => {
        if ((event.target as Element).closest('a, button, input, label, [role=checkbox], [role=switch]'))
          return;
        if (window.getSelection()?.toString()) return;
        onOpen?.(row);
      }}
      className={clsx(
        'group cursor-default focus-visible:-outline-offset-2',
        id === openId || isSelected ? 'bg-accent-soft' : 'hover:bg-surface-2',
      )}
    >
      {onSelect && (
        <td className={clsx(cell, 'w-9 pr-0')}>
          <Checkbox aria-label="Select this row" tabIndex={-1} checked={isSelected} onClick={select} />
        </td>
      )}
      {shown.map((column, order) => (
        <td
          key={column.id}
          className={clsx(
            cell,
            'whitespace-nowrap',
            order === 0 && 'font-medium',
            column.align === 'right' && 'text-right tabular-nums',
            column.grow && 'max-w-0 truncate',
          )}
        >
          {column.cell(row)}
        </td>
      ))}
    </tr>
  );
}
