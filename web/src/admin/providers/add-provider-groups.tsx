import type { ReactNode } from 'react';
import { Controller } from 'react-hook-form';
import type { Refusal } from '../../client.ts';
import { phoneChoices } from '../../market/endpoint-words.ts';
import { Estimate } from '../../market/estimate.tsx';
import { FieldRows } from '../../market/field-rows.tsx';
import { FilterFields } from '../../market/filter-fields.tsx';
import { useFormFields } from '../../market/queries.ts';
import { SaveAnyway } from '../../market/save-anyway.tsx';
import { Card } from '../../ui/card.tsx';
import { Field } from '../../ui/field.tsx';
import { Input } from '../../ui/input.tsx';
import { Select } from '../../ui/select.tsx';
import { SkeletonLines } from '../../ui/skeleton.tsx';
import type { Form } from './add-provider-shape.ts';

export function Group({ title, note, children }: { title: string; note: string; children: ReactNode }) {
  return (
    <Card title={title} note={note}>
      <div className="grid gap-x-4 gap-y-3 sm:grid-cols-2">{children}</div>
    </Card>
  );
}

interface FilterGroupProps {
  form: Form;
  nicheId: string;
  faults: Refusal | undefined;
}

/** Which leads of the niche it takes, by the fields of the niche's form. */
export function FilterGroup({ form, nicheId, faults }: FilterGroupProps) {
  const fields = useFormFields(nicheId, false, nicheId !== '');
  const country = form.watch('country');
  const wrong = faults?.details.filter(({ field }) => field.startsWith('filters')) ?? [];
  return (
    <Card title="Which leads it takes" note="What is left empty takes every lead of its country.">
      {nicheId === '' && (
        <p className="text-muted text-sm">Choose a niche first: its form says what can be asked.</p>
      )}
      {nicheId !== '' && !fields && <SkeletonLines lines={3} />}
      {fields && (
        <Controller
          control={form.control}
          name="filters"
          render={({ field }) => (
            <div className="flex flex-col gap-3">
              <FilterFields fields={fields} filters={field.value} onChange={field.onChange} />
              <Estimate
                nicheId={nicheId}
                rules={{ countries: country ? [country] : [], filters: field.value }}
                mine={false}
              />
            </div>
          )}
        />
      )}
      {wrong.map(({ field, message }) => (
        <p key={field} role="alert" className="mt-2 text-bad text-sm">
          {message}
        </p>
      ))}
    </Card>
  );
}

export function EndpointGroup({ form, faults }: { form: Form; faults: Refusal | undefined }) {
  const { errors } = form.formState;
  return (
    <Group
      title="Where its leads go"
      note="The address is tried before anything is saved: we open a connection and look at the certificate."
    >
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
        name="save_unreachable"
        render={({ field }) => (
          <div className="empty:hidden sm:col-span-2">
            <SaveAnyway code={faults?.code} checked={field.value} onChange={field.onChange} />
          </div>
        )}
      />
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
        error={
          errors.required_fields?.message ??
          faults?.details.find(({ field }) => field.startsWith('required_fields'))?.message
        }
      >
        <Input autoComplete="off" {...form.register('required_fields')} />
      </Field>
      <Controller
        control={form.control}
        name="rows"
        render={({ field }) => (
          <div className="sm:col-span-2">
            <FieldRows rows={field.value} onChange={field.onChange} faults={faults?.details ?? []} />
          </div>
        )}
      />
    </Group>
  );
}
