import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { HistoryView } from '../../../src/market/subscriptions/schema.ts';
import { api } from '../client.ts';
import { Button } from '../ui/button.tsx';
import { SkeletonLines } from '../ui/skeleton.tsx';
import { ProblemNotice } from '../ui/table-parts.tsx';
import { Time } from '../ui/time.tsx';
import { filtersThen, historyWords } from './history-words.ts';

const PAGE = 10;

/** What was changed about a subscription, newest first: when, by which side, and which of its terms. */
export function History({ subscriptionId, mine }: { subscriptionId: string; mine: boolean }) {
  const [asked, setAsked] = useState(false);
  if (asked) return <Changes subscriptionId={subscriptionId} mine={mine} />;
  return (
    <div>
      <Button onClick={() => setAsked(true)}>Show what changed</Button>
    </div>
  );
}

function Changes({ subscriptionId, mine }: { subscriptionId: string; mine: boolean }) {
  const path = `${mine ? '' : '/admin'}/subscriptions/${subscriptionId}/history`;
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery({
    queryKey: [mine ? 'mine' : 'subscriptions', subscriptionId, 'history'],
    initialPageParam: '',
    queryFn: ({ pageParam, signal }) =>
      api.page<HistoryView>(path, { limit: PAGE, ...(pageParam ? { cursor: pageParam } : {}) }, { signal }),
    getNextPageParam: ({ pagination }) => pagination.nextCursor ?? undefined,
  });
  if (error) return <ProblemNotice problem={error} onRetry={() => void refetch()} />;
  if (!data) return <SkeletonLines lines={3} />;
  const rows = data.pages.flatMap((page) => page.data);
  return (
    <div className="flex flex-col items-start gap-2">
      <ul className="flex w-full flex-col gap-1.5 text-sm">
        {rows.map((row) => (
          <li key={row.id} className="flex items-baseline justify-between gap-3">
            <span className="min-w-0">
              {historyWords(row, mine)}
              {filtersThen(row)?.map((line) => (
                <span key={line} className="wrap-anywhere block text-muted">
                  {line}
                </span>
              ))}
            </span>
            <span className="shrink-0 text-muted">
              <Time at={row.at} />
            </span>
          </li>
        ))}
      </ul>
      {hasNextPage && (
        <Button busy={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          Older changes
        </Button>
      )}
    </div>
  );
}
