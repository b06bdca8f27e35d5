import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { Minus, Plus, Radio, Webhook } from 'lucide-react';
import { useState } from 'react';
import { Page } from '../../frame/page.tsx';
import { neighbours, useListPlace } from '../../list.ts';
import { EndpointCard } from '../../market/endpoint-card.tsx';
import { EndpointForm } from '../../market/endpoint-form.tsx';
import { ProviderCaps } from '../../market/provider-caps.tsx';
import { SubscribeDialog } from '../../market/subscribe-dialog.tsx';
import { subscriptionColumns } from '../../market/subscription-columns.tsx';
import { SubscriptionSheet } from '../../market/subscription-sheet.tsx';
import { AdjustDialog, type Adjustment } from '../../money/adjust-dialog.tsx';
import { Ledger } from '../../money/ledger.tsx';
import { balanceQuery, WalletFigures } from '../../money/wallets.tsx';
import { useRights } from '../../rights.ts';
import { Button } from '../../ui/button.tsx';
import { Empty } from '../../ui/empty.tsx';
import { SkeletonLines } from '../../ui/skeleton.tsx';
import { Table } from '../../ui/table.tsx';
import { ProblemNotice } from '../../ui/table-parts.tsx';
import { Tabs } from '../../ui/tabs.tsx';
import { StopButton } from '../stops/stop-button.tsx';
import { CompanyCard, CompanyForm } from './company.tsx';
import { PauseNotice } from './pause-notice.tsx';
import { People } from './people.tsx';
import { ProviderActions } from './provider-actions.tsx';
import { ProviderStatus } from './provider-state.tsx';
import { type ProviderDetail, providerQuery } from './queries.ts';

export function ProviderPage() {
  const { providerId } = useParams({ from: '/frame/admin/providers/$providerId' });
  const { search, change } = useListPlace();
  const rights = useRights();
  const [editing, setEditing] = useState(false);
  const { data: provider, error, refetch } = useQuery(providerQuery(providerId));
  if (error) return <ProblemNotice problem={error} onRetry={() => void refetch()} />;
  if (!provider) {
    return (
      <Page title="Provider">
        <SkeletonLines lines={8} />
      </Page>
    );
  }
  const failing = provider.endpoints.filter(({ health }) => health === 'failing').length;
  const poor = provider.subscriptions.filter(({ state }) => state === 'auto_deactivated').length;
  return (
    <Page
      title={provider.company_name}
      sentence={<ProviderStatus provider={provider} />}
      action={
        <div className="flex flex-wrap gap-2">
          <StopButton scope="provider" scopeId={provider.id} name={provider.company_name} />
          <ProviderActions provider={provider} onEdit={() => setEditing(true)} />
        </div>
      }
    >
      <PauseNotice provider={provider} />
      <Tabs
        label="Parts of the provider"
        value={String(search.tab ?? 'money')}
        onChange={(tab) => change({ tab, open: undefined, type: undefined, currency: undefined })}
        tabs={[
          { value: 'money', label: 'Money', content: <MoneyTab provider={provider} /> },
          {
            value: 'subscriptions',
            label: 'Subscriptions',
            count: poor,
            content: <SubscriptionsTab provider={provider} mayEdit={rights.operate} />,
          },
          {
            value: 'endpoints',
            label: 'Endpoints',
            count: failing,
            content: <EndpointsTab provider={provider} mayEdit={rights.operate} />,
          },
          { value: 'company', label: 'Company', content: <CompanyCard provider={provider} /> },
          ...(rights.admin
            ? [{ value: 'people', label: 'People', content: <People provider={provider} /> }]
            : []),
        ]}
      />
      <CompanyForm open={editing} onOpenChange={setEditing} provider={provider} />
    </Page>
  );
}

function MoneyTab({ provider }: { provider: ProviderDetail }) {
  const rights = useRights();
  const { data: wallets, error, refetch } = useQuery(balanceQuery(provider.id));
  const [adjusting, setAdjusting] = useState<Adjustment>('credit');
  const [open, setOpen] = useState(false);
  const begin = (kind: Adjustment) => {
    setAdjusting(kind);
    setOpen(true);
  };
  if (error) return <ProblemNotice problem={error} onRetry={() => void refetch()} />;
  if (!wallets) return <SkeletonLines lines={4} />;
  return (
    <div className="flex flex-col gap-4">
      {rights.money && (
        <div className="flex gap-2">
          <Button look="primary" onClick={() => begin('credit')}>
            <Plus aria-hidden />
            Credit
          </Button>
          <Button onClick={() => begin('debit')}>
            <Minus aria-hidden />
            Debit
          </Button>
        </div>
      )}
      <WalletFigures wallets={wallets} />
      <Ledger providerId={provider.id} currencies={wallets.map(({ currency }) => currency)} />
      <AdjustDialog
        key={wallets[0]?.currency ?? 'none'}
        kind={adjusting}
        open={open}
        onOpenChange={setOpen}
        provider={{ id: provider.id, name: provider.company_name }}
        wallets={wallets}
      />
    </div>
  );
}

interface TabProps {
  provider: ProviderDetail;
  mayEdit: boolean;
}

function SubscriptionsTab({ provider, mayEdit }: TabProps) {
  const place = useListPlace();
  const [adding, setAdding] = useState(false);
  const rows = provider.subscriptions;
  const add = mayEdit && (
    <Button onClick={() => setAdding(true)}>
      <Plus aria-hidden />
      Add subscription
    </Button>
  );
  return (
    <div className="flex flex-col items-start gap-4">
      {rows.length > 0 && add}
      <Table
        label="Subscriptions"
        className="w-full"
        columns={subscriptionColumns}
        rows={rows}
        rowId={(row) => row.id}
        onOpen={(row) => place.open(row.id)}
        openId={place.search.open}
        empty={
          <Empty icon={Radio} title="No subscriptions" action={add}>
            It gets no leads until it subscribes to a competition level.
          </Empty>
        }
      />
      <div className="w-full">
        <ProviderCaps provider={provider} mine={false} mayEdit={mayEdit} />
      </div>
      <SubscriptionSheet
        id={place.search.open}
        mine={false}
        mayEdit={mayEdit}
        onClose={place.close}
        {...neighbours(rows, (row) => row.id, place.search.open, place.open)}
      />
      <SubscribeDialog
        provider={provider}
        mine={false}
        open={adding}
        onOpenChange={setAdding}
        onAdded={place.open}
      />
    </div>
  );
}

function EndpointsTab({ provider, mayEdit }: TabProps) {
  const [adding, setAdding] = useState(false);
  const add = mayEdit && (
    <Button onClick={() => setAdding(true)}>
      <Plus aria-hidden />
      Add endpoint
    </Button>
  );
  return (
    <div className="flex flex-col items-start gap-4">
      {provider.endpoints.length > 0 && add}
      {provider.endpoints.length === 0 && (
        <div className="w-full rounded-panel border bg-surface-1">
          <Empty icon={Webhook} title="No endpoints" action={add}>
            Leads are shown in the provider's portal and sent by mail.
          </Empty>
        </div>
      )}
      <div className="grid w-full gap-4 xl:grid-cols-2">
        {provider.endpoints.map((endpoint) => (
          <EndpointCard key={endpoint.id} endpoint={endpoint} mine={false} mayEdit={mayEdit} />
        ))}
      </div>
      <EndpointForm open={adding} onOpenChange={setAdding} mine={false} providerId={provider.id} />
    </div>
  );
}
