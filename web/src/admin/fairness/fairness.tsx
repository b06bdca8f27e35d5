import { useMutation, useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { Scale } from 'lucide-react';
import { useState } from 'react';
import type { FairnessView } from '../../../../src/lead/distribution/simulate/schema.ts';
import { sentenceOf } from '../../act.ts';
import { api } from '../../client.ts';
import { Page } from '../../frame/page.tsx';
import { FairBars } from '../../lead/fair-bars.tsx';
import { counted } from '../../lead/words.ts';
import { nichesQuery } from '../../market/queries.ts';
import { Button } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { Empty } from '../../ui/empty.tsx';
import { Notice } from '../../ui/notice.tsx';
import { Select } from '../../ui/select.tsx';
import { SkeletonLines } from '../../ui/skeleton.tsx';
import { ProblemNotice } from '../../ui/table-parts.tsx';
import { Time } from '../../ui/time.tsx';

const PERIODS = [
  { value: '1', label: 'Last 24 hours' },
  { value: '7', label: 'Last 7 days' },
  { value: '14', label: 'Last 14 days' },
  { value: '31', label: 'Last 31 days' },
] as const;
const DAY_MS = 86_400_000;
/** Bars of a level that are shown at a time. */
const SHARES_SHOWN = 20;

/** Whether everybody got the turns that were due. */
export function FairnessPage() {
  const { niche_id, days = '7' } = useSearch({ from: '/frame/admin/fairness' });
  const navigate = useNavigate();
  const niches = useQuery(nichesQuery);
  const niche = niche_id ?? niches.data?.[0]?.id;
  const { data, error, refetch } = useQuery({
    queryKey: ['fairness', niche, days],
    enabled: niche !== undefined,
    staleTime: 60_000,
    queryFn: ({ signal }) => {
      const to = Date.now();
      const from = new Date(to - Number(days) * DAY_MS).toISOString();
      const asked = { niche_id: niche, from, limit: SHARES_SHOWN };
      return api.get<FairnessView>('/admin/fairness', asked, { signal });
    },
  });
  const go = (search: { niche_id?: string; days?: string }) =>
    void navigate({ to: '/admin/fairness', search: { niche_id: niche, days, ...search } as never });
  return (
    <Page
      title="Fairness"
      sentence="Whether every subscription got the turns that were due to it."
      action={
        <div className="flex flex-wrap gap-2">
          <div className="w-52">
            <Select
              label="Niche"
              placeholder="No niche yet"
              value={niche ?? null}
              choices={(niches.data ?? []).map(({ id, name }) => ({ value: id, label: name }))}
              onChange={(next) => go({ niche_id: next })}
            />
          </div>
          <div className="w-40">
            <Select label="Period" value={days} choices={PERIODS} onChange={(next) => go({ days: next })} />
          </div>
        </div>
      }
    >
      {error && <ProblemNotice problem={error} onRetry={() => void refetch()} />}
      {niches.data?.length === 0 && (
        <Empty icon={Scale} title="No niche yet">
          Turns are counted per niche, once leads have been sold.
        </Empty>
      )}
      {niche && !data && !error && (
        <Card>
          <SkeletonLines lines={6} />
        </Card>
      )}
      {data && <Levels data={data} />}
    </Page>
  );
}

function Levels({ data }: { data: FairnessView }) {
  const skewed = data.levels.reduce((sum, level) => sum + level.skewed, 0);
  if (data.levels.length === 0) {
    return (
      <Empty icon={Scale} title="Nothing was sold in these days">
        Choose a longer period, or another niche.
      </Empty>
    );
  }
  return (
    <>
      {skewed > 0 ? (
        <Notice tone="warn" title={`${counted(skewed, 'subscription')} far from what was due`}>
          <p>
            More than {data.threshold.skew * 100} % away, with at least {data.threshold.turns} turns due. A
            level that serves by priority does this on purpose; one that goes by waiting does not.
          </p>
        </Notice>
      ) : (
        <Notice tone="good" title="Nobody is far from what was due" />
      )}
      {data.levels.map((level) => (
        <Level key={`${level.level_id} ${data.from} ${data.to}`} data={data} level={level} />
      ))}
      <p className="max-w-prose text-muted text-xs">
        {counted(data.decisions, 'decision')} read. {data.basis}{' '}
        {data.read_until && (
          <>
            There were too many decisions to read all: this ends <Time at={data.read_until} />.
          </>
        )}
      </p>
    </>
  );
}

interface LevelProps {
  data: FairnessView;
  level: FairnessView['levels'][number];
}

/** One level: its first page, and more of them when asked. */
function Level({ data, level }: LevelProps) {
  const { niche_id, from, to, limit } = data;
  const [later, setLater] = useState<LevelProps['level']['shares']>([]);
  const shares = [...level.shares, ...later];
  const more = useMutation({
    mutationFn: async () => {
      const next = { niche_id, from, to, limit, level_id: level.level_id, page: shares.length / limit + 1 };
      return (await api.get<FairnessView>('/admin/fairness', next)).levels[0]?.shares ?? [];
    },
    onSuccess: (next) => setLater((before) => [...before, ...next]),
  });
  return (
    <Card
      title={level.level_name}
      note={`${STRATEGY_WORDS[level.strategy] ?? level.strategy}. The line in each bar is what was due.`}
    >
      <FairBars
        label={`Turns at ${level.level_name}`}
        shares={shares.map((one) => ({
          ...one,
          id: one.subscription_id,
          name: (
            <Link
              to="/admin/providers/$providerId"
              params={{ providerId: one.provider_id }}
              search={{ tab: 'subscriptions', open: one.subscription_id } as never}
              className="rounded-sm hover:underline"
            >
              {one.provider_name}
            </Link>
          ),
        }))}
      />
      {more.error && <Notice tone="bad" title={sentenceOf(more.error)} />}
      {shares.length < level.total && (
        <div className="mt-3 flex items-center gap-3">
          <Button size="sm" busy={more.isPending} onClick={() => more.mutate()}>
            Show more
          </Button>
          <span aria-live="polite" className="text-muted text-sm">
            {shares.length.toLocaleString()} of {level.total.toLocaleString()}
          </span>
        </div>
      )}
    </Card>
  );
}

const STRATEGY_WORDS: Record<string, string> = {
  longest_waiting: 'Who waited longest comes first',
  least_loaded_today: 'Who got the fewest today comes first',
  priority: 'Who has the higher priority comes first',
  weighted: 'In turn, by weight',
};
