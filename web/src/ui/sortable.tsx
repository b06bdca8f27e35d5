import { clsx } from 'clsx';
import { GripVertical } from 'lucide-react';
import { type ReactNode, useId } from 'react';
import { buttonClass } from './button.tsx';
import { useSortable } from './use-sortable.ts';

/** What a row can place in itself. */
export interface SortableRow {
  /** The grip to drag by; also moved with Space and the arrow keys. Nothing when the order is fixed. */
  grip: ReactNode;
  /** For a menu: the same without dragging. Undefined at the ends. */
  moveUp: (() => void) | undefined;
  moveDown: (() => void) | undefined;
}

interface SortableProps<T> {
  label: string;
  items: readonly T[];
  idOf: (item: T) => string;
  /** What the row is called when it is moved: "Move Premium". */
  nameOf: (item: T) => string;
  /** The new order, and the one that was on the screen when the row was lifted. */
  onOrder: (ids: string[], seen: string[]) => void;
  /** Nothing can be moved: the person may not, or an order is being saved. */
  fixed?: boolean;
  className?: string;
  rowClass?: string;
  /** @param at its place; while a row is moved, the one it would have */
  children: (item: T, at: number, row: SortableRow) => ReactNode;
}

/** A list whose order is a choice of the person: rows are moved with the pointer, a finger or the keys. */
export function Sortable<T>(props: SortableProps<T>) {
  const { label, items, idOf, nameOf, onOrder, fixed = false, className, rowClass, children } = props;
  const { list, shown, said, lifted, placeOf, shiftOf, step, grip } = useSortable({
    items,
    idOf,
    nameOf,
    onOrder,
  });
  const help = useId();
  return (
    <>
      <ol ref={list} aria-label={label} className={clsx('relative', className)}>
        {shown.map((item, at) => {
          const shift = shiftOf(at);
          const isLifted = at === lifted;
          return (
            <li
              key={idOf(item)}
              data-lifted={isLifted || undefined}
              className={clsx(
                rowClass,
                'relative',
                isLifted && 'z-10 rounded-control bg-float shadow-float outline-2 outline-accent',
                lifted !== undefined && !isLifted && 'transition-[translate]',
              )}
              {...(shift ? { style: { translate: `0 ${shift}px` } } : {})}
            >
              {children(item, placeOf(at), {
                grip: !fixed && shown.length > 1 && (
                  <button
                    type="button"
                    aria-label={`Move ${nameOf(item)}`}
                    aria-describedby={help}
                    aria-pressed={isLifted}
                    className={buttonClass({
                      look: 'quiet',
                      size: 'sm',
                      className: [
                        'w-6! touch-none px-0 text-faint pointer-coarse:w-9!',
                        isLifted ? 'cursor-grabbing' : 'cursor-grab',
                      ],
                    })}
                    {...grip(at)}
                  >
                    <GripVertical aria-hidden />
                  </button>
                ),
                moveUp: fixed || at === 0 ? undefined : () => step(at, -1),
                moveDown: fixed || at === shown.length - 1 ? undefined : () => step(at, 1),
              })}
            </li>
          );
        })}
      </ol>
      <span id={help} hidden>
        Drag it, or press Space, move it with the arrow keys, and press Space again.
      </span>
      <span role="status" aria-live="assertive" className="sr-only">
        {said}
      </span>
    </>
  );
}
