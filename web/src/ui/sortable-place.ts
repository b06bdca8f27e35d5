/** Where a row stands while it is moved: what has been measured, in pixels from the top of the list. Pure. */

export interface Measured {
  top: number;
  height: number;
}

/** The place a row has when it was pulled by `by` pixels: past a neighbour when its edge is past that one's middle. */
export function placeAt(rows: readonly Measured[], from: number, by: number): number {
  const own = rows[from];
  if (!own) return from;
  const middle = ({ top, height }: Measured) => top + height / 2;
  const below = rows.slice(from + 1).filter((row) => own.top + own.height + by > middle(row)).length;
  const above = rows.slice(0, from).filter((row) => own.top + by < middle(row)).length;
  return from + below - above;
}

/** How far each row stands from where it was, while the row of `from` is at `to`. */
export function shiftsAt(rows: readonly Measured[], from: number, to: number): number[] {
  const own = rows[from];
  if (!own) return rows.map(() => 0);
  const gap = Math.max(0, (rows[1]?.top ?? 0) - (rows[0]?.top ?? 0) - (rows[0]?.height ?? 0));
  const passed = to > from ? rows.slice(from + 1, to + 1) : rows.slice(to, from);
  const way = passed.reduce((sum, row) => sum + row.height + gap, 0);
  return rows.map((_, at) => {
    if (at === from) return to > from ? way : -way;
    if (to > from && at > from && at <= to) return -(own.height + gap);
    if (to < from && at >= to && at < from) return own.height + gap;
    return 0;
  });
}

/** The list with one of it elsewhere. */
export function movedTo<T>(list: readonly T[], from: number, to: number): T[] {
  const next = [...list];
  const [one] = next.splice(from, 1);
  if (one !== undefined) next.splice(to, 0, one);
  return next;
}
