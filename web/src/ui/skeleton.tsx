import { clsx } from 'clsx';

/** A quiet bar where text will stand. It appears only when the wait is longer than 300 ms. */
export function Skeleton({ className }: { className?: string }) {
  return <span aria-hidden className={clsx('block h-3.5 animate-late rounded-sm bg-surface-3', className)} />;
}

/** Several lines; screen readers hear "Loading" once. */
export function SkeletonLines({ lines = 3 }: { lines?: number }) {
  return (
    <div role="status" className="flex flex-col gap-3">
      <span className="sr-only">Loading</span>
      {numbers(lines).map((line) => (
        <Skeleton key={line} className={['w-full', 'w-5/6', 'w-2/3'][line % 3]!} />
      ))}
    </div>
  );
}

/** 0, 1, 2 ... : placeholders have no other identity than their place. */
export const numbers = (count: number): number[] => Array.from({ length: count }, (_, number) => number);
