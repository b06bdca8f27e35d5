import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { CircleAlert, CircleCheck, Info, TriangleAlert } from 'lucide-react';
import { useState } from 'react';
import { api } from '../client.ts';
import { Page } from '../frame/page.tsx';
import { TodayCount } from '../market/subscription-sheet.tsx';
import { balanceQuery } from '../money/wallets.tsx';
import { Status } from '../ui/badge.tsx';
import { buttonClass } from '../ui/button.tsx';
import { Card } from '../ui/card.tsx';
import { Empty } from '../ui/empty.tsx';
import { Figure, Figures } from '../ui/figure.tsx';
import { Money } from '../ui/money.tsx';
import { SkeletonLines } from '../ui/skeleton.tsx';
import { ProblemNotice } from '../ui/table-parts.tsx';
import { type Attention, attentionOf } from './attention.ts';
import { PauseAll, StoppedNotice } from './pause-all.tsx';
import { type OwnProvider, ownQuery } from './queries.ts';

const WEEK_MS = 7 * 86_400_000;

export function HomePage() {
  const own = useQuery(ownQuery);
  const balance = useQuery(balanceQuery());
  const [since] = useState(() => new Date(Date.now() - WEEK_MS).toISOString());
  const failed = useQuery({
    queryKey: ['mine', 'failed', since],
    queryFn: ({ signal }) =>
      api.page('/providers/me/deliveries', { state: 'failed', from: since, limit: 1 }, { signal }),
    select: ({ pagination }) => pagination.total,
  });
  const error = own.error ?? balance.error ?? failed.error;
  const provider = own.data;
  return (
    <Page
      title="Home"
      sentence={provider ? `${provider.company_name}, now` : 'How it stands now'}
      action={provider && <PauseAll provider={provider} />}
    >
      {error && (
        <ProblemNotice
          problem={error}
          onRetry={() => void Promise.all([own.refetch(), balance.refetch(), failed.refetch()])}
        />
      )}
      {!provider && !error && <SkeletonLines lines={6} />}
      {provider && (
        <>
          <StoppedNotice provider={provider} />
          <Now provider={provider} wallets={balance.data} />
          {balance.data && failed.data !== undefined && (
            <NeedsAttention
              items={attentionOf({ provider, wallets: balance.data, failed: failed.data })}
              leadsCome={provider.subscriptions.some(({ state }) => state === 'active')}
            />
          )}
          <Subscriptions provider={provider} />
        </>
      )}
    </Page>
  );
}

interface NowProps {
  provider: OwnProvider;
  wallets: readonly { currency: string; available: string; held: string }[] | undefined;
}

function Now({ provider, wallets }: NowProps) {
  const { subscriptions } = provider;
  const today = subscriptions.reduce((sum, one) => sum + one.leads_today, 0);
  const zones = [...new Set(subscriptions.map((one) => one.timezone))];
  const active = subscriptions.filter((one) => one.state === 'active').length;
  return (
    <Figures>
      <Figure
        label="Leads today"
        value={today.toLocaleString()}
        basis={`Since 00:00, ${zones.length > 1 ? 'in the zone of each subscription' : (zones[0] ?? provider.timezone)}`}
        link={<Link to="/dashboard/leads" />}
      />
      {wallets?.map((wallet) => (
        <Figure
          key={wallet.currency}
          label="Available"
          value={<Money amount={wallet.available} currency={wallet.currency} alert />}
          basis="To spend on leads, now"
          link={<Link to="/dashboard/billing" />}
        />
      ))}
      {wallets?.length === 0 && (
        <Figure
          label="Available"
          value="0"
          basis="No money was paid in yet"
          link={<Link to="/dashboard/billing" />}
        />
      )}
      <Figure
        label="Active subscriptions"
        value={
          <>
            {active}
            <span className="font-normal text-lg text-muted"> of {subscriptions.length}</span>
          </>
        }
        basis="They get leads now"
        link={<Link to="/dashboard/subscriptions" />}
      />
    </Figures>
  );
}

const marks = {
  bad: { icon: CircleAlert, colour: 'text-bad' },
  warn: { icon: TriangleAlert, colour: 'text-warn' },
  info: { icon: Info, colour: 'text-info' },
};

function NeedsAttention({ items, leadsCome }: { items: readonly Attention[]; leadsCome: boolean }) {
  return (
    <Card flush title="What needs your attention">
      {items.length === 0 ? (
        <p className="flex items-center gap-2 border-t px-4 py-3 text-sm">
          <CircleCheck aria-hidden className="size-4 text-good" />
          {leadsCome ? 'Nothing. Leads reach you as they should.' : 'Nothing that you have to put right.'}
        </p>
      ) : (
        <ul className="divide-y border-t">
          {items.map(({ id, tone, sentence, to, verb }) => {
            const { icon: Icon, colour } = marks[tone];
            return (
              <li key={id} className="flex flex-wrap items-center gap-x-3 gap-y-2 px-4 py-2.5 text-sm">
                <Icon aria-hidden className={`size-4 shrink-0 ${colour}`} />
                <span className="min-w-0 flex-1 basis-60">{sentence}</span>
                <Link to={to} className={buttonClass({ size: 'sm' })}>
                  {verb}
                </Link>
              </li>
            );
          })}
        </ul>
      )}
    </Card>
  );
}

function Subscriptions({ provider }: { provider: OwnProvider }) {
  return (
    <Card flush title="Subscriptions">
      {provider.subscriptions.length === 0 ? (
        <Empty
          title="No subscriptions yet"
          action={
            <Link to="/dashboard/subscriptions" className={buttonClass()}>
              Subscribe
            </Link>
          }
        >
          Choose which leads you want. They come from then on.
        </Empty>
      ) : (
        <ul className="divide-y border-t">
          {provider.subscriptions.map((one) => (
            <li key={one.id} className="flex flex-wrap items-center gap-x-4 gap-y-1 px-4 py-2.5 text-sm">
              <Link
                to="/dashboard/subscriptions"
                search={{ open: one.id }}
                className="min-w-0 flex-1 basis-48 truncate font-medium hover:underline"
              >
                {one.niche_name} <span className="font-normal text-muted">{one.level_name}</span>
              </Link>
              <span className="text-muted">
                Today <TodayCount subscription={one} />
              </span>
              <span className="sm:w-28 sm:text-right">
                <Money amount={one.price_per_lead} currency={one.currency} />
              </span>
              <span className="flex justify-end max-sm:ml-auto sm:w-28">
                <Status kind="subscription" state={one.state} />
              </span>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}
