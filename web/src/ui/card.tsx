import { clsx } from 'clsx';
import type { ReactNode } from 'react';

interface CardProps {
  title?: ReactNode;
  /** One sentence under the title. */
  note?: ReactNode;
  /** Right of the title: a link or a small button. */
  aside?: ReactNode;
  /** For content with its own edges, such as a table or a list. */
  flush?: boolean;
  className?: string;
  children?: ReactNode;
}

export function Card({ title, note, aside, flush = false, className, children }: CardProps) {
  return (
    <section className={clsx('min-w-0 overflow-hidden rounded-panel border bg-surface-1', className)}>
      {(title || aside) && (
        <header className={clsx('flex items-start justify-between gap-3 px-4 pt-3', flush && 'pb-3')}>
          <div className="min-w-0">
            <h2 className="text-base">{title}</h2>
            {note && <p className="text-muted text-sm">{note}</p>}
          </div>
          {aside}
        </header>
      )}
      <div className={flush ? '' : clsx('px-4 pb-4', title ? 'pt-3' : 'pt-4')}>{children}</div>
    </section>
  );
}

interface FactsProps {
  facts: readonly (readonly [label: string, value: ReactNode])[];
}

/** Label and value, one line each: the head of a sheet or a page. */
export function Facts({ facts }: FactsProps) {
  return (
    <dl className="grid grid-cols-[minmax(6rem,auto)_1fr] gap-x-6 gap-y-1.5 text-sm">
      {facts.map(([label, value]) => (
        <div key={label} className="col-span-2 grid grid-cols-subgrid items-baseline">
          <dt className="text-muted">{label}</dt>
          <dd className="wrap-anywhere min-w-0">{value}</dd>
        </div>
      ))}
    </dl>
  );
}
