import { useQuery } from '@tanstack/react-query';
import type { OwnLeadWhy } from '../../../../src/lead/distribution/explain/schema.ts';
import { api } from '../../client.ts';
import { counted } from '../../lead/words.ts';
import { Facts } from '../../ui/card.tsx';
import { SkeletonLines } from '../../ui/skeleton.tsx';

/** Why this lead came here; about others nothing but their number. */
export function OwnLeadReason({ leadId }: { leadId: string }) {
  const { data, error } = useQuery({
    queryKey: ['mine', 'lead', leadId, 'why'],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: ({ signal }) => api.get<OwnLeadWhy>(`/providers/me/leads/${leadId}/why`, {}, { signal }),
  });
  if (error) return <p className="text-muted text-sm">The reason cannot be read now: {error.message}</p>;
  if (!data) return <SkeletonLines lines={3} />;
  return (
    <div className="flex flex-col gap-3">
      <p className="text-sm">{data.answer}</p>
      <Facts
        facts={[
          ['Level', data.level_name],
          ['Seats', `${data.taken} of ${counted(data.seats, 'seat')} taken`],
          [
            'Shared with',
            data.shared_with === 0 ? 'Nobody' : counted(data.shared_with, 'other company', 'other companies'),
          ],
        ]}
      />
    </div>
  );
}
