import { Toast as Base } from '@base-ui/react/toast';
import { clsx } from 'clsx';
import { CircleAlert, CircleCheck, X } from 'lucide-react';
import type { ReactNode } from 'react';
import { buttonClass } from './button.tsx';

/** How long an act that moves no money can be taken back. */
const UNDO_MS = 8_000;
const READ_MS = 5_000;

const manager = Base.createToastManager();

interface Saying {
  title: string;
  text?: string;
  /** Offered for 8 seconds; only for acts that move no money. */
  undo?: () => void;
  /** It takes the place of the one before that has the same: of two orders only the last can be taken back. */
  id?: string;
}

/** "Saved", "Lead approved": what has just been done. */
export function toast({ title, text, undo, id }: Saying): void {
  manager.add({
    ...(id ? { id } : {}),
    title,
    description: text,
    type: 'good',
    timeout: undo ? UNDO_MS : READ_MS,
    actionProps: undo ? { children: 'Undo', onClick: undo } : undefined,
  });
}

/** What could not be done, and the way out. Stays until it is closed. */
export function toastProblem({ title, text }: Omit<Saying, 'undo' | 'id'>): void {
  manager.add({ title, description: text, type: 'bad', timeout: 0 });
}

export function ToastProvider({ children }: { children: ReactNode }) {
  return (
    <Base.Provider toastManager={manager}>
      {children}
      <Base.Portal>
        <Base.Viewport
          aria-label="Messages"
          className="fixed bottom-4 left-1/2 z-50 -translate-x-1/2 flex w-[min(22rem,calc(100vw-2rem))] flex-col gap-2 outline-none max-sm:bottom-18"
        >
          <ToastList />
        </Base.Viewport>
      </Base.Portal>
    </Base.Provider>
  );
}

function ToastList() {
  const { toasts } = Base.useToastManager();
  return toasts.map((item) => (
    <Base.Root
      key={item.id}
      toast={item}
      className={clsx(
        'rounded-panel border border-line bg-float shadow-float transition-opacity',
        'data-ending-style:opacity-0 data-starting-style:opacity-0 data-limited:hidden',
      )}
    >
      <Base.Content className="flex items-start gap-2 p-3 text-sm">
        {item.type === 'bad' ? (
          <CircleAlert aria-hidden className="mt-0.5 size-4 shrink-0 text-bad" />
        ) : (
          <CircleCheck aria-hidden className="mt-0.5 size-4 shrink-0 text-good" />
        )}
        <div className="min-w-0 flex-1">
          <Base.Title className="font-medium text-sm" />
          <Base.Description className="text-muted" />
        </div>
        <Base.Action className={buttonClass({ size: 'sm' })} />
        <Base.Close
          aria-label="Close"
          className={buttonClass({ look: 'quiet', size: 'sm', className: '-m-1 w-7 px-0' })}
        >
          <X aria-hidden />
        </Base.Close>
      </Base.Content>
    </Base.Root>
  ));
}
