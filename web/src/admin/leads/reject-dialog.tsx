import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { Button } from '../../ui/button.tsx';
import { Dialog, DialogClose } from '../../ui/dialog.tsx';
import { MemoField } from './memo-field.tsx';
import { noReason, ReasonField, reasonText, rejectReasons } from './reason-field.tsx';

interface RejectDialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  busy: boolean;
  onReject: (reason: string, memo?: string) => void;
}

/** Asks why. The first reason is chosen, so that Enter is enough; the arrow keys choose another. */
export function RejectDialog({ open, onOpenChange, busy, onReject }: RejectDialogProps) {
  const [reason, setReason] = useState(noReason(rejectReasons[0]));
  const [memo, setMemo] = useState('');
  useEffect(() => {
    if (!open) return;
    setReason(noReason(rejectReasons[0]));
    setMemo('');
  }, [open]);
  const body = useRef<HTMLDivElement>(null);
  const text = reasonText(reason);
  const reject = () => text && !busy && onReject(text, memo.trim() || undefined);
  const onKeyDown = (event: KeyboardEvent) => {
    // In the note Enter is a new line.
    if (event.key !== 'Enter' || event.target instanceof HTMLTextAreaElement) return;
    if ((event.target as Element).closest('button:not([role=radio])')) return;
    event.preventDefault();
    reject();
  };
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      initialFocus={() => body.current?.querySelector<HTMLElement>('[role=radio]') ?? null}
      title="Reject this lead?"
      description="It ends here: nobody gets it, and it cannot be taken back."
      actions={
        <>
          <DialogClose render={<Button>Keep lead</Button>} />
          <Button look="danger" busy={busy} disabled={!text} onClick={reject}>
            Reject lead
          </Button>
        </>
      }
    >
      {/* biome-ignore lint/a11y/noStaticElementInteractions: Enter on a choice does what the button does */}
      <div ref={body} onKeyDown={onKeyDown}>
        <ReasonField
          label="Why is it rejected?"
          reasons={rejectReasons}
          value={reason}
          onChange={setReason}
        />
        <div className="mt-3">
          <MemoField value={memo} onChange={setMemo} />
        </div>
      </div>
    </Dialog>
  );
}
