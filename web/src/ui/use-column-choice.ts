import { useMemo, useState } from 'react';
import type { Column } from './table.tsx';

const keyOf = (label: string) => `fairlead.columns.${label}`;

function remembered(label: string): Record<string, boolean> {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(keyOf(label)) ?? '{}');
    return typeof kept === 'object' && kept !== null ? (kept as Record<string, boolean>) : {};
  } catch {
    return {};
  }
}

/** Which columns of a table are shown; kept on this machine under the name of the table. */
export function useColumnChoice<Row>(label: string, columns: readonly Column<Row>[]) {
  const [choices, setChoices] = useState(() => remembered(label));
  const visibility = useMemo(
    () => Object.fromEntries(columns.map((c, i) => [c.id, i === 0 || (choices[c.id] ?? !c.hidden)])),
    [columns, choices],
  );
  const toggle = (id: string) => {
    const next = { ...choices, [id]: !visibility[id] };
    setChoices(next);
    try {
      localStorage.setItem(keyOf(label), JSON.stringify(next));
    } catch {
      // Storage may be full or blocked; the choice then lasts until the page is left.
    }
  };
  const list = columns.map((c, i) => ({
    id: c.id,
    header: c.header,
    hidden: !visibility[c.id],
    fixed: i === 0,
  }));
  return { visibility, toggle, list };
}
