import { zodResolver } from '@hookform/resolvers/zod';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { Controller, type UseFormReturn, useForm } from 'react-hook-form';
import * as z from 'zod/mini';
import type { EndpointView } from '../../../../src/market/endpoints/schema.ts';
import type { ProviderView } from '../../../../src/market/providers/schema.ts';
import { renew, sentenceOf } from '../../act.ts';
import { api, newKey, type Refusal } from '../../client.ts';
import { showRefusal } from '../../form.ts';
import { LeaveGuard } from '../../frame/leave-guard.tsx';
import { Page } from '../../frame/page.tsx';
import { EndpointTest } from '../../market/endpoint-test.tsx';
import { phoneChoices } from '../../market/endpoint-words.ts';
import { countryChoices, zoneChoices } from '../../market/places.ts';
import { nichesQuery } from '../../market/queries.ts';
import { SecretOnce } from '../../market/secret-once.tsx';
import { asAmount, isAmount } from '../../money/sum.ts';
import { useRights } from '../../rights.ts';
import { Button, buttonClass } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { Combobox } from '../../ui/combobox.tsx';
import { Field } from '../../ui/field.tsx';
import { Input } from '../../ui/input.tsx';
import { formatAmount } from '../../ui/money.tsx';
import { Notice } from '../../ui/notice.tsx';
import { Select } from '../../ui/select.tsx';

interface Added {
  provider: ProviderView;
  endpoint: EndpointView;
  secret: string;
}

const whole = (most: number, message: string) =>
  z.string().check(z.refine((text) => /^\d{1,7}$/.test(text.trim()) && Number(text) <= most, message));

const shape = z.object({
  name: z.string().check(z.trim(), z.minLength(1, 'Write the name of the company.'), z.maxLength(200)),
  email: z.email('Write the e-mail address as name@example.com.'),
  country: z.string().check(z.minLength(2, 'Choose a country.')),
  niche_id: z.string().check(z.minLength(1, 'Choose a niche.')),
  level_id: z.string(),
  daily_limit: z
    .string()
    .check(z.refine((text) => /^[1-9]\d{0,5}$/.test(text.trim()), 'Write a whole number, at least 1.')),
  premium_ratio: whole(100, 'Write a whole number from 0 to 100.'),
  timezone: z.string().check(z.minLength(1, 'Choose a time zone.')),
  webhook_url: z.string().check(z.trim(), z.minLength(1, 'Write the address that takes leads.')),
  phone_format: z.string(),
  required_fields: z.string(),
  opening_balance: z
    .string()
    .check(
      z.refine(
        (text) => text.trim() === '' || /^0+([.,]0+)?$/.test(text.trim()) || isAmount(text),
        'Write an amount such as 500.00, or leave it empty.',
      ),
    ),
});

type Form = UseFormReturn<z.infer<typeof shape>>;

const BEGINNING = {
  name: '',
  email: '',
  country: 'DE',
  niche_id: '',
  level_id: '',
  daily_limit: '50',
  premium_ratio: '70',
  timezone: 'Europe/Berlin',
  webhook_url: '',
  phone_format: 'international',
  required_fields: 'name,email,phone,country',
  opening_balance: '',
};

/** A provider with its endpoint and first subscription in one form. */
export function AddProviderPage() {
  const [added, setAdded] = useState<Added & { credited: string | null; notCredited: string | null }>();
  const queries = useQueryClient();
  const form = useForm({ resolver: zodResolver(shape), defaultValues: BEGINNING });
  const [refusal, setRefusal] = useState<Refusal>();
  const [key] = useState(newKey);
  const nicheId = form.watch('niche_id');
  const currency = useQuery(nichesQuery).data?.find(({ id }) => id === nicheId)?.currency ?? 'EUR';
  const add = form.handleSubmit(async ({ opening_balance: opening, level_id, ...input }) => {
    setRefusal(undefined);
    try {
      const made = await api.post<Added>('/admin/providers/partners', {
        ...input,
        ...(level_id ? { level_id } : {}),
        daily_limit: Number(input.daily_limit),
        premium_ratio: Number(input.premium_ratio),
      });
      const amount = isAmount(opening) ? asAmount(opening) : null;
      setAdded({ ...made, ...(await credit(made.provider.id, amount, currency, key)) });
      form.reset(BEGINNING);
      await renew(queries, ['money', 'providers', 'provider', 'subscriptions']);
    } catch (error) {
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
        {refusal && <Notice tone="bad" title={sentenceOf(refusal)} />}
        <CompanyGroup form={form} />
        <WantsGroup form={form} currency={currency} />
        <EndpointGroup form={form} />
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

function Group({ title, note, children }: { title: string; note: string; children: ReactNode }) {
  return (
    <Card title={title} note={note}>
      <div className="grid gap-x-4 gap-y-3 sm:grid-cols-2">{children}</div>
    </Card>
  );
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
    <Group title="What it wants" note="Its first subscription. More of them, filters and hours can follow.">
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

function EndpointGroup({ form }: { form: Form }) {
  const { errors } = form.formState;
  return (
    <Group title="Where its leads go" note="The address is tried before anything is saved.">
      <Field
        label="Webhook URL"
        className="sm:col-span-2"
        help="Starts with https:// and can be reached from the internet."
        error={errors.webhook_url?.message}
      >
        <Input
          type="url"
          inputMode="url"
          autoComplete="off"
          placeholder="https://crm.example.com/leads"
          {...form.register('webhook_url')}
        />
      </Field>
      <Controller
        control={form.control}
        name="phone_format"
        render={({ field, fieldState }) => (
          <Field
            label="Phone format"
            help="How numbers are written in what we send."
            native={false}
            error={fieldState.error?.message}
          >
            <Select value={field.value} onChange={field.onChange} choices={phoneChoices} />
          </Field>
        )}
      />
      <Field
        label="Required fields"
        help="Leads without one of them are not sent. Separate with commas."
        error={errors.required_fields?.message}
      >
        <Input autoComplete="off" {...form.register('required_fields')} />
      </Field>
    </Group>
  );
}

interface AddedPageProps {
  added: Added & { credited: string | null; notCredited: string | null };
  onAnother: () => void;
}

function AddedPage({ added, onAnother }: AddedPageProps) {
  const { provider, endpoint, secret, credited, notCredited } = added;
  return (
    <Page
      title={`${provider.company_name} is added`}
      sentence="Next: give it the signing secret, and send a test lead."
    >
      <div className="flex max-w-3xl flex-col gap-4">
        {notCredited && <Notice tone="warn" title={`The opening balance was not booked. ${notCredited}`} />}
        <Card title="1. Pass on the signing secret">
          <SecretOnce label="Signing secret" secret={secret}>
            The provider checks with it that a lead really comes from us. Send it on a safe way.
          </SecretOnce>
        </Card>
        <Card
          title="2. Send a test lead"
          note={endpoint.url}
          aside={<EndpointTest endpoint={endpoint} mine={false} />}
        >
          <p className="text-sm">You see what was sent, what was answered, and what it means.</p>
        </Card>
        <Card title="3. Money">
          <p className="text-sm">
            {credited
              ? `${credited} are on its account: it gets leads from now on.`
              : 'It has no money yet and gets no leads until it does.'}
          </p>
        </Card>
        <div className="flex justify-end gap-2">
          <Button onClick={onAnother}>Add another</Button>
          <Link
            to="/admin/providers/$providerId"
            params={{ providerId: provider.id }}
            className={buttonClass({ look: 'primary' })}
          >
            Open {provider.company_name}
          </Link>
        </div>
      </div>
    </Page>
  );
}
