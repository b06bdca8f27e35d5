import { useQuery } from '@tanstack/react-query';
import { Plus, Radio } from 'lucide-react';
import { useState } from 'react';
import type { SubscriptionView } from '../../../src/market/subscriptions/schema.ts';
import { Page } from '../frame/page.tsx';
import { neighbours, useListPlace } from '../list.ts';
import { PauseDialog } from '../market/pause-dialog.tsx';
import { ProviderCaps } from '../market/provider-caps.tsx';
import { SubscribeDialog } from '../market/subscribe-dialog.tsx';
import { subscriptionColumns } from '../market/subscription-columns.tsx';
import { SubscriptionSheet, usePauseActs } from '../market/subscription-sheet.tsx';
import { Button } from '../ui/button.tsx';
import { Empty } from '../ui/empty.tsx';
import { Switch } from '../ui/switch.tsx';
import { type Column, Table } from '../ui/table.tsx';
import { PHONE, useMedia } from '../ui/use-media.ts';
import { PauseAll, StoppedNotice } from './pause-all.tsx';
import { ownQuery } from './queries.ts';

export function SubscriptionsPage() {
  const place = useListPlace();
  const phone = useMedia(PHONE);
  const own = useQuery(ownQuery);
  const [pausing, setPausing] = useState<SubscriptionView>();
  const [subscribing, setSubscribing] = useState(false);
  const { pause, resume } = usePauseActs(true);
  const subscribe = (
    <Button look="primary" onClick={() => setSubscribing(true)}>
      <Plus aria-hidden />
      Subscribe
    </Button>
  );
  const rows = own.data?.subscriptions;
  const { open } = place.search;
  const switched: Column<SubscriptionView> = {
    id: 'switch',
    header: 'Takes leads',
    cell: (row) => (
      <Switch
        label={<span className="sr-only">{`${row.niche_name}, ${row.level_name} takes leads`}</span>}
        checked={!row.paused && row.state !== 'cancelled'}
        disabled={
          row.state === 'cancelled' ||
          own.data?.paused === true ||
          (row.paused && row.paused_by === 'operator') ||
          resume.isPending
        }
        onCheckedChange={(on) => (on ? resume.mutate(row.id) : setPausing(row))}
      />
    ),
  };
  const [name, ...others] = subscriptionColumns;
  return (
    <Page
      title="Subscriptions"
      sentence="Which leads you get, how many, when and for how much."
      action={
        own.data && (
          <span className="flex flex-wrap gap-2">
            <PauseAll provider={own.data} />
            {rows && rows.length > 0 && subscribe}
          </span>
        )
      }
    >
      {own.data && <StoppedNotice provider={own.data} />}
      <Table
        label="Subscriptions"
        // On a phone a row is one button, which cannot hold a switch: pausing is in its sheet.
        columns={phone ? subscriptionColumns : [name!, switched, ...others]}
        rows={rows}
        rowId={(row) => row.id}
        problem={own.error}
        onRetry={() => void own.refetch()}
        onOpen={(row) => place.open(row.id)}
        openId={open}
        empty={
          <Empty icon={Radio} title="No subscriptions yet" action={own.data && subscribe}>
            Choose which leads you want. They come from then on, while your balance reaches for them.
          </Empty>
        }
      />
      {own.data && <ProviderCaps provider={own.data} mine mayEdit />}
      <SubscriptionSheet
        id={open}
        mine
        mayEdit
        onClose={place.close}
        {...neighbours(rows, (row) => row.id, open, place.open)}
      />
      {own.data && (
        <SubscribeDialog
          provider={own.data}
          mine
          open={subscribing}
          onOpenChange={setSubscribing}
          onAdded={place.open}
        />
      )}
      <PauseDialog
        open={pausing !== undefined}
        onOpenChange={(next) => !next && setPausing(undefined)}
        what={pausing ? `${pausing.niche_name}, ${pausing.level_name}` : 'the subscription'}
        busy={pause.isPending}
        onPause={(until) =>
          pausing && pause.mutate({ id: pausing.id, until }, { onSuccess: () => setPausing(undefined) })
        }
      />
    </Page>
  );
}
