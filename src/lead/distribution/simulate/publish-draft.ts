import type { AuditActor } from '../../../journal/audit/index.ts';
import { camelKeys } from '../../../kernel/names.ts';
import { editCampaign } from '../../../market/campaigns/index.ts';
import { editLevel, editNiche, readNiche, reorderLevels } from '../../../market/catalog/index.ts';
import { editProvider, nichesJoined } from '../../../market/providers/index.ts';
import { pause, resume, updateFilters } from '../../../market/subscriptions/index.ts';
import { lockProviders } from '../../../money/ledger/index.ts';
import type { App } from '../../../platform/app.ts';
import { savepoint, type Tx } from '../../../platform/db.ts';
import { refusals } from '../explain/errors.ts';
import type { Draft } from './draft-shape.ts';
import { readDraft } from './read-draft.ts';
import { holdTurn } from './store-past.ts';

/**
 * Makes the edits of a draft, all or none, through the use cases that make each of them by hand: the same checks, the
 * same versions, the same audit rows. It takes the niche's turn first, so nothing is decided in between; caps of a whole
 * company are rules of all its niches, so theirs are taken too.
 * @throws Refusal 404 niche_not_found; 409 draft_stale when the configuration is not the one the draft was begun on;
 *   those of `readDraft` and of the edits
 */
export async function publishDraft(
  app: App,
  of: { nicheId: string; baseConfigVersion: number; draft: Draft },
  who: AuditActor,
): Promise<{ configVersion: number }> {
  return app.db.tx({ role: 'operator' }, async (tx) => {
    const niche = await readNiche(tx, of.nicheId);
    if (!niche) throw refusals.niche_not_found();
    const configVersion = await holdTurns(tx, niche.id, of.draft);
    if (configVersion !== of.baseConfigVersion) {
      const message = `is now ${configVersion}, the draft was begun on ${of.baseConfigVersion}`;
      throw refusals.draft_stale({ details: [{ field: 'base_config_version', message }] });
    }
    await readDraft(tx, niche, of.draft);
    await lockProviders(
      tx,
      of.draft.providers.map(({ id }) => id),
    );
    await makeEdits(within(app, tx), niche.id, of.draft, who);
    return { configVersion: await holdTurn(tx, niche.id) };
  });
}

/** The app for use cases that are steps of this transaction: each is a savepoint of it instead of one of its own. */
const within = (app: App, tx: Tx): App => ({
  ...app,
  db: { ...app.db, tx: (_actor, work) => savepoint(tx, work) },
});

/** In the order of ids; the present configuration of the niche itself. Who joins one more meanwhile is tried again. */
async function holdTurns(tx: Tx, nicheId: string, { providers }: Draft): Promise<number> {
  const nicheIds = new Set([nicheId]);
  for (const { id } of providers) for (const joined of await nichesJoined(tx, id)) nicheIds.add(joined);
  let configVersion = 0;
  for (const id of [...nicheIds].toSorted()) {
    const version = await holdTurn(tx, id);
    if (id === nicheId) configVersion = version;
  }
  return configVersion;
}

async function makeEdits(app: App, nicheId: string, draft: Draft, who: AuditActor): Promise<void> {
  for (const { id, version: expected, ...edit } of draft.providers)
    await editProvider(app, { id, expected, edit }, who);
  if (draft.niche) {
    const { version: expected, ...edit } = draft.niche;
    await editNiche(app, { id: nicheId, expected, edit: camelKeys(edit) }, who);
  }
  for (const { id, version: expected, ...edit } of draft.levels)
    await editLevel(app, { id, expected, edit: camelKeys(edit) }, who);
  if (draft.level_order) await reorderLevels(app, { nicheId, levelIds: draft.level_order }, who);
  for (const { id, version: expected, ...edit } of draft.campaigns)
    await editCampaign(app, { id, expected, edit: camelKeys(edit) }, who);
  for (const { id, version: expected, paused, ...edit } of draft.subscriptions) {
    if (Object.values(edit).some((value) => value !== undefined))
      await updateFilters(app, { id, expected, edit: camelKeys(edit) }, who);
    if (paused === true) await pause(app, { id, until: null }, who);
    if (paused === false) await resume(app, id, who);
  }
}
