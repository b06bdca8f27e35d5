/** What every page of an operator has: how much waits for review, and leads found from the palette. */
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { UserRound } from 'lucide-react';
import { useEffect } from 'react';
import { api } from '../client.ts';
import { setNavCount } from '../frame/nav-counts.ts';
import { addPaletteSource } from '../frame/palette-sources.ts';
import { personName } from '../lead/words.ts';
import { lookOf } from '../ui/states.ts';
import { type LeadListItem, overviewQuery } from './leads/queries.ts';

/** A person or an id is found by the whole of it; shorter words are not looked up. */
const WORDS_MIN = 6;
const FOUND_MAX = 5;

export function useOperatorAlways(on: boolean): void {
  const { data } = useQuery({ ...overviewQuery, enabled: on });
  const navigate = useNavigate();
  useEffect(() => {
    if (data) setNavCount('/admin/review', data.waiting_for_approval.value + data.quarantined.value);
  }, [data]);
  useEffect(() => {
    if (!on) return;
    return addPaletteSource(async (text, signal) => {
      if (text.trim().length < WORDS_MIN) return { label: 'Leads', items: [] };
      const found = await api.page<LeadListItem>('/admin/leads', { q: text, limit: FOUND_MAX }, { signal });
      return {
        label: 'Leads',
        items: found.data.map((lead) => ({
          id: lead.id,
          label: personName(lead),
          note: `${lookOf('lead', lead.state).word}, ${lead.niche_name}`,
          icon: UserRound,
          words: [text],
          run: () => void navigate({ to: '/admin/leads/$leadId', params: { leadId: lead.id } }),
        })),
      };
    });
  }, [on, navigate]);
}
