import { useEffect, useState } from 'react';
import { sentenceOf } from '../../act.ts';
import { newKey } from '../../client.ts';
import { counted } from '../../lead/words.ts';
import { addAmounts } from '../../money/sum.ts';
import { AlertDialog } from '../../ui/alert-dialog.tsx';
import { Status } from '../../ui/badge.tsx';
import { Money } from '../../ui/money.tsx';
import { Notice } from '../../ui/notice.tsx';
import { useMarkBad, useRefund } from './acts.ts';
import { MemoField } from './memo-field.tsx';
import type { LeadPage } from './queries.ts';
import { badReasons, noReason, ReasonField, reasonText } from './reason-field.tsx';

type Assignment = LeadPage['assignments'][number];

/** What would become of an assignment, so that it can be read before it happens. */
const ends: Readonly<Record<string, string>> = { charged: 'refunded', held: 'released' };

interface MarkBadProps {
  lead: LeadPage;
  open: boolean;
  onOpenChange: (open: boolean) => void;
}

/** Shows who gets how much back before the lead is ended for all. */
export function MarkBadDialog({ lead, open, onOpenChange }: MarkBadProps) {
  const intent = useIntent(open);
  const act = useMarkBad(lead.id, () => onOpenChange(false));
  const moving = lead.assignments.filter(({ state }) => ends[state]);
  const verb =
    moving.length === 0 ? 'Mark bad' : `Refund ${counted(moving.length, 'assignment')} and mark bad`;
  return (
    <AlertDialog
      open={open}
      onOpenChange={onOpenChange}
      title="Mark this lead bad for all?"
      description="Every provider that has it gets its money back and no longer sees the person. This cannot be taken back."
      verb={verb}
      keep="Keep lead"
      busy={act.isPending}
      onConfirm={() => intent.text && act.mutate(intent.input)}
    >
      <div className="flex flex-col gap-4">
        <DryRun assignments={lead.assignments} />
        <ReasonField
          label="Why is it bad? The providers read this."
          reasons={badReasons}
          value={intent.reason}
          onChange={intent.setReason}
        />
        <MemoField value={intent.input.memo} onChange={intent.setMemo} />
        {act.error && <Notice tone="bad" title={sentenceOf(act.error)} />}
      </div>
    </AlertDialog>
  );
}

interface RefundProps {
  assignment: Assignment | undefined;
  onClose: () => void;
}

export function RefundDialog({ assignment, onClose }: RefundProps) {
  const intent = useIntent(assignment !== undefined);
  const act = useRefund(onClose);
  // The words stay while the dialog fades out.
  const [last, setLast] = useState(assignment);
  if (assignment && assignment !== last) setLast(assignment);
  if (!last) return null;
  return (
    <AlertDialog
      open={assignment !== undefined}
      onOpenChange={(open) => !open && onClose()}
      title={`Refund ${last.provider_name}?`}
      description="It gets the whole price back and no longer sees the person. The other providers keep the lead."
      verb="Refund 1 assignment"
      keep="Keep charge"
      busy={act.isPending}
      onConfirm={() => intent.text && act.mutate({ id: last.id, ...intent.input })}
    >
      <div className="flex flex-col gap-4">
        <DryRun assignments={[last]} />
        <ReasonField
          label="Why is it refunded? The provider reads this."
          reasons={badReasons}
          value={intent.reason}
          onChange={intent.setReason}
        />
        <MemoField value={intent.input.memo} onChange={intent.setMemo} />
        {act.error && <Notice tone="bad" title={sentenceOf(act.error)} />}
      </div>
    </AlertDialog>
  );
}

/** A reason and a key of its own each time the dialog opens. */
function useIntent(open: boolean) {
  const [reason, setReason] = useState(noReason(badReasons[0]));
  const [memo, setMemo] = useState('');
  const [key, setKey] = useState(newKey);
  useEffect(() => {
    if (!open) return;
    setReason(noReason(badReasons[0]));
    setMemo('');
    setKey(newKey());
  }, [open]);
  const text = reasonText(reason);
  return { reason, setReason, setMemo, text, input: { reason: text, memo, key } };
}

/** Who gets how much back, and what stays as it is. */
function DryRun({ assignments }: { assignments: readonly Assignment[] }) {
  const back = assignments.filter(({ state, test }) => ends[state] && !test);
  const total = back.reduce((sum, { charged_amount }) => addAmounts(sum, charged_amount), '0.00');
  const currency = assignments[0]?.currency ?? 'EUR';
  return (
    <table aria-label="What happens" className="w-full text-sm">
      <thead>
        <tr className="text-left text-muted text-xs">
          <th className="py-1 font-medium">Provider</th>
          <th className="py-1 font-medium">Now</th>
          <th className="py-1 font-medium">Then</th>
          <th className="py-1 text-right font-medium">Gets back</th>
        </tr>
      </thead>
      <tbody>
        {assignments.map((one) => (
          <tr key={one.id} className="border-t">
            <td className="wrap-anywhere py-1.5 pr-2">{one.provider_name}</td>
            <td className="py-1.5 pr-2">
              <Status kind="assignment" state={one.state} />
            </td>
            <td className="py-1.5 pr-2">
              <Status kind="assignment" state={ends[one.state] ?? one.state} />
            </td>
            <td className="py-1.5 text-right">
              <Money
                amount={ends[one.state] && !one.test ? one.charged_amount : '0.00'}
                currency={one.currency}
              />
            </td>
          </tr>
        ))}
      </tbody>
      <tfoot>
        <tr className="border-t font-medium">
          <td className="py-1.5" colSpan={3}>
            In all
          </td>
          <td className="py-1.5 text-right">
            <Money amount={total} currency={currency} />
          </td>
        </tr>
      </tfoot>
    </table>
  );
}
