import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { RotateCw, Send } from 'lucide-react';
import { useState } from 'react';
import type { AttemptView, DeliveryDetail } from '../../../src/lead/delivery/schema.ts';
import { useAct } from '../act.ts';
import { api } from '../client.ts';
import { AlertDialog } from '../ui/alert-dialog.tsx';
import { Status } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import { Facts } from '../ui/card.tsx';
import { Empty } from '../ui/empty.tsx';
import { Id } from '../ui/id.tsx';
import { linkClass } from '../ui/link.ts';
import { Notice } from '../ui/notice.tsx';
import { Sheet } from '../ui/sheet.tsx';
import { SkeletonLines } from '../ui/skeleton.tsx';
import { lookOf } from '../ui/states.ts';
import { ProblemNotice } from '../ui/table-parts.tsx';
import { Time } from '../ui/time.tsx';
import { Timeline } from '../ui/timeline.tsx';
import { NextAttempt } from './delivery-list.tsx';
import { Body, durationText, HeaderList, StatusCode } from './exchange.tsx';

interface DeliverySheetProps {
  id: string | undefined;
  mine: boolean;
  mayResend: boolean;
  onClose: () => void;
  onPrevious?: () => void;
  onNext?: () => void;
}

/** Ended in a way that can be begun anew. */
const isEnded = (state: string): boolean => ['delivered', 'refused', 'dead'].includes(state);

export function DeliverySheet({ id, mine, mayResend, onClose, ...walk }: DeliverySheetProps) {
  const [asking, setAsking] = useState(false);
  const { data, error, refetch } = useQuery({
    queryKey: mine ? ['mine', 'delivery', id] : ['deliveries', id],
    enabled: id !== undefined,
    queryFn: ({ signal }) =>
      api.get<DeliveryDetail>(`${mine ? '/providers/me' : '/admin'}/deliveries/${id}`, {}, { signal }),
  });
  const shown = data?.id === id ? data : undefined;
  const resend = useAct(() => api.post(`/admin/deliveries/${id}/resend`), {
    problem: 'Not sent again',
    done: 'It is sent again now',
    renew: ['deliveries'],
    onDone: () => setAsking(false),
  });
  return (
    <Sheet
      open={id !== undefined}
      onClose={onClose}
      title={shown ? `To ${mine ? shown.endpoint_name : shown.provider_name}` : 'Delivery'}
      aside={shown && <Status kind="delivery" state={shown.state} />}
      {...walk}
      actions={
        shown &&
        mayResend &&
        isEnded(shown.state) &&
        shown.can_resend && (
          <Button onClick={() => setAsking(true)}>
            <RotateCw aria-hidden />
            Send again
          </Button>
        )
      }
    >
      {error && <ProblemNotice problem={error} onRetry={() => void refetch()} />}
      {!shown && !error && <SkeletonLines lines={8} />}
      {shown && <DeliveryFacts delivery={shown} mine={mine} />}
      <AlertDialog
        open={asking}
        onOpenChange={setAsking}
        title="Send this delivery again?"
        description={
          shown?.state === 'delivered'
            ? 'The endpoint took it already. It gets the same lead with the same id once more, and nobody is charged again.'
            : 'The endpoint gets the same lead with the same id. Nobody is charged again.'
        }
        verb="Send again"
        tone="primary"
        busy={resend.isPending}
        onConfirm={() => resend.mutate()}
      />
    </Sheet>
  );
}

function DeliveryFacts({ delivery, mine }: { delivery: DeliveryDetail; mine: boolean }) {
  return (
    <div className="flex flex-col gap-5">
      {delivery.unknown_seen && !isEnded(delivery.state) && (
        <Notice tone="warn" title="The endpoint may have it already">
          An attempt ended without an answer after something was sent. The next one carries the same id, so
          that the receiver can tell.
        </Notice>
      )}
      <Facts
        facts={[
          [
            'Lead',
            <span key="lead" className="flex items-center gap-2">
              <Link
                to={mine ? `/dashboard/leads?open=${delivery.lead_id}` : `/admin/leads/${delivery.lead_id}`}
                className={linkClass}
              >
                Open lead
              </Link>
              <Id value={delivery.lead_id} what="lead id" />
            </span>,
          ],
          ['Endpoint', delivery.endpoint_name],
          [
            'Address',
            <code key="url" className="wrap-anywhere font-mono text-xs">
              {delivery.url}
            </code>,
          ],
          ['Attempts', delivery.tries.toLocaleString()],
          ...(delivery.due_at
            ? ([['Next attempt', <NextAttempt key="due" at={delivery.due_at} />]] as const)
            : []),
          ...(delivery.ended_at ? ([['Ended', <Time key="ended" at={delivery.ended_at} />]] as const) : []),
          ...(delivery.reason ? ([['Reason', reasonWords(delivery.reason)]] as const) : []),
          ...(delivery.partner_reference ? ([['Their number', delivery.partner_reference]] as const) : []),
          ['Since', <Time key="since" at={delivery.created_at} />],
        ]}
      />
      <section className="flex flex-col gap-3 border-t pt-4">
        <h3 className="font-medium text-base">Attempts</h3>
        {delivery.attempts.length === 0 ? (
          <Empty icon={Send} title="None yet">
            {delivery.due_at ? 'The first one follows by itself.' : undefined}
          </Empty>
        ) : (
          <Timeline label="Attempts" events={delivery.attempts.map(eventOf)} />
        )}
      </section>
      {delivery.body !== null && (
        <section className="border-t pt-4">
          <Body
            label={`What is sent${delivery.content_type ? ` (${delivery.content_type})` : ''}`}
            text={delivery.body}
          />
        </section>
      )}
    </div>
  );
}

const reasonWords = (reason: string): string => {
  const words = reason.replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
};

function eventOf(attempt: AttemptView) {
  const { word, icon, tone } = lookOf('attempt', attempt.outcome);
  return {
    id: String(attempt.number),
    at: attempt.started_at,
    icon,
    tone,
    sentence: (
      <>
        {attempt.number}. {word}
        {attempt.message && <span className="text-muted"> · {attempt.message}</span>}
      </>
    ),
    figure: (
      <span className="flex items-baseline gap-2">
        <StatusCode status={attempt.status} />
        {durationText(attempt.duration_ms)}
      </span>
    ),
    detail: <AttemptDetail attempt={attempt} />,
  };
}

function AttemptDetail({ attempt }: { attempt: AttemptView }) {
  return (
    <div className="flex flex-col gap-2">
      {attempt.reason && <p className="text-muted">Reason: {reasonWords(attempt.reason)}</p>}
      <HeaderList label="Headers we sent" headers={attempt.request_headers} />
      <HeaderList label="Headers it answered" headers={attempt.response_headers} />
      {attempt.answer === null ? (
        <p className="text-muted">No answer is kept.</p>
      ) : (
        <Body label={attempt.answer_truncated ? 'Beginning of the answer' : 'Answer'} text={attempt.answer} />
      )}
    </div>
  );
}
