import { queryOptions } from '@tanstack/react-query';
import type {
  DecisionProof,
  ProofDay,
  ProviderProof,
} from '../../../../src/lead/distribution/proof/schema.ts';
import { api } from '../../client.ts';
import { canCheck, dayHolds, decisionHolds } from './check.ts';

/** Pages of one day that are read; beyond it the file and the command do. */
const PAGES_MAX = 20;

/** The published days that are over, newest first. */
export const proofDaysQuery = queryOptions({
  queryKey: ['proof', 'days'],
  queryFn: async ({ signal }) =>
    (await api.get<ProofDay[]>('/proof', { limit: '60' }, { signal })).filter(({ root }) => root !== null),
});

export type CheckedDay = {
  /** As the server gave them, page by page: what the file holds. */
  pages: ProviderProof[];
  proofs: (DecisionProof & { holds: boolean | null })[];
  dayHolds: boolean | null;
  more: boolean;
};

/** Own part of a day, checked here. Nothing of a past day changes, so it is read once. */
export const ownProofQuery = (day: string) =>
  queryOptions({
    queryKey: ['proof', 'own', day],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: async ({ signal }): Promise<CheckedDay> => {
      const pages: ProviderProof[] = [];
      let cursor: string | null = null;
      do {
        const page: ProviderProof = await api.get<ProviderProof>(
          `/providers/me/proofs/${day}`,
          { limit: '100', ...(cursor === null ? {} : { cursor }) },
          { signal },
        );
        pages.push(page);
        cursor = page.next_cursor;
      } while (cursor !== null && pages.length < PAGES_MAX);
      const able = canCheck();
      const proofs: CheckedDay['proofs'] = [];
      for (const { tree_root, proofs: some } of pages)
        for (const one of some)
          proofs.push({ ...one, holds: able ? await decisionHolds(one, tree_root) : null });
      return { pages, proofs, dayHolds: able ? await dayHolds(pages[0]!) : null, more: cursor !== null };
    },
  });
