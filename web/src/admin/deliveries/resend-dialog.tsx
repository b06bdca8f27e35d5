import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { z } from 'zod';
import type { bulkResendResult } from '../../../../src/lead/delivery/schema.ts';
import { sentenceOf, useAct } from '../../act.ts';
import { api } from '../../client.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog, DialogClose } from '../../ui/dialog.tsx';
import { Field } from '../../ui/field.tsx';
import { Notice } from '../../ui/notice.tsx';
import { Select } from '../../ui/select.tsx';
import { SkeletonLines } from '../../ui/skeleton.tsx';
import type { ProviderRow } from '../providers/queries.ts';

type Result = z.infer<typeof bulkResendResult>;

const ALL = 'all';
const hours = [
  { value: '1', label: 'In the last hour' },
  { value: '24', label: 'In the last 24 hours' },
  { value: '168', label: 'In the last 7 days' },
  { value: '720', label: 'In the last 30 days' },
];

interface ResendDialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  /** Already chosen in the list. */
  providerId: string | undefined;
  providers: readonly ProviderRow[];
}

/** Counts first what would be sent again, and sends only what was counted. */
export function ResendDialog({ open, onOpenChange, providerId, providers }: ResendDialogProps) {
  const [period, setPeriod] = useState('24');
  const [provider, setProvider] = useState(providerId ?? ALL);
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    if (!open) return;
    setNow(Date.now());
    setProvider(providerId ?? ALL);
  }, [open, providerId]);
  const asked = {
    since: new Date(now - Number(period) * 3_600_000).toISOString(),
    until: new Date(now).toISOString(),
    ...(provider === ALL ? {} : { provider_id: provider }),
  };
  const count = useQuery({
    queryKey: ['deliveries', 'dry-run', asked],
    enabled: open,
    queryFn: () => api.post<Result>('/admin/deliveries/bulk-resend', { ...asked, dry_run: true }),
  });
  const send = useAct(() => api.post<Result>('/admin/deliveries/bulk-resend', { ...asked, dry_run: false }), {
    done: ({ resent }) => (resent === 1 ? '1 delivery is sent again' : `${resent} deliveries are sent again`),
    renew: ['deliveries'],
    onDone: () => onOpenChange(false),
  });
  const sendable = count.data ? count.data.matching - count.data.expired : 0;
  const things = sendable === 1 ? 'delivery' : 'deliveries';
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title="Send failed deliveries again"
      description="Those that were refused or given up. The same lead with the same id; nobody is charged again."
      actions={
        <>
          <DialogClose render={<Button>Go back</Button>} />
          <Button
            look="primary"
            busy={send.isPending}
            disabled={sendable === 0}
            onClick={() => send.mutate()}
          >
            {sendable > 0 ? `Send ${sendable.toLocaleString()} ${things} again` : 'Nothing to send'}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-3">
        {send.error && <Notice tone="bad" title={sentenceOf(send.error)} />}
        <Field label="Failed" native={false}>
          <Select value={period} choices={hours} onChange={setPeriod} />
        </Field>
        <Field label="Provider" native={false}>
          <Select
            value={provider}
            onChange={setProvider}
            choices={[
              { value: ALL, label: 'All providers' },
              ...providers.map(({ id, company_name }) => ({ value: id, label: company_name })),
            ]}
          />
        </Field>
        <div aria-live="polite">
          {count.isPending && <SkeletonLines lines={1} />}
          {count.error && <Notice tone="bad" title={sentenceOf(count.error)} />}
          {count.data && <Counted result={count.data} sendable={sendable} />}
        </div>
      </div>
    </Dialog>
  );
}

function Counted({ result, sendable }: { result: Result; sendable: number }) {
  if (result.matching === 0) return <Notice tone="good" title="Nothing failed in this time" />;
  return (
    <Notice title={`${sendable.toLocaleString()} of ${result.matching.toLocaleString()} can be sent again`}>
      {result.expired > 0 && (
        <p>{result.expired.toLocaleString()} cannot: what was sent has been deleted for its age.</p>
      )}
      {result.more && <p>There are more than can be sent at once. Do this again afterwards.</p>}
    </Notice>
  );
}
