import { useEffect, useState } from 'react';
import { isStale, sentenceOf, useAct } from '../../act.ts';
import { api, Refusal } from '../../client.ts';
import { countryChoices } from '../../market/places.ts';
import { Button } from '../../ui/button.tsx';
import { Combobox } from '../../ui/combobox.tsx';
import { Dialog, DialogClose } from '../../ui/dialog.tsx';
import { Field } from '../../ui/field.tsx';
import { Input } from '../../ui/input.tsx';
import { Notice } from '../../ui/notice.tsx';
import type { LeadPage } from './queries.ts';

const draftOf = ({ contact }: LeadPage) => ({
  name: contact?.name ?? '',
  email: contact?.email ?? '',
  phone: contact?.phone ?? '',
  country: contact?.country ?? null,
});

interface CorrectDialogProps {
  lead: LeadPage;
  open: boolean;
  onOpenChange: (open: boolean) => void;
}

/** Mends what the person mistyped, before the lead is released. What they typed stays in the receipt. */
export function CorrectDialog({ lead, open, onOpenChange }: CorrectDialogProps) {
  const [draft, setDraft] = useState(() => draftOf(lead));
  const set = (change: Partial<typeof draft>) => setDraft((now) => ({ ...now, ...change }));
  const before = draftOf(lead);
  const changed = (Object.keys(before) as (keyof typeof before)[]).filter(
    (field) => (draft[field] ?? '').trim() !== (before[field] ?? ''),
  );
  const save = useAct(
    () => {
      const edit = Object.fromEntries(changed.map((field) => [field, draft[field]?.trim() || null]));
      return api.patch<unknown>(`/admin/leads/${lead.id}`, edit, { version: lead.version });
    },
    {
      done: 'Contact corrected',
      renew: ['lead', 'leads'],
      onDone: () => onOpenChange(false),
    },
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: each opening begins with what is stored now
  useEffect(() => {
    if (!open) return;
    setDraft(draftOf(lead));
    save.reset();
  }, [open]);
  const details = save.error instanceof Refusal ? save.error.details : [];
  const fault = (field: string) => details.find((one) => one.field === field)?.message;
  const placed = ['name', 'email', 'phone', 'country'].some(fault);
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title="Correct the contact"
      description="For what was mistyped. What the person wrote themselves stays on record."
      actions={
        <>
          <DialogClose render={<Button>Go back</Button>} />
          <Button
            look="primary"
            busy={save.isPending}
            disabled={changed.length === 0}
            onClick={() => save.mutate()}
          >
            Save correction
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-3">
        {save.error && !placed && (
          <Notice
            tone="bad"
            title={
              isStale(save.error)
                ? 'Somebody changed this lead meanwhile. Go back and look at it again.'
                : sentenceOf(save.error)
            }
          />
        )}
        <Field label="Name" error={fault('name')}>
          <Input
            autoComplete="off"
            value={draft.name}
            onChange={(event) => set({ name: event.target.value })}
          />
        </Field>
        <Field label="E-mail" error={fault('email')}>
          <Input
            type="email"
            autoComplete="off"
            value={draft.email}
            onChange={(event) => set({ email: event.target.value })}
          />
        </Field>
        <Field label="Phone" help="Any usual spelling, with or without +49." error={fault('phone')}>
          <Input
            type="tel"
            autoComplete="off"
            value={draft.phone}
            onChange={(event) => set({ phone: event.target.value })}
          />
        </Field>
        <Field label="Country" native={false} error={fault('country')}>
          <Combobox
            choices={countryChoices()}
            value={draft.country}
            onChange={(country) => country && set({ country })}
          />
        </Field>
      </div>
    </Dialog>
  );
}
