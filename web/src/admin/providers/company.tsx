import { useEffect, useState } from 'react';
import type { ProviderView } from '../../../../src/market/providers/schema.ts';
import { isStale, sentenceOf, useAct } from '../../act.ts';
import { api, Refusal } from '../../client.ts';
import { countryChoices, countryName, zoneChoices } from '../../market/places.ts';
import { addAmounts, asAmount } from '../../money/sum.ts';
import { Button } from '../../ui/button.tsx';
import { Card, Facts } from '../../ui/card.tsx';
import { Combobox } from '../../ui/combobox.tsx';
import { Dialog, DialogClose } from '../../ui/dialog.tsx';
import { Field } from '../../ui/field.tsx';
import { Id } from '../../ui/id.tsx';
import { Input } from '../../ui/input.tsx';
import { linkClass } from '../../ui/link.ts';
import { formatAmount } from '../../ui/money.tsx';
import { Notice } from '../../ui/notice.tsx';
import { Time } from '../../ui/time.tsx';
import type { ProviderDetail } from './queries.ts';

/** The threshold is kept in hundredths of whatever currency the wallet has. */
const shownThreshold = (minor: number): string =>
  addAmounts('0.00', `${Math.trunc(minor / 100)}.${String(minor % 100).padStart(2, '0')}`);
const readThreshold = (text: string): number | null => {
  const amount = asAmount(text);
  if (!/^\d{1,9}(\.\d{1,2})?$/.test(amount)) return null;
  const [whole = '0', rest = ''] = amount.split('.');
  return Number(whole) * 100 + Number(rest.padEnd(2, '0'));
};

export function CompanyCard({ provider }: { provider: ProviderDetail }) {
  return (
    <Card title="Company">
      <Facts
        facts={[
          ['Name', provider.company_name],
          [
            'E-mail',
            <a key="mail" className={linkClass} href={`mailto:${provider.contact_email}`}>
              {provider.contact_email}
            </a>,
          ],
          ['Website', provider.website ?? 'None'],
          ['Country', countryName(provider.country)],
          ['Time zone', provider.timezone],
          ['Low balance below', formatAmount(shownThreshold(provider.low_balance_threshold), 'EUR')],
          ['Warned by mail at', provider.low_balance_alert_email ?? provider.contact_email],
          ['Provider since', <Time key="since" at={provider.created_at} />],
          ['Id', <Id key="id" value={provider.id} what="provider id" />],
        ]}
      />
    </Card>
  );
}

interface CompanyFormProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  provider: ProviderDetail;
}

const draftOf = (provider: ProviderView) => ({
  company_name: provider.company_name,
  contact_email: provider.contact_email,
  website: provider.website ?? '',
  country: provider.country,
  timezone: provider.timezone,
  threshold: shownThreshold(provider.low_balance_threshold),
});

export function CompanyForm({ open, onOpenChange, provider }: CompanyFormProps) {
  const [draft, setDraft] = useState(() => draftOf(provider));
  const set = (change: Partial<typeof draft>) => setDraft((now) => ({ ...now, ...change }));
  const threshold = readThreshold(draft.threshold);
  const save = useAct(
    () => {
      const { threshold: _, website, ...rest } = draft;
      const body = { ...rest, website: website || null, low_balance_threshold: threshold ?? 0 };
      return api.patch<ProviderView>(`/admin/providers/${provider.id}`, body, { version: provider.version });
    },
    { done: 'Company saved', renew: ['provider', 'providers', 'money'], onDone: () => onOpenChange(false) },
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: each opening begins with what is stored now
  useEffect(() => {
    if (open) {
      setDraft(draftOf(provider));
      save.reset();
    }
  }, [open]);
  const fault = (field: string) =>
    save.error instanceof Refusal
      ? save.error.details.find((one) => one.field === field)?.message
      : undefined;
  const changed = JSON.stringify(draft) !== JSON.stringify(draftOf(provider));
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title="Edit company"
      actions={
        <>
          <DialogClose render={<Button>Go back</Button>} />
          <Button
            look="primary"
            busy={save.isPending}
            disabled={!changed || threshold === null}
            onClick={() => save.mutate()}
          >
            Save company
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
                ? 'Somebody changed this company meanwhile. Go back, look at it again, then repeat your change.'
                : sentenceOf(save.error)
            }
          />
        )}
        <Field label="Name" error={fault('company_name')}>
          <Input value={draft.company_name} onChange={(event) => set({ company_name: event.target.value })} />
        </Field>
        <Field label="E-mail" error={fault('contact_email')}>
          <Input
            type="email"
            value={draft.contact_email}
            onChange={(event) => set({ contact_email: event.target.value })}
          />
        </Field>
        <Field label="Website" optional error={fault('website')}>
          <Input
            type="url"
            placeholder="https://example.com"
            value={draft.website}
            onChange={(event) => set({ website: event.target.value })}
          />
        </Field>
        <Field label="Country" native={false}>
          <Combobox
            choices={countryChoices()}
            value={draft.country}
            onChange={(country) => set({ country: country ?? draft.country })}
          />
        </Field>
        <Field label="Time zone" native={false}>
          <Combobox
            choices={zoneChoices()}
            value={draft.timezone}
            onChange={(timezone) => set({ timezone: timezone ?? draft.timezone })}
          />
        </Field>
        <Field
          label="Low balance below"
          help="Below it the provider is warned by mail."
          error={threshold === null ? 'Write an amount such as 100.00.' : undefined}
        >
          <Input
            inputMode="decimal"
            value={draft.threshold}
            onChange={(event) => set({ threshold: event.target.value })}
          />
        </Field>
      </div>
    </Dialog>
  );
}
