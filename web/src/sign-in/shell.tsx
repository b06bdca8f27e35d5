import { type ReactNode, useEffect } from 'react';
import { Mark } from '../ui/mark.tsx';

interface ShellProps {
  title: string;
  sentence?: ReactNode;
  children: ReactNode;
}

/** One form in the middle of a quiet page. */
export function Shell({ title, sentence, children }: ShellProps) {
  useEffect(() => {
    document.title = `${title} · Fairlead`;
  }, [title]);
  return (
    <main className="flex min-h-dvh flex-col items-center px-4 pt-[14dvh] pb-8">
      <div className="flex w-full max-w-88 flex-col gap-6">
        <div>
          <div className="mb-6 flex items-center gap-2 font-semibold text-lg">
            <Mark className="size-7 text-accent" />
            Fairlead
          </div>
          <h1 className="text-xl">{title}</h1>
          {sentence && <p className="mt-1 text-base text-muted">{sentence}</p>}
        </div>
        {children}
      </div>
    </main>
  );
}
