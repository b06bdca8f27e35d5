import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { Radio } from 'lucide-react';
import type { WhyView } from '../../../../src/lead/distribution/explain/schema.ts';
import { api } from '../../client.ts';
import { Page } from '../../frame/page.tsx';
import { counted } from '../../lead/words.ts';
import { BarList } from '../../ui/bar-list.tsx';
import { Card } from '../../ui/card.tsx';
import { Empty } from '../../ui/empty.tsx';
import { Select } from '../../ui/select.tsx';
import { SkeletonLines } from '../../ui/skeleton.tsx';
import { ProblemNotice } from '../../ui/table-parts.tsx';
import { Time } from '../../ui/time.tsx';
import { FairShare } from './fair-share.tsx';

type OfSubscription = WhyView['subscriptions'][number];

const PERIODS = [
  { value: '1', label: 'Last 24 hours' },
  { value: '7', label: 'Last 7 days' },
  { value: '14', label: 'Last 14 days' },
  { value: '31', label: 'Last 31 days' },
] as const;
const DAY_MS = 86_400_000;

/** Why not more leads: one's own verdicts, and what would have changed them. */
export function WhyPage() {
  const { days = '7' } = useSearch({ from: '/frame/dashboard/why' });
  const navigate = useNavigate();
  const { data, error, refetch } = useQuery({
    queryKey: ['mine', 'why', days],
    staleTime: 60_000,
    queryFn: ({ signal }) => {
      const to = Date.now();
      const from = new Date(to - Number(days) * DAY_MS).toISOString();
      return api.get<WhyView>('/providers/me/why', { from, to: new Date(to).toISOString() }, { signal });
    },
  });
  return (
    <Page
      title="Why not more leads?"
      sentence="What became of the leads of your niches, and what would have brought you more."
      action={
        <div className="w-44">
          <Select
            label="Period"
            value={days}
            choices={PERIODS}
            onChange={(next) => void navigate({ to: '/dashboard/why', search: { days: next } })}
          />
        </div>
      }
    >
      {error && <ProblemNotice problem={error} onRetry={() => void refetch()} />}
      {!data && !error && (
        <Card>
          <SkeletonLines lines={8} />
        </Card>
      )}
      {data?.subscriptions.length === 0 && (
        <Empty icon={Radio} title="No subscriptions">
          Leads come to subscriptions. The operator sets up your first one.
        </Empty>
      )}
      {data?.subscriptions.map((one) => (
        <WhyCard key={one.subscription_id} one={one} />
      ))}
      {data && <p className="max-w-prose text-muted text-xs">{data.basis}</p>}
      <FairShare days={days} />
    </Page>
  );
}

function WhyCard({ one }: { one: OfSubscription }) {
  return (
    <Card
      title={
        <>
          {one.niche_name} <span className="font-normal text-muted">{one.level_name}</span>
        </>
      }
      aside={
        <Link
          to="/dashboard/subscriptions"
          search={{ open: one.subscription_id } as never}
          className="shrink-0 rounded-sm text-sm underline decoration-line-strong underline-offset-3 hover:decoration-text"
        >
          Open subscription
        </Link>
      }
    >
      <div className="flex flex-col gap-5">
        <p className="font-medium text-base">{one.answer}</p>
        {one.came > 0 && (
          <div className="grid items-start gap-x-10 gap-y-5 lg:grid-cols-2">
            <Section title="From all leads to yours">
              <BarList
                label="From all leads to yours"
                full={one.came}
                rows={[
                  { id: 'came', label: 'Came in the niche', value: one.came },
                  { id: 'matched', label: 'Matched your rules', value: one.matched },
                  { id: 'able', label: 'You could take', value: one.able },
                  { id: 'received', label: 'You got', value: one.received, tone: 'accent' },
                ]}
              />
            </Section>
            <Section title="What kept the others away">
              <Lost one={one} />
            </Section>
          </div>
        )}
        <div className="grid items-start gap-x-10 gap-y-5 lg:grid-cols-2">
          <Section title="What would have brought more">
            <WhatIf one={one} />
          </Section>
          <Section title="Your turn">
            <p className="text-sm">{turnWords(one)}</p>
          </Section>
        </div>
        {one.days.length > 0 && <Days one={one} />}
        {one.read_until && (
          <p className="text-muted text-sm">
            There were too many leads to look at all: this covers the first {counted(one.came, 'lead')}, until{' '}
            <Time at={one.read_until} />.
          </p>
        )}
      </div>
    </Card>
  );
}

function Section({ title, children }: { title: string; children: React.ReactNode }) {
  return (
    <section className="flex min-w-0 flex-col gap-2">
      <h3 className="font-medium text-sm">{title}</h3>
      {children}
    </section>
  );
}

function Lost({ one }: { one: OfSubscription }) {
  const lost = one.reasons.filter(({ reason }) => reason !== 'chosen');
  if (lost.length === 0) return <p className="text-muted text-sm">Nothing: every lead came to you.</p>;
  return (
    <ul className="flex flex-col divide-y rounded-control border">
      {lost.map(({ reason, sentence, count }) => (
        <li key={reason} className="flex gap-3 px-3 py-1.5 text-sm">
          <span className="w-8 shrink-0 text-right font-medium tabular-nums">{count.toLocaleString()}</span>
          <span className="min-w-0 flex-1">{sentence}.</span>
        </li>
      ))}
    </ul>
  );
}

function WhatIf({ one }: { one: OfSubscription }) {
  if (one.what_if.length === 0) {
    return (
      <p className="text-muted text-sm">
        {one.came === one.received
          ? 'You got all there was.'
          : 'No single change of yours that we tried would have brought a lead more.'}
      </p>
    );
  }
  return (
    <>
      <BarList
        label="What would have brought more"
        rows={one.what_if.map(({ id, sentence, more }) => ({
          id,
          label: sentence.replace(/ you would have got .*/, ''),
          value: more,
          shown: `+${more.toLocaleString()}`,
          tone: 'accent',
        }))}
      />
      {one.tried_until && (
        <p className="text-muted text-xs">
          Tried on the leads until <Time at={one.tried_until} />.
        </p>
      )}
    </>
  );
}

function turnWords({ place, seats }: OfSubscription): string {
  const shared =
    seats === 1 ? 'Each lead has one seat at your level.' : `Each lead has ${seats} seats at your level.`;
  if (!place) return `${shared} Who is served first does not go by waiting at this level.`;
  const order =
    place.of === 1
      ? 'Nobody else waits at your level.'
      : `You are ${ordinal(place.position)} of ${place.of} waiting now.`;
  return `${shared} ${order}`;
}

const rules = new Intl.PluralRules('en', { type: 'ordinal' });
const suffixes: Partial<Record<Intl.LDMLPluralRule, string>> = {
  one: 'st',
  two: 'nd',
  few: 'rd',
  other: 'th',
};
const ordinal = (place: number): string => `${place}${suffixes[rules.select(place)]}`;

const dayWords = new Intl.DateTimeFormat('en', {
  weekday: 'short',
  day: 'numeric',
  month: 'short',
  timeZone: 'UTC',
});

/** The verdicts by day: no person, only counts. */
function Days({ one }: { one: OfSubscription }) {
  return (
    <details className="text-sm">
      <summary className="w-fit cursor-default rounded-sm text-muted hover:text-text">Day by day</summary>
      <ul className="mt-2 flex flex-col divide-y rounded-control border">
        {one.days.toReversed().map(({ day, came, received, reasons }) => (
          <li key={day} className="grid gap-x-4 px-3 py-1.5 sm:grid-cols-[6rem_9rem_1fr]">
            <span className="font-medium">{dayWords.format(new Date(day))}</span>
            <span className="tabular-nums">
              {received.toLocaleString()} of {counted(came, 'lead')}
            </span>
            <span className="text-muted">
              {reasons
                .filter(({ reason }) => reason !== 'chosen')
                .map(({ count, sentence }) => `${count.toLocaleString()}: ${lower(sentence)}`)
                .join('; ') || 'nothing was missed'}
            </span>
          </li>
        ))}
      </ul>
    </details>
  );
}

const lower = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);
