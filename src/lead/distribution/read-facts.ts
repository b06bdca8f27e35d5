import {
  capKey,
  EVERYBODY,
  type Facts,
  fullCap,
  type ProviderFacts,
  type SubscriptionFacts,
} from './facts.ts';
import type { DecidedLead, Rules } from './rules.ts';
import type { FactRow, LeadRow } from './store.ts';

/** Rows as the database gives them, turned into what the engine decides on. */

export function leadOfRow(
  row: LeadRow,
  suppressed: readonly { leadId: string; providerId: string | null }[],
): DecidedLead {
  const answers = row.answers === null ? {} : (JSON.parse(row.answers) as Record<string, unknown>);
  const present = new Set(
    Object.keys(answers).filter((field) => answers[field] !== null && answers[field] !== ''),
  );
  if (row.hasName) present.add('name');
  if (row.hasEmail) present.add('email');
  if (row.hasPhone) present.add('phone');
  if (row.country !== null) present.add('country');
  const own = suppressed
    .filter(({ leadId }) => leadId === row.id)
    .map(({ providerId }) => providerId ?? EVERYBODY);
  return {
    id: row.id,
    campaignId: row.campaignId,
    country: row.country,
    answers,
    leadType: row.leadType ?? 'raw',
    test: row.test,
    readyAtMs: row.readyAt.getTime(),
    expiresAtMs: row.expiresAt.getTime(),
    present,
    told: row.recipientsTold,
    had: new Set(),
    suppressed: new Set(own),
  };
}

export function factsOfRows(rules: Rules, rows: readonly FactRow[], clockMs: number): Facts {
  const placeOf = new Map(rules.subscriptions.map(({ id, index }) => [id, index]));
  const subscriptions: (SubscriptionFacts | undefined)[] = new Array(rules.subscriptions.length).fill(
    undefined,
  );
  const providers = new Map<string, ProviderFacts>();
  for (const row of rows) {
    const index = placeOf.get(row.id);
    if (index === undefined) continue;
    const used = new Map(Object.entries(row.used ?? {}).map(([key, value]) => [key, BigInt(value)]));
    const today = capKey({ kind: 'count', window: 'day' }, clockMs, rules.subscriptions[index]!.timezone);
    const facts: SubscriptionFacts = {
      paused: row.paused,
      pausedUntilMs: row.pausedUntil?.getTime() ?? null,
      receiptNo: row.receiptNo === null ? null : Number(row.receiptNo),
      recentTypes: row.recentTypes,
      receivedToday: Number(used.get(today) ?? 0n),
      used,
      capFull: false,
      // A subscription without an endpoint is served in the portal and by a notice: always healthy.
      endpointHealthy:
        row.endpointState === null || (row.endpointState === 'active' && row.breakerState === 'closed'),
      endpointRetryAtMs: row.endpointState === 'active' ? (row.probeAt?.getTime() ?? null) : null,
    };
    facts.capFull = fullCap(rules.subscriptions[index]!, facts, clockMs) !== undefined;
    subscriptions[index] = facts;
    if (!providers.has(row.providerId)) {
      providers.set(row.providerId, {
        active: row.providerActive,
        paused: row.providerPaused,
        pausedUntilMs: row.providerPausedUntil?.getTime() ?? null,
        available: row.available ?? 0n,
        creditLimit: row.creditLimit ?? 0n,
      });
    }
  }
  return { subscriptions, providers };
}

const sameInstant = (a: Date | null, b: Date | null): boolean => a?.getTime() === b?.getTime();

const sameUse = (a: FactRow['used'], b: FactRow['used']): boolean => {
  const one = Object.entries(a ?? {});
  return one.length === Object.keys(b ?? {}).length && one.every(([key, value]) => b?.[key] === value);
};

/** Whether a fact that a verdict may rest on is still the same. */
export function sameFacts(a: FactRow, b: FactRow): boolean {
  return (
    a.available === b.available &&
    a.creditLimit === b.creditLimit &&
    a.receiptNo === b.receiptNo &&
    a.paused === b.paused &&
    sameInstant(a.pausedUntil, b.pausedUntil) &&
    a.providerActive === b.providerActive &&
    a.providerPaused === b.providerPaused &&
    sameInstant(a.providerPausedUntil, b.providerPausedUntil) &&
    a.endpointState === b.endpointState &&
    a.breakerState === b.breakerState &&
    a.recentTypes === b.recentTypes &&
    sameUse(a.used, b.used)
  );
}
