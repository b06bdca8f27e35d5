import { useQuery } from '@tanstack/react-query';
import { Ban, HandCoins } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import type { BlockView } from '../../../../src/lead/distribution/schema.ts';
import type { ProviderView } from '../../../../src/market/providers/schema.ts';
import type { SubscriptionView } from '../../../../src/market/subscriptions/schema.ts';
import { sentenceOf, useAct } from '../../act.ts';
import { api, newKey } from '../../client.ts';
import { providerChoice, RemoteSearch, subscriptionChoice } from '../../market/remote-search.tsx';
import { useRights } from '../../rights.ts';
import { Button } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { Dialog, DialogClose } from '../../ui/dialog.tsx';
import { Field } from '../../ui/field.tsx';
import { Input } from '../../ui/input.tsx';
import { Notice } from '../../ui/notice.tsx';
import type { Choice } from '../../ui/select.tsx';
import { Time } from '../../ui/time.tsx';
import type { LeadPage } from './queries.ts';

/** Leads that can be given to somebody by hand: src/lead/distribution/assign-by-hand.ts. */
const GIVABLE = new Set(['approved', 'unsold', 'distributed']);
const OVER = new Set(['rejected', 'expired', 'bad_lead']);
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

/** Who has it already gets it no second time. */
const holders = (lead: LeadPage) => new Set(lead.assignments.map(({ provider_id }) => provider_id));

interface DialogProps {
  lead: LeadPage;
  onClose: () => void;
}

function GiveDialog({ lead, onClose }: DialogProps) {
  const [to, setTo] = useState<Choice | null>(null);
  const [reason, setReason] = useState('');
  const [key] = useState(newKey);
  const give = useAct(
    () =>
      api.post<{ charged_amount: string; currency: string }>(
        `/admin/leads/${lead.id}/assignments`,
        { subscription_id: to?.value, reason: reason.trim() },
        { key: `${key}-${to?.value}` },
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
      {...{ chosen: to !== null, reason, onReason: setReason, onClose }}
      problem={give.error}
      busy={give.isPending}
      onAct={() => give.mutate()}
    >
      <RemoteSearch<SubscriptionView>
        path="subscriptions"
        asked={{ niche_id: lead.niche_id }}
        without={({ provider_id }) => holders(lead).has(provider_id)}
        choiceOf={subscriptionChoice}
        value={to}
        onChange={setTo}
        nothing="Nobody else buys here."
      />
    </ReasonDialog>
  );
}

function BlockDialog({ lead, onClose }: DialogProps) {
  const [whom, setWhom] = useState<Choice | null>(null);
  const [reason, setReason] = useState('');
  const block = useAct(
    () =>
      api.post<BlockView>(`/admin/leads/${lead.id}/blocks`, {
        provider_id: whom?.value,
        reason: reason.trim(),
      }),
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
      {...{ chosen: whom !== null, reason, onReason: setReason, onClose }}
      problem={block.error}
      busy={block.isPending}
      onAct={() => block.mutate()}
    >
      <RemoteSearch<ProviderView>
        path="providers"
        asked={{ niche_id: lead.niche_id }}
        without={({ id }) => holders(lead).has(id)}
        choiceOf={providerChoice}
        value={whom}
        onChange={setWhom}
        nothing="Nobody else buys here."
      />
    </ReasonDialog>
  );
}

interface ReasonDialogProps {
  title: string;
  description: string;
  act: string;
  what: string;
  chosen: boolean;
  reason: string;
  onReason: (reason: string) => void;
  problem: Error | null;
  busy: boolean;
  onAct: () => void;
  onClose: () => void;
  /** The control that chooses whom. */
  children: ReactNode;
}

/** Whom and why; what is refused is said in the dialog, so that another can be chosen. */
function ReasonDialog(props: ReasonDialogProps) {
  const { title, description, act, what, chosen, reason, onReason, problem, busy } = props;
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && props.onClose()}
      title={title}
      description={description}
      actions={
        <>
          <DialogClose render={<Button>Cancel</Button>} />
          <Button look="primary" busy={busy} disabled={!chosen || !reason.trim()} onClick={props.onAct}>
            {act}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-3">
        <Field label={what} native={false}>
          {props.children}
        </Field>
        <Field label="Reason" help="Staff read it beside the decision; providers do not.">
          <Input maxLength={REASON_MAX} value={reason} onChange={(event) => onReason(event.target.value)} />
        </Field>
        {problem && <Notice tone="bad">{sentenceOf(problem)}</Notice>}
      </div>
    </Dialog>
  );
}
