import { type ReactElement, useState } from 'react';
import { sentenceOf } from '../../act.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog, DialogClose } from '../../ui/dialog.tsx';
import { Field } from '../../ui/field.tsx';
import { Input } from '../../ui/input.tsx';
import { Notice } from '../../ui/notice.tsx';

const REASON_MAX = 500;

interface ReasonDialogProps {
  trigger?: ReactElement;
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  /** What happens. */
  description: string;
  verb: string;
  keep: string;
  danger: boolean;
  busy: boolean;
  problem: Error | null;
  onConfirm: (reason: string) => void;
}

/** A question that must be answered with a reason. */
export function ReasonDialog(props: ReasonDialogProps) {
  const { open, onOpenChange, title, description, verb, keep, danger, busy, problem, onConfirm } = props;
  const [reason, setReason] = useState('');
  const text = reason.trim();
  return (
    <Dialog
      {...(props.trigger ? { trigger: props.trigger } : {})}
      open={open}
      onOpenChange={(next) => {
        if (next) setReason('');
        onOpenChange(next);
      }}
      title={title}
      description={description}
      actions={
        <>
          <DialogClose render={<Button>{keep}</Button>} />
          <Button
            look={danger ? 'danger' : 'primary'}
            busy={busy}
            disabled={text === ''}
            onClick={() => onConfirm(text)}
          >
            {verb}
          </Button>
        </>
      }
    >
      <form
        noValidate
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          if (text !== '' && !busy) onConfirm(text);
        }}
      >
        {problem && <Notice tone="bad" title={sentenceOf(problem)} />}
        <Field label="Why" help="Stands in the audit log.">
          <Input maxLength={REASON_MAX} value={reason} onChange={(event) => setReason(event.target.value)} />
        </Field>
      </form>
    </Dialog>
  );
}
