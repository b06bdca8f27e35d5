/** Which leads somebody has not opened yet, remembered on this machine. */
import { useSyncExternalStore } from 'react';
import { useMe } from '../../session.ts';

/** The oldest are forgotten first; what is older than `since` is not new anyway. */
const KEPT_MAX = 1_000;

export interface Seen {
  /** What came before is not new: the first visit, or the last "mark all as read". */
  since: string;
  opened: readonly string[];
}

const readers = new Set<() => void>();
const known = new Map<string, Seen>();

function read(key: string): Seen {
  const present = known.get(key);
  if (present) return present;
  let seen: Seen = { since: new Date().toISOString(), opened: [] };
  try {
    const stored = JSON.parse(localStorage.getItem(key) ?? 'null') as Partial<Seen> | null;
    if (typeof stored?.since === 'string' && Array.isArray(stored.opened)) seen = stored as Seen;
    else localStorage.setItem(key, JSON.stringify(seen));
  } catch {
    // Storage may be blocked: then everything since this page was opened is new.
  }
  known.set(key, seen);
  return seen;
}

function write(key: string, seen: Seen): void {
  known.set(key, seen);
  try {
    localStorage.setItem(key, JSON.stringify(seen));
  } catch {
    // As above: it then lasts until the page is left.
  }
  for (const tell of readers) tell();
}

export const isNew = (
  { since, opened }: Seen,
  lead: { assignment_id: string; assigned_at: string },
): boolean => lead.assigned_at > since && !opened.includes(lead.assignment_id);

export function useSeen() {
  const key = `fairlead.leads.${useMe().id}`;
  const seen = useSyncExternalStore(
    (tell) => {
      readers.add(tell);
      return () => readers.delete(tell);
    },
    () => read(key),
  );
  return {
    isNew: (lead: { assignment_id: string; assigned_at: string }) => isNew(seen, lead),
    markOpened: (assignmentId: string) => {
      const now = read(key);
      if (now.opened.includes(assignmentId)) return;
      write(key, { ...now, opened: [...now.opened, assignmentId].slice(-KEPT_MAX) });
    },
    markAll: () => write(key, { since: new Date().toISOString(), opened: [] }),
  };
}
