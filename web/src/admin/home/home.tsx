import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { clsx } from 'clsx';
import { cloneElement, type ReactElement, type ReactNode } from 'react';
import { Page } from '../../frame/page.tsx';
import { durationText } from '../../market/exchange.tsx';
import { Status } from '../../ui/badge.tsx';
import { Card } from '../../ui/card.tsx';
import { Money } from '../../ui/money.tsx';
import { SkeletonLines } from '../../ui/skeleton.tsx';
import { states } from '../../ui/states.ts';
import { ProblemNotice } from '../../ui/table-parts.tsx';
import { Time } from '../../ui/time.tsx';
import { fairnessAlertQuery } from '../fairness/queries.ts';
import { type OverviewView, overviewQuery } from '../leads/queries.ts';
import { StopButton } from '../stops/stop-button.tsx';
import { LiveTail } from './live-tail.tsx';
import { trafficAlertsQuery, trafficWords } from './traffic.ts';

export function HomePage() {
  const { data, error, refetch } = useQuery(overviewQuery);
  return (
    <Page
      title="Home"
      sentence="What came in today, what it earned, and what waits for you."
      action={<StopButton scope="everything" />}
    >
      {error && <ProblemNotice problem={error} onRetry={() => void refetch()} />}
      <div className="grid items-start gap-4 lg:grid-cols-[minmax(0,1fr)_20rem] xl:grid-cols-[minmax(0,1fr)_24rem]">
        <div className="flex min-w-0 flex-col gap-4">
          {data ? <LeadsToday overview={data} /> : <Waiting title="Leads today" problem={error} />}
          <LiveTail />
        </div>
        <div className="flex min-w-0 flex-col gap-4 max-lg:order-first">
          {data ? <MoneyToday overview={data} /> : <Waiting title="Money today" problem={error} />}
          {data ? <ToDo overview={data} /> : <Waiting title="What needs you" problem={error} />}
        </div>
      </div>
    </Page>
  );
}

function Waiting({ title, problem }: { title: string; problem: Error | null }) {
  if (problem) return null;
  return (
    <Card title={title}>
      <SkeletonLines lines={5} />
    </Card>
  );
}

const leadsLink = (search: Record<string, unknown>, children?: ReactNode, className?: string) => (
  <Link to="/admin/leads" search={search as never} {...(className ? { className } : {})}>
    {children}
  </Link>
);

/** Leads since midnight, and where they stand now. */
function LeadsToday({ overview }: { overview: OverviewView }) {
  const { leads_today, timezone, day_began_at } = overview;
  const since = { from: day_began_at, test: 'false' };
  return (
    <Card
      title="Leads today"
      note={`${leads_today.basis} Midnight in ${timezone}.`}
      aside={
        <span className="font-semibold text-2xl tabular-nums">
          {leadsLink(since, leads_today.total.toLocaleString(), 'rounded-sm hover:underline')}
        </span>
      }
    >
      <StateBars counts={leads_today.by_state} total={leads_today.total} since={since} />
    </Card>
  );
}

function MoneyToday({ overview }: { overview: OverviewView }) {
  const { money_today, timezone } = overview;
  return (
    <Card title="Money today" note={`${money_today.basis} Midnight in ${timezone}.`}>
      {money_today.by_currency.length === 0 && (
        <p className="text-muted text-sm">Nothing was charged or refunded yet.</p>
      )}
      {money_today.by_currency.map(({ currency, charged, refunded, revenue }) => (
        <dl
          key={currency}
          className="grid grid-cols-[1fr_auto] items-baseline gap-y-1 text-sm not-first:mt-3 not-first:border-t not-first:pt-3"
        >
          <dt className="text-muted">Charged</dt>
          <dd className="text-right">
            <Link to="/admin/money" className="rounded-sm hover:underline">
              <Money amount={charged} currency={currency} />
            </Link>
          </dd>
          <dt className="text-muted">Refunded</dt>
          <dd className="text-right">
            <Link to="/admin/money" className="rounded-sm hover:underline">
              <Money amount={refundOf(refunded)} currency={currency} />
            </Link>
          </dd>
          <dt className="font-medium">Revenue</dt>
          <dd className="text-right font-semibold text-xl">
            <Link to="/admin/money" className="rounded-sm hover:underline">
              <Money amount={revenue} currency={currency} />
            </Link>
          </dd>
        </dl>
      ))}
    </Card>
  );
}

/** What was given back is written as what it takes away. */
const refundOf = (amount: string): string => (/[1-9]/.test(amount) ? `-${amount}` : amount);

interface StateBarsProps {
  counts: Readonly<Record<string, number>>;
  total: number;
  since: Record<string, unknown>;
}

/** One bar per state, in the order of a lead's way; each leads to its list. */
function StateBars({ counts, total, since }: StateBarsProps) {
  const present = Object.keys(states.lead).filter((state) => (counts[state] ?? 0) > 0);
  if (present.length === 0) return <p className="text-muted text-sm">No lead has come in yet today.</p>;
  return (
    <ul aria-label="Leads today by state" className="flex flex-col gap-1">
      {present.map((state) => {
        const count = counts[state] ?? 0;
        return (
          <li key={state} className="relative flex h-7 items-center gap-3 rounded-sm hover:bg-surface-2">
            <span className="w-44 shrink-0">
              <Status kind="lead" state={state} />
            </span>
            <Bar share={count / total} />
            <span className="w-14 text-right text-sm tabular-nums">
              {leadsLink(
                { ...since, state: [state] },
                <StateCount state={state} count={count} />,
                'after:absolute after:inset-0',
              )}
            </span>
          </li>
        );
      })}
    </ul>
  );
}

const StateCount = ({ state, count }: { state: string; count: number }) => (
  <>
    {count.toLocaleString()}
    <span className="sr-only"> {states.lead[state as keyof typeof states.lead]?.word}</span>
  </>
);

/** Drawn, because the content policy allows no width in an attribute. */
const Bar = ({ share }: { share: number }) => (
  <svg
    aria-hidden
    viewBox="0 0 100 8"
    preserveAspectRatio="none"
    className="h-2 min-w-0 flex-1 text-line-strong"
  >
    <rect width={Math.max(0.6, share * 100)} height="8" fill="currentColor" />
  </svg>
);

/** Work that is due longer than this is late. */
const LATE_MS = 60_000;

/** What somebody must look at; each figure leads to its list. */
function ToDo({ overview }: { overview: OverviewView }) {
  const fairness = useQuery(fairnessAlertQuery).data;
  const traffic = useQuery(trafficAlertsQuery).data;
  const { waiting_for_approval: approval, quarantined, parked, oldest_due_ms: late } = overview;
  const review = (state: string) => <Link to="/admin/review" search={{ state } as never} />;
  return (
    <Card title="What needs you" flush>
      <ul className="divide-y border-t">
        <Duty
          label="Waiting for approval"
          of={approval}
          oldest={approval.oldest_at}
          link={review('pending_approval')}
        />
        <Duty
          label="Quarantined"
          of={quarantined}
          oldest={quarantined.oldest_at}
          link={review('quarantined')}
        />
        <Duty
          label="Deliveries that failed"
          of={overview.failed_deliveries}
          alarm
          link={<Link to="/admin/deliveries" search={{ state: 'failed' } as never} />}
        />
        <Duty
          label="Endpoints that are down"
          of={overview.stopped_endpoints}
          alarm
          link={<Link to="/admin/providers" search={{ endpoints: 'down' } as never} />}
        />
        {fairness && fairness.value > 0 && (
          <Duty
            label="Far from their fair share"
            of={fairness}
            alarm
            link={<Link to="/admin/fairness" search={{ niche_id: fairness.niches[0]?.id } as never} />}
          />
        )}
        {traffic && traffic.value > 0 && (
          <Duty
            label="Unusual traffic"
            of={{ value: traffic.value, basis: trafficWords(traffic) }}
            alarm
            link={<Link to={traffic.alerts[0]?.scope === 'source' ? '/admin/sources' : '/admin/niches'} />}
          />
        )}
        <Duty label="Parked leads" of={parked} alarm link={leadsLink({ parked: 'true' })} />
        <Duty
          label="Waiting for checks"
          of={overview.waiting_for_checks}
          link={leadsLink({ state: ['checking'] })}
        />
        <Duty
          label="Waiting for distribution"
          of={overview.waiting_for_distribution}
          link={leadsLink({ state: ['approved'] })}
        />
        <Duty
          label="Oldest work that is due"
          of={{
            value: late.value > LATE_MS ? late.value : 0,
            basis: late.basis.replace(' in milliseconds', ''),
          }}
          shown={late.value === 0 ? 'none' : durationText(late.value)}
          alarm
          link={leadsLink({ state: ['checking', 'approved'] })}
        />
      </ul>
    </Card>
  );
}

interface DutyProps {
  label: string;
  of: { value: number; basis: string };
  /** In place of the number. */
  shown?: string;
  oldest?: string | null;
  /** Anything above zero is bad news. */
  alarm?: boolean;
  link: ReactElement<{ children?: ReactNode; className?: string }>;
}

function Duty({ label, of, shown, oldest, alarm = false, link }: DutyProps) {
  return (
    <li className="relative flex items-start gap-4 px-4 py-2 hover:bg-surface-2">
      <span className="min-w-0 flex-1">
        <span className="block font-medium text-sm">
          {cloneElement(link, { children: label, className: 'after:absolute after:inset-0' })}
        </span>
        <span className="block text-faint text-xs">{of.basis}</span>
        {oldest && (
          <span className="block text-muted text-xs">
            The oldest came <Time at={oldest} quiet />.
          </span>
        )}
      </span>
      <span
        className={clsx(
          'shrink-0 font-semibold text-lg tabular-nums',
          of.value === 0 ? 'text-muted' : alarm ? 'text-bad' : 'text-text',
        )}
      >
        {shown ?? of.value.toLocaleString()}
      </span>
    </li>
  );
}
