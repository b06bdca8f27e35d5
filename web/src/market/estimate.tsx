import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Gauge } from 'lucide-react';
import { useEffect, useState } from 'react';
import type { EstimateForStaff, EstimateView } from '../../../src/lead/distribution/explain/schema.ts';
import { api, type Refusal } from '../client.ts';
import type { Filter } from './words.ts';

/** After the last change, before the server is asked. */
const SETTLE_MS = 400;

interface EstimateProps {
  nicheId: string;
  /** The rules as they are being edited; what is left out takes every lead. */
  rules: { countries: readonly string[]; filters: readonly Filter[] } & Partial<
    Record<'campaign_ids' | 'required_fields', readonly string[]>
  >;
  mine: boolean;
}

/** "About 14 leads a week would match", live beside the rules that are being edited. */
export function Estimate({ nicheId, rules: edited, mine }: EstimateProps) {
  const { countries, filters, campaign_ids = [], required_fields = [] } = edited;
  const rules = useSettled(
    JSON.stringify({ niche_id: nicheId, countries, campaign_ids, filters, required_fields }),
  );
  const path = `${mine ? '' : '/admin'}/subscriptions/estimate`;
  const { data, error, isFetching } = useQuery({
    queryKey: ['estimate', mine, rules],
    queryFn: ({ signal }) =>
      api.post<EstimateView & Partial<EstimateForStaff>>(path, JSON.parse(rules), { signal }),
    placeholderData: keepPreviousData,
    staleTime: 60_000,
    retry: false,
  });
  return (
    <div
      aria-live="polite"
      aria-busy={isFetching}
      className="flex min-h-14 items-start gap-2 rounded-control bg-info-soft px-3 py-2 text-sm"
    >
      <Gauge aria-hidden className="mt-0.5 size-4 shrink-0 text-info" />
      {error ? (
        <p>No estimate: {sentence(error)}</p>
      ) : (
        <div className="min-w-0">
          <p className="font-medium tabular-nums">{data?.sentence ?? 'Counting the leads that match'}</p>
          <p className="text-muted text-xs">{data ? detailOf(data) : 'The last four weeks of the niche.'}</p>
        </div>
      )}
    </div>
  );
}

const sentence = (error: Error): string => (error as Refusal).details?.[0]?.message ?? error.message;

function detailOf(data: EstimateView & Partial<EstimateForStaff>): string {
  const rest = 'Caps, hours, money and turns not counted.';
  if (data.looked_at === undefined) return `From the last 28 days. ${rest}`;
  const worst = data.by_filter?.toSorted((a, b) => b.kept_away - a.kept_away)[0];
  const most =
    worst && worst.kept_away > 0
      ? ` The filter on ${worst.field.replaceAll('_', ' ')} alone keeps ${worst.kept_away.toLocaleString()} away.`
      : '';
  const matching = `${data.matching?.toLocaleString()} of ${data.looked_at.toLocaleString()}`;
  return `${matching} leads of the last ${data.days} days.${most} ${rest}`;
}

/** A text that stands still once nobody has changed it for a moment. */
function useSettled(text: string): string {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), SETTLE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}
