import { Dialog as Base } from '@base-ui/react/dialog';
import { clsx } from 'clsx';
import { ChevronDown, ChevronUp, X } from 'lucide-react';
import type { ReactNode, RefObject } from 'react';
import { buttonClass, IconButton } from './button.tsx';

interface SheetProps {
  open: boolean;
  onClose: () => void;
  title: ReactNode;
  /** What stands right of the title: a status, a link to the full page. */
  aside?: ReactNode;
  onPrevious?: (() => void) | undefined;
  onNext?: (() => void) | undefined;
  /** Buttons at the foot. */
  actions?: ReactNode;
  /** What has the focus when it opens, such as the link to the full page: Enter then opens that. */
  initialFocus?: RefObject<HTMLElement | null>;
  children: ReactNode;
}

/**
 * Shows one row of a list on the right. The list stays usable beside it: J and K walk on, Escape closes.
 * Keep which row is open in the address (`?open=<id>`), so that Back and a copied link work.
 */
export function Sheet(props: SheetProps) {
  const { open, onClose, title, aside, onPrevious, onNext, actions, initialFocus, children } = props;
  return (
    <Base.Root open={open} onOpenChange={(next) => !next && onClose()} modal={false} disablePointerDismissal>
      <Base.Portal>
        <Base.Popup
          {...(initialFocus ? { initialFocus } : {})}
          className={clsx(
            'fixed inset-y-0 right-0 z-20 flex w-full flex-col border-l bg-float shadow-float outline-none sm:w-[min(34rem,92vw)]',
            'transition-[opacity,translate] data-ending-style:translate-x-4 data-starting-style:translate-x-4',
            'data-ending-style:opacity-0 data-starting-style:opacity-0',
          )}
        >
          <div className="flex min-h-12 items-center gap-2 border-b py-2 pr-2 pl-4">
            <Base.Title className="min-w-0 flex-1 truncate text-lg">{title}</Base.Title>
            {aside}
            <IconButton label="Previous (K)" size="sm" disabled={!onPrevious} onClick={onPrevious}>
              <ChevronUp aria-hidden />
            </IconButton>
            <IconButton label="Next (J)" size="sm" disabled={!onNext} onClick={onNext}>
              <ChevronDown aria-hidden />
            </IconButton>
            <Base.Close
              aria-label="Close (Escape)"
              className={buttonClass({ look: 'quiet', size: 'sm', className: 'w-7 px-0' })}
            >
              <X aria-hidden />
            </Base.Close>
          </div>
          <div className="min-h-0 flex-1 overflow-y-auto p-4">{children}</div>
          {actions && <div className="flex justify-end gap-2 border-t px-4 py-3">{actions}</div>}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}
