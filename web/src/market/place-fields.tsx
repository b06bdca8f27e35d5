import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { SubscriptionView } from '../../../src/market/subscriptions/schema.ts';
import { asAmount, isAmount } from '../money/sum.ts';
import { Combobox, MultiCombobox } from '../ui/combobox.tsx';
import { Field } from '../ui/field.tsx';
import { Input } from '../ui/input.tsx';
import { Select } from '../ui/select.tsx';
import { ComingOwnPrice } from './coming-prices.tsx';
import { zoneChoices } from './places.ts';
import { campaignsQuery, useEndpointNames } from './queries.ts';
import type { Terms } from './terms.ts';
import type { FormField } from './words.ts';

interface DraftProps {
  draft: Terms;
  set: (change: Partial<Terms>) => void;
  /** What the server found wrong with a term. */
  fault: (term: string) => string | undefined;
}

const PORTAL = 'portal';

/** Where its leads are sent. */
export function EndpointField({
  providerId,
  mine,
  draft,
  set,
  fault,
}: DraftProps & { providerId: string; mine: boolean }) {
  const endpoints = useEndpointNames(providerId, mine);
  return (
    <Field
      label="Endpoint"
      native={false}
      error={fault('endpoint_id')}
      help={
        endpoints?.length === 0
          ? 'There is none yet. Leads are shown in the portal and sent by mail.'
          : 'Without one, leads are shown in the portal and sent by mail.'
      }
    >
      <Select
        value={draft.endpoint_id ?? PORTAL}
        disabled={!endpoints}
        onChange={(id) => set({ endpoint_id: id === PORTAL ? null : id })}
        choices={[
          ...(endpoints ?? []).map(({ id, name, url }) => ({ value: id, label: name, note: url })),
          { value: PORTAL, label: 'None: portal and mail only' },
        ]}
      />
    </Field>
  );
}

const PERSON = [
  { value: 'name', label: 'Name' },
  { value: 'email', label: 'E-mail' },
  { value: 'phone', label: 'Phone' },
  { value: 'country', label: 'Country' },
];

/** Leads without one of these fields go to others. */
export function RequiredFields({ fields, draft, set, fault }: DraftProps & { fields: readonly FormField[] }) {
  const own = fields.map(({ id, label }) => ({ value: id, label }));
  const person = PERSON.filter(({ value }) => !own.some((field) => field.value === value));
  return (
    <Field
      label="Must have"
      native={false}
      optional
      help="Leads without one of these go to others."
      error={fault('required_fields')}
    >
      <MultiCombobox
        choices={[...person, ...own]}
        values={draft.required_fields}
        placeholder="Nothing more"
        onChange={(required_fields) => set({ required_fields })}
      />
    </Field>
  );
}

/** Only leads of these campaigns. For staff: providers do not choose by campaign. */
export function CampaignField({ nicheId, draft, set, fault }: DraftProps & { nicheId: string }) {
  const campaigns = useQuery(campaignsQuery(nicheId)).data;
  if (!campaigns) return null;
  return (
    <Field
      label="Campaigns"
      native={false}
      optional
      help="None chosen: every campaign of the niche."
      error={fault('campaign_ids')}
    >
      <MultiCombobox
        choices={campaigns.map(({ id, name }) => ({ value: id, label: name }))}
        values={draft.campaign_ids}
        placeholder="Every campaign"
        onChange={(campaign_ids) => set({ campaign_ids })}
      />
    </Field>
  );
}

/** The zone in which its days, weeks and months begin. */
export const ZoneField = ({ draft, set, fault }: DraftProps) => (
  <Field label="Time zone" native={false} error={fault('timezone')}>
    <Combobox
      choices={zoneChoices()}
      value={draft.timezone}
      onChange={(timezone) => timezone && set({ timezone })}
    />
  </Field>
);

const WEIGHT = /^(1000|[1-9]\d{0,2})$/;

/** What an operator deals out: a price of its own, and its place where the level goes by priority. */
export function DealtFields({
  subscription,
  draft,
  set,
  fault,
}: DraftProps & { subscription: SubscriptionView }) {
  const [price, setPrice] = useState(draft.price_override ?? '');
  const [priority, setPriority] = useState(String(draft.priority));
  const priceWrong = price.trim() !== '' && !isAmount(price);
  const [weight, setWeight] = useState(String(draft.weight));
  const weightWrong = !WEIGHT.test(weight.trim());
  const priorityWrong = !/^(1000|\d{1,3})$/.test(priority.trim());
  return (
    <div className="grid gap-3 sm:grid-cols-2">
      <Field
        label="Own price of a lead"
        optional
        help="Left empty: the price of the level."
        error={priceWrong ? 'Write an amount such as 12.50.' : fault('price_override')}
      >
        <Input
          inputMode="decimal"
          after={subscription.currency}
          value={price}
          onChange={(event) => {
            const text = event.target.value;
            setPrice(text);
            if (text.trim() === '') set({ price_override: null });
            else if (isAmount(text)) set({ price_override: asAmount(text) });
          }}
        />
      </Field>
      <ComingOwnPrice subscription={subscription} set={set} fault={fault} />
      <Field
        label="Priority"
        help="For levels by priority: higher first."
        error={priorityWrong ? 'Write a whole number from 0 to 1000.' : fault('priority')}
      >
        <Input
          inputMode="numeric"
          value={priority}
          onChange={(event) => {
            const text = event.target.value.trim();
            setPriority(event.target.value);
            if (/^(1000|\d{1,3})$/.test(text)) set({ priority: Number(text) });
          }}
        />
      </Field>
      <Field
        label="Weight"
        help="For levels by weight: 2 is twice 1."
        error={weightWrong ? 'Write a whole number from 1 to 1000.' : fault('weight')}
      >
        <Input
          inputMode="numeric"
          value={weight}
          onChange={(event) => {
            const text = event.target.value.trim();
            setWeight(event.target.value);
            if (WEIGHT.test(text)) set({ weight: Number(text) });
          }}
        />
      </Field>
    </div>
  );
}
