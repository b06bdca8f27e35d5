import { Check, Euro, Plus, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { Button, IconButton } from '../ui/button.tsx';
import { Card } from '../ui/card.tsx';
import { Checkbox } from '../ui/checkbox.tsx';
import { Combobox, MultiCombobox } from '../ui/combobox.tsx';
import { Field } from '../ui/field.tsx';
import { Input } from '../ui/input.tsx';
import { Notice } from '../ui/notice.tsx';
import { RadioGroup } from '../ui/radio.tsx';
import { Select } from '../ui/select.tsx';
import { Switch } from '../ui/switch.tsx';
import { Tabs } from '../ui/tabs.tsx';
import { Textarea } from '../ui/textarea.tsx';
import { Tip } from '../ui/tooltip.tsx';
import { Row, Section } from './gallery.tsx';

const countries = ['Austria', 'Canada', 'Germany', 'Italy', 'Norway', 'Spain', 'United Kingdom'].map(
  (label) => ({
    value: { Germany: 'de', Italy: 'it' }[label] ?? label,
    label,
  }),
);

export function Controls() {
  return (
    <Section title="Controls">
      <Row>
        <Button look="primary">
          <Check aria-hidden />
          Approve lead
        </Button>
        <Button>
          <Plus aria-hidden />
          Add provider
        </Button>
        <Button look="quiet">Clear</Button>
        <Button look="danger">
          <Trash2 aria-hidden />
          Refund 3 leads
        </Button>
        <Button look="primary" busy>
          Approve lead
        </Button>
        <Button disabled>Save changes</Button>
        <Button size="sm">Small</Button>
        <Tip text="Approve and show the next one" keys="A">
          <IconButton label="Approve">
            <Check aria-hidden />
          </IconButton>
        </Tip>
      </Row>
      <div className="grid gap-4 lg:grid-cols-2">
        <Fields />
        <Choices />
      </div>
      <div className="grid gap-2 sm:grid-cols-2">
        <Notice title="Changes affect only leads that are not distributed yet." />
        <Notice tone="good" title="The test lead was accepted in 212 ms." />
        <Notice tone="warn" title="Balance for about 2 days.">
          At zero, your subscriptions rest until money arrives.
        </Notice>
        <Notice
          tone="bad"
          title="The receiver answered 401."
          action={<Button size="sm">Check secret</Button>}
        >
          Its owner has to give you a new token.
        </Notice>
      </div>
      <Tabs
        label="Lead"
        tabs={[
          {
            value: 'timeline',
            label: 'Timeline',
            content: <p className="text-sm">What happened, line by line.</p>,
          },
          { value: 'why', label: 'Why', content: <p className="text-sm">Why these providers.</p> },
          {
            value: 'returns',
            label: 'Returns',
            count: 2,
            content: <p className="text-sm">Two wait for a verdict.</p>,
          },
        ]}
      />
    </Section>
  );
}

function Fields() {
  const [country, setCountry] = useState<string | null>('de');
  const [several, setSeveral] = useState(['de', 'it']);
  return (
    <Card title="Level" note="What a provider pays for one lead, and how many receive the same one.">
      <div className="flex flex-col gap-4">
        <Field label="Name" help="Shown to providers.">
          <Input defaultValue="Exclusive" />
        </Field>
        <Field label="Price per lead" error="Write an amount such as 32.50.">
          <Input defaultValue="32,5O" inputMode="decimal" before={<Euro aria-hidden />} after="EUR" />
        </Field>
        <Field label="Default country" native={false}>
          <Combobox choices={countries} value={country} onChange={setCountry} />
        </Field>
        <Field label="Countries" native={false} optional>
          <MultiCombobox choices={countries} values={several} onChange={setSeveral} />
        </Field>
        <Field label="Order" native={false}>
          <Select
            defaultValue="longest_waiting"
            choices={[
              { value: 'longest_waiting', label: 'Longest waiting first' },
              { value: 'least_loaded_today', label: 'Least loaded today first' },
              { value: 'weighted', label: 'By weight' },
            ]}
          />
        </Field>
        <Field label="Note" optional>
          <Textarea placeholder="Only operators see this." rows={2} />
        </Field>
        <Field label="Niche" help="Cannot change once leads were sold." disabled>
          <Input defaultValue="Heat pumps" disabled />
        </Field>
      </div>
    </Card>
  );
}

function Choices() {
  return (
    <Card title="Subscription">
      <div className="flex flex-col gap-5">
        <RadioGroup
          label="When to charge"
          defaultValue="assigned"
          choices={[
            {
              value: 'assigned',
              label: 'When the lead is assigned',
              note: 'The lead is in the portal at once.',
            },
            {
              value: 'accepted',
              label: 'When your system accepts it',
              note: 'Held until then, for 30 minutes at most.',
            },
            { value: 'monthly', label: 'Monthly, by invoice', disabled: true },
          ]}
        />
        <div className="flex flex-col gap-2">
          <Checkbox label="Warn at 80 % of a cap" defaultChecked />
          <Checkbox label="Take leads on holidays" help="Regional holidays of your zone." />
          <Checkbox label="Some of them" indeterminate />
          <Checkbox label="Not available here" disabled />
        </div>
        <Switch label="Taking leads" help="Off: other providers receive them." defaultChecked />
        <Switch label="Test deliveries" />
        <Switch label="Locked" disabled />
      </div>
    </Card>
  );
}
