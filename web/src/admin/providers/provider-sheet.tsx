import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { ArrowUpRight } from 'lucide-react';
import { countryName } from '../../market/places.ts';
import { TodayCount } from '../../market/subscription-sheet.tsx';
import { WalletFacts } from '../../money/wallet-facts.tsx';
import { Status } from '../../ui/badge.tsx';
import { buttonClass } from '../../ui/button.tsx';
import { Facts } from '../../ui/card.tsx';
import { Sheet } from '../../ui/sheet.tsx';
import { SkeletonLines } from '../../ui/skeleton.tsx';
import { ProblemNotice } from '../../ui/table-parts.tsx';
import { Time } from '../../ui/time.tsx';
import { PauseNotice } from './pause-notice.tsx';
import { ProviderActions } from './provider-actions.tsx';
import { ProviderStatus } from './provider-state.tsx';
import { type ProviderDetail, providerQuery } from './queries.ts';

interface ProviderSheetProps {
  id: string | undefined;
  onClose: () => void;
  onPrevious?: () => void;
  onNext?: () => void;
}

export function ProviderSheet({ id, onClose, ...walk }: ProviderSheetProps) {
  const { data, error, refetch } = useQuery({ ...providerQuery(id ?? ''), enabled: id !== undefined });
  const shown = data?.id === id ? data : undefined;
  return (
    <Sheet
      open={id !== undefined}
      onClose={onClose}
      title={shown?.company_name ?? 'Provider'}
      aside={shown && <ProviderStatus provider={shown} />}
      {...walk}
      actions={
        shown && (
          <>
            <ProviderActions provider={shown} />
            <Link
              to="/admin/providers/$providerId"
              params={{ providerId: shown.id }}
              className={buttonClass({ look: 'primary' })}
            >
              <ArrowUpRight aria-hidden />
              Open full page
            </Link>
          </>
        )
      }
    >
      {error && <ProblemNotice problem={error} onRetry={() => void refetch()} />}
      {!shown && !error && <SkeletonLines lines={8} />}
      {shown && <ProviderSummary provider={shown} />}
    </Sheet>
  );
}

function ProviderSummary({ provider }: { provider: ProviderDetail }) {
  return (
    <div className="flex flex-col gap-5">
      <PauseNotice provider={provider} />
      <Facts
        facts={[
          ['E-mail', provider.contact_email],
          ['Country', countryName(provider.country)],
          ['Time zone', provider.timezone],
          ['Provider since', <Time key="since" at={provider.created_at} />],
        ]}
      />
      <Part title="Money">
        <WalletFacts wallets={provider.wallets} />
      </Part>
      <Part title="Subscriptions">
        {provider.subscriptions.length === 0 && (
          <p className="text-muted text-sm">None: it gets no leads until it subscribes to a level.</p>
        )}
        <ul className="flex flex-col divide-y">
          {provider.subscriptions.map((one) => (
            <li key={one.id} className="flex items-center justify-between gap-3 py-2 text-sm first:pt-0">
              <Link
                to="/admin/providers/$providerId"
                params={{ providerId: provider.id }}
                search={{ tab: 'subscriptions', open: one.id }}
                className="min-w-0 truncate hover:underline"
              >
                {one.niche_name}, {one.level_name}
              </Link>
              <span className="flex shrink-0 items-center gap-3">
                <span className="text-muted text-xs">
                  Today <TodayCount subscription={one} />
                </span>
                <Status kind="subscription" state={one.state} />
              </span>
            </li>
          ))}
        </ul>
      </Part>
      <Part title="Endpoints">
        {provider.endpoints.length === 0 && (
          <p className="text-muted text-sm">None: leads are shown in the portal and sent by mail.</p>
        )}
        <ul className="flex flex-col divide-y">
          {provider.endpoints.map((endpoint) => (
            <li key={endpoint.id} className="flex items-center justify-between gap-3 py-2 text-sm first:pt-0">
              <span className="min-w-0">
                <span className="block truncate">{endpoint.name}</span>
                <code className="block truncate font-mono text-muted text-xs">{endpoint.url}</code>
              </span>
              <Status kind="endpoint" state={endpoint.health} />
            </li>
          ))}
        </ul>
      </Part>
    </div>
  );
}

function Part({ title, children }: { title: string; children: React.ReactNode }) {
  return (
    <section className="flex flex-col gap-2 border-t pt-4">
      <h3 className="font-medium text-base">{title}</h3>
      {children}
    </section>
  );
}
