/** Every component in its states, for looking at them in both themes and at every width. */
import type { ReactNode } from 'react';
import { ThemeMenu } from '../frame/top-bar.tsx';
import { ToastProvider } from '../ui/toast.tsx';
import { TipProvider } from '../ui/tooltip.tsx';
import { Controls } from './controls.tsx';
import { Lists } from './lists.tsx';
import { Overlays } from './overlays.tsx';
import { Stories } from './stories.tsx';
import { Words } from './words.tsx';

export function GalleryPage() {
  return (
    <TipProvider delay={300}>
      <ToastProvider>
        <main className="mx-auto flex max-w-7xl flex-col gap-10 p-4 sm:p-6">
          <header className="flex items-center justify-between gap-4">
            <div>
              <h1 className="text-xl">Gallery</h1>
              <p className="text-muted text-sm">Every component in its states.</p>
            </div>
            <ThemeMenu />
          </header>
          <Words />
          <Controls />
          <Overlays />
          <Stories />
          <Lists />
        </main>
      </ToastProvider>
    </TipProvider>
  );
}

export function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section aria-label={title} className="flex flex-col gap-3">
      <h2 className="border-b pb-1 text-lg">{title}</h2>
      {children}
    </section>
  );
}

export function Row({ children }: { children: ReactNode }) {
  return <div className="flex flex-wrap items-center gap-3">{children}</div>;
}
