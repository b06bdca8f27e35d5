import { type KeyboardEvent, type PointerEvent, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { type Measured, movedTo, placeAt, shiftsAt } from './sortable-place.ts';

/** So near to the edge of the window the page goes on by itself, so many pixels per frame. */
const EDGE_PX = 56;
const SCROLL_PX = 10;

/** A row that is being moved. The rows keep the order they had when it was lifted until it is dropped. */
interface Lift<T> {
  items: readonly T[];
  rows: readonly Measured[];
  from: number;
  to: number;
  /** How far the pointer has pulled it; undefined while keys move it. */
  pulled?: number;
}

interface SortableOf<T> {
  items: readonly T[];
  idOf: (item: T) => string;
  nameOf: (item: T) => string;
  onOrder: (ids: string[], seen: string[]) => void;
}

/** Moving one row of a list by its grip, with the pointer or the keys. */
export function useSortable<T>(of: SortableOf<T>) {
  const { items, idOf, nameOf, onOrder } = of;
  const list = useRef<HTMLOListElement>(null);
  const [lift, setLift] = useState<Lift<T>>();
  const [said, say] = useState('');
  const dropped = useRef<string>(undefined);
  const start = useRef({ y: 0, scroll: 0, at: 0 });
  const shown = lift?.items ?? items;
  useFocusBack(list, dropped);

  const put = (at: readonly T[], from: number, to: number) => {
    const seen = at.map(idOf);
    if (from !== to) onOrder(movedTo(seen, from, to), seen);
  };
  const moves: Moves = {
    begin: (from, y) => {
      start.current = { y: y ?? 0, scroll: scrollerOf(list.current).scrollTop, at: y ?? 0 };
      setLift({
        ...{ items, from, to: from, rows: measured(list.current) },
        ...(y === undefined ? {} : { pulled: 0 }),
      });
      if (y === undefined) say(liftedWords(nameOf(items[from]!), from, items.length));
    },
    go: (to) => {
      if (!lift || to < 0 || to >= shown.length || to === lift.to) return;
      setLift({ ...lift, to });
      say(`${nameOf(shown[lift.from]!)}, place ${to + 1} of ${shown.length}.`);
    },
    leave: () => {
      if (lift && lift.pulled === undefined)
        say(`${nameOf(shown[lift.from]!)} is back at place ${lift.from + 1}.`);
      setLift(undefined);
    },
    drop: () => {
      if (!lift) return;
      const one = lift.items[lift.from]!;
      dropped.current = idOf(one);
      say(`${nameOf(one)} dropped at place ${lift.to + 1} of ${lift.items.length}.`);
      setLift(undefined);
      put(lift.items, lift.from, lift.to);
    },
  };
  usePull({ lift, setLift, start, ...moves });

  const shifts = lift ? shiftsAt(lift.rows, lift.from, lift.to) : undefined;
  return {
    list,
    shown,
    said,
    lifted: lift?.from,
    /** The place it would have if the lifted row were dropped now. */
    placeOf: (at: number) => {
      if (!lift) return at;
      if (at === lift.from) return lift.to;
      return at - Math.sign(at - lift.from) * Number(shifts?.[at] !== 0);
    },
    /** Where the row stands meanwhile, in pixels from its place. */
    shiftOf: (at: number) => (at === lift?.from && lift.pulled !== undefined ? lift.pulled : shifts?.[at]),
    /** One place up or down without dragging. */
    step: (at: number, by: -1 | 1) => put(items, at, at + by),
    grip: (at: number) => ({
      'data-grip': idOf(shown[at]!),
      ...gripHandlers(at, { lift, last: shown.length - 1, moves }),
    }),
  };
}

interface Moves {
  /** @param y where the pointer took it; left out: it was lifted by a key */
  begin: (from: number, y?: number) => void;
  go: (to: number) => void;
  leave: () => void;
  drop: () => void;
}

const measured = (list: HTMLElement | null): Measured[] =>
  [...(list?.children ?? [])].map((row) => ({
    top: (row as HTMLElement).offsetTop,
    height: (row as HTMLElement).offsetHeight,
  }));

const liftedWords = (name: string, at: number, count: number): string =>
  `${name} lifted from place ${at + 1} of ${count}. Move it with the arrow keys, drop it with Space, leave it with Escape.`;

/** Moving an element in the page takes the focus from it: the grip that was dropped gets it back. */
function useFocusBack(
  list: { readonly current: HTMLElement | null },
  dropped: { current: string | undefined },
): void {
  useLayoutEffect(() => {
    const id = dropped.current;
    if (id === undefined) return;
    dropped.current = undefined;
    list.current?.querySelector<HTMLElement>(`[data-grip="${CSS.escape(id)}"]`)?.focus();
  });
}

interface GripOf<T> {
  lift: Lift<T> | undefined;
  last: number;
  moves: Moves;
}

function gripHandlers<T>(at: number, { lift, last, moves }: GripOf<T>) {
  return {
    onPointerDown: (event: PointerEvent<HTMLElement>) => {
      if (event.button !== 0 || lift) return;
      event.preventDefault();
      event.currentTarget.focus();
      moves.begin(at, event.clientY);
    },
    onKeyDown: (event: KeyboardEvent<HTMLElement>) => {
      const lifted: Record<string, () => void> = {
        ' ': moves.drop,
        Enter: moves.drop,
        Escape: moves.leave,
        ArrowUp: () => moves.go(lift!.to - 1),
        ArrowDown: () => moves.go(lift!.to + 1),
        Home: () => moves.go(0),
        End: () => moves.go(last),
        Tab: () => undefined,
      };
      const begin = () => moves.begin(at);
      const run = (lift ? lifted : ({ ' ': begin, Enter: begin } as Record<string, () => void>))[event.key];
      if (!run) return;
      // Escape must not also close the dialog around the list.
      event.preventDefault();
      event.stopPropagation();
      run();
    },
    onBlur: () => lift && lift.pulled === undefined && moves.leave(),
  };
}

interface PullOf<T> {
  lift: Lift<T> | undefined;
  setLift: (lift: Lift<T>) => void;
  start: { current: { y: number; scroll: number; at: number } };
  drop: () => void;
  leave: () => void;
}

/** Follows the pointer over the whole window until it is let go; near its edges the page scrolls. */
function usePull<T>(of: PullOf<T>): void {
  const latest = useRef(of);
  latest.current = of;
  const pulling = of.lift?.pulled !== undefined;
  useEffect(() => {
    if (!pulling) return;
    const scroller = scrollerOf(document.querySelector('[data-lifted]'));
    const pull = () => {
      const { lift, setLift, start } = latest.current;
      if (!lift) return;
      const pulled = start.current.at - start.current.y + scroller.scrollTop - start.current.scroll;
      if (pulled !== lift.pulled) setLift({ ...lift, pulled, to: placeAt(lift.rows, lift.from, pulled) });
    };
    const onMove = (event: globalThis.PointerEvent) => {
      latest.current.start.current.at = event.clientY;
      pull();
    };
    const onUp = () => latest.current.drop();
    const onCancel = () => latest.current.leave();
    const onKey = (event: globalThis.KeyboardEvent) => {
      if (event.key !== 'Escape') return;
      event.stopPropagation();
      event.preventDefault();
      latest.current.leave();
    };
    let frame = requestAnimationFrame(function scroll() {
      const { at } = latest.current.start.current;
      const by = at < EDGE_PX ? -SCROLL_PX : at > window.innerHeight - EDGE_PX ? SCROLL_PX : 0;
      if (by !== 0) {
        scroller.scrollTop += by;
        pull();
      }
      frame = requestAnimationFrame(scroll);
    });
    window.addEventListener('pointermove', onMove);
    window.addEventListener('pointerup', onUp);
    window.addEventListener('pointercancel', onCancel);
    window.addEventListener('keydown', onKey, true);
    return () => {
      cancelAnimationFrame(frame);
      window.removeEventListener('pointermove', onMove);
      window.removeEventListener('pointerup', onUp);
      window.removeEventListener('pointercancel', onCancel);
      window.removeEventListener('keydown', onKey, true);
    };
  }, [pulling]);
}

/** What scrolls around the list: a dialog, the page's own column, or the window. */
function scrollerOf(element: Element | null): Element {
  for (let at = element?.parentElement; at; at = at.parentElement) {
    const { overflowY } = getComputedStyle(at);
    if ((overflowY === 'auto' || overflowY === 'scroll') && at.scrollHeight > at.clientHeight) return at;
  }
  return document.scrollingElement ?? document.documentElement;
}
