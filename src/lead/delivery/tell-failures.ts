import { audit, SYSTEM } from '../../journal/audit/index.ts';
import { enqueueMessages, type NewMessage } from '../../journal/messages/index.ts';
import type { Tx } from '../../platform/db.ts';
import type { BreakerChange } from './breaker.ts';
import { endpointChanged } from './events.ts';
import { type LockedEndpoint, providerContacts, staffContacts } from './store-record.ts';

/**
 * Who is told when deliveries fail. An endpoint that opens, closes or is switched off leaves an audit row, an event and
 * a message; a delivery that ended without arriving a message to both sides, at most one per endpoint and hour.
 */

export const TELL_EVERY_MS = 60 * 60 * 1_000;

export type EndpointNews = {
  endpoint: LockedEndpoint;
  change: BreakerChange;
  /** Why, in plain words: the last failed answer. */
  reason: string;
  /** Deliveries of this batch that ended without arriving. */
  failed: number;
  /** A message about failed deliveries is due. */
  tell: boolean;
};

/** Whether enough time has passed since this endpoint's last message. */
export function maySayAgain(toldAt: string | undefined, now: Date): boolean {
  const last = toldAt === undefined ? Number.NaN : Date.parse(toldAt);
  return Number.isNaN(last) || now.getTime() - last >= TELL_EVERY_MS;
}

export async function tellFailures(tx: Tx, news: readonly EndpointNews[], publicUrl: string): Promise<void> {
  const changed = news.filter(({ change }) => change !== null);
  for (const { endpoint, change, reason } of changed) {
    endpointChanged(tx, {
      endpointId: endpoint.id,
      providerId: endpoint.providerId,
      change: change as 'opened',
      reason: change === 'closed' ? null : reason,
    });
  }
  await audit(tx, changed.map(auditOf));
  const messages = news.filter(({ change, tell }) => change === 'opened' || change === 'disabled' || tell);
  if (messages.length === 0) return;
  const [contacts, staff] = await Promise.all([
    providerContacts(
      tx,
      messages.map(({ endpoint }) => endpoint.providerId),
    ),
    staffContacts(tx),
  ]);
  await enqueueMessages(
    tx,
    messages.flatMap((one) => {
      const provider = contacts.get(one.endpoint.providerId);
      const own = provider === undefined ? [] : [messageOf(one, provider, `${publicUrl}/dashboard`)];
      const ours = staff.map((to) => ({
        ...messageOf(one, to, `${publicUrl}/admin/deliveries`),
        providerId: null,
      }));
      return [...own, ...ours];
    }),
  );
}

function messageOf(news: EndpointNews, recipient: string, endpointUrl: string): NewMessage {
  const { endpoint, change, reason, failed } = news;
  const failing = change === 'opened' || change === 'disabled';
  const since = (endpoint.openedAt ?? endpoint.now).toISOString().replace('T', ' ').slice(0, 16);
  return {
    template: failing ? 'endpoint-failing' : 'delivery-failed',
    recipient,
    providerId: endpoint.providerId,
    params: failing
      ? { endpoint: endpoint.name, since: `${since} UTC`, reason, endpointUrl }
      : { endpoint: endpoint.name, failed, reason, endpointUrl },
  };
}

const SENTENCES: Record<NonNullable<BreakerChange>, string> = {
  opened:
    'The endpoint failed again and again: it is tried from time to time and gets no new leads until it answers.',
  closed: 'The endpoint takes deliveries again.',
  disabled: 'The endpoint was switched off: it answered 410 or failed for three days.',
};

const auditOf = ({ endpoint, change, reason }: EndpointNews) => ({
  actor: SYSTEM,
  action: `endpoint.${change}`,
  entityType: 'endpoint',
  entityId: endpoint.id,
  before: { state: endpoint.state, breaker_state: endpoint.breakerState },
  after: {
    state: change === 'disabled' ? 'disabled' : endpoint.state,
    breaker_state: change === 'opened' ? 'open' : 'closed',
    reason: change === 'closed' ? null : reason,
  },
  description: SENTENCES[change as 'opened'],
});
