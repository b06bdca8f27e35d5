import { useEffect, useState } from 'react';
import type { LevelView, NicheView } from '../../../../src/market/catalog/schema.ts';
import { isStale, sentenceOf, useAct } from '../../act.ts';
import { api } from '../../client.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog, DialogClose } from '../../ui/dialog.tsx';
import { Field } from '../../ui/field.tsx';
import { Input } from '../../ui/input.tsx';
import { Notice } from '../../ui/notice.tsx';
import { Select } from '../../ui/select.tsx';
import { Textarea } from '../../ui/textarea.tsx';
import { fillModes, rotations } from './words.ts';

interface NicheFormProps {
  niche: NicheView;
  levels: readonly LevelView[];
  open: boolean;
  onOpenChange: (open: boolean) => void;
}

const NONE = 'none';
const MISSED_TURNS_MAX = 20;

const draftOf = (niche: NicheView) => ({
  name: niche.name,
  description: niche.description,
  level_rotation: niche.level_rotation,
  fill_mode: niche.fill_mode,
  default_level_id: niche.default_level_id ?? NONE,
  days: String(niche.duplicate_window_days),
  turns: String(niche.missed_turns_max),
});

export function NicheForm({ niche, levels, open, onOpenChange }: NicheFormProps) {
  const [draft, setDraft] = useState(() => draftOf(niche));
  const set = (change: Partial<typeof draft>) => setDraft((now) => ({ ...now, ...change }));
  const save = useAct(
    () => {
      const { days, turns, default_level_id: usual, ...rest } = draft;
      const body = {
        ...rest,
        default_level_id: usual === NONE ? null : usual,
        duplicate_window_days: Number(days),
        missed_turns_max: Number(turns),
      };
      return api.patch<NicheView>(`/admin/niches/${niche.id}`, body, { version: niche.version });
    },
    { done: 'Niche saved', renew: ['niches'], onDone: () => onOpenChange(false) },
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: each opening begins with what is stored now
  useEffect(() => {
    if (!open) return;
    setDraft(draftOf(niche));
    save.reset();
  }, [open]);
  const daysWrong = !/^\d{1,4}$/.test(draft.days) || Number(draft.days) > 3_650;
  const turnsWrong = !/^\d{1,2}$/.test(draft.turns) || Number(draft.turns) > MISSED_TURNS_MAX;
  const changed = JSON.stringify(draft) !== JSON.stringify(draftOf(niche));
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title={`Edit ${niche.name}`}
      actions={
        <>
          <DialogClose render={<Button>Go back</Button>} />
          <Button
            look="primary"
            busy={save.isPending}
            disabled={!changed || daysWrong || turnsWrong || !draft.name.trim()}
            onClick={() => save.mutate()}
          >
            Save niche
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-3">
        {save.error && (
          <Notice
            tone="bad"
            title={
              isStale(save.error)
                ? 'Somebody changed this niche meanwhile. Go back, look at it again, then repeat your change.'
                : sentenceOf(save.error)
            }
          />
        )}
        <Field label="Name">
          <Input value={draft.name} onChange={(event) => set({ name: event.target.value })} />
        </Field>
        <Field label="Description" optional>
          <Textarea
            rows={2}
            value={draft.description}
            onChange={(event) => set({ description: event.target.value })}
          />
        </Field>
        <Field label="Where a lead starts" native={false}>
          <Select
            value={draft.level_rotation}
            choices={rotations}
            onChange={(level_rotation) => set({ level_rotation })}
          />
        </Field>
        <Field label="Further levels" native={false}>
          <Select value={draft.fill_mode} choices={fillModes} onChange={(fill_mode) => set({ fill_mode })} />
        </Field>
        <Field label="Usual level" help="Where a new provider begins." native={false}>
          <Select
            value={draft.default_level_id}
            onChange={(default_level_id) => set({ default_level_id })}
            choices={[
              { value: NONE, label: 'The first one' },
              ...levels
                .filter((level) => level.archived_at === null)
                .map(({ id, name }) => ({ value: id, label: name })),
            ]}
          />
        </Field>
        <Field
          label="The same person is a duplicate for"
          error={daysWrong ? 'Write a number of days from 0 to 3650.' : undefined}
        >
          <Input
            inputMode="numeric"
            after="days"
            value={draft.days}
            onChange={(event) => set({ days: event.target.value })}
          />
        </Field>
        <Field
          label="Missed turns that are made up for"
          help="While an endpoint is down its provider gets no lead. Up to so many of the turns that pass meanwhile are made up for once it answers. With 0 it only keeps its place in the line."
          error={turnsWrong ? `Write a number from 0 to ${MISSED_TURNS_MAX}.` : undefined}
        >
          <Input
            inputMode="numeric"
            after="turns"
            value={draft.turns}
            onChange={(event) => set({ turns: event.target.value })}
          />
        </Field>
      </div>
    </Dialog>
  );
}
