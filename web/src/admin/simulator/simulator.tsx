import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { FlaskConical } from 'lucide-react';
import { Page } from '../../frame/page.tsx';
import { nichesQuery } from '../../market/queries.ts';
import { useRights } from '../../rights.ts';
import { Empty } from '../../ui/empty.tsx';
import { Notice } from '../../ui/notice.tsx';
import { Select } from '../../ui/select.tsx';
import { ProblemNotice } from '../../ui/table-parts.tsx';
import { Tabs } from '../../ui/tabs.tsx';
import { DraftTab } from './draft-tab.tsx';
import { LeadTab } from './lead-tab.tsx';

/** Dry runs: one lead on what holds now, a draft configuration on the leads of the last days. */
export function SimulatorPage() {
  const { niche_id, tab = 'lead', lead_id } = useSearch({ from: '/frame/admin/simulator' });
  const navigate = useNavigate();
  const { operate } = useRights();
  const niches = useQuery(nichesQuery);
  const niche = niche_id ?? niches.data?.[0]?.id;
  const go = (search: { niche_id?: string; tab?: string }) =>
    void navigate({ to: '/admin/simulator', search: { niche_id: niche, tab, lead_id, ...search } as never });
  return (
    <Page
      title="Simulator"
      sentence="Try it before it happens. Nothing is written, sold or sent."
      action={
        <div className="w-52">
          <Select
            label="Niche"
            placeholder="No niche yet"
            value={niche ?? null}
            choices={(niches.data ?? []).map(({ id, name }) => ({ value: id, label: name }))}
            onChange={(next) => go({ niche_id: next })}
          />
        </div>
      }
    >
      {niches.error && <ProblemNotice problem={niches.error} onRetry={() => void niches.refetch()} />}
      {niches.data?.length === 0 && (
        <Empty icon={FlaskConical} title="No niche yet">
          The simulator tries the rules of a niche. Add one first.
        </Empty>
      )}
      {!operate && <Notice title="You can look, but only operators run simulations" />}
      {niche && operate && (
        <Tabs
          label="What to try"
          value={tab}
          onChange={(next) => go({ tab: next })}
          tabs={[
            {
              value: 'lead',
              label: 'One lead',
              content: <LeadTab key={niche} nicheId={niche} leadId={lead_id} />,
            },
            {
              value: 'draft',
              label: 'Draft configuration',
              content: <DraftTab key={niche} nicheId={niche} />,
            },
          ]}
        />
      )}
    </Page>
  );
}
