import { useEffect, useState } from 'react';
import type { LevelView, NicheView } from '../../../../src/market/catalog/schema.ts';
import { isStale, sentenceOf, useAct } from '../../act.ts';
import { api, Refusal } from '../../client.ts';
import { dayOf, spanOfDays } from '../../market/away.ts';
import { asAmount, isAmount } from '../../money/sum.ts';
import { Button } from '../../ui/button.tsx';
import { Checkbox } from '../../ui/checkbox.tsx';
import { viewerZone } from '../../ui/clock.ts';
import { Dialog, DialogClose } from '../../ui/dialog.tsx';
import { Field } from '../../ui/field.tsx';
import { Input } from '../../ui/input.tsx';
import { Notice } from '../../ui/notice.tsx';
import { Select } from '../../ui/select.tsx';
import { billings, strategies } from './words.ts';

interface LevelFormProps {
  niche: NicheView;
  /** Left out: a new one. */
  level: LevelView | undefined;
  open: boolean;
  onOpenChange: (open: boolean) => void;
}

/** Fields whose refusal stands under them. */
const FIELDS = ['name', 'price_per_lead', 'max_providers', 'strategy', 'bill_on', 'coming_price'];

const draftOf = (level: LevelView | undefined) => ({
  name: level?.name ?? '',
  price: level?.price_per_lead ?? '',
  seats: String(level?.max_providers ?? 3),
  strategy: level?.strategy ?? 'longest_waiting',
  bill_on: level?.bill_on ?? 'assigned',
  refund_undelivered: level?.refund_undelivered ?? false,
  exclusive: level?.exclusive ?? false,
  coming: level?.coming_price?.price_per_lead ?? '',
  comingDay: level?.coming_price ? dayOf(level.coming_price.from) : '',
});

type Draft = ReturnType<typeof draftOf>;

/** null: nothing is announced; undefined: it is not written out yet. */
const comingOf = ({ coming, comingDay }: Draft) => {
  if (coming.trim() === '') return null;
  const from = spanOfDays(comingDay, comingDay)?.from;
  return isAmount(coming) && from ? { price_per_lead: asAmount(coming), from } : undefined;
};

export function LevelForm({ niche, level, open, onOpenChange }: LevelFormProps) {
  const [draft, setDraft] = useState(() => draftOf(level));
  const set = (change: Partial<typeof draft>) => setDraft((now) => ({ ...now, ...change }));
  const save = useAct(
    () => {
      const { price, seats, coming: _, comingDay: __, ...rest } = draft;
      const body = { ...rest, price_per_lead: asAmount(price), max_providers: Number(seats) };
      const path = '/admin/competition-levels';
      const { coming, comingDay } = draftOf(level);
      const announced =
        draft.coming === coming && draft.comingDay === comingDay ? {} : { coming_price: comingOf(draft) };
      return level
        ? api.patch<{ warnings: string[] }>(
            `${path}/${level.id}`,
            { ...body, ...announced },
            { version: level.version },
          )
        : api.post<{ warnings: string[] }>(path, { ...body, niche_id: niche.id });
    },
    {
      done: ({ warnings }) => [level ? 'Level saved' : 'Level added', ...warnings].join('. '),
      renew: ['niches', 'subscriptions', 'provider'],
      onDone: () => onOpenChange(false),
    },
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: each opening begins with what is stored now
  useEffect(() => {
    if (!open) return;
    setDraft(draftOf(level));
    save.reset();
  }, [open]);
  const details = save.error instanceof Refusal ? save.error.details : [];
  const fault = (field: string) => details.find((one) => one.field.split('.')[0] === field)?.message;
  const placed = details.length > 0 && details.every(({ field }) => FIELDS.includes(field.split('.')[0]!));
  const seatsWrong = !/^([1-9]\d?|100)$/.test(draft.seats.trim());
  const priceWrong = !isAmount(draft.price);
  const comingWrong = comingOf(draft) === undefined;
  const changed = JSON.stringify(draft) !== JSON.stringify(draftOf(level));
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title={level ? `Edit ${level.name}` : 'Add level'}
      description="New terms hold from the next decision on; what was sold stays as it was."
      actions={
        <>
          <DialogClose render={<Button>Go back</Button>} />
          <Button
            look="primary"
            busy={save.isPending}
            disabled={!changed || seatsWrong || priceWrong || comingWrong || !draft.name.trim()}
            onClick={() => save.mutate()}
          >
            {level ? 'Save level' : 'Add level'}
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
                ? 'Somebody changed this level meanwhile. Go back, look at it again, then repeat your change.'
                : sentenceOf(save.error)
            }
          />
        )}
        <Field label="Name" error={fault('name')}>
          <Input autoFocus value={draft.name} onChange={(event) => set({ name: event.target.value })} />
        </Field>
        <div className="grid gap-3 sm:grid-cols-2">
          <Field
            label="Price of a lead"
            error={
              draft.price !== '' && priceWrong ? 'Write an amount such as 12.50.' : fault('price_per_lead')
            }
          >
            <Input
              inputMode="decimal"
              after={niche.currency}
              value={draft.price}
              onChange={(event) => set({ price: event.target.value })}
            />
          </Field>
          <Field
            label="Shared by at most"
            error={seatsWrong ? 'Write a number from 1 to 100.' : fault('max_providers')}
          >
            <Input
              inputMode="numeric"
              after="firms"
              value={draft.seats}
              onChange={(event) => set({ seats: event.target.value })}
            />
          </Field>
        </div>
        {level && <ComingPrice niche={niche} draft={draft} set={set} fault={fault('coming_price')} />}
        <Field label="Who gets a lead" native={false} error={fault('strategy')}>
          <Select value={draft.strategy} choices={strategies} onChange={(strategy) => set({ strategy })} />
        </Field>
        <Field label="When it is charged" native={false} error={fault('bill_on')}>
          <Select value={draft.bill_on} choices={billings} onChange={(bill_on) => set({ bill_on })} />
        </Field>
        <Promises draft={draft} set={set} />
      </div>
    </Dialog>
  );
}

interface ComingPriceProps {
  niche: NicheView;
  draft: Draft;
  set: (change: Partial<Draft>) => void;
  fault: string | undefined;
}

/** A price from a day on: everybody who pays it reads it before. */
function ComingPrice({ niche, draft, set, fault }: ComingPriceProps) {
  const given = draft.coming.trim() !== '';
  const wrong = given && !isAmount(draft.coming) ? 'Write an amount such as 12.50.' : fault;
  return (
    <div className="grid gap-3 sm:grid-cols-2">
      <Field label="Coming price" optional help="Subscribers are told." error={wrong}>
        <Input
          inputMode="decimal"
          after={niche.currency}
          value={draft.coming}
          onChange={(event) => set({ coming: event.target.value })}
        />
      </Field>
      {given && (
        <Field
          label="From"
          help={`At 00:00, ${viewerZone()}`}
          error={draft.comingDay === '' ? 'Choose the day.' : undefined}
        >
          <Input
            type="date"
            value={draft.comingDay}
            onChange={(event) => set({ comingDay: event.target.value })}
          />
        </Field>
      )}
    </div>
  );
}

/** What a level promises beside its price. */
function Promises({ draft, set }: Pick<ComingPriceProps, 'draft' | 'set'>) {
  return (
    <>
      <Checkbox
        label="Nobody of another level gets the same lead"
        help="A lead that is sold here is sold at no other level, and one that was sold elsewhere not here."
        checked={draft.exclusive}
        onCheckedChange={(exclusive) => set({ exclusive })}
      />
      <Checkbox
        label="Give the money back when a delivery fails for good"
        help="The lead stays readable in the provider's portal."
        checked={draft.refund_undelivered}
        onCheckedChange={(refund_undelivered) => set({ refund_undelivered })}
      />
    </>
  );
}
