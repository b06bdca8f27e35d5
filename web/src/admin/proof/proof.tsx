import { queryOptions, useQuery } from '@tanstack/react-query';
import { CircleAlert, CircleCheck, CircleDashed, FileCheck } from 'lucide-react';
import type { ReactNode } from 'react';
import type { AdminProofDay } from '../../../../src/lead/distribution/proof/schema.ts';
import { api } from '../../client.ts';
import { Page } from '../../frame/page.tsx';
import { HashLine } from '../../lead/hash-line.tsx';
import { counted } from '../../lead/words.ts';
import { Badge } from '../../ui/badge.tsx';
import { Card, Facts } from '../../ui/card.tsx';
import { Empty } from '../../ui/empty.tsx';
import { Notice } from '../../ui/notice.tsx';
import { SkeletonLines } from '../../ui/skeleton.tsx';
import { ProblemNotice } from '../../ui/table-parts.tsx';
import { Time } from '../../ui/time.tsx';

const proofQuery = queryOptions({
  queryKey: ['proof', 'admin'],
  queryFn: ({ signal }) => api.get<AdminProofDay[]>('/admin/proof', { limit: '40' }, { signal }),
});

/** The published roots, and what running each day again found. */
export function ProofPage() {
  const { data, error, refetch } = useQuery(proofQuery);
  const over = data?.filter(({ root }) => root !== null) ?? [];
  const ahead = data?.filter(({ root }) => root === null) ?? [];
  const bad = over.filter(({ run }) => run !== null && run.findings > 0);
  return (
    <Page
      title="Proof"
      sentence="One number a day over all decisions, sent to every provider, and whether the day still gives it."
    >
      {error && <ProblemNotice problem={error} onRetry={() => void refetch()} />}
      {!data && !error && (
        <Card>
          <SkeletonLines lines={8} />
        </Card>
      )}
      {bad.length > 0 && (
        <Notice tone="bad" title={`${counted(bad.length, 'day')} with findings`}>
          Run <code>fairlead verify --day {bad[0]!.day}</code>: it names every decision that differs.
        </Notice>
      )}
      {data && over.length === 0 && (
        <Empty icon={FileCheck} title="No day has a root yet">
          A day gets its root in the hour after its midnight, UTC, once leads have been decided.
        </Empty>
      )}
      {over.map((day) => (
        <Day key={day.day} day={day} />
      ))}
      {ahead.length > 0 && <Ahead days={ahead} />}
      <p className="max-w-prose text-muted text-sm">
        Everybody can read the roots at{' '}
        <a href="/proof" className="rounded-sm underline hover:text-text">
          /proof
        </a>
        . Providers find their own part under “Proof” in their portal.
      </p>
    </Page>
  );
}

function Day({ day }: { day: AdminProofDay }) {
  const facts: [string, ReactNode][] = [
    ['Root', <HashLine key="root" value={day.root!} what={`root of ${day.day}`} />],
    ['Decisions', `${day.decisions ?? 0}, with ${counted(day.leaves ?? 0, 'leaf', 'leaves')}`],
  ];
  if (day.replaces) {
    const value = <HashLine key="replaces" value={day.replaces} what="replaced root" />;
    facts.push(['Replaces', value]);
  }
  if (day.seed)
    facts.push(['Secret', <HashLine key="seed" value={day.seed} what={`secret of ${day.day}`} />]);
  if (day.run) {
    const { run_at, replayed, arithmetic_only, erased } = day.run;
    const said = [
      `${replayed} run again`,
      ...(arithmetic_only > 0 ? [`${arithmetic_only} by chain and arithmetic only`] : []),
      ...(erased > 0 ? [`${erased} of erased leads`] : []),
    ];
    facts.push([
      'Checked',
      <span key="run">
        <Time at={run_at} />: {said.join(', ')}
      </span>,
    ]);
  }
  return (
    <Card title={day.day} aside={<RunBadge day={day} />}>
      <Facts facts={facts} />
      {day.run?.first_finding && (
        <p className="mt-3 text-bad text-sm [overflow-wrap:anywhere]">{day.run.first_finding}</p>
      )}
    </Card>
  );
}

function RunBadge({ day: { run } }: { day: AdminProofDay }) {
  if (!run) {
    return (
      <Badge icon={CircleDashed} tone="neutral">
        Not checked yet
      </Badge>
    );
  }
  return run.findings === 0 ? (
    <Badge icon={CircleCheck} tone="good">
      Holds
    </Badge>
  ) : (
    <Badge icon={CircleAlert} tone="bad">
      {counted(run.findings, 'finding')}
    </Badge>
  );
}

/** What is fixed already for today and the days to come. */
function Ahead({ days }: { days: readonly AdminProofDay[] }) {
  return (
    <Card
      title="Today and the days ahead"
      note="The secret that settles draws is fixed before its day. Its hash is public; the secret follows when the day is over."
    >
      <Facts
        facts={days.map(({ day, seed_hash, seed_ahead }) => [
          day,
          <span key={day}>
            {seed_hash && <HashLine value={seed_hash} what={`hash of the secret of ${day}`} />}
            {!seed_ahead && <span className="text-muted text-xs">made on the day itself</span>}
          </span>,
        ])}
      />
    </Card>
  );
}
