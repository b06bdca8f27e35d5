import { useEffect, useRef, useState } from 'react';
import type { EndpointView } from '../../../src/market/endpoints/schema.ts';
import { isStale, sentenceOf, useAct } from '../act.ts';
import { api, Refusal } from '../client.ts';
import { Button } from '../ui/button.tsx';
import { Checkbox } from '../ui/checkbox.tsx';
import { Dialog, DialogClose } from '../ui/dialog.tsx';
import { Field } from '../ui/field.tsx';
import { Input } from '../ui/input.tsx';
import { Notice } from '../ui/notice.tsx';
import { Select } from '../ui/select.tsx';
import { formatChoices, HEADER_NAMES, namesOf, phoneChoices } from './endpoint-words.ts';
import { FieldRows, rowsOf, storedOf } from './field-rows.tsx';
import { SaveAnyway } from './save-anyway.tsx';
import { SecretOnce } from './secret-once.tsx';

interface EndpointFormProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  /** Left out: a new one. */
  endpoint?: EndpointView;
  mine: boolean;
  /** Whose new endpoint it is; only for staff. */
  providerId?: string;
}

const draftOf = (endpoint: EndpointView | undefined) => ({
  name: endpoint?.name ?? 'Webhook',
  url: endpoint?.url ?? '',
  format: endpoint?.format ?? 'json',
  phone_format: endpoint?.phone_format ?? 'international',
  country_format: endpoint?.country_format ?? 'name',
  required: (endpoint?.required_fields ?? ['name', 'email', 'phone', 'country']).join(','),
  accepts_test: endpoint?.accepts_test ?? true,
  rows: endpoint ? rowsOf(endpoint) : [],
  saveUnreachable: false,
  headerName: 'authorization',
  headerValue: '',
});

/** Makes an endpoint or changes one. A new address is tried, with its certificate, before it is saved. */
export function EndpointForm({ open, onOpenChange, endpoint, mine, providerId }: EndpointFormProps) {
  const [draft, setDraft] = useState(() => draftOf(endpoint));
  const set = (change: Partial<typeof draft>) => setDraft((now) => ({ ...now, ...change }));
  const base = `${mine ? '/providers/me' : '/admin'}/endpoints`;
  const save = useAct(
    () => {
      const { required, headerName, headerValue, rows, saveUnreachable, ...rest } = draft;
      const body = {
        ...rest,
        ...storedOf(rows, endpoint),
        ...(saveUnreachable ? { save_unreachable: true } : {}),
        required_fields: namesOf(required),
        ...(headerValue ? { headers: { [headerName]: headerValue } } : {}),
      };
      if (endpoint)
        return api.patch<{ secret?: string }>(`${base}/${endpoint.id}`, body, { version: endpoint.version });
      return api.post<{ secret?: string }>(base, {
        ...body,
        ...(providerId ? { provider_id: providerId } : {}),
      });
    },
    {
      done: endpoint ? 'Endpoint saved' : 'Endpoint added',
      renew: ['endpoints', 'provider', 'providers', 'mine'],
      onDone: (answer) => {
        if (!answer.secret) onOpenChange(false);
      },
    },
  );
  const begin = useRef(() => {});
  begin.current = () => {
    save.reset();
    setDraft(draftOf(endpoint));
  };
  // Each opening begins with what is stored now.
  useEffect(() => {
    if (open) begin.current();
  }, [open]);
  const secret = save.data?.secret;
  const refusal = save.error instanceof Refusal ? save.error : undefined;
  const fault = (field: string) => refusal?.details.find((one) => one.field.split('.')[0] === field)?.message;
  const placed = ['url', 'name', 'required_fields', 'field_map', 'default_values'].some(fault);
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title={secret ? 'Endpoint added' : endpoint ? `Edit ${endpoint.name}` : 'Add endpoint'}
      description={secret ? undefined : 'Where leads are sent, and how.'}
      actions={
        secret ? (
          <DialogClose render={<Button look="primary">I have copied it</Button>} />
        ) : (
          <>
            <DialogClose render={<Button>Go back</Button>} />
            <Button look="primary" busy={save.isPending} onClick={() => save.mutate()}>
              {endpoint ? 'Save endpoint' : 'Add endpoint'}
            </Button>
          </>
        )
      }
    >
      {secret ? (
        <SecretOnce label="Signing secret" secret={secret}>
          With it the receiver checks that a lead really comes from us.
        </SecretOnce>
      ) : (
        <div className="flex flex-col gap-3">
          {save.error && !placed && (
            <Notice
              tone="bad"
              title={
                isStale(save.error)
                  ? 'Somebody changed this endpoint meanwhile. Go back, look at it again, then repeat your change.'
                  : sentenceOf(save.error)
              }
            />
          )}
          <EndpointFields
            draft={draft}
            set={set}
            fault={fault}
            refusal={refusal}
            headerNames={endpoint?.header_names ?? []}
          />
          <Checkbox
            label="Takes test leads"
            help="Leads in test mode are sent here too, marked as tests."
            checked={draft.accepts_test}
            onCheckedChange={(accepts_test) => set({ accepts_test })}
          />
        </div>
      )}
    </Dialog>
  );
}

type Draft = ReturnType<typeof draftOf>;

interface EndpointFieldsProps {
  draft: Draft;
  set: (change: Partial<Draft>) => void;
  /** What the server found wrong with a field. */
  fault: (field: string) => string | undefined;
  refusal: Refusal | undefined;
  /** Headers that are sent now; their values are never shown. */
  headerNames: readonly string[];
}

function EndpointFields({ draft, set, fault, refusal, headerNames }: EndpointFieldsProps) {
  return (
    <>
      <Field label="Name" error={fault('name')}>
        <Input value={draft.name} onChange={(event) => set({ name: event.target.value })} />
      </Field>
      <Field
        label="Webhook URL"
        help="Starts with https://. We open a connection and look at the certificate before it is saved."
        error={fault('url')}
      >
        <Input
          type="url"
          inputMode="url"
          placeholder="https://crm.example.com/leads"
          value={draft.url}
          onChange={(event) => set({ url: event.target.value })}
        />
      </Field>
      <SaveAnyway
        code={refusal?.code}
        checked={draft.saveUnreachable}
        onChange={(saveUnreachable) => set({ saveUnreachable })}
      />
      <div className="grid gap-3 sm:grid-cols-2">
        <Field label="Format" native={false}>
          <Select value={draft.format} choices={formatChoices} onChange={(format) => set({ format })} />
        </Field>
        <Field label="Countries" native={false}>
          <Select
            value={draft.country_format}
            onChange={(country_format) => set({ country_format })}
            choices={[
              { value: 'name', label: 'By name: Germany' },
              { value: 'iso2', label: 'As code: DE' },
            ]}
          />
        </Field>
      </div>
      <Field label="Phone format" native={false}>
        <Select
          value={draft.phone_format}
          choices={phoneChoices}
          onChange={(phone_format) => set({ phone_format })}
        />
      </Field>
      <Field
        label="Required fields"
        help="Leads without one of them are not sent here. Separate with commas."
        error={fault('required_fields')}
      >
        <Input value={draft.required} onChange={(event) => set({ required: event.target.value })} />
      </Field>
      <FieldRows rows={draft.rows} onChange={(rows) => set({ rows })} faults={refusal?.details ?? []} />
      <Field
        label="Header with a key"
        optional
        help={
          headerNames.length
            ? `Now: ${headerNames.join(', ')}. Writing one here replaces all of them.`
            : 'When the receiver asks for one. It is kept encrypted.'
        }
      >
        <div className="flex gap-2">
          <Select
            label="Name of the header"
            className="w-40!"
            value={draft.headerName}
            choices={HEADER_NAMES.map((value) => ({ value, label: value }))}
            onChange={(headerName) => set({ headerName })}
          />
          <Input
            aria-label="Value of the header"
            autoComplete="off"
            value={draft.headerValue}
            onChange={(event) => set({ headerValue: event.target.value })}
          />
        </div>
      </Field>
    </>
  );
}
