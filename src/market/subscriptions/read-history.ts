import { isDeepStrictEqual } from 'node:util';
import { type AuditRow, selectAudit } from '../../journal/audit/index.ts';
import { snakeKeys } from '../../kernel/names.ts';
import type { App } from '../../platform/app.ts';
import type { Actor } from '../../platform/db.ts';
import { readNiche } from '../catalog/index.ts';
import { amountText, shownCaps } from './check-terms.ts';
import { refusals } from './errors.ts';
import type { Cap } from './rules.ts';
import { readSubscription } from './store.ts';
import { sideOf } from './subscription.ts';

/** One thing that happened to a subscription, with the terms that were others before. */
export type Happened = {
  id: string;
  at: Date;
  what: string;
  by: 'operator' | 'provider' | 'program';
  /** From this version of the niche's configuration on; null: it is no configuration, for instance a pause. */
  configVersion: number | null;
  changes: { term: string; before: unknown; after: unknown }[];
};

type Position = { createdAt: string; id: string };

/**
 * What was changed about a subscription, newest first, out of the audit log: when, by which side, from what to what. A
 * provider asks about its own only, and is told the side, not the person.
 * @throws Refusal 404 subscription_not_found
 */
export async function readHistory(
  app: App,
  of: { id: string; limit: number; after?: Position | undefined },
  actor: Actor,
): Promise<{ rows: Happened[]; next: Position | null }> {
  const readOnly = { readOnly: true };
  const own = await app.db.tx(actor, (tx) => readSubscription(tx, of.id), readOnly);
  if (!own) throw refusals.subscription_not_found();
  const filter = { entityType: 'subscription', entityId: of.id, after: of.after };
  const { rows, currency } = await app.db.tx(
    { role: 'operator' },
    async (tx) => ({
      rows: await selectAudit(tx, filter, of.limit),
      currency: (await readNiche(tx, own.nicheId))!.currency,
    }),
    readOnly,
  );
  const shown = rows.slice(0, of.limit);
  const last = rows.length > of.limit ? shown.at(-1) : undefined;
  return {
    rows: shown.map((row) => happened(row, currency)),
    next: last ? { createdAt: last.created_at.toISOString(), id: last.id } : null,
  };
}

type Values = Record<string, unknown>;

function happened(row: AuditRow, currency: string): Happened {
  const before = (row.before_state ?? {}) as Values;
  const { configVersion, ...after } = (row.after_state ?? {}) as Values;
  // What began or ended is told as that: all its terms would be no change.
  const whole = row.before_state === null || Object.keys(after).length === 0;
  const terms = whole ? [] : Object.keys(after).toSorted();
  return {
    id: row.id,
    at: row.created_at,
    what: row.action.replace('subscription.', ''),
    by: row.actor_role === 'system' ? 'program' : sideOf({ role: row.actor_role }),
    configVersion: typeof configVersion === 'number' ? configVersion : null,
    changes: terms
      .filter((term) => !isDeepStrictEqual(before[term] ?? null, after[term] ?? null))
      .map((term) => ({
        term: Object.keys(snakeKeys({ [term]: null }))[0]!,
        before: shownTerm(term, before[term] ?? null, currency),
        after: shownTerm(term, after[term] ?? null, currency),
      })),
  };
}

/** Amounts as the API writes them. */
function shownTerm(term: string, value: unknown, currency: string): unknown {
  if (value === null) return null;
  if (term === 'priceOverride') return amountText(BigInt(String(value)), currency);
  if (term === 'comingPriceOverride') return shownComing(value as Announced, currency);
  return term === 'caps' ? shownCaps(value as Cap[], currency) : value;
}

type Announced = { priceOverride: string | null; from: string };
const shownComing = ({ priceOverride, from }: Announced, currency: string) => ({
  price_override: priceOverride === null ? null : amountText(BigInt(priceOverride), currency),
  from,
});
