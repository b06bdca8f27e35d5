import { enqueueMessages, type NewMessage } from '../../journal/messages/index.ts';
import type { Tx } from '../../platform/db.ts';
import { amountWords, type CapAtHand, capsAtHand, capWords, counterName, crossedLine } from './cap-line.ts';
import { capWarned } from './events.ts';
import type { Made } from './moves.ts';
import type { Rules } from './rules.ts';
import { type CapWarning, insertCapWarnings, subscriptionNames, warnedPeople } from './store-caps.ts';
import type { Counted } from './store-write.ts';

/**
 * Tells the provider and the staff that a cap is nearly or wholly used up, in the transaction that used it. What the
 * counters stand at is known from counting them, so a batch that crosses no line costs nothing; each line is told at
 * most one time per window, also when refunds lower the counter or somebody raises the cap.
 */
export async function warnOfCaps(
  tx: Tx,
  of: {
    made: readonly Made[];
    counted: readonly (Counted & { by: bigint })[];
    rules: Rules;
    at: Date;
  },
): Promise<void> {
  const { rules } = of;
  const received = new Set(of.made.map(({ chosen }) => chosen.subscription));
  const caps = capsAtHand(received, rules, of.at.getTime());
  const crossed = of.counted.flatMap((one): (CapWarning & { at: CapAtHand; used: bigint })[] => {
    const at = caps.get(counterName(one));
    const threshold = at ? crossedLine(at, one.used - one.by, one.used) : null;
    if (!at || threshold === null) return [];
    const { scopeId, windowKey, used } = one;
    return [{ scopeId, providerId: at.providerId, kind: at.cap.kind, windowKey, threshold, at, used }];
  });
  if (crossed.length === 0) return;
  const fresh = new Set((await insertCapWarnings(tx, crossed)).map(counterName));
  const news = crossed.filter((one) => fresh.has(counterName(one)));
  if (news.length === 0) return;
  const [people, names] = await Promise.all([
    warnedPeople(tx, [...new Set(news.map(({ providerId }) => providerId))]),
    subscriptionNames(
      tx,
      news.map(({ scopeId }) => scopeId),
    ),
  ]);
  const messages = news.flatMap((one): NewMessage[] => {
    const provider = people.providers.get(one.providerId);
    const full = one.threshold === 100;
    const params = {
      provider: provider?.name ?? '',
      state: full ? 'used up' : 'used by 80 %',
      cap: capWords(one.at),
      subject: names.get(one.scopeId) ?? 'all subscriptions together',
      used: amountWords(one.kind, one.used, one.at.currency),
      effect: full ? EFFECT_FULL[one.at.cap.window] : 'Leads go on until it is used up.',
    };
    const message = (recipient: string, path: string, providerId: string | null): NewMessage => ({
      template: 'cap-warning',
      ...{ recipient, providerId, params: { ...params, path } },
    });
    const own = provider?.wanted ? [message(provider.email, '/dashboard/subscriptions', one.providerId)] : [];
    const staff = provider?.staffWanted ? people.staff : [];
    return [
      ...own,
      ...staff.map((email) => message(email, `/admin/providers/${one.providerId}?tab=subscriptions`, null)),
    ];
  });
  await enqueueMessages(tx, messages);
  for (const { scopeId, providerId, threshold } of news) capWarned(tx, { scopeId, providerId, threshold });
}

const EFFECT_FULL = {
  hour: 'Leads come again when the next hour begins.',
  day: 'Leads come again when the next day begins.',
  week: 'Leads come again when the next week begins.',
  month: 'Leads come again when the next month begins.',
  total: 'No more leads come until somebody raises it.',
};
