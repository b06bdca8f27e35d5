import { useEffect, useState } from 'react';
import type { Adjusted, WalletView } from '../../../src/money/wallet/schema.ts';
import { sentenceOf, useAct } from '../act.ts';
import { api, newKey } from '../client.ts';
import { Button } from '../ui/button.tsx';
import { Dialog, DialogClose } from '../ui/dialog.tsx';
import { Field } from '../ui/field.tsx';
import { Input } from '../ui/input.tsx';
import { formatAmount, Money } from '../ui/money.tsx';
import { Notice } from '../ui/notice.tsx';
import { Select } from '../ui/select.tsx';
import { Textarea } from '../ui/textarea.tsx';
import { addAmounts, asAmount, isAmount, isLess, negated } from './sum.ts';

export type Adjustment = 'credit' | 'debit';

interface AdjustDialogProps {
  kind: Adjustment;
  open: boolean;
  onOpenChange: (open: boolean) => void;
  provider: { id: string; name: string };
  wallets: readonly WalletView[];
}

const CURRENCIES = ['EUR', 'CAD', 'GBP', 'NOK', 'CHF', 'USD'];

/** Adds money to a wallet or takes some out, after showing what it will hold. */
export function AdjustDialog({ kind, open, onOpenChange, provider, wallets }: AdjustDialogProps) {
  const [amount, setAmount] = useState('');
  const [reason, setReason] = useState('');
  const [currency, setCurrency] = useState(wallets[0]?.currency ?? 'EUR');
  const [key, setKey] = useState(newKey);
  // A new intent begins when the dialog opens.
  useEffect(() => {
    if (!open) return;
    setAmount('');
    setReason('');
    setKey(newKey());
  }, [open]);

  const act = useAct(
    () =>
      api.post<Adjusted>(
        `/admin/providers/${provider.id}/${kind}`,
        { amount: asAmount(amount), currency, reason },
        { key },
      ),
    {
      done: ({ amount: moved }) =>
        kind === 'credit'
          ? `${formatAmount(moved, currency)} ${currency} added`
          : `${formatAmount(moved.replace('-', ''), currency)} ${currency} taken`,
      renew: ['money', 'providers', 'provider', 'subscriptions'],
      onDone: () => onOpenChange(false),
    },
  );
  const wallet = wallets.find((one) => one.currency === currency);
  const before = wallet?.available ?? '0.00';
  const valid = isAmount(amount);
  const change = valid ? (kind === 'credit' ? asAmount(amount) : negated(asAmount(amount))) : '0.00';
  const after = addAmounts(before, change);
  const tooMuch = kind === 'debit' && valid && isLess(wallet?.spendable ?? '0.00', asAmount(amount));
  const shown = valid ? `${formatAmount(asAmount(amount), currency)} ${currency}` : 'money';
  const choices = [
    ...new Set([...wallets.map((one) => one.currency), ...(wallets.length ? [] : CURRENCIES)]),
  ];

  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title={kind === 'credit' ? `Credit ${provider.name}` : `Debit ${provider.name}`}
      description={
        kind === 'credit'
          ? 'Adds money to the account. The provider sees it in its ledger.'
          : 'Takes money from the account. The provider sees it in its ledger.'
      }
      actions={
        <>
          <DialogClose render={<Button>Go back</Button>} />
          <Button
            look={kind === 'credit' ? 'primary' : 'danger'}
            busy={act.isPending}
            disabled={!valid || tooMuch || reason.trim().length < 3}
            onClick={() => act.mutate()}
          >
            {kind === 'credit' ? `Add ${shown}` : `Take ${shown}`}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-3">
        <div className="flex items-end gap-2">
          <Field
            label="Amount"
            className="flex-1"
            error={amount !== '' && !valid ? 'Write an amount above zero, such as 100 or 12.50.' : undefined}
          >
            <Input
              inputMode="decimal"
              autoFocus
              className="text-right"
              value={amount}
              onChange={(event) => setAmount(event.target.value)}
            />
          </Field>
          {choices.length > 1 ? (
            <Select
              label="Currency"
              className="w-24!"
              value={currency}
              onChange={setCurrency}
              choices={choices.map((value) => ({ value, label: value }))}
            />
          ) : (
            <span className="flex h-8 items-center px-1 text-muted text-sm">{currency}</span>
          )}
        </div>
        <Field label="Reason" help="The provider reads it. No names of people: it cannot be erased.">
          <Textarea
            rows={2}
            maxLength={500}
            value={reason}
            onChange={(event) => setReason(event.target.value)}
          />
        </Field>
        <DryRun before={before} after={after} currency={currency} />
        {tooMuch && (
          <Notice tone="bad" title="There is not that much to take">
            At most {formatAmount(wallet?.spendable ?? '0.00', currency)} {currency} can be taken, credit
            included.
          </Notice>
        )}
        {act.error && <Notice tone="bad" title={sentenceOf(act.error)} />}
      </div>
    </Dialog>
  );
}

function DryRun({ before, after, currency }: { before: string; after: string; currency: string }) {
  return (
    <dl
      aria-label="What the account holds"
      className="grid grid-cols-[1fr_auto] gap-y-1 rounded-control border bg-surface-2 px-3 py-2 text-sm"
    >
      <dt className="text-muted">Available before</dt>
      <dd className="text-right">
        <Money amount={before} currency={currency} alert />
      </dd>
      <dt className="text-muted">Available after</dt>
      <dd aria-live="polite" className="text-right font-medium">
        <Money amount={after} currency={currency} alert />
      </dd>
    </dl>
  );
}
