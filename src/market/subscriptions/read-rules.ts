import type { Tx } from '../../platform/db.ts';
import { type FieldMapping, movesOf } from '../catalog/index.ts';
import { withHolidays } from '../holidays/index.ts';
import { withAreas } from './area-lists.ts';
import type { NicheRules, RuleLevel, RuleSubscription } from './rules.ts';
import { type RulesRow, rulesRow } from './store.ts';

/**
 * The rules of a niche as they are now, in one round trip. Read them under the niche's turn row, else an edit may come
 * in between. null: there is no such niche.
 */
export async function nicheRules(tx: Tx, nicheId: string): Promise<NicheRules | null> {
  return rulesOf(tx, await rulesRow(tx, nicheId, null));
}

/** The rules as they were at a config_version: what a past decision was taken by. */
export async function nicheRulesAt(
  tx: Tx,
  nicheId: string,
  configVersion: number,
): Promise<NicheRules | null> {
  return rulesOf(tx, await rulesRow(tx, nicheId, configVersion));
}

/** JSON knows no bigint and no Date: amounts and times travel as text. */
async function rulesOf(tx: Tx, row: RulesRow | null): Promise<NicheRules | null> {
  if (row === null) return null;
  const filtersOf = await withAreas(
    tx,
    row.subscriptions.map(({ filters }) => filters),
  );
  const { formMappings, holidayCalendars, ...rules } = row;
  const hoursOf = withHolidays(holidayCalendars);
  return {
    ...rules,
    answerMoves: movesOf(formMappings.flat() as FieldMapping[]),
    levels: row.levels.map((level): RuleLevel => ({ ...level, price: BigInt(level.price) })),
    campaigns: row.campaigns.map((one) => ({
      ...one,
      levelPrices: Object.fromEntries(
        Object.entries(one.levelPrices).map(([level, price]) => [level, BigInt(price)]),
      ),
    })),
    subscriptions: row.subscriptions.map(
      (one): RuleSubscription => ({
        ...one,
        filters: filtersOf(one.filters),
        schedule: hoursOf(one),
        createdAt: new Date(one.createdAt),
        priceOverride: one.priceOverride === null ? null : BigInt(one.priceOverride),
      }),
    ),
  };
}
