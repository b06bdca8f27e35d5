import { useSyncExternalStore } from 'react';

let counts: Readonly<Record<string, number>> = {};
const readers = new Set<() => void>();

/** Shows how many things wait on a page (`/admin/review`, 7); 0 takes the number away. */
export function setNavCount(to: string, count: number): void {
  if ((counts[to] ?? 0) === count) return;
  counts = { ...counts, [to]: count };
  for (const tell of readers) tell();
}

export const useNavCounts = (): Readonly<Record<string, number>> =>
  useSyncExternalStore(
    (tell) => {
      readers.add(tell);
      return () => readers.delete(tell);
    },
    () => counts,
  );
