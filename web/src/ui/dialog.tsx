import { Dialog as Base } from '@base-ui/react/dialog';
import { clsx } from 'clsx';
import { X } from 'lucide-react';
import type { ReactElement, ReactNode } from 'react';
import { buttonClass } from './button.tsx';

export const backdropClass =
  'fixed inset-0 z-30 bg-shade transition-opacity data-ending-style:opacity-0 data-starting-style:opacity-0';

export const dialogClass = clsx(
  'fixed top-[12dvh] left-1/2 z-40 flex max-h-[80dvh] w-[calc(100vw-2rem)] -translate-x-1/2 flex-col overflow-hidden',
  'rounded-panel border border-line bg-float shadow-float outline-none transition-[opacity,scale]',
  'data-ending-style:opacity-0 data-starting-style:scale-98 data-starting-style:opacity-0',
);

interface DialogProps {
  title: string;
  /** One sentence under the title. */
  description?: ReactNode;
  /** The element that opens it; leave out when `open` is controlled. */
  trigger?: ReactElement;
  open?: boolean;
  onOpenChange?: (open: boolean) => void;
  /** Buttons at the foot: the way out first, the verb last. */
  actions?: ReactNode;
  wide?: boolean;
  /** What has the focus when it opens; otherwise the first control. */
  initialFocus?: () => HTMLElement | null;
  children?: ReactNode;
}

/** For a short task on top of the page. Focus is kept inside and returns to where it was. */
export function Dialog({
  title,
  description,
  trigger,
  open,
  onOpenChange,
  actions,
  wide,
  initialFocus,
  children,
}: DialogProps) {
  return (
    <Base.Root {...(open === undefined ? {} : { open })} onOpenChange={(next) => onOpenChange?.(next)}>
      {trigger && <Base.Trigger render={trigger} />}
      <Base.Portal>
        {/* Also over a sheet: what stands behind it is dimmed. */}
        <Base.Backdrop forceRender className={backdropClass} />
        <Base.Popup
          data-blocks-shortcuts
          {...(initialFocus ? { initialFocus } : {})}
          className={clsx(dialogClass, wide ? 'max-w-2xl' : 'max-w-md')}
        >
          <header className="flex items-start justify-between gap-4 px-4 pt-4">
            <div>
              <Base.Title className="text-lg">{title}</Base.Title>
              {description && (
                <Base.Description className="text-muted text-sm">{description}</Base.Description>
              )}
            </div>
            <Base.Close
              aria-label="Close"
              className={buttonClass({ look: 'quiet', size: 'sm', className: 'w-7 px-0' })}
            >
              <X aria-hidden />
            </Base.Close>
          </header>
          <div className="min-h-0 flex-1 overflow-y-auto px-4 py-3">{children}</div>
          {actions && <footer className="flex justify-end gap-2 border-t px-4 py-3">{actions}</footer>}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}

/** A button inside a dialog that closes it. */
export const DialogClose = Base.Close;
