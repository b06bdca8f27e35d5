import { useQuery } from '@tanstack/react-query';
import { Ellipsis, Layers, ListOrdered, Plus } from 'lucide-react';
import { useState } from 'react';
import type { z } from 'zod';
import type { LevelView, levelListView, NicheView } from '../../../../src/market/catalog/schema.ts';
import { useAct } from '../../act.ts';
import { api } from '../../client.ts';
import { inOrder, useOrder } from '../../order.ts';
import { AlertDialog } from '../../ui/alert-dialog.tsx';
import { Status } from '../../ui/badge.tsx';
import { Button, IconButton } from '../../ui/button.tsx';
import { Empty } from '../../ui/empty.tsx';
import { Menu, MenuItem, MenuLine } from '../../ui/menu.tsx';
import { Money } from '../../ui/money.tsx';
import { Sortable, type SortableRow } from '../../ui/sortable.tsx';
import { Time } from '../../ui/time.tsx';
import { FirstDialog } from './first-dialog.tsx';
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
  const [ordering, setOrdering] = useState<LevelView>();
  const counts = useQuery({
    queryKey: ['niches', niche.id, 'level-counts'],
    queryFn: ({ signal }) =>
      api.page<z.infer<typeof levelListView>>(
        '/admin/competition-levels',
        { niche_id: niche.id, limit: LEVELS_MAX },
        { signal },
      ),
  });
  const order = useOrder({
    save: ({ ids, seen }) =>
      api.post('/admin/competition-levels/reorder', {
        niche_id: niche.id,
        level_ids: ids,
        level_ids_seen: seen,
      }),
    topics: TOPICS,
  });
  const kept = levels.filter((level) => level.archived_at === null);
  const shown = inOrder(kept, (level) => level.id, order.held);
  const add = mayEdit && (
    <Button onClick={() => setEditing('new')}>
      <Plus aria-hidden />
      Add level
    </Button>
  );
  return (
    <div className="flex flex-col gap-4">
      {shown.length > 0 && (
        <div className="flex flex-wrap items-center justify-between gap-x-6 gap-y-2">
          <p className="text-muted text-sm">{orderWords(niche, shown.length)}</p>
          {add}
        </div>
      )}
      {shown.length === 0 && (
        <div className="rounded-panel border bg-surface-1">
          <Empty icon={Layers} title="No competition levels" action={add}>
            A level has a price and says how many providers share a lead. Without one nothing can be sold.
          </Empty>
        </div>
      )}
      {shown.length > 0 && (
        <Sortable
          label="Competition levels"
          items={shown}
          idOf={(level) => level.id}
          nameOf={(level) => level.name}
          onOrder={order.put}
          fixed={!mayEdit}
          className="flex w-full flex-col divide-y rounded-panel border bg-surface-1"
          rowClass="flex items-center gap-3 px-4 py-3 max-sm:gap-2 max-sm:px-2"
        >
          {(level, at, row) => (
            <LevelRow
              {...{ niche, level, at, row, mayEdit }}
              subscriptions={counts.data?.data.find((one) => one.id === level.id)?.subscriptions}
              onEdit={() => setEditing(level)}
              onFirst={() => setOrdering(level)}
            />
          )}
        </Sortable>
      )}
      <LevelForm
        niche={niche}
        level={editing === 'new' ? undefined : editing}
        open={editing !== undefined}
        onOpenChange={(open) => !open && setEditing(undefined)}
      />
      {ordering && <FirstDialog level={ordering} mayEdit={mayEdit} onClose={() => setOrdering(undefined)} />}
    </div>
  );
}

/** What the order does, which depends on where a lead starts. */
function orderWords(niche: NicheView, count: number): string {
  if (count === 1) return 'Every lead is offered at this level.';
  return niche.level_rotation === 'fixed'
    ? 'A lead is offered at the first level, then at the next one, from top to bottom.'
    : 'Levels take turns: each lead starts at the next one and goes on from top to bottom.';
}

interface LevelRowProps {
  niche: NicheView;
  level: LevelView;
  at: number;
  row: SortableRow;
  mayEdit: boolean;
  subscriptions: number | undefined;
  onEdit: () => void;
  onFirst: () => void;
}

function LevelRow({ niche, level, at, row, mayEdit, subscriptions, onEdit, onFirst }: LevelRowProps) {
  return (
    <>
      {row.grip}
      <span className="w-5 shrink-0 text-right text-muted text-sm tabular-nums max-sm:hidden">{at + 1}</span>
      <span className="min-w-0 flex-1">
        <span className="flex flex-wrap items-center gap-2">
          <span className="font-medium">{level.name}</span>
          {!level.active && <Status kind="niche" state="inactive" />}
          {niche.default_level_id === level.id && <span className="text-muted text-xs">Usual level</span>}
        </span>
        <span className="block text-muted text-sm">{levelWords(level)}</span>
        {level.coming_price && (
          <span className="block text-sm">
            <Money amount={level.coming_price.price_per_lead} currency={level.currency} /> from{' '}
            <Time at={level.coming_price.from} />
          </span>
        )}
        {level.strategy === 'priority' && (
          <Button size="sm" className="mt-1.5" onClick={onFirst}>
            <ListOrdered aria-hidden />
            Who comes first
          </Button>
        )}
      </span>
      <span className="shrink-0 text-right text-sm">
        <span className="block font-medium">
          <Money amount={level.price_per_lead} currency={level.currency} />
        </span>
        <span className="block text-muted text-xs tabular-nums">{subscriptionWords(subscriptions)}</span>
      </span>
      {mayEdit && <LevelMenu level={level} row={row} onEdit={onEdit} />}
    </>
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

function LevelMenu({ level, row, onEdit }: Pick<LevelRowProps, 'level' | 'row' | 'onEdit'>) {
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
        {row.moveUp && <MenuItem onSelect={row.moveUp}>Move up</MenuItem>}
        {row.moveDown && <MenuItem onSelect={row.moveDown}>Move down</MenuItem>}
        <MenuLine />
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
