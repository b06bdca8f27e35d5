import { Check, Ellipsis, LockOpen, X } from 'lucide-react';
import { useState } from 'react';
import { useRights } from '../../rights.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { Kbd } from '../../ui/kbd.tsx';
import { Menu, MenuItem } from '../../ui/menu.tsx';
import { useShortcuts } from '../../ui/shortcuts.ts';
import { useDecisions } from './acts.ts';
import type { LeadPage } from './queries.ts';
import { MarkBadDialog } from './refund-dialogs.tsx';
import { RejectDialog } from './reject-dialog.tsx';

/** What an operator can decide in each state; docs/lead-lifecycle.md has the same moves. */
const REJECTABLE = new Set(['pending_confirmation', 'pending_approval', 'approved', 'unsold', 'quarantined']);

interface LeadActionsProps {
  lead: Pick<LeadPage, 'id' | 'state' | 'assignments'> & Partial<LeadPage>;
  /** The whole lead is needed to show what a refund does. */
  full?: LeadPage;
  /** After a verdict: the next lead in a queue. */
  onDecided?: () => void;
}

/** Approve (A), reject (R), release (L), mark bad: the likely act as a button, the rest behind three dots. */
export function LeadActions({ lead, full, onDecided }: LeadActionsProps) {
  const rights = useRights();
  const [rejecting, setRejecting] = useState(false);
  const [marking, setMarking] = useState(false);
  const { approve, reject, release, confirm } = useDecisions(() => {
    setRejecting(false);
    onDecided?.();
  });
  const { id, state } = lead;
  const may = {
    approve: rights.operate && state === 'pending_approval',
    release: rights.operate && state === 'quarantined',
    reject: rights.operate && REJECTABLE.has(state),
    confirm: rights.operate && state === 'pending_confirmation',
    markBad: (rights.operate || rights.money) && state === 'distributed' && full !== undefined,
  };
  const key = (keys: string, label: string, run: () => void) => ({ keys, label, group: 'Lead', run });
  useShortcuts([
    ...(may.approve ? [key('a', 'Approve the lead', () => approve.mutate(id))] : []),
    ...(may.release ? [key('l', 'Release the lead', () => release.mutate(id))] : []),
    ...(may.reject ? [key('r', 'Reject the lead', () => setRejecting(true))] : []),
  ]);
  const busy = approve.isPending || release.isPending;
  return (
    <>
      {may.reject && (
        <Button onClick={() => setRejecting(true)} disabled={busy}>
          <X aria-hidden />
          Reject
          <Kbd keys="R" />
        </Button>
      )}
      {may.approve && (
        <Button look="primary" busy={busy} onClick={() => approve.mutate(id)}>
          <Check aria-hidden />
          Approve
          <Kbd keys="A" />
        </Button>
      )}
      {may.release && (
        <Button look="primary" busy={busy} onClick={() => release.mutate(id)}>
          <LockOpen aria-hidden />
          Release
          <Kbd keys="L" />
        </Button>
      )}
      {(may.markBad || may.confirm) && (
        <Menu
          trigger={
            <IconButton label="More actions" look="plain">
              <Ellipsis aria-hidden />
            </IconButton>
          }
        >
          {may.confirm && <MenuItem onSelect={() => confirm.mutate(id)}>Confirm for the person</MenuItem>}
          {may.markBad && (
            <MenuItem tone="bad" onSelect={() => setMarking(true)}>
              Mark bad for all
            </MenuItem>
          )}
        </Menu>
      )}
      <RejectDialog
        open={rejecting}
        onOpenChange={setRejecting}
        busy={reject.isPending}
        onReject={(reason, memo) => reject.mutate({ id, reason, memo })}
      />
      {full && <MarkBadDialog lead={full} open={marking} onOpenChange={setMarking} />}
    </>
  );
}
