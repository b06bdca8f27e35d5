import { Pencil } from 'lucide-react';
import { useEffect, useState } from 'react';
import type { ProviderView } from '../../../src/market/providers/schema.ts';
import type { SubscriptionView } from '../../../src/market/subscriptions/schema.ts';
import { isStale, sentenceOf, useAct } from '../act.ts';
import { api } from '../client.ts';
import { Button } from '../ui/button.tsx';
import { Card } from '../ui/card.tsx';
import { Checkbox } from '../ui/checkbox.tsx';
import { Dialog, DialogClose } from '../ui/dialog.tsx';
import { Notice } from '../ui/notice.tsx';
import { CapFields } from './cap-fields.tsx';
import { capOf } from './terms.ts';
import { capWords } from './words.ts';

type Capped = ProviderView & { subscriptions: readonly SubscriptionView[] };

interface ProviderCapsProps {
  provider: Capped;
  /** The provider's own portal. */
  mine: boolean;
  mayEdit: boolean;
}

/** What holds over all subscriptions of a provider together, whatever each of them says. */
export function ProviderCaps({ provider, mine, mayEdit }: ProviderCapsProps) {
  const [editing, setEditing] = useState(false);
  return (
    <Card
      title="Caps over all subscriptions"
      note="They hold for all subscriptions together, beside the caps of each."
      aside={
        mayEdit && (
          <Button size="sm" onClick={() => setEditing(true)}>
            <Pencil aria-hidden />
            Edit caps
          </Button>
        )
      }
    >
      {provider.caps.length === 0 ? (
        <p className="text-muted text-sm">None: the caps of each subscription alone hold.</p>
      ) : (
        <ul className="flex flex-col gap-1 text-sm">
          {provider.caps.map((cap) => (
            <li key={JSON.stringify(cap)}>At most {capWords(cap, cap.currency ?? '')}</li>
          ))}
        </ul>
      )}
      <CapsDialog provider={provider} mine={mine} open={editing} onOpenChange={setEditing} />
    </Card>
  );
}

const draftOf = ({ caps, notification_preferences: told }: ProviderView) => ({
  caps,
  warned: told.cap_warning !== false,
  staffWarned: told.cap_warning_staff !== false,
});

interface CapsDialogProps {
  provider: Capped;
  mine: boolean;
  open: boolean;
  onOpenChange: (open: boolean) => void;
}

function CapsDialog({ provider, mine, open, onOpenChange }: CapsDialogProps) {
  const [draft, setDraft] = useState(() => draftOf(provider));
  const set = (change: Partial<typeof draft>) => setDraft((now) => ({ ...now, ...change }));
  const save = useAct(
    () => {
      const caps = draft.caps.map(capOf);
      const told = { cap_warning: draft.warned, ...(mine ? {} : { cap_warning_staff: draft.staffWarned }) };
      const path = mine ? '/providers/me' : `/admin/providers/${provider.id}`;
      const body = { caps, notification_preferences: told };
      return api.patch<ProviderView>(path, body, { version: provider.version });
    },
    {
      done: 'Caps saved',
      renew: ['mine', 'provider', 'providers', 'subscriptions'],
      onDone: () => onOpenChange(false),
    },
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: each opening begins with what is stored now
  useEffect(() => {
    if (!open) return;
    setDraft(draftOf(provider));
    save.reset();
  }, [open]);
  const currencies = [
    ...new Set([
      ...provider.subscriptions.map(({ currency }) => currency),
      ...provider.caps.flatMap(({ currency }) => currency ?? []),
    ]),
  ];
  const changed = JSON.stringify(draft) !== JSON.stringify(draftOf(provider));
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title="Caps over all subscriptions"
      description={`They hold from the next lead on. A day begins at 00:00, ${provider.timezone}.`}
      actions={
        <>
          <DialogClose render={<Button>Go back</Button>} />
          <Button look="primary" busy={save.isPending} disabled={!changed} onClick={() => save.mutate()}>
            Save caps
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        {save.error && (
          <Notice
            tone="bad"
            title={
              isStale(save.error)
                ? 'Somebody changed this company meanwhile. Go back, look at it again, then repeat your change.'
                : sentenceOf(save.error)
            }
          />
        )}
        <CapFields named caps={draft.caps} currencies={currencies} onChange={(caps) => set({ caps })} />
        <div className="flex flex-col gap-2">
          <Checkbox
            label={mine ? 'Mail me about caps' : 'Mail the provider about caps'}
            help="When a cap is used by 80 % and when it is used up, once each: these and those of each subscription."
            checked={draft.warned}
            onCheckedChange={(warned) => set({ warned })}
          />
          {!mine && (
            <Checkbox
              label="Mail the staff too"
              checked={draft.staffWarned}
              onCheckedChange={(staffWarned) => set({ staffWarned })}
            />
          )}
        </div>
      </div>
    </Dialog>
  );
}
