import { zodResolver } from '@hookform/resolvers/zod';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { Controller, useForm } from 'react-hook-form';
import { renew, sentenceOf } from '../../act.ts';
import { api, newKey, Refusal } from '../../client.ts';
import { showRefusal } from '../../form.ts';
import { LeaveGuard } from '../../frame/leave-guard.tsx';
import { Page } from '../../frame/page.tsx';
import { storedOf } from '../../market/field-rows.tsx';
import { countryChoices, zoneChoices } from '../../market/places.ts';
import { nichesQuery } from '../../market/queries.ts';
import { asAmount, isAmount } from '../../money/sum.ts';
import { useRights } from '../../rights.ts';
import { Button, buttonClass } from '../../ui/button.tsx';
import { Combobox } from '../../ui/combobox.tsx';
import { Field } from '../../ui/field.tsx';
import { Input } from '../../ui/input.tsx';
import { formatAmount } from '../../ui/money.tsx';
import { Notice } from '../../ui/notice.tsx';
import { Select } from '../../ui/select.tsx';
import { EndpointGroup, FilterGroup, Group } from './add-provider-groups.tsx';
import { BEGINNING, type Form, shape } from './add-provider-shape.ts';
import { type Added, AddedPage } from './added-provider.tsx';

/** A provider with its endpoint and first subscription in one form. */
export function AddProviderPage() {
  const [added, setAdded] = useState<Added & { credited: string | null; notCredited: string | null }>();
  const queries = useQueryClient();
  const form = useForm({ resolver: zodResolver(shape), defaultValues: BEGINNING });
  const [refusal, setRefusal] = useState<Refusal>();
  /** The whole of the last refusal, for controls that show their own part of it. */
  const [faults, setFaults] = useState<Refusal>();
  // One key for each intent: what was lost on its way and is sent again adds nobody twice.
  const [keys, setKeys] = useState(() => ({ partner: newKey(), money: newKey() }));
  const nicheId = form.watch('niche_id');
  const currency = useQuery(nichesQuery).data?.find(({ id }) => id === nicheId)?.currency ?? 'EUR';
  const add = form.handleSubmit(async ({ opening_balance: opening, level_id, rows, ...input }) => {
    setRefusal(undefined);
    setFaults(undefined);
    const body = {
      ...input,
      ...storedOf(rows),
      ...(level_id ? { level_id } : {}),
      daily_limit: Number(input.daily_limit),
      premium_ratio: Number(input.premium_ratio),
    };
    try {
      const made = await api.post<Added>('/admin/providers/partners', body, { key: keys.partner });
      const amount = isAmount(opening) ? asAmount(opening) : null;
      setAdded({ ...made, ...(await credit(made.provider.id, amount, currency, keys.money)) });
      form.reset(BEGINNING);
      setKeys({ partner: newKey(), money: newKey() });
      await renew(queries, ['money', 'providers', 'provider', 'subscriptions']);
    } catch (error) {
      setFaults(error instanceof Refusal ? error : undefined);
      setRefusal(showRefusal(form, error));
    }
  });
  if (added) return <AddedPage added={added} onAnother={() => setAdded(undefined)} />;
  const { isSubmitting, isDirty } = form.formState;
  return (
    <Page
      title="Add provider"
      sentence="One form: the company, what it wants, and where its leads go. It gets leads as soon as it has money."
    >
      <form noValidate onSubmit={add} className="flex max-w-3xl flex-col gap-4">
        <LeaveGuard changed={isDirty && !isSubmitting} />
        {refusal && !isInRows(refusal) && <Notice tone="bad" title={sentenceOf(refusal)} />}
        <CompanyGroup form={form} />
        <WantsGroup form={form} currency={currency} />
        <FilterGroup key={nicheId} form={form} nicheId={nicheId} faults={faults} />
        <EndpointGroup form={form} faults={faults} />
        <div className="flex justify-end gap-2">
          <Link to="/admin/providers" className={buttonClass()}>
            Go back
          </Link>
          <Button type="submit" look="primary" busy={isSubmitting}>
            Add provider
          </Button>
        </div>
      </form>
    </Page>
  );
}

/** Whether the rows of names and values show it themselves. */
const isInRows = ({ details }: Refusal): boolean =>
  details.length > 0 && details.every(({ field }) => /^(field_map|default_values)/.test(field));

/** The provider is there already: money that could not be added is said, not thrown. */
async function credit(providerId: string, amount: string | null, currency: string, key: string) {
  if (amount === null) return { credited: null, notCredited: null };
  try {
    const body = { amount, currency, reason: 'Opening balance' };
    await api.post(`/admin/providers/${providerId}/credit`, body, { key });
    return { credited: `${formatAmount(amount, currency)} ${currency}`, notCredited: null };
  } catch (error) {
    return { credited: null, notCredited: sentenceOf(error) };
  }
}

function CompanyGroup({ form }: { form: Form }) {
  const { errors } = form.formState;
  return (
    <Group title="Company" note="Who it is and where.">
      <Field label="Name" error={errors.name?.message}>
        <Input autoFocus autoComplete="off" {...form.register('name')} />
      </Field>
      <Field label="E-mail" error={errors.email?.message}>
        <Input type="email" autoComplete="off" {...form.register('email')} />
      </Field>
      <Picked form={form} name="country" label="Country" choices={countryChoices()} />
      <Picked form={form} name="timezone" label="Time zone" choices={zoneChoices()} />
    </Group>
  );
}

function Picked({
  form,
  name,
  label,
  choices,
}: {
  form: Form;
  name: 'country' | 'timezone';
  label: string;
  choices: ReturnType<typeof countryChoices>;
}) {
  return (
    <Controller
      control={form.control}
      name={name}
      render={({ field, fieldState }) => (
        <Field label={label} native={false} error={fieldState.error?.message}>
          <Combobox
            choices={choices}
            value={field.value || null}
            onChange={(value) => field.onChange(value ?? '')}
          />
        </Field>
      )}
    />
  );
}

const LEVELS_MAX = 50;

function WantsGroup({ form, currency }: { form: Form; currency: string }) {
  const { errors } = form.formState;
  const { money } = useRights();
  const niches = useQuery(nichesQuery);
  const nicheId = form.watch('niche_id');
  const levels = useQuery({
    queryKey: ['niches', nicheId, 'levels'],
    enabled: nicheId !== '',
    queryFn: ({ signal }) =>
      api.page<{ id: string; name: string; price_per_lead: string; currency: string; active: boolean }>(
        '/admin/competition-levels',
        { niche_id: nicheId, limit: LEVELS_MAX },
        { signal },
      ),
  });
  const open = levels.data?.data.filter((level) => level.active) ?? [];
  return (
    <Group title="What it wants" note="Its first subscription. More of them, and hours, can follow.">
      <Controller
        control={form.control}
        name="niche_id"
        render={({ field, fieldState }) => (
          <Field label="Niche" native={false} error={fieldState.error?.message}>
            <Select
              value={field.value || null}
              onChange={(value) => {
                field.onChange(value);
                form.setValue('level_id', '');
                form.setValue('filters', []);
              }}
              choices={niches.data?.map(({ id, name }) => ({ value: id, label: name })) ?? []}
            />
          </Field>
        )}
      />
      <Controller
        control={form.control}
        name="level_id"
        render={({ field, fieldState }) => (
          <Field label="Competition level" native={false} error={fieldState.error?.message}>
            <Select
              disabled={nicheId === ''}
              placeholder={nicheId ? 'The usual level of the niche' : 'Choose a niche first'}
              value={field.value || null}
              onChange={field.onChange}
              choices={open.map((level) => ({
                value: level.id,
                label: level.name,
                note: `${formatAmount(level.price_per_lead, level.currency)} ${level.currency} a lead`,
              }))}
            />
          </Field>
        )}
      />
      <Field label="Daily limit" help="At most so many leads a day." error={errors.daily_limit?.message}>
        <Input inputMode="numeric" after="leads" {...form.register('daily_limit')} />
      </Field>
      <Field
        label="Premium ratio"
        help="How many of its leads are to be premium ones."
        error={errors.premium_ratio?.message}
      >
        <Input inputMode="numeric" after="%" {...form.register('premium_ratio')} />
      </Field>
      {money && (
        <Field
          label="Opening balance"
          optional
          help="Without money it gets no leads."
          error={errors.opening_balance?.message}
        >
          <Input
            inputMode="decimal"
            after={currency}
            placeholder="500.00"
            {...form.register('opening_balance')}
          />
        </Field>
      )}
    </Group>
  );
}
