/** What a provider has to look at, the most urgent first. */
import { formatAmount } from '../ui/money.tsx';
import type { Tone } from '../ui/states.ts';
import type { OwnProvider } from './queries.ts';

export interface Attention {
  id: string;
  tone: Extract<Tone, 'bad' | 'warn' | 'info'>;
  sentence: string;
  to: '/dashboard/billing' | '/dashboard/delivery' | '/dashboard/subscriptions';
  /** The verb of the link. */
  verb: string;
}

interface Facts {
  provider: OwnProvider;
  wallets: readonly { currency: string; available: string; low: boolean }[];
  /** Deliveries that ended without arriving in the last days. */
  failed: number;
}

export function attentionOf({ provider, wallets, failed }: Facts): Attention[] {
  const items: Attention[] = [];
  for (const endpoint of provider.endpoints.filter(({ health }) => health === 'failing')) {
    items.push({
      id: `endpoint-${endpoint.id}`,
      tone: 'bad',
      sentence: `${endpoint.name} does not take leads at the moment. They are kept and tried again.`,
      to: '/dashboard/delivery',
      verb: 'Look at the attempts',
    });
  }
  const poor = provider.subscriptions.filter(({ state }) => state === 'auto_deactivated');
  if (poor.length > 0) {
    items.push({
      id: 'poor',
      tone: 'bad',
      sentence: `${counted(poor.length, 'subscription gets', 'subscriptions get')} no leads: the balance does not reach for one.`,
      to: '/dashboard/billing',
      verb: 'See the balance',
    });
  }
  const stopped = stoppedNiches(provider);
  if (stopped.length > 0) {
    items.push({
      id: 'stopped',
      tone: 'warn',
      sentence: `The operator has stopped ${stopped.join(', ')} for now. No leads of it come until that ends.`,
      to: '/dashboard/subscriptions',
      verb: 'See which',
    });
  }
  if (failed > 0) {
    items.push({
      id: 'failed',
      tone: 'warn',
      sentence: `${counted(failed, 'lead was', 'leads were')} not taken by your endpoint in the last 7 days. You find them in the list of leads.`,
      to: '/dashboard/delivery',
      verb: 'See which',
    });
  }
  // Who cannot buy at all is told so above.
  for (const { currency, available } of poor.length ? [] : wallets.filter(({ low }) => low)) {
    items.push({
      id: `low-${currency}`,
      tone: 'warn',
      sentence: `The balance is low: ${formatAmount(available, currency)} ${currency} are left.`,
      to: '/dashboard/billing',
      verb: 'See the balance',
    });
  }
  const full = provider.subscriptions.filter(
    (one) =>
      one.state === 'active' && one.leads_per_day_max !== null && one.leads_today >= one.leads_per_day_max,
  );
  if (full.length > 0) {
    items.push({
      id: 'full',
      tone: 'info',
      sentence: `${counted(full.length, 'subscription has', 'subscriptions have')} reached the daily limit.`,
      to: '/dashboard/subscriptions',
      verb: 'Change the limit',
    });
  }
  return items;
}

const stoppedNiches = ({ subscriptions }: OwnProvider): string[] => [
  ...new Set(
    subscriptions.filter(({ state }) => state === 'niche_stopped').map(({ niche_name }) => niche_name),
  ),
];

const counted = (count: number, one: string, many: string): string => `${count} ${count === 1 ? one : many}`;
