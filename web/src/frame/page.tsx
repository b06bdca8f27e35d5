import { clsx } from 'clsx';
import { type ReactNode, useEffect } from 'react';

interface PageProps {
  title: string;
  /** One sentence: what this page is for. */
  sentence?: ReactNode;
  /** At most one primary action. */
  action?: ReactNode;
  /** For a page that is one table: it fills the height and only its rows scroll. */
  fill?: boolean;
  /** Full width, for tables; otherwise a column of at most 1,280 px. */
  wide?: boolean;
  children: ReactNode;
}

/** The head and the body of every page. */
export function Page({ title, sentence, action, fill = false, wide = fill, children }: PageProps) {
  useEffect(() => {
    document.title = `${title} · Fairlead`;
  }, [title]);
  return (
    <div
      className={clsx(
        // What is for screen readers only stands absolute: it must scroll with the page and not beyond it.
        'relative mx-auto flex flex-col gap-4 p-4 sm:p-6',
        fill && 'sm:h-full sm:min-h-0',
        !wide && 'max-w-7xl',
      )}
    >
      <div className="flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
        <div className="min-w-0">
          <h1 className="text-xl">{title}</h1>
          {sentence && <p className="text-muted text-sm">{sentence}</p>}
        </div>
        {action}
      </div>
      {fill ? <div className="flex min-h-0 flex-1 flex-col *:min-h-0 *:flex-1">{children}</div> : children}
    </div>
  );
}
