import { useQuery } from '@tanstack/react-query';
import { Ban, HandCoins } from 'lucide-react';
import { useState } from 'react';
import type { BlockView } from '../../../../src/lead/distribution/schema.ts';
import type { SubscriptionView } from '../../../../src/market/subscriptions/schema.ts';
import { sentenceOf, useAct } from '../../act.ts';
import { api, newKey } from '../../client.ts';
import { useRights } from '../../rights.ts';
import { Button } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { Combobox } from '../../ui/combobox.tsx';
import { Dialog, DialogClose } from '../../ui/dialog.tsx';
import { Field } from '../../ui/field.tsx';
import { Input } from '../../ui/input.tsx';
import { Notice } from '../../ui/notice.tsx';
import { Time } from '../../ui/time.tsx';
import type { LeadPage } from './queries.ts';

/** Leads that can be given to somebody by hand: src/lead/distribution/assign-by-hand.ts. */
const GIVABLE = new Set(['approved', 'unsold', 'distributed']);
const OVER = new Set(['rejected', 'expired', 'bad_lead']);
/** Subscriptions that can be chosen; who has more takes `fairlead assign`. */
const CHOICES_MAX = 100;
const REASON_MAX = 500;

const blocksQuery = (leadId: string) => ({
  queryKey: ['lead', leadId, 'blocks'],
  queryFn: ({ signal }: { signal: AbortSignal }) =>
    api.get<BlockView[]>(`/admin/leads/${leadId}/blocks`, {}, { signal }),
});

/** Outside the order of the rules: give the lead to one subscription, or keep a provider from it. */
export function ByHand({ lead }: { lead: LeadPage }) {
  const { operate } = useRights();
  const [open, setOpen] = useState<'give' | 'block'>();
  const blocks = useQuery(blocksQuery(lead.id));
  const unblock = useAct((providerId: string) => api.delete(`/admin/leads/${lead.id}/blocks/${providerId}`), {
    renew: ['leads', 'lead'],
    done: 'Not kept from the lead any more',
    problem: 'Not taken back',
  });
  const rows = blocks.data ?? [];
  if (rows.length === 0 && (!operate || OVER.has(lead.state))) return null;
  const shut = () => setOpen(undefined);
  return (
    <Card
      title="By hand"
      note="Outside the order of the rules. Every check holds all the same, and nobody loses a turn by it."
    >
      {rows.length > 0 && (
        <ul aria-label="Kept from this lead" className="mb-3 flex flex-col divide-y rounded-control border">
          {rows.map((row) => (
            <li
              key={row.provider_id}
              className="flex flex-wrap items-center gap-x-3 gap-y-1 px-3 py-2 text-sm"
            >
              <Ban aria-hidden className="size-4 shrink-0 text-warn" />
              <span className="min-w-0 flex-1">
                <span className="block font-medium">{row.provider_name} does not get it</span>
                <span className="wrap-anywhere block text-muted text-xs">
                  {row.reason}
                  {row.by && `; by ${row.by}`}, <Time at={row.at} />
                </span>
              </span>
              {operate && (
                <Button size="sm" busy={unblock.isPending} onClick={() => unblock.mutate(row.provider_id)}>
                  Take back
                </Button>
              )}
            </li>
          ))}
        </ul>
      )}
      {operate && (
        <div className="flex flex-wrap gap-2">
          {GIVABLE.has(lead.state) && (
            <Button onClick={() => setOpen('give')}>
              <HandCoins aria-hidden />
              Give to somebody
            </Button>
          )}
          {!OVER.has(lead.state) && (
            <Button onClick={() => setOpen('block')}>
              <Ban aria-hidden />
              Keep a provider away
            </Button>
          )}
        </div>
      )}
      {open === 'give' && <GiveDialog lead={lead} onClose={shut} />}
      {open === 'block' && <BlockDialog lead={lead} onClose={shut} />}
    </Card>
  );
}

function useSubscriptions(lead: LeadPage) {
  const asked = { niche_id: lead.niche_id, limit: CHOICES_MAX };
  const found = useQuery({
    queryKey: ['subscriptions', asked],
    queryFn: ({ signal }) => api.page<SubscriptionView>('/admin/subscriptions', asked, { signal }),
  });
  const has = new Set(lead.assignments.map(({ provider_id }) => provider_id));
  return (found.data?.data ?? []).filter(({ provider_id }) => !has.has(provider_id));
}

interface DialogProps {
  lead: LeadPage;
  onClose: () => void;
}

function GiveDialog({ lead, onClose }: DialogProps) {
  const [to, setTo] = useState<string | null>(null);
  const [reason, setReason] = useState('');
  const [key] = useState(newKey);
  const choices = useSubscriptions(lead).map(({ id, provider_name, level_name }) => ({
    value: id,
    label: `${provider_name}, ${level_name}`,
  }));
  const give = useAct(
    () =>
      api.post<{ charged_amount: string; currency: string }>(
        `/admin/leads/${lead.id}/assignments`,
        { subscription_id: to, reason: reason.trim() },
        { key: `${key}-${to}` },
      ),
    {
      renew: ['leads', 'lead', 'deliveries', 'money'],
      done: ({ charged_amount, currency }) => `Lead given for ${charged_amount} ${currency}`,
      onDone: onClose,
    },
  );
  return (
    <ReasonDialog
      title="Give this lead to somebody?"
      description="The provider pays its price and gets the lead at once. What its rules, caps, hours or money do not allow is refused."
      act="Give lead"
      what="Subscription"
      choices={choices}
      {...{ value: to, onValue: setTo, reason, onReason: setReason, onClose }}
      problem={give.error}
      busy={give.isPending}
      onAct={() => give.mutate()}
    />
  );
}

function BlockDialog({ lead, onClose }: DialogProps) {
  const [whom, setWhom] = useState<string | null>(null);
  const [reason, setReason] = useState('');
  const names = new Map(useSubscriptions(lead).map((one) => [one.provider_id, one.provider_name]));
  const block = useAct(
    () => api.post<BlockView>(`/admin/leads/${lead.id}/blocks`, { provider_id: whom, reason: reason.trim() }),
    {
      renew: ['leads', 'lead'],
      done: ({ provider_name }) => `${provider_name} does not get this lead`,
      onDone: onClose,
    },
  );
  return (
    <ReasonDialog
      title="Keep a provider from this lead?"
      description="It gets the lead by no later decision, until you take that back."
      act="Keep away"
      what="Provider"
      choices={[...names].map(([value, label]) => ({ value, label }))}
      {...{ value: whom, onValue: setWhom, reason, onReason: setReason, onClose }}
      problem={block.error}
      busy={block.isPending}
      onAct={() => block.mutate()}
    />
  );
}

interface ReasonDialogProps {
  title: string;
  description: string;
  act: string;
  what: string;
  choices: readonly { value: string; label: string }[];
  value: string | null;
  onValue: (value: string | null) => void;
  reason: string;
  onReason: (reason: string) => void;
  problem: Error | null;
  busy: boolean;
  onAct: () => void;
  onClose: () => void;
}

/** Whom and why; what is refused is said in the dialog, so that another can be chosen. */
function ReasonDialog(props: ReasonDialogProps) {
  const { title, description, act, what, choices, value, onValue, reason, onReason, problem, busy } = props;
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && props.onClose()}
      title={title}
      description={description}
      actions={
        <>
          <DialogClose render={<Button>Cancel</Button>} />
          <Button look="primary" busy={busy} disabled={!value || !reason.trim()} onClick={props.onAct}>
            {act}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-3">
        <Field label={what} native={false}>
          <Combobox choices={choices} value={value} onChange={onValue} nothing="Nobody else buys here." />
        </Field>
        <Field label="Reason" help="Staff read it beside the decision; providers do not.">
          <Input maxLength={REASON_MAX} value={reason} onChange={(event) => onReason(event.target.value)} />
        </Field>
        {problem && <Notice tone="bad">{sentenceOf(problem)}</Notice>}
      </div>
    </Dialog>
  );
}
