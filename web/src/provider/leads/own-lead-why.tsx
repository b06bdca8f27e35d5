import { useQuery } from '@tanstack/react-query';
import type { OwnLeadWhy } from '../../../../src/lead/distribution/explain/schema.ts';
import { api } from '../../client.ts';
import { counted } from '../../lead/words.ts';
import { SkeletonLines } from '../../ui/skeleton.tsx';

/** Why this lead came here; about others nothing but their number. */
export function OwnLeadReason({ leadId }: { leadId: string }) {
  const { data, error } = useQuery({
    queryKey: ['mine', 'lead', leadId, 'why'],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: ({ signal }) => api.get<OwnLeadWhy>(`/providers/me/leads/${leadId}/why`, {}, { signal }),
  });
  if (error) return <p className="text-muted text-sm">The reason cannot be read now: {error.message}</p>;
  if (!data) return <SkeletonLines lines={2} />;
  const { seats, taken, shared_with } = data;
  const others = shared_with === 0 ? 'nobody else' : counted(shared_with, 'other company', 'other companies');
  return (
    <div className="flex flex-col gap-1 text-sm">
      <p>{data.answer}</p>
      <p className="text-muted">
        {taken} of {counted(seats, 'seat')} taken; {others} got it.
      </p>
    </div>
  );
}
