import { useSyncExternalStore } from 'react';

/** How often relative times are brought up to date; one timer serves the whole page. */
const TICK_MS = 15_000;

let now = Date.now();
let timer: ReturnType<typeof setInterval> | undefined;
const readers = new Set<() => void>();

function subscribe(reader: () => void): () => void {
  readers.add(reader);
  timer ??= setInterval(() => {
    now = Date.now();
    for (const tell of readers) tell();
  }, TICK_MS);
  return () => {
    readers.delete(reader);
    if (readers.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

/** The present instant in milliseconds, renewed every 15 seconds. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => Math.max(now, Date.now() - TICK_MS));
}

const steps: [unit: Intl.RelativeTimeFormatUnit, seconds: number, below: number][] = [
  ['second', 1, 60],
  ['minute', 60, 3_600],
  ['hour', 3_600, 86_400],
  ['day', 86_400, 7 * 86_400],
];

const relative = new Intl.RelativeTimeFormat('en', { numeric: 'always', style: 'short' });
const day = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });
const dayAndYear = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short', year: 'numeric' });

/** "just now", "4 min. ago", "in 2 hr."; the date from a week on, with its year when it is another one. */
export function relativeTime(at: number, present: number): string {
  const seconds = Math.round((at - present) / 1000);
  if (Math.abs(seconds) < 10) return 'just now';
  for (const [unit, size, below] of steps) {
    if (Math.abs(seconds) < below) return relative.format(Math.trunc(seconds / size), unit);
  }
  const sameYear = new Date(at).getFullYear() === new Date(present).getFullYear();
  return (sameYear ? day : dayAndYear).format(at);
}

/** Date, time to the second and the name of the zone. */
export function exactTime(at: number, timeZone?: string): string {
  return new Intl.DateTimeFormat(undefined, {
    dateStyle: 'medium',
    timeStyle: 'medium',
    ...(timeZone ? { timeZone } : {}),
  }).format(at);
}

export const viewerZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;
