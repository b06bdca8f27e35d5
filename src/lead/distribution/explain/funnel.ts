import { localDate } from '../../../kernel/time.ts';
import { VERDICTS, type Verdict } from '../facts.ts';
import type { DecisionRecord } from '../record.ts';
import { type DecidedLead, type Rules, type StaticCheck, staticFailure } from '../rules.ts';

/**
 * What became of the niche's leads for one subscription: how many came, how many its rules matched, how many it could
 * take at that moment, how many it got. Pure. A lead that was decided several times counts by its last decision.
 */

export type Reason = Verdict | StaticCheck | 'unknown';

export type Funnel = {
  subscriptionId: string;
  /** By lead: the reason and the day in the subscription's own zone. */
  leads: Map<string, { reason: Reason; day: string }>;
};

export const openFunnel = (subscriptionId: string): Funnel => ({ subscriptionId, leads: new Map() });

/**
 * Adds a decision, when the subscription was part of the configuration then. `lead` undefined: the person was erased,
 * so what the static checks found cannot be found again.
 */
export function addDecision(
  funnel: Funnel,
  of: { leadId: string; record: DecisionRecord; rules: Rules; lead: DecidedLead | undefined },
): void {
  const subscription = of.rules.subscriptions.find(({ id }) => id === funnel.subscriptionId);
  if (!subscription || of.record.test) return;
  const verdict = of.record.verdicts.find(({ index }) => index === subscription.index)?.verdict;
  // Given by hand, bought, or a freed seat: whoever was not asked has no verdict in it.
  if (of.record.offer && verdict === undefined) return;
  const reason = verdict ?? (of.lead ? (staticFailure(subscription, of.lead) ?? 'unknown') : 'unknown');
  const before = funnel.leads.get(of.leadId)?.reason;
  // Whoever got it, keeps it: a later decision fills the seats of others.
  if (before === 'chosen') return;
  funnel.leads.set(of.leadId, { reason, day: localDate(of.record.clockMs, subscription.timezone) });
}

export type Counted = { reason: Reason; count: number };

export type FunnelSums = {
  came: number;
  matched: number;
  able: number;
  received: number;
  reasons: Counted[];
  days: { day: string; came: number; received: number; reasons: Counted[] }[];
};

const isRule = (reason: Reason): boolean => !(reason in VERDICTS);

export function sumFunnel(funnel: Funnel): FunnelSums {
  const all = [...funnel.leads.values()];
  const days = Map.groupBy(all, ({ day }) => day);
  const reasons = countReasons(all);
  const countOf = (fits: (reason: Reason) => boolean) =>
    reasons.filter(({ reason }) => fits(reason)).reduce((sum, { count }) => sum + count, 0);
  return {
    came: all.length,
    matched: countOf((reason) => !isRule(reason)),
    able: countOf((reason) => reason === 'chosen' || reason === 'no_seat'),
    received: countOf((reason) => reason === 'chosen'),
    reasons,
    days: [...days]
      .map(([day, own]) => ({
        day,
        came: own.length,
        received: own.filter(({ reason }) => reason === 'chosen').length,
        reasons: countReasons(own),
      }))
      .sort((a, b) => (a.day < b.day ? -1 : 1)),
  };
}

function countReasons(all: readonly { reason: Reason }[]): Counted[] {
  const counts = new Map<Reason, number>();
  for (const { reason } of all) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return [...counts].map(([reason, count]) => ({ reason, count })).sort((a, b) => b.count - a.count);
}
