import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { z } from 'zod';
import type { levelOfferView } from '../../../src/market/catalog/schema.ts';
import type { SubscriptionView } from '../../../src/market/subscriptions/schema.ts';
import { sentenceOf, useAct } from '../act.ts';
import { api } from '../client.ts';
import { Button } from '../ui/button.tsx';
import { Dialog, DialogClose } from '../ui/dialog.tsx';
import { Field } from '../ui/field.tsx';
import { Input } from '../ui/input.tsx';
import { formatAmount } from '../ui/money.tsx';
import { Notice } from '../ui/notice.tsx';
import { Select } from '../ui/select.tsx';

const LEVELS_MAX = 100;
const PORTAL = 'portal';

interface SubscribeDialogProps {
  provider: {
    id: string;
    company_name: string;
    country: string;
    endpoints: readonly { id: string; name: string; health: string }[];
    subscriptions: readonly { level_id: string; state: string }[];
  };
  /** The provider's own portal. */
  mine: boolean;
  open: boolean;
  onOpenChange: (open: boolean) => void;
  onAdded: (id: string) => void;
}

/** ", 12.00 from 28 Nov 2026": a price that is announced. */
const comingWords = ({ coming_price: coming }: z.infer<typeof levelOfferView>): string =>
  coming === null
    ? ''
    : `, ${coming.price_per_lead} from ${new Date(coming.from).toLocaleDateString('en-GB', { dateStyle: 'medium' })}`;

/** Puts a provider on one more competition level; filters and hours are set afterwards in the sheet. */
export function SubscribeDialog({ provider, mine, open, onOpenChange, onAdded }: SubscribeDialogProps) {
  const usual = provider.endpoints.find(({ health }) => health === 'healthy') ?? provider.endpoints[0];
  const [levelId, setLevelId] = useState<string | null>(null);
  const [endpointId, setEndpointId] = useState(usual?.id ?? PORTAL);
  const [limit, setLimit] = useState('50');
  const levels = useQuery({
    queryKey: mine ? ['mine', 'levels'] : ['niches', 'levels'],
    enabled: open,
    queryFn: ({ signal }) =>
      api.page<z.infer<typeof levelOfferView>>(
        `${mine ? '' : '/admin'}/competition-levels`,
        { limit: LEVELS_MAX },
        { signal },
      ),
  });
  const add = useAct(
    () =>
      api.post<SubscriptionView>(`${mine ? '' : '/admin'}/subscriptions`, {
        ...(mine ? {} : { provider_id: provider.id }),
        level_id: levelId,
        endpoint_id: endpointId === PORTAL ? null : endpointId,
        countries: [provider.country],
        caps: limit.trim() ? [{ window: 'day', kind: 'count', value: Number(limit) }] : [],
      }),
    {
      done: 'Subscription added',
      renew: ['provider', 'providers', 'subscriptions', 'money', 'mine'],
      onDone: ({ id }) => {
        onOpenChange(false);
        onAdded(id);
      },
    },
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: each opening begins empty
  useEffect(() => {
    if (!open) return;
    setLevelId(null);
    add.reset();
  }, [open]);
  const taken = new Set(
    provider.subscriptions.filter(({ state }) => state !== 'cancelled').map((one) => one.level_id),
  );
  const free = levels.data?.data.filter((level) => level.active && !taken.has(level.id));
  const wrong = limit.trim() !== '' && !/^[1-9]\d{0,5}$/.test(limit.trim());
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title={mine ? 'Subscribe to a level' : `Add a subscription of ${provider.company_name}`}
      description={
        mine
          ? 'You get leads of your country as soon as you subscribe, while your balance reaches for them. Choose filters and hours afterwards.'
          : 'It takes every lead of its country; choose filters and hours afterwards.'
      }
      actions={
        <>
          <DialogClose render={<Button>Go back</Button>} />
          <Button
            look="primary"
            busy={add.isPending}
            disabled={!levelId || wrong}
            onClick={() => add.mutate()}
          >
            {mine ? 'Subscribe' : 'Add subscription'}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-3">
        {add.error && <Notice tone="bad" title={sentenceOf(add.error)} />}
        {free?.length === 0 && (
          <Notice title={mine ? 'There is no other level now' : 'It subscribes to every level already'}>
            {mine ? 'You subscribe to everything that is offered.' : 'Make another level first.'}
          </Notice>
        )}
        <Field label="Competition level" native={false}>
          <Select
            value={levelId}
            onChange={setLevelId}
            choices={
              free?.map((level) => ({
                value: level.id,
                label: `${level.niche_name}, ${level.name}`,
                note: `${formatAmount(level.price_per_lead, level.currency)} ${level.currency} a lead${comingWords(level)}`,
              })) ?? []
            }
          />
        </Field>
        <Field label="Endpoint" native={false}>
          <Select
            value={endpointId}
            onChange={setEndpointId}
            choices={[
              ...provider.endpoints.map(({ id, name, health }) => ({
                value: id,
                label: name,
                ...(health === 'healthy' ? {} : { note: 'Does not take leads now' }),
              })),
              { value: PORTAL, label: 'None: portal and mail only' },
            ]}
          />
        </Field>
        <Field
          label="Daily limit"
          optional
          error={wrong ? 'Write a whole number, or leave it empty for no limit.' : undefined}
        >
          <Input
            inputMode="numeric"
            after="leads"
            value={limit}
            onChange={(event) => setLimit(event.target.value)}
          />
        </Field>
      </div>
    </Dialog>
  );
}
