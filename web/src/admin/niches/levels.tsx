import { useQuery } from '@tanstack/react-query';
import { ArrowDown, ArrowUp, Ellipsis, Layers, Plus } from 'lucide-react';
import { useState } from 'react';
import type { z } from 'zod';
import type { LevelView, levelListView, NicheView } from '../../../../src/market/catalog/schema.ts';
import { useAct } from '../../act.ts';
import { api } from '../../client.ts';
import { AlertDialog } from '../../ui/alert-dialog.tsx';
import { Status } from '../../ui/badge.tsx';
import { Button, IconButton } from '../../ui/button.tsx';
import { Empty } from '../../ui/empty.tsx';
import { Menu, MenuItem } from '../../ui/menu.tsx';
import { Money } from '../../ui/money.tsx';
import { Time } from '../../ui/time.tsx';
import { LevelForm } from './level-form.tsx';
import { billings, labelOf, strategies } from './words.ts';

const TOPICS = ['niches', 'subscriptions', 'provider'];
const LEVELS_MAX = 50;

interface LevelsTabProps {
  niche: NicheView;
  levels: readonly LevelView[];
  mayEdit: boolean;
}

/** The levels in the order in which a lead is offered. */
export function LevelsTab({ niche, levels, mayEdit }: LevelsTabProps) {
  const [editing, setEditing] = useState<LevelView | 'new'>();
  const counts = useQuery({
    queryKey: ['niches', niche.id, 'level-counts'],
    queryFn: ({ signal }) =>
      api.page<z.infer<typeof levelListView>>(
        '/admin/competition-levels',
        { niche_id: niche.id, limit: LEVELS_MAX },
        { signal },
      ),
  });
  const shown = levels.filter((level) => level.archived_at === null);
  const reorder = useAct(
    (level_ids: string[]) => api.post('/admin/competition-levels/reorder', { niche_id: niche.id, level_ids }),
    { problem: 'The order was not changed', renew: TOPICS },
  );
  const move = (at: number, by: -1 | 1) => {
    const ids = shown.map((level) => level.id);
    const [moved] = ids.splice(at, 1);
    if (moved) ids.splice(at + by, 0, moved);
    reorder.mutate(ids);
  };
  const add = mayEdit && (
    <Button onClick={() => setEditing('new')}>
      <Plus aria-hidden />
      Add level
    </Button>
  );
  return (
    <div className="flex flex-col items-start gap-4">
      {shown.length > 0 && add}
      <ol className="flex w-full flex-col divide-y rounded-panel border bg-surface-1">
        {shown.length === 0 && (
          <li>
            <Empty icon={Layers} title="No competition levels" action={add}>
              A level has a price and says how many providers share a lead. Without one nothing can be sold.
            </Empty>
          </li>
        )}
        {shown.map((level, at) => (
          <li key={level.id} className="flex items-center gap-3 px-4 py-3 max-sm:gap-2 max-sm:px-2">
            {mayEdit && (
              <span className="flex flex-col">
                <IconButton
                  label={`Move ${level.name} up`}
                  size="sm"
                  className="h-6! w-6!"
                  disabled={at === 0 || reorder.isPending}
                  onClick={() => move(at, -1)}
                >
                  <ArrowUp aria-hidden />
                </IconButton>
                <IconButton
                  label={`Move ${level.name} down`}
                  size="sm"
                  className="h-6! w-6!"
                  disabled={at === shown.length - 1 || reorder.isPending}
                  onClick={() => move(at, 1)}
                >
                  <ArrowDown aria-hidden />
                </IconButton>
              </span>
            )}
            <span className="w-5 shrink-0 text-right text-muted text-sm tabular-nums max-sm:hidden">
              {at + 1}
            </span>
            <span className="min-w-0 flex-1">
              <span className="flex flex-wrap items-center gap-2">
                <span className="font-medium">{level.name}</span>
                {!level.active && <Status kind="niche" state="inactive" />}
                {niche.default_level_id === level.id && (
                  <span className="text-muted text-xs">Usual level</span>
                )}
              </span>
              <span className="block text-muted text-sm">{levelWords(level)}</span>
              {level.coming_price && (
                <span className="block text-sm">
                  <Money amount={level.coming_price.price_per_lead} currency={level.currency} /> from{' '}
                  <Time at={level.coming_price.from} />
                </span>
              )}
            </span>
            <span className="shrink-0 text-right text-sm">
              <span className="block font-medium">
                <Money amount={level.price_per_lead} currency={level.currency} />
              </span>
              <span className="block text-muted text-xs tabular-nums">
                {subscriptionWords(counts.data?.data.find((one) => one.id === level.id)?.subscriptions)}
              </span>
            </span>
            {mayEdit && <LevelMenu level={level} onEdit={() => setEditing(level)} />}
          </li>
        ))}
      </ol>
      <LevelForm
        niche={niche}
        level={editing === 'new' ? undefined : editing}
        open={editing !== undefined}
        onOpenChange={(open) => !open && setEditing(undefined)}
      />
    </div>
  );
}

function levelWords(level: LevelView): string {
  const shared =
    level.max_providers === 1 ? 'One provider' : `Shared by up to ${level.max_providers} providers`;
  const alone = level.exclusive ? ' of this level only' : '';
  const chosen = labelOf(strategies, level.strategy);
  const billed = labelOf(billings, level.bill_on);
  return `${shared}${alone} · ${chosen} · Charged ${billed.charAt(0).toLowerCase()}${billed.slice(1)}`;
}

const subscriptionWords = (count: number | undefined): string =>
  count === undefined ? '' : count === 1 ? '1 subscription' : `${count} subscriptions`;

function LevelMenu({ level, onEdit }: { level: LevelView; onEdit: () => void }) {
  const [archiving, setArchiving] = useState(false);
  const path = `/admin/competition-levels/${level.id}`;
  const switchTo = useAct(
    (active: boolean) =>
      api.patch<{ level: LevelView; warnings: string[] }>(path, { active }, { version: level.version }),
    {
      problem: 'Not changed',
      done: ({ level: saved, warnings }) =>
        [saved.active ? 'Level switched on' : 'Level switched off', ...warnings].join('. '),
      renew: TOPICS,
    },
  );
  const archive = useAct(() => api.delete(path), {
    problem: 'Not archived',
    done: 'Level archived',
    renew: TOPICS,
    onDone: () => setArchiving(false),
  });
  return (
    <>
      <Menu
        trigger={
          <IconButton label={`More actions for ${level.name}`} size="sm">
            <Ellipsis aria-hidden />
          </IconButton>
        }
      >
        <MenuItem onSelect={onEdit}>Edit</MenuItem>
        <MenuItem onSelect={() => switchTo.mutate(!level.active)}>
          {level.active ? 'Switch off' : 'Switch on'}
        </MenuItem>
        <MenuItem tone="bad" onSelect={() => setArchiving(true)}>
          Archive
        </MenuItem>
      </Menu>
      <AlertDialog
        open={archiving}
        onOpenChange={setArchiving}
        title={`Archive ${level.name}?`}
        description="Only a level that nobody subscribes to can be archived. Its history stays; it cannot be brought back."
        verb="Archive level"
        keep="Keep level"
        busy={archive.isPending}
        onConfirm={() => archive.mutate()}
      />
    </>
  );
}
