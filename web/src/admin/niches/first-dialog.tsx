import { useQuery } from '@tanstack/react-query';
import { X } from 'lucide-react';
import { useState } from 'react';
import type { LevelView } from '../../../../src/market/catalog/schema.ts';
import type { LevelPriorities, SubscriptionView } from '../../../../src/market/subscriptions/schema.ts';
import { sentenceOf, useAct } from '../../act.ts';
import { api, Refusal } from '../../client.ts';
import { RemoteSearch, subscriptionChoice } from '../../market/remote-search.tsx';
import { inOrder } from '../../order.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { Dialog, DialogClose } from '../../ui/dialog.tsx';
import { Field } from '../../ui/field.tsx';
import { Notice } from '../../ui/notice.tsx';
import { SkeletonLines } from '../../ui/skeleton.tsx';
import { Sortable } from '../../ui/sortable.tsx';
import { ProblemNotice } from '../../ui/table-parts.tsx';

/** As many as the server takes: src/market/subscriptions/schema.ts. */
const FIRST_MAX = 200;

interface First {
  id: string;
  name: string;
}

const firstOf = ({ first }: LevelPriorities): First[] =>
  first.map(({ subscription_id, provider_name }) => ({ id: subscription_id, name: provider_name }));

interface FirstDialogProps {
  level: LevelView;
  mayEdit: boolean;
  onClose: () => void;
}

/** Which subscriptions of a level that goes by priority come before all others, and in which order. */
export function FirstDialog({ level, mayEdit, onClose }: FirstDialogProps) {
  const path = `/admin/competition-levels/${level.id}/priorities`;
  const [draft, setDraft] = useState<First[]>();
  /** What the draft was made from: only then the server can tell that somebody else was faster. */
  const [base, setBase] = useState<LevelPriorities>();
  const stored = useQuery({
    queryKey: ['subscriptions', 'first', level.id],
    queryFn: ({ signal }) => api.get<LevelPriorities>(path, {}, { signal }),
  });
  const save = useAct(
    (list: readonly First[]) =>
      api.put<LevelPriorities>(path, {
        subscription_ids: list.map(({ id }) => id),
        subscription_ids_seen: firstOf(base!).map(({ id }) => id),
      }),
    { done: 'Order saved. It holds from the next decision on', renew: ['subscriptions'], onDone: onClose },
  );
  const shown = draft ?? (stored.data ? firstOf(stored.data) : []);
  const all = stored.data ? stored.data.first.length + stored.data.others : 0;
  const change = (next: First[]) => {
    if (!draft && stored.data) setBase(stored.data);
    setDraft(next);
  };
  const isLate = save.error instanceof Refusal && save.error.code === 'priority_order_changed';
  const showTheirs = () => {
    setDraft(undefined);
    save.reset();
    void stored.refetch();
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={`Who comes first at ${level.name}`}
      description="From top to bottom, before all others. The others take turns after them."
      actions={
        mayEdit ? (
          <>
            <DialogClose render={<Button>Go back</Button>} />
            <Button look="primary" busy={save.isPending} disabled={!draft} onClick={() => save.mutate(shown)}>
              Save order
            </Button>
          </>
        ) : undefined
      }
    >
      {stored.error && <ProblemNotice problem={stored.error} onRetry={() => void stored.refetch()} />}
      {!stored.data && !stored.error && <SkeletonLines lines={4} />}
      {stored.data && (
        <div className="flex flex-col gap-3">
          {save.error && (
            <Notice
              tone={isLate ? 'warn' : 'bad'}
              title={sentenceOf(save.error)}
              action={
                isLate && (
                  <Button size="sm" onClick={showTheirs}>
                    Show theirs
                  </Button>
                )
              }
            />
          )}
          {sharesPlace(stored.data) && mayEdit && (
            <Notice>
              Some have the same priority and take turns now. Saving gives each a place of its own.
            </Notice>
          )}
          {shown.length > 0 ? (
            <FirstList list={shown} mayEdit={mayEdit} onChange={change} />
          ) : (
            <p className="rounded-control border border-dashed px-3 py-4 text-center text-muted text-sm">
              {all === 0 ? 'Nobody subscribes to this level.' : `Nobody comes first: all ${all} take turns.`}
            </p>
          )}
          {mayEdit && shown.length < Math.min(all, FIRST_MAX) && (
            <Field label="Put at the end of the list" native={false}>
              <RemoteSearch<SubscriptionView>
                key={shown.length}
                path="subscriptions"
                asked={{ level_id: level.id }}
                without={({ id }) => shown.some((one) => one.id === id)}
                choiceOf={(row) => ({ ...subscriptionChoice(row), label: row.provider_name })}
                value={null}
                onChange={(one) => one && change([...shown, { id: one.value, name: one.label }])}
                nothing="Nobody subscribes to this level."
              />
            </Field>
          )}
          {shown.length > 0 && (
            <p className="text-muted text-sm tabular-nums">{othersWords(all - shown.length)}</p>
          )}
        </div>
      )}
    </Dialog>
  );
}

const sharesPlace = ({ first }: LevelPriorities): boolean =>
  new Set(first.map(({ priority }) => priority)).size < first.length;

const othersWords = (count: number): string => {
  if (count === 0) return 'Nobody else subscribes to this level.';
  return count === 1
    ? '1 other comes after them.'
    : `${count.toLocaleString()} others take turns after them.`;
};

interface FirstListProps {
  list: readonly First[];
  mayEdit: boolean;
  onChange: (list: First[]) => void;
}

function FirstList({ list, mayEdit, onChange }: FirstListProps) {
  return (
    <Sortable
      label="Come first"
      items={list}
      idOf={({ id }) => id}
      nameOf={({ name }) => name}
      onOrder={(ids) => onChange(inOrder(list, ({ id }) => id, ids))}
      fixed={!mayEdit}
      className="flex flex-col divide-y rounded-control border"
      rowClass="flex min-h-9 items-center gap-2 bg-float px-2 py-1 first:rounded-t-control last:rounded-b-control"
    >
      {(one, at, { grip }) => (
        <>
          {grip}
          <span className="w-6 shrink-0 text-right text-muted text-sm tabular-nums">{at + 1}</span>
          <span className="wrap-anywhere min-w-0 flex-1 text-sm">{one.name}</span>
          {mayEdit && (
            <IconButton
              label={`Let ${one.name} take turns`}
              size="sm"
              onClick={() => onChange(list.filter(({ id }) => id !== one.id))}
            >
              <X aria-hidden />
            </IconButton>
          )}
        </>
      )}
    </Sortable>
  );
}
