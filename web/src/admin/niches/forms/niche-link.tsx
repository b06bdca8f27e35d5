import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { api } from '../../../client.ts';
import { linkClass } from '../../../ui/link.ts';
import type { NicheAnswer } from '../niche.tsx';

/** Whose form it is, and the way back to its versions. */
export function NicheLink({ nicheId, text }: { nicheId: string; text?: string }) {
  const found = useQuery({
    queryKey: ['niches', nicheId],
    queryFn: ({ signal }) => api.get<NicheAnswer>(`/admin/niches/${nicheId}`, {}, { signal }),
  });
  return (
    <>
      <Link to="/admin/niches/$nicheId" params={{ nicheId }} search={{ tab: 'form' }} className={linkClass}>
        {found.data?.niche.name ?? 'Niche'}
      </Link>
      {text && `. ${text}`}
    </>
  );
}
