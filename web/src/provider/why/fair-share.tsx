import { useQuery } from '@tanstack/react-query';
import type { OwnFairnessView } from '../../../../src/lead/distribution/simulate/schema.ts';
import { api } from '../../client.ts';
import { FairBars } from '../../lead/fair-bars.tsx';
import { Card } from '../../ui/card.tsx';
import { SkeletonLines } from '../../ui/skeleton.tsx';
import { ProblemNotice } from '../../ui/table-parts.tsx';

const DAY_MS = 86_400_000;

/** One's own turns among those of others, who have no name here. */
export function FairShare({ days }: { days: string }) {
  const { data, error, refetch } = useQuery({
    queryKey: ['mine', 'fairness', days],
    staleTime: 60_000,
    queryFn: ({ signal }) => {
      const from = new Date(Date.now() - Number(days) * DAY_MS).toISOString();
      return api.get<OwnFairnessView>('/providers/me/fairness', { from }, { signal });
    },
  });
  if (data?.levels.length === 0) return null;
  return (
    <Card
      title="Were the turns fair?"
      note="Leads each company at your level got; the line in each bar is what was due to it. Others are not named."
    >
      {error && <ProblemNotice problem={error} onRetry={() => void refetch()} />}
      {!data && !error && <SkeletonLines lines={4} />}
      <div className="flex flex-col gap-6">
        {data?.levels.map((level) => (
          <section key={level.subscription_id} className="flex flex-col gap-2">
            <h3 className="font-medium text-sm">
              {level.niche_name} <span className="font-normal text-muted">{level.level_name}</span>
            </h3>
            {level.of > level.shares.length && (
              <p className="text-muted text-sm">
                {level.shares.length.toLocaleString()} of {level.of.toLocaleString()} companies are shown.
              </p>
            )}
            <FairBars
              label={`Turns at ${level.niche_name}, ${level.level_name}`}
              shares={level.shares.map((one, place) => ({
                ...one,
                id: String(place),
                name: one.mine ? <strong className="font-medium">You</strong> : 'Another company',
              }))}
            />
          </section>
        ))}
      </div>
      {data && <p className="mt-4 max-w-prose text-muted text-xs">{data.basis}</p>}
    </Card>
  );
}
