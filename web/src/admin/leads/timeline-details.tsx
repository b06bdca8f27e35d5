import { useQuery } from '@tanstack/react-query';
import { CircleAlert, CircleCheck, CircleHelp, CircleX, type LucideIcon } from 'lucide-react';
import { useState } from 'react';
import { attemptSentence } from '../../lead/attempt-words.ts';
import { checkName, counted, type Verdict, verdictFacts, verdictSentence } from '../../lead/words.ts';
import { Body, durationText, HeaderList } from '../../market/exchange.tsx';
import { useRights } from '../../rights.ts';
import { AlertDialog } from '../../ui/alert-dialog.tsx';
import { Status, toneText } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { Facts } from '../../ui/card.tsx';
import { Id } from '../../ui/id.tsx';
import { Money } from '../../ui/money.tsx';
import { SkeletonLines } from '../../ui/skeleton.tsx';
import type { Tone } from '../../ui/states.ts';
import { ProblemNotice } from '../../ui/table-parts.tsx';
import { Time } from '../../ui/time.tsx';
import { useResend } from './acts.ts';
import { type Decision, type DeliveryDetail, deliveryQuery, type LeadPage } from './queries.ts';

const verdictLooks: Readonly<Record<string, readonly [LucideIcon, Tone, string]>> = {
  pass: [CircleCheck, 'good', 'Passed'],
  warn: [CircleAlert, 'warn', 'Warning'],
  fail: [CircleX, 'bad', 'Stopped'],
  unknown: [CircleHelp, 'neutral', 'Not known'],
};

/** Every check with what it found, the worst first. */
export function VerdictList({ verdicts }: { verdicts: readonly Verdict[] }) {
  const order = ['fail', 'warn', 'unknown', 'pass'];
  const sorted = [...verdicts].sort((a, b) => order.indexOf(a.result) - order.indexOf(b.result));
  return (
    <ul className="flex flex-col gap-1.5 text-sm">
      {sorted.map((verdict) => {
        const [Icon, tone, word] = verdictLooks[verdict.result] ?? verdictLooks.unknown!;
        const facts = verdictFacts(verdict);
        return (
          <li key={verdict.check} className="flex items-start gap-2">
            <Icon aria-hidden className={`mt-0.5 size-4 shrink-0 ${toneText[tone]}`} />
            <span className="min-w-0 flex-1">
              <span className="sr-only">{word}: </span>
              {verdictSentence(verdict)}
              {facts && <span className="text-muted"> ({facts})</span>}
            </span>
            <span className="shrink-0 text-muted text-xs">{checkName(verdict.check)}</span>
          </li>
        );
      })}
    </ul>
  );
}

const methodWords: Readonly<Record<string, string>> = {
  form: 'On our own form',
  source: 'Attested by the source',
  double_opt_in: 'Confirmed by mail',
  operator: 'Attested by an operator',
};

export function ConsentDetail({ consent }: { consent: NonNullable<LeadPage['consent']> }) {
  return (
    <div className="flex flex-col gap-3">
      <blockquote className="border-l-2 pl-3 text-muted">{consent.text}</blockquote>
      <Facts
        facts={[
          ['How', methodWords[consent.method] ?? consent.method],
          ['Text version', consent.text_version],
          ...given('Page', consent.page_url),
          ...given('Address', consent.ip),
          ...given('Browser', consent.user_agent),
          ...given('Language', consent.locale),
        ]}
      />
    </div>
  );
}

const given = (label: string, value: string | null): [string, string][] => (value ? [[label, value]] : []);

/** Levels with their seats, and whose turn it was. */
export function DecisionDetail({ decision }: { decision: Decision }) {
  const { levels, turn_before, turn_after } = decision;
  return (
    <Facts
      facts={[
        ...levels.map((level): [string, string] => [
          level.name,
          level.seats === 0 ? 'no seat left' : `${level.taken} of ${counted(level.seats, 'seat')} taken`,
        ]),
        ...(turn_before || turn_after
          ? [['Turn', `${turn_before ?? 'none'} before, ${turn_after ?? 'none'} after`] as [string, string]]
          : []),
        ['Configuration', `version ${decision.config_version}`],
      ]}
    />
  );
}

const transferWords: Readonly<Record<string, string>> = {
  charge: 'Charged',
  hold: 'Held',
  capture: 'Captured',
  release: 'Released',
  refund: 'Refunded',
};

interface AssignmentDetailProps {
  assignment: LeadPage['assignments'][number];
  transfers: LeadPage['transfers'];
}

export function AssignmentDetail({ assignment, transfers }: AssignmentDetailProps) {
  const moved = transfers.filter(({ assignment_id }) => assignment_id === assignment.id);
  return (
    <div className="flex flex-col gap-3">
      <Facts
        facts={[
          ['State', <Status key="state" kind="assignment" state={assignment.state} />],
          ['Shared with', `at most ${assignment.max_shared} in all`],
          ['Assignment', <Id key="id" value={assignment.id} what="assignment id" />],
        ]}
      />
      {moved.length === 0 && (
        <p className="text-muted">{assignment.test ? 'A test moves no money.' : 'No money moved.'}</p>
      )}
      {moved.length > 0 && (
        <table aria-label="Transfers" className="w-full text-sm">
          <thead>
            <tr className="text-left text-muted text-xs">
              <th className="py-1 font-medium">Transfer</th>
              <th className="py-1 text-right font-medium">Amount</th>
              <th className="py-1 text-right font-medium">Available after</th>
              <th className="py-1 pl-4 font-medium">Id</th>
            </tr>
          </thead>
          <tbody>
            {moved.map((transfer) => (
              <tr key={transfer.id} className="border-t">
                <td className="py-1">{transferWords[transfer.kind] ?? transfer.kind}</td>
                <td className="py-1 text-right">
                  <Money amount={transfer.amount} currency={transfer.currency} />
                </td>
                <td className="py-1 text-right">
                  <Money amount={transfer.available_after} currency={transfer.currency} alert />
                </td>
                <td className="py-1 pl-4">
                  <Id value={transfer.id} what="transfer id" />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </div>
  );
}

export function MessageDetail({ message }: { message: LeadPage['messages'][number] }) {
  return (
    <Facts
      facts={[
        ...given('To', message.recipient),
        ['Template', message.template],
        ['State', message.state],
        ...given('Problem', message.last_error),
      ]}
    />
  );
}

interface AuditDetailProps {
  row: LeadPage['timeline'][number];
  lead: LeadPage;
}

/** Who did it, and what it changed. */
export function AuditDetail({ row, lead }: AuditDetailProps) {
  const from = row.action === 'lead.received' ? attributionOf(lead) : [];
  return (
    <div className="flex flex-col gap-2">
      <p>{row.description}</p>
      <Facts
        facts={[
          ['Who', row.actor_name ?? roleWords[row.actor_role] ?? row.actor_role],
          ...from,
          ...changesOf(row).map(({ field, before, after }): [string, string] => [
            field.replaceAll('_', ' '),
            before === undefined ? after : `${before} → ${after}`,
          ]),
          ['Audit row', <Id key="id" value={row.id} what="audit row id" />],
        ]}
      />
    </div>
  );
}

const roleWords: Readonly<Record<string, string>> = {
  system: 'Fairlead itself',
  source: 'The source',
  submitter: 'The person',
};

const attributionOf = ({ attribution }: LeadPage): [string, string][] =>
  Object.entries(attribution ?? {}).flatMap(([name, value]) =>
    value ? [[name.replaceAll('_', ' '), value] as [string, string]] : [],
  );

function changesOf(row: LeadPage['timeline'][number]) {
  const before = (row.before ?? {}) as Record<string, unknown>;
  const after = (row.after ?? {}) as Record<string, unknown>;
  return Object.keys(after)
    .filter((field) => before[field] !== after[field] && isPlain(after[field]))
    .map((field) => ({
      field,
      before: isPlain(before[field]) ? String(before[field]) : undefined,
      after: String(after[field]),
    }));
}

const isPlain = (value: unknown): boolean => ['string', 'number', 'boolean'].includes(typeof value);

interface DeliveryDetailProps {
  id: string;
  leadId: string;
  who: string;
}

/** The exchange of every try, read when the line is opened. */
export function DeliveryDetailView({ id, leadId, who }: DeliveryDetailProps) {
  const { data, error, refetch } = useQuery(deliveryQuery(id, leadId));
  if (error) return <ProblemNotice problem={error} onRetry={() => void refetch()} />;
  if (!data) return <SkeletonLines lines={4} />;
  return (
    <div className="flex flex-col gap-4">
      <div className="flex flex-wrap items-start justify-between gap-3">
        <Facts
          facts={[
            ['State', <Status key="state" kind="delivery" state={data.state} />],
            ['Endpoint', data.endpoint_name],
            [
              'Sent to',
              <code key="url" className="font-mono text-xs">
                {data.url}
              </code>,
            ],
            ...given('Its reference', data.partner_reference),
            ...(data.due_at ? [['Next try', <Time key="due" at={data.due_at} />] as const] : []),
            ['Delivery', <Id key="id" value={data.id} what="delivery id" />],
          ]}
        />
        <Resend delivery={data} who={who} />
      </div>
      {data.body && <Body label="What is sent" text={data.body} />}
      {!data.can_resend && data.ended_at && (
        <p className="text-muted">What was sent has been deleted; it cannot be sent again.</p>
      )}
      <ol aria-label="Tries" className="flex flex-col divide-y border-t">
        {data.attempts.map((attempt) => (
          <li key={attempt.number} className="flex flex-col gap-2 py-3 last:pb-0">
            <p className="flex flex-wrap items-center gap-2">
              <span className="font-medium">Try {attempt.number}</span>
              <Status kind="attempt" state={attempt.outcome} />
              <span className="text-muted">{attemptSentence(attempt)}</span>
              <span className="ml-auto text-faint text-xs">
                <Time at={attempt.started_at} />
              </span>
            </p>
            {attempt.message && <p>{attempt.message}</p>}
            <HeaderList label="Request headers" headers={attempt.request_headers} />
            <HeaderList label="Answer headers" headers={attempt.response_headers} />
            {attempt.answer ? (
              <Body
                label={`Answer ${attempt.status ?? ''} after ${durationText(attempt.duration_ms)}`}
                text={attempt.answer}
              />
            ) : null}
          </li>
        ))}
      </ol>
    </div>
  );
}

const ENDED = new Set(['delivered', 'refused', 'dead']);

function Resend({ delivery, who }: { delivery: DeliveryDetail; who: string }) {
  const { operate } = useRights();
  const [asking, setAsking] = useState(false);
  const resend = useResend(() => setAsking(false));
  if (!operate || !ENDED.has(delivery.state) || !delivery.can_resend) return null;
  const send = () => resend.mutate(delivery.id);
  return (
    <>
      <Button
        size="sm"
        busy={resend.isPending}
        onClick={delivery.state === 'delivered' ? () => setAsking(true) : send}
      >
        Send again
      </Button>
      <AlertDialog
        open={asking}
        onOpenChange={setAsking}
        title={`Send it to ${who} again?`}
        description="It says that it has this lead. The same content goes out under the same id, so a careful receiver takes it once. No money moves."
        verb="Send again"
        tone="primary"
        busy={resend.isPending}
        onConfirm={send}
      />
    </>
  );
}
