import { type AuditActor, audit } from '../../journal/audit/index.ts';
import { formatMoney, isCurrency } from '../../kernel/money.ts';
import type { App } from '../../platform/app.ts';
import type { Tx } from '../../platform/db.ts';
import { requireVersion } from '../../platform/versions.ts';
import { nicheChanged } from '../events.ts';
import { bumpConfig } from '../store.ts';
import { slugRefusal } from './create-niche.ts';
import { refusals } from './errors.ts';
import { type Niche, rulesOf } from './niche.ts';
import type { NicheEdit } from './schema.ts';
import { flagSubscriptions, levelsOf, nicheUse, openNicheVersion, readNiche, updateNiche } from './store.ts';

/**
 * Changes a niche or its rules. The next decision already goes by it.
 * @throws Refusal niche_not_found, niche_archived, version_stale, currency_fixed, default_level_unknown,
 *   niche_slug_taken
 */
export async function editNiche(
  app: App,
  input: { id: string; expected: number; edit: Omit<NicheEdit, 'version'> },
  who: AuditActor,
): Promise<Niche> {
  return app.db.tx({ role: 'operator' }, async (tx) => {
    const { niche: before, configVersion } = await nicheForEdit(tx, input.id);
    requireVersion(before, input.expected, input.edit);
    const given = Object.fromEntries(Object.entries(input.edit).filter(([, value]) => value !== undefined));
    const after: Niche = { ...before, ...given, version: before.version + 1 };
    if (after.currency !== before.currency) await refuseUsedCurrency(tx, before, after.currency);
    if (after.defaultLevelId !== before.defaultLevelId) await refuseForeignLevel(tx, after);
    await updateNiche(tx, after).catch((error: unknown) => {
      throw slugRefusal(error);
    });
    if (JSON.stringify(rulesOf(before)) !== JSON.stringify(rulesOf(after))) {
      await openNicheVersion(tx, after, configVersion);
    }
    if (after.active && !before.active) await flagSubscriptions(tx, after.id, null);
    const changed = Object.keys(given) as (keyof Niche)[];
    nicheChanged(tx, 'niche.changed', before.id);
    await audit(tx, [
      {
        actor: who,
        action: 'niche.changed',
        entityType: 'niche',
        entityId: after.id,
        before: pick(before, changed),
        after: { ...pick(after, changed), configVersion },
        description: `Niche ${after.name} was changed: ${changed.join(', ')}.`,
      },
    ]);
    return (await readNiche(tx, after.id))!;
  });
}

/**
 * Takes a niche out of use: it is shown nowhere and takes no new leads. Nothing is deleted, so what was sold, paid and
 * decided in it stays.
 * @throws Refusal niche_not_found, niche_archived
 */
export async function archiveNiche(app: App, id: string, who: AuditActor): Promise<Niche> {
  return app.db.tx({ role: 'operator' }, async (tx) => {
    const { niche: before } = await nicheForEdit(tx, id);
    await updateNiche(tx, { ...before, active: false, archivedAt: new Date(), version: before.version + 1 });
    nicheChanged(tx, 'niche.archived', before.id);
    await audit(tx, [
      {
        actor: who,
        action: 'niche.archived',
        entityType: 'niche',
        entityId: id,
        before: { active: before.active },
        after: { active: false },
        description: `Niche ${before.name} was archived.`,
      },
    ]);
    return (await readNiche(tx, id))!;
  });
}

/** Reads a niche that can be edited, under its turn row. @throws Refusal niche_not_found, niche_archived */
export async function nicheForEdit(tx: Tx, id: string): Promise<{ niche: Niche; configVersion: number }> {
  const found = await readNiche(tx, id);
  if (!found) throw refusals.niche_not_found();
  const configVersion = await bumpConfig(tx, found.id);
  const niche = (await readNiche(tx, found.id))!;
  if (niche.archivedAt !== null) throw refusals.niche_archived();
  return { niche, configVersion };
}

/** Prices, wallets and transfers of a used niche are amounts of its currency. */
async function refuseUsedCurrency(tx: Tx, niche: Niche, wanted: string): Promise<void> {
  const use = await nicheUse(tx, niche.id);
  const details = [{ field: 'currency', message: `stays ${niche.currency}` }];
  if (use.leads || use.subscriptions) throw refusals.currency_fixed({ details });
  const levels = await levelsOf(tx, niche.id);
  if (levels.length > 0 && decimals(niche.currency) !== decimals(wanted)) {
    throw refusals.currency_fixed({
      message: `The levels have prices in ${niche.currency}, which has other decimals than ${wanted}: make a new niche.`,
      details,
    });
  }
}

const decimals = (currency: string): number =>
  isCurrency(currency) ? formatMoney({ amount: 0n, currency }).length : 0;

async function refuseForeignLevel(tx: Tx, niche: Niche): Promise<void> {
  const { defaultLevelId } = niche;
  if (defaultLevelId === null) return;
  const levels = await levelsOf(tx, niche.id);
  if (levels.some((level) => level.id === defaultLevelId)) return;
  throw refusals.default_level_unknown({
    details: [{ field: 'default_level_id', message: 'Choose a level of this niche.' }],
  });
}

function pick(niche: Niche, keys: (keyof Niche)[]): object {
  return Object.fromEntries(keys.map((key) => [key, niche[key]]));
}
