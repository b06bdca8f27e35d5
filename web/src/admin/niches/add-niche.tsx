import { useNavigate } from '@tanstack/react-router';
import { Plus, X } from 'lucide-react';
import { useState } from 'react';
import type { NicheView } from '../../../../src/market/catalog/schema.ts';
import { sentenceOf, useAct } from '../../act.ts';
import { api, Refusal } from '../../client.ts';
import { LeaveGuard } from '../../frame/leave-guard.tsx';
import { Page } from '../../frame/page.tsx';
import { asAmount, isAmount } from '../../money/sum.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { Checkbox } from '../../ui/checkbox.tsx';
import { Field } from '../../ui/field.tsx';
import { Input } from '../../ui/input.tsx';
import { Notice } from '../../ui/notice.tsx';
import { RadioGroup } from '../../ui/radio.tsx';
import { Select } from '../../ui/select.tsx';
import { Textarea } from '../../ui/textarea.tsx';
import { presets, slugOf } from './words.ts';

const CURRENCIES = ['EUR', 'CAD', 'GBP', 'NOK', 'CHF', 'USD'];
const LEVELS_MAX = 50;

interface LevelDraft {
  name: string;
  price: string;
  seats: string;
}

const BEGINNING = {
  name: '',
  slug: '',
  description: '',
  currency: 'EUR',
  preset: 'exchange',
  is_location_based: false,
  levels: [{ name: 'Standard', price: '', seats: '' }] as LevelDraft[],
};

/** A niche with its way of working and its first levels; the form begins with the usual fields. */
export function AddNichePage() {
  const navigate = useNavigate();
  const [draft, setDraft] = useState(BEGINNING);
  const [tried, setTried] = useState(false);
  const set = (change: Partial<typeof draft>) => setDraft((now) => ({ ...now, ...change }));
  const slug = draft.slug || slugOf(draft.name);
  const create = useAct(
    () => {
      const { levels, ...rest } = draft;
      return api.post<{ niche: NicheView }>('/admin/niches', {
        ...rest,
        slug,
        levels: levels.map(({ name, price, seats }) => ({
          name,
          price_per_lead: asAmount(price),
          ...(seats.trim() ? { max_providers: Number(seats) } : {}),
        })),
      });
    },
    {
      done: 'Niche added',
      renew: ['niches'],
      onDone: ({ niche }) =>
        void navigate({ to: '/admin/niches/$nicheId', params: { nicheId: niche.id }, ignoreBlocker: true }),
    },
  );
  const fault = (field: string) =>
    create.error instanceof Refusal
      ? create.error.details.find((one) => one.field === field)?.message
      : undefined;
  const ready = draft.name.trim() !== '' && slug !== '' && draft.levels.every((level) => !levelFault(level));
  return (
    <Page
      title="Add niche"
      sentence="What is sold, how it is shared, and for how much. All of it can be changed later."
    >
      <form
        noValidate
        className="flex max-w-3xl flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          setTried(true);
          if (ready) create.mutate();
        }}
      >
        <LeaveGuard changed={draft !== BEGINNING && !create.isPending && !create.isSuccess} />
        {create.error && <Notice tone="bad" title={sentenceOf(create.error)} />}
        <Card title="Niche">
          <div className="grid gap-x-4 gap-y-3 sm:grid-cols-2">
            <Field
              label="Name"
              error={fault('name') ?? (tried && !draft.name.trim() ? 'Write a name.' : undefined)}
            >
              <Input autoFocus value={draft.name} onChange={(event) => set({ name: event.target.value })} />
            </Field>
            <Field label="Address" error={fault('slug')}>
              <Input
                placeholder={slug || 'solar-roof'}
                value={draft.slug}
                onChange={(event) => set({ slug: event.target.value })}
              />
            </Field>
            <Field label="Description" optional className="sm:col-span-2">
              <Textarea
                rows={2}
                value={draft.description}
                onChange={(event) => set({ description: event.target.value })}
              />
            </Field>
            <Field label="Currency" help="It stays once something was sold." native={false}>
              <Select
                value={draft.currency}
                choices={CURRENCIES.map((value) => ({ value, label: value }))}
                onChange={(currency) => set({ currency })}
              />
            </Field>
            <div className="sm:pt-7">
              <Checkbox
                label="The place matters"
                help="Leads need an address or a postcode."
                checked={draft.is_location_based}
                onCheckedChange={(is_location_based) => set({ is_location_based })}
              />
            </div>
          </div>
        </Card>
        <Card title="How it works" note="Where the niche starts. Each part can be changed afterwards.">
          <RadioGroup
            label="How it works"
            choices={presets}
            value={draft.preset}
            onChange={(preset) => set({ preset })}
          />
        </Card>
        <Card title="Competition levels" note="In the order in which a lead is offered.">
          <LevelRows
            levels={draft.levels}
            currency={draft.currency}
            tried={tried}
            onChange={(levels) => set({ levels })}
          />
        </Card>
        <div className="flex justify-end gap-2">
          <Button onClick={() => void navigate({ to: '/admin/niches' })}>Go back</Button>
          <Button type="submit" look="primary" busy={create.isPending}>
            Add niche
          </Button>
        </div>
      </form>
    </Page>
  );
}

function levelFault({ name, price, seats }: LevelDraft): string | undefined {
  if (!name.trim()) return 'Write a name for each level.';
  if (!isAmount(price)) return 'Write a price such as 12.50 for each level.';
  if (seats.trim() && !/^([1-9]\d?|100)$/.test(seats.trim())) return 'At most 100 providers share a lead.';
  return undefined;
}

interface LevelRowsProps {
  levels: readonly LevelDraft[];
  currency: string;
  tried: boolean;
  onChange: (levels: LevelDraft[]) => void;
}

function LevelRows({ levels, currency, tried, onChange }: LevelRowsProps) {
  const set = (at: number, change: Partial<LevelDraft>) =>
    onChange(levels.map((level, index) => (index === at ? { ...level, ...change } : level)));
  const problem = tried ? levels.map(levelFault).find(Boolean) : undefined;
  return (
    <div className="flex flex-col items-start gap-3">
      {levels.map((level, at) => (
        <div
          // biome-ignore lint/suspicious/noArrayIndexKey: a level that is not saved has no other identity
          key={at}
          className="grid w-full grid-cols-[1fr_auto] items-end gap-2 sm:grid-cols-[1fr_9rem_9rem_auto]"
        >
          <Field label="Name" className="max-sm:col-span-2">
            <Input value={level.name} onChange={(event) => set(at, { name: event.target.value })} />
          </Field>
          <Field label="Price of a lead" className="max-sm:col-span-2">
            <Input
              inputMode="decimal"
              after={currency}
              value={level.price}
              onChange={(event) => set(at, { price: event.target.value })}
            />
          </Field>
          <Field label="Shared by" optional>
            <Input
              inputMode="numeric"
              placeholder="as usual"
              value={level.seats}
              onChange={(event) => set(at, { seats: event.target.value })}
            />
          </Field>
          <IconButton
            label={`Remove level ${level.name || at + 1}`}
            onClick={() => onChange(levels.filter((_, index) => index !== at))}
          >
            <X aria-hidden />
          </IconButton>
        </div>
      ))}
      {problem && (
        <p role="alert" className="text-bad text-sm">
          {problem}
        </p>
      )}
      {levels.length < LEVELS_MAX && (
        <Button size="sm" onClick={() => onChange([...levels, { name: '', price: '', seats: '' }])}>
          <Plus aria-hidden />
          Add level
        </Button>
      )}
    </div>
  );
}
