import { FlaskConical } from 'lucide-react';
import type { ReactNode } from 'react';

/** Over everything that belongs to test mode, so that nobody takes it for real. */
export function TestBand({ children }: { children?: ReactNode }) {
  return (
    <p className="flex min-h-7 items-center justify-center gap-1.5 bg-test-fill px-3 py-1 font-medium text-sm text-test-text">
      <FlaskConical aria-hidden className="size-4 shrink-0" />
      {children ?? 'Test: it reaches no provider and moves no money.'}
    </p>
  );
}
