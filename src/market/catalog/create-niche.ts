import { type AuditActor, audit } from '../../journal/audit/index.ts';
import { newId } from '../../kernel/ids.ts';
import type { App } from '../../platform/app.ts';
import { sqlState, type Tx } from '../../platform/db.ts';
import { addCampaign, plainConsentText, recipientWarnings } from '../campaigns/index.ts';
import { nicheChanged } from '../events.ts';
import { refusals } from './errors.ts';
import type { FormField } from './form-schema.ts';
import { levelOf } from './level-terms.ts';
import { type Level, MISSED_TURNS_MAX, type Niche } from './niche.ts';
import { presets } from './presets.ts';
import type { NewNiche } from './schema.ts';
import { activateForm, insertForm, insertLevel, insertNiche, levelsOf, readNiche } from './store.ts';

/** The form of a new niche until somebody makes a better one. */
export const FIRST_FORM: FormField[] = [
  { id: 'name', label: 'Your name', type: 'name', required: true },
  { id: 'email', label: 'E-mail', type: 'email', required: true },
  { id: 'phone', label: 'Phone', type: 'phone', required: true },
  { id: 'country', label: 'Country', type: 'country', required: true },
];

export type CreatedNiche = { niche: Niche; levels: Level[]; campaignId: string; warnings: string[] };

/**
 * A niche with everything it needs to sell: turn, first configuration, default campaign, active form, levels. What
 * the input leaves out comes from the preset.
 * @throws Refusal niche_slug_taken, level_price_invalid, campaign_slug_taken
 */
export async function createNiche(
  app: App,
  input: NewNiche & { fields?: FormField[] | undefined },
  who: AuditActor,
): Promise<CreatedNiche> {
  const niche = nicheOf(input);
  const levels = input.levels.map((level, at) => levelOf(level, niche, at + 1));
  return app.db.tx({ role: 'operator' }, async (tx) => {
    await insertNiche(tx, niche).catch((error: unknown) => {
      throw slugRefusal(error);
    });
    for (const level of levels) await insertLevel(tx, level, niche.configVersion);
    const campaign = await addDefaultCampaign(tx, niche, input);
    await addFirstForm(tx, niche.id, input.fields ?? FIRST_FORM, who);
    nicheChanged(tx, 'niche.created', niche.id);
    await audit(tx, [
      {
        actor: who,
        action: 'niche.created',
        entityType: 'niche',
        entityId: niche.id,
        after: { name: niche.name, slug: niche.slug, preset: niche.preset, currency: niche.currency },
        description: `Niche ${niche.name} was created with the preset ${niche.preset}.`,
      },
    ]);
    const seats = Math.max(0, ...levels.map((level) => level.maxProviders));
    return {
      niche: (await readNiche(tx, niche.id))!,
      levels: await levelsOf(tx, niche.id),
      campaignId: campaign.id,
      warnings: recipientWarnings(campaign.recipientsTold, seats),
    };
  });
}

/** Turns the database's refusal of a second niche with one slug into ours. */
export function slugRefusal(error: unknown): unknown {
  return sqlState(error)?.constraint === 'niches_slug_key'
    ? refusals.niche_slug_taken({ details: [{ field: 'slug', message: 'Choose another.' }] })
    : error;
}

function nicheOf(input: NewNiche): Niche {
  const preset = presets[input.preset];
  const now = new Date();
  return {
    id: newId(),
    name: input.name,
    slug: input.slug,
    description: input.description,
    nicheGroup: input.nicheGroup,
    currency: input.currency,
    isLocationBased: input.isLocationBased,
    preset: input.preset,
    duplicateWindowDays: input.duplicateWindowDays,
    unsoldExpiryMs: input.unsoldExpiryMs,
    active: true,
    archivedAt: null,
    version: 1,
    createdAt: now,
    updatedAt: now,
    configVersion: 1,
    levelRotation: input.levelRotation ?? preset.levelRotation,
    fillMode: input.fillMode ?? preset.fillMode,
    defaultLevelId: null,
    missedTurnsMax: input.missedTurnsMax ?? MISSED_TURNS_MAX,
  };
}

/** The policies of a niche live in its campaigns, so it always has one. */
function addDefaultCampaign(tx: Tx, niche: Niche, input: NewNiche) {
  const preset = presets[niche.preset].campaign;
  const recipientsTold = input.recipientsTold ?? preset.recipientsTold;
  return addCampaign(tx, {
    nicheId: niche.id,
    name: niche.name,
    slug: niche.slug,
    isDefault: true,
    countries: [],
    confirmation: preset.confirmation,
    approval: preset.approval,
    approvalScore: preset.approvalScore,
    premiumScore: 70,
    consentText: input.consentText ?? plainConsentText(niche.name, recipientsTold),
    recipientsTold,
    purchase: preset.purchase,
  });
}

async function addFirstForm(tx: Tx, nicheId: string, fields: FormField[], who: AuditActor): Promise<void> {
  const userId = userOf(who);
  const id = newId();
  await insertForm(tx, {
    id,
    nicheId,
    schemaVersion: 1,
    fields,
    changeSummary: 'First form',
    createdBy: userId,
  });
  await activateForm(tx, { id, nicheId }, userId);
}

/** The user behind an action; sources, submitters and the system are none. */
export function userOf(who: AuditActor): string | null {
  return ['admin', 'operator', 'finance', 'auditor', 'provider'].includes(who.role) ? who.id : null;
}
