import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { Ellipsis, Pencil } from 'lucide-react';
import { useState } from 'react';
import type { LevelView, NicheView } from '../../../../src/market/catalog/schema.ts';
import { useAct } from '../../act.ts';
import { api } from '../../client.ts';
import { Page } from '../../frame/page.tsx';
import { useListPlace } from '../../list.ts';
import { durationWords } from '../../market/words.ts';
import { useRights } from '../../rights.ts';
import { AlertDialog } from '../../ui/alert-dialog.tsx';
import { Status } from '../../ui/badge.tsx';
import { Button, IconButton } from '../../ui/button.tsx';
import { Card, Facts } from '../../ui/card.tsx';
import { Menu, MenuItem } from '../../ui/menu.tsx';
import { SkeletonLines } from '../../ui/skeleton.tsx';
import { ProblemNotice } from '../../ui/table-parts.tsx';
import { Tabs } from '../../ui/tabs.tsx';
import { StopButton } from '../stops/stop-button.tsx';
import { CampaignsTab } from './campaigns.tsx';
import { FormTab } from './form-tab.tsx';
import { LevelsTab } from './levels.tsx';
import { NicheForm } from './niche-form.tsx';
import { nicheState } from './niches.tsx';
import { fillModes, labelOf, presets, rotations } from './words.ts';

export interface NicheAnswer {
  niche: NicheView;
  levels: LevelView[];
}

export function NichePage() {
  const { nicheId } = useParams({ from: '/frame/admin/niches/$nicheId' });
  const { search, change } = useListPlace();
  const { operate } = useRights();
  const [editing, setEditing] = useState(false);
  const { data, error, refetch } = useQuery({
    queryKey: ['niches', nicheId],
    queryFn: ({ signal }) => api.get<NicheAnswer>(`/admin/niches/${nicheId}`, {}, { signal }),
  });
  if (error) return <ProblemNotice problem={error} onRetry={() => void refetch()} />;
  if (!data) {
    return (
      <Page title="Niche">
        <SkeletonLines lines={8} />
      </Page>
    );
  }
  const { niche, levels } = data;
  const mayEdit = operate && niche.archived_at === null;
  return (
    <Page
      title={niche.name}
      sentence={
        <span className="flex flex-wrap items-center gap-2">
          <Status kind="niche" state={nicheState(niche)} />
          {niche.description}
        </span>
      }
      action={mayEdit && <NicheActions niche={niche} onEdit={() => setEditing(true)} />}
    >
      <Tabs
        label="Parts of the niche"
        value={String(search.tab ?? 'levels')}
        onChange={(tab) => change({ tab })}
        tabs={[
          {
            value: 'levels',
            label: 'Levels',
            content: <LevelsTab niche={niche} levels={levels} mayEdit={mayEdit} />,
          },
          { value: 'form', label: 'Form', content: <FormTab nicheId={niche.id} mayEdit={mayEdit} /> },
          {
            value: 'campaigns',
            label: 'Campaigns',
            content: <CampaignsTab nicheId={niche.id} levels={levels} mayEdit={mayEdit} />,
          },
          { value: 'rules', label: 'Rules', content: <RulesTab niche={niche} levels={levels} /> },
        ]}
      />
      <NicheForm open={editing} onOpenChange={setEditing} niche={niche} levels={levels} />
    </Page>
  );
}

function NicheActions({ niche, onEdit }: { niche: NicheView; onEdit: () => void }) {
  const [archiving, setArchiving] = useState(false);
  const path = `/admin/niches/${niche.id}`;
  const switchTo = useAct(
    (active: boolean) => api.patch<NicheView>(path, { active }, { version: niche.version }),
    {
      problem: 'Not changed',
      done: ({ active }) => (active ? 'Niche switched on' : 'Niche switched off'),
      renew: ['niches'],
    },
  );
  const archive = useAct(() => api.delete(path), {
    problem: 'Not archived',
    done: 'Niche archived',
    renew: ['niches'],
    onDone: () => setArchiving(false),
  });
  return (
    <div className="flex gap-2">
      <StopButton scope="niche" scopeId={niche.id} name={niche.name} />
      <Button onClick={onEdit}>
        <Pencil aria-hidden />
        Edit
      </Button>
      <Menu
        trigger={
          <IconButton label="More actions" look="plain">
            <Ellipsis aria-hidden />
          </IconButton>
        }
      >
        <MenuItem onSelect={() => switchTo.mutate(!niche.active)}>
          {niche.active ? 'Switch off' : 'Switch on'}
        </MenuItem>
        <MenuItem tone="bad" onSelect={() => setArchiving(true)}>
          Archive
        </MenuItem>
      </Menu>
      <AlertDialog
        open={archiving}
        onOpenChange={setArchiving}
        title={`Archive ${niche.name}?`}
        description="It takes no more leads and leaves the lists. Its leads, money and history stay. This cannot be undone."
        verb="Archive niche"
        keep="Keep niche"
        busy={archive.isPending}
        onConfirm={() => archive.mutate()}
      />
    </div>
  );
}

function RulesTab({ niche, levels }: NicheAnswer) {
  const usual = levels.find((level) => level.id === niche.default_level_id);
  return (
    <Card title="Rules" note={`Version ${niche.config_version}; changes hold from the next decision on.`}>
      <Facts
        facts={[
          ['Begun as', labelOf(presets, niche.preset)],
          ['Where a lead starts', labelOf(rotations, niche.level_rotation)],
          ['Further levels', labelOf(fillModes, niche.fill_mode)],
          ['Usual level', usual?.name ?? 'The first one'],
          [
            'Same person again',
            niche.duplicate_window_days === 0
              ? 'Is a new lead'
              : `Is a duplicate for ${niche.duplicate_window_days} days`,
          ],
          [
            'Turns missed while an endpoint is down',
            niche.missed_turns_max === 0
              ? 'Keep their place in the line only'
              : `Up to ${niche.missed_turns_max} are made up for`,
          ],
          ['Duplicates are searched in', `Group ${niche.niche_group}`],
          [
            'Unsold leads are offered for',
            niche.unsold_expiry_ms === null
              ? 'As long as the installation says'
              : durationWords(niche.unsold_expiry_ms),
          ],
          ['Place', niche.is_location_based ? 'Matters' : 'Does not matter'],
          ['Currency', niche.currency],
          ['Address', `/${niche.slug}`],
        ]}
      />
    </Card>
  );
}
