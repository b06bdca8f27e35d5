import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { clsx } from 'clsx';
import { ChevronRight, CircleCheck, CircleHelp, CircleX, type LucideIcon } from 'lucide-react';
import type { PreflightView } from '../../../src/lead/distribution/explain/schema.ts';
import { api } from '../client.ts';
import { toneText } from '../ui/badge.tsx';
import { SkeletonLines } from '../ui/skeleton.tsx';
import type { Tone } from '../ui/states.ts';
import { ProblemNotice } from '../ui/table-parts.tsx';
import { Time } from '../ui/time.tsx';

type Check = PreflightView['checks'][number];

const marks: Record<Check['state'], readonly [icon: LucideIcon, tone: Tone, word: string]> = {
  good: [CircleCheck, 'good', 'Fine'],
  unsure: [CircleHelp, 'warn', 'Not sure'],
  bad: [CircleX, 'bad', 'Keeps leads away'],
};

interface PreflightProps {
  subscriptionId: string;
  mine: boolean;
  /** Opens the form of this subscription; left out when it cannot be changed. */
  onEdit?: (() => void) | undefined;
}

/** Everything that would keep leads away now: what is wrong first, and the way to put it right. */
export function Preflight({ subscriptionId, mine, onEdit }: PreflightProps) {
  const path = `${mine ? '' : '/admin'}/subscriptions/${subscriptionId}/preflight`;
  const { data, error, refetch } = useQuery({
    queryKey: [mine ? 'mine' : 'subscriptions', subscriptionId, 'preflight'],
    queryFn: ({ signal }) => api.get<PreflightView>(path, {}, { signal }),
  });
  if (error) return <ProblemNotice problem={error} onRetry={() => void refetch()} />;
  if (!data) return <SkeletonLines lines={4} />;
  const fine = data.checks.filter(({ state }) => state === 'good');
  const others = data.checks
    .filter(({ state }) => state !== 'good')
    .toSorted((a, b) => Number(b.state === 'bad') - Number(a.state === 'bad'));
  return (
    <div className="flex flex-col gap-2">
      <p className="text-sm">{answerOf(data)}</p>
      <div className="rounded-control border">
        {others.length > 0 && <Checks label="To look at" checks={others} onEdit={onEdit} />}
        {fine.length > 0 && (
          <details className={clsx('group/fine', others.length > 0 && 'border-t')}>
            <summary className="flex cursor-default list-none items-center gap-3 px-3 py-2 text-sm hover:bg-surface-2 focus-visible:-outline-offset-2 [&::-webkit-details-marker]:hidden">
              <CircleCheck aria-hidden className={`size-4 shrink-0 ${toneText.good}`} />
              <span className="min-w-0 flex-1">
                <span className="font-medium">{fine.length} fine</span>
                <span className="text-muted">
                  : {fine.map(({ title }) => title.toLowerCase()).join(', ')}
                </span>
              </span>
              <ChevronRight
                aria-hidden
                className="size-3.5 text-faint transition-[rotate] group-open/fine:rotate-90"
              />
            </summary>
            <div className="border-t">
              <Checks label="Fine" checks={fine} onEdit={onEdit} />
            </div>
          </details>
        )}
      </div>
    </div>
  );
}

interface ChecksProps {
  label: string;
  checks: readonly Check[];
  onEdit: (() => void) | undefined;
}

function Checks({ label, checks, onEdit }: ChecksProps) {
  return (
    <ul aria-label={label} className="flex flex-col divide-y">
      {checks.map((check) => (
        <CheckLine key={check.check} check={check} onEdit={onEdit} />
      ))}
    </ul>
  );
}

function answerOf({ ready, blockers }: PreflightView): string {
  if (ready) return 'Nothing keeps leads away. The next one that matches can come.';
  return `${blockers === 1 ? 'One thing keeps' : `${blockers} things keep`} every lead away now.`;
}

function CheckLine({ check, onEdit }: { check: Check; onEdit?: (() => void) | undefined }) {
  const [Icon, tone, word] = marks[check.state];
  return (
    <li className="flex items-start gap-3 px-3 py-2 text-sm">
      <Icon aria-hidden className={`mt-0.5 size-4 shrink-0 ${toneText[tone]}`} />
      <div className="min-w-0 flex-1">
        <span className="sr-only">{word}: </span>
        <span className="font-medium">{check.title}</span>
        <span className="wrap-anywhere block text-muted">
          {check.sentence}
          {check.passes_at && (
            <>
              {' '}
              It passes by itself <Time at={check.passes_at} />.
            </>
          )}
        </span>
      </div>
      {check.state !== 'good' && <WayOut check={check} onEdit={onEdit} />}
    </li>
  );
}

const WAY_OUT: Record<Check['place'], string> = {
  niche: 'Open the niche',
  form: 'Open the form',
  provider: 'Open the company',
  subscription: 'Edit',
  money: 'Add money',
  endpoint: 'Open delivery',
};

function WayOut({ check, onEdit }: { check: Check; onEdit?: (() => void) | undefined }) {
  const look =
    'shrink-0 rounded-sm text-sm underline decoration-line-strong underline-offset-3 hover:decoration-text';
  const label = WAY_OUT[check.place];
  if (check.place === 'subscription') {
    if (!onEdit) return null;
    return (
      <button type="button" className={look} onClick={onEdit}>
        {label}
        <span className="sr-only">: {check.title}</span>
      </button>
    );
  }
  if (check.link === null) return null;
  const [to, search] = check.link.split('?');
  return (
    <Link to={to!} search={Object.fromEntries(new URLSearchParams(search)) as never} className={look}>
      {label}
    </Link>
  );
}
