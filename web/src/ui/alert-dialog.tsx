import { AlertDialog as Base } from '@base-ui/react/alert-dialog';
import { clsx } from 'clsx';
import type { ReactElement, ReactNode } from 'react';
import { Button } from './button.tsx';
import { backdropClass, dialogClass } from './dialog.tsx';

interface AlertDialogProps {
  /** The question: "Refund 3 leads?" */
  title: string;
  /** What will happen, to whom and for how much; what cannot be undone. */
  description: ReactNode;
  /** The verb and its object on the button: "Refund 3 leads". Never "OK". */
  verb: string;
  /** The way out, named by what stays: "Keep leads". */
  keep?: string;
  onConfirm: () => void;
  tone?: 'danger' | 'primary';
  busy?: boolean;
  trigger?: ReactElement;
  open?: boolean;
  onOpenChange?: (open: boolean) => void;
  /** The dry run: who, how much, before and after. */
  children?: ReactNode;
}

/** Asked before money moves or something cannot be undone. The caller closes it once the work is done. */
export function AlertDialog(props: AlertDialogProps) {
  const {
    title,
    description,
    verb,
    keep = 'Go back',
    onConfirm,
    tone = 'danger',
    busy,
    trigger,
    children,
  } = props;
  const { open, onOpenChange } = props;
  return (
    <Base.Root {...(open === undefined ? {} : { open })} onOpenChange={(next) => onOpenChange?.(next)}>
      {trigger && <Base.Trigger render={trigger} />}
      <Base.Portal>
        {/* Also over a sheet: what stands behind the question is dimmed. */}
        <Base.Backdrop forceRender className={backdropClass} />
        <Base.Popup data-blocks-shortcuts className={clsx(dialogClass, 'max-w-md')}>
          <div className="min-h-0 flex-1 overflow-y-auto p-4">
            <Base.Title className="text-lg">{title}</Base.Title>
            <Base.Description className="mt-1 text-base text-muted">{description}</Base.Description>
            {children && <div className="mt-3">{children}</div>}
          </div>
          <footer className="flex justify-end gap-2 border-t px-4 py-3">
            <Base.Close render={<Button>{keep}</Button>} />
            <Button look={tone} busy={busy} onClick={onConfirm}>
              {verb}
            </Button>
          </footer>
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}
