import type { BadLeadAnswer, RefundAnswer } from '../../../../src/lead/returns/schema.ts';
import type { DecidedAnswer } from '../../../../src/lead/review/schema.ts';
import { useAct } from '../../act.ts';
import { api } from '../../client.ts';
import { counted, reasonSentence } from '../../lead/words.ts';

const TOPICS = ['leads', 'lead'];
const MONEY_TOPICS = [...TOPICS, 'deliveries', 'money'];
const path = (id: string, verb: string) => `/admin/leads/${id}/${verb}`;

const decidedWords: Readonly<Record<string, string>> = {
  approved: 'Lead approved: it is offered now',
  rejected: 'Lead rejected',
  pending_approval: 'Lead released: it waits for approval',
  pending_confirmation: 'Lead released: the person is asked to confirm',
  checking: 'Lead released: the checks go on',
  quarantined: 'Another check stops the lead',
};

/** Approve, reject, release and confirm: what an operator decides about a lead that nobody has. */
export function useDecisions(onDone?: () => void) {
  const done = ({ state }: DecidedAnswer) => decidedWords[state] ?? `Lead: ${reasonSentence(state)}`;
  const shared = { done, renew: TOPICS, ...(onDone ? { onDone } : {}) };
  const approve = useAct((id: string) => api.post<DecidedAnswer>(path(id, 'approve')), {
    ...shared,
    problem: 'Not approved',
  });
  const release = useAct((id: string) => api.post<DecidedAnswer>(path(id, 'release')), {
    ...shared,
    problem: 'Not released',
  });
  const confirm = useAct((id: string) => api.post<DecidedAnswer>(path(id, 'confirm')), {
    ...shared,
    done: 'Confirmed in the person’s name',
    problem: 'Not confirmed',
  });
  const reject = useAct(
    ({ id, reason, memo }: { id: string; reason: string; memo?: string | undefined }) =>
      api.post<DecidedAnswer>(path(id, 'reject'), { reason, ...(memo ? { admin_only_memo: memo } : {}) }),
    { ...shared, problem: 'Not rejected' },
  );
  return { approve, release, confirm, reject };
}

/** Puts a parked lead back into its queue. */
export const useRetry = () =>
  useAct((id: string) => api.post<DecidedAnswer>(path(id, 'retry')), {
    renew: TOPICS,
    done: 'The lead is tried again',
    problem: 'Not tried again',
  });

interface Refund {
  reason: string;
  /** For administrators only. */
  memo: string;
  key: string;
}

const refundBody = ({ reason, memo }: Refund) => ({
  reason,
  ...(memo.trim() ? { admin_only_memo: memo.trim() } : {}),
});

/** "Bad for all": every provider gets its money back. */
export const useMarkBad = (id: string, onDone: () => void) =>
  useAct(
    (input: Refund) => api.post<BadLeadAnswer>(path(id, 'bad-lead'), refundBody(input), { key: input.key }),
    {
      renew: MONEY_TOPICS,
      onDone,
      done: ({ already, refunded, deliveries_cancelled }) =>
        already
          ? 'It was marked bad before; no money moved now'
          : `Lead marked bad: ${counted(refunded, 'assignment')} refunded${
              deliveries_cancelled > 0
                ? `, ${counted(deliveries_cancelled, 'delivery', 'deliveries')} called off`
                : ''
            }`,
    },
  );

/** One provider gets its money back; the lead stays as it is. */
export const useRefund = (onDone: () => void) =>
  useAct(
    ({ id, ...input }: Refund & { id: string }) =>
      api.post<RefundAnswer>(`/admin/assignments/${id}/refund`, refundBody(input), { key: input.key }),
    {
      renew: MONEY_TOPICS,
      onDone,
      done: ({ already }) => (already ? 'It was refunded before; no money moved now' : 'Assignment refunded'),
    },
  );

export const useResend = (onDone?: () => void) =>
  useAct((id: string) => api.post<unknown>(`/admin/deliveries/${id}/resend`), {
    renew: ['lead', 'deliveries'],
    problem: 'Not sent again',
    done: 'It is sent again',
    ...(onDone ? { onDone } : {}),
  });
