import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { clsx } from 'clsx';
import { ArrowUpRight, Check } from 'lucide-react';
import { useEffect, useState } from 'react';
import { setNavCount } from '../../frame/nav-counts.ts';
import { Page } from '../../frame/page.tsx';
import { counted, personName, reasonSentence } from '../../lead/words.ts';
import { useListPlace } from '../../list.ts';
import { Status } from '../../ui/badge.tsx';
import { buttonClass } from '../../ui/button.tsx';
import { Empty } from '../../ui/empty.tsx';
import { useShortcuts } from '../../ui/shortcuts.ts';
import { SkeletonLines } from '../../ui/skeleton.tsx';
import { ProblemNotice } from '../../ui/table-parts.tsx';
import { Tabs } from '../../ui/tabs.tsx';
import { Time } from '../../ui/time.tsx';
import { LeadActions } from '../leads/lead-actions.tsx';
import { LeadSummary } from '../leads/lead-sheet.tsx';
import { type LeadListItem, leadQuery, leadsQuery } from '../leads/queries.ts';

const QUEUE_SHOWN = 100;

/** A released lead may come back to wait for approval: that is another case. */
const caseOf = ({ id, state }: LeadListItem): string => `${id} ${state}`;

/** The queue, oldest first: what has waited longest comes next. */
function useQueue(state: string | undefined) {
  const asked = {
    state: state ?? 'pending_approval,quarantined',
    limit: QUEUE_SHOWN,
    parked: 'false',
    order: 'oldest',
  };
  const { data, error, refetch } = useQuery(leadsQuery(asked));
  return {
    rows: data?.data,
    total: data?.pagination.total ?? 0,
    more: data?.pagination.totalIsEstimate ?? false,
    error,
    refetch,
  };
}

export function ReviewPage() {
  const { search, change, open } = useListPlace();
  const state = search.state as string | undefined;
  const queue = useQueue(state);
  const [decided, setDecided] = useState<readonly string[]>([]);
  const rows = queue.rows?.filter((row) => !decided.includes(caseOf(row)));
  const at = Math.max(0, rows?.findIndex(({ id }) => id === search.open) ?? 0);
  const current = rows?.[at];
  const left = Math.max(0, queue.total - ((queue.rows?.length ?? 0) - (rows?.length ?? 0)));
  useEffect(() => {
    if (queue.rows && state === undefined) setNavCount('/admin/review', left);
  }, [queue.rows, state, left]);
  const go = (by: number) => {
    const row = rows?.[at + by];
    if (row) open(row.id);
  };
  useShortcuts([
    { keys: 'j', label: 'Next lead', group: 'Review', run: () => go(1) },
    { keys: 'k', label: 'Previous lead', group: 'Review', run: () => go(-1) },
  ]);
  /** The next one takes the place of the one that was decided; the last one gives way to the one before. */
  const next = (lead: LeadListItem) => {
    const follows = rows?.[at + 1] ?? rows?.[at - 1];
    setDecided((cases) => [...cases, caseOf(lead)]);
    change({ open: follows?.id });
  };
  return (
    <Page
      fill
      title="Review"
      sentence="Leads that wait for your word, the oldest first. After each verdict the next one opens."
      action={<Left count={left} more={queue.more} />}
    >
      <div className="flex min-h-0 flex-col gap-3">
        <Tabs
          label="What waits"
          value={state ?? 'all'}
          onChange={(value) => change({ state: value === 'all' ? undefined : value, open: undefined })}
          tabs={[
            { value: 'all', label: 'All', content: null },
            { value: 'pending_approval', label: 'Waiting for approval', content: null },
            { value: 'quarantined', label: 'Quarantined', content: null },
          ]}
        />
        {queue.error && <ProblemNotice problem={queue.error} onRetry={() => void queue.refetch()} />}
        {!rows && !queue.error && <SkeletonLines lines={8} />}
        {rows?.length === 0 && (
          <Empty icon={Check} title="Nothing waits for you">
            New leads appear here by themselves when a campaign wants your approval or a check stops one.
          </Empty>
        )}
        {rows && current && (
          <div className="grid min-h-0 flex-1 gap-4 md:grid-cols-[minmax(15rem,20rem)_minmax(0,1fr)]">
            <QueueList rows={rows} current={current.id} onOpen={open} />
            <Case key={caseOf(current)} lead={current} onDecided={() => next(current)} />
          </div>
        )}
      </div>
    </Page>
  );
}

function Left({ count, more }: { count: number; more: boolean }) {
  return (
    <p role="status" className="text-muted text-sm tabular-nums">
      {count === 0 ? 'Nothing left' : `${more ? 'more than ' : ''}${counted(count, 'lead')} left`}
    </p>
  );
}

interface QueueListProps {
  rows: readonly LeadListItem[];
  current: string;
  onOpen: (id: string) => void;
}

function QueueList({ rows, current, onOpen }: QueueListProps) {
  return (
    <ul
      aria-label="Queue"
      className="min-h-0 divide-y overflow-y-auto rounded-panel border bg-surface-1 max-md:hidden"
    >
      {rows.map((row) => (
        <li key={row.id}>
          <button
            type="button"
            aria-current={row.id === current ? 'true' : undefined}
            onClick={() => onOpen(row.id)}
            className={clsx(
              'flex w-full cursor-default flex-col gap-0.5 px-3 py-2 text-left focus-visible:-outline-offset-2',
              row.id === current ? 'bg-accent-soft' : 'hover:bg-surface-2',
            )}
          >
            <span className="flex items-baseline justify-between gap-3 text-sm">
              <span className="truncate font-medium">{personName(row)}</span>
              <span className="shrink-0 text-muted text-xs">
                <Time at={row.submitted_at} quiet />
              </span>
            </span>
            <span className="truncate text-muted text-xs">{whyHere(row)}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}

const whyHere = (row: LeadListItem): string =>
  row.state === 'quarantined'
    ? reasonSentence(row.reason ?? 'stopped')
    : `Waits for approval${row.score === null ? '' : `, score ${row.score}`}`;

/** One lead with what is needed to decide, and the verdicts. */
function Case({ lead: row, onDecided }: { lead: LeadListItem; onDecided: () => void }) {
  const { data: lead, error, refetch } = useQuery(leadQuery(row.id));
  return (
    <section
      aria-label="Lead under review"
      className="flex min-h-0 min-w-0 flex-col rounded-panel border bg-surface-1 md:overflow-hidden"
    >
      <header className="flex flex-wrap items-center gap-x-3 gap-y-2 border-b px-4 py-3">
        <h2 className="min-w-0 truncate text-lg">{personName(row)}</h2>
        <Status kind="lead" state={row.state} />
        <Link
          to="/admin/leads/$leadId"
          params={{ leadId: row.id }}
          className={buttonClass({ look: 'quiet', size: 'sm', className: 'ml-auto' })}
        >
          <ArrowUpRight aria-hidden />
          Full page
        </Link>
      </header>
      <div className="min-h-0 flex-1 overflow-y-auto p-4">
        {error && <ProblemNotice problem={error} onRetry={() => void refetch()} />}
        {!lead && !error && <SkeletonLines lines={10} />}
        {lead && <LeadSummary lead={lead} />}
      </div>
      {lead && (
        <footer className="sticky bottom-0 z-10 flex justify-end gap-2 rounded-b-panel border-t bg-surface-1 px-4 py-3">
          <LeadActions lead={lead} onDecided={onDecided} />
        </footer>
      )}
    </section>
  );
}
