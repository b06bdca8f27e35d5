import type { ReactNode } from 'react';
import { BarList } from '../ui/bar-list.tsx';

interface Share {
  id: string;
  name: ReactNode;
  received: number;
  expected: number;
  skew: number | null;
  skewed?: boolean;
  mine?: boolean;
}

/** Turns that were got as bars, with what was due as a line in each. */
export function FairBars({ label, shares }: { label: string; shares: readonly Share[] }) {
  return (
    <BarList
      label={label}
      rows={shares.map(({ id, name, received, expected, skew, skewed, mine }) => ({
        id,
        label: name,
        value: received,
        mark: expected,
        tone: skewed ? 'warn' : mine ? 'accent' : 'plain',
        shown: (
          <>
            {received.toLocaleString()}
            <span className="text-muted"> of {due(expected)} due</span>
            <span className={skewed ? 'ml-2 font-medium text-warn' : 'ml-2 text-muted'}>
              {skewWords(skew)}
            </span>
          </>
        ),
      }))}
    />
  );
}

const due = (expected: number): string => expected.toLocaleString(undefined, { maximumFractionDigits: 1 });

/** "+12 %": with a real minus, and nothing where nothing was due. */
export function skewWords(skew: number | null): string {
  if (skew === null) return '';
  const percent = Math.round(skew * 100);
  return `${percent > 0 ? '+' : percent < 0 ? '−' : '±'}${Math.abs(percent)} %`;
}
