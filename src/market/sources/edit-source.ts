import { type AuditActor, audit } from '../../journal/audit/index.ts';
import { newId } from '../../kernel/ids.ts';
import type { App } from '../../platform/app.ts';
import type { Tx } from '../../platform/db.ts';
import { randomToken, tokenHash, tokenStart } from '../../platform/secrets.ts';
import { requireVersion } from '../../platform/versions.ts';
import { readCampaign } from '../campaigns/index.ts';
import { sourceChanged } from '../events.ts';
import { refusals } from './errors.ts';
import type { NewSource, SourceEdit } from './schema.ts';
import type { Source } from './source.ts';
import { insertSource, lockSource, readSource, updateSource, updateToken } from './store.ts';

const TOKEN_PREFIX = 'fl_source';

/**
 * A source with its token. The token is in the answer and nowhere else: only its hash is stored.
 * @throws Refusal source_campaign_not_found
 */
export async function createSource(
  app: App,
  input: NewSource,
  who: AuditActor,
): Promise<{ source: Source; token: string }> {
  const token = randomToken(TOKEN_PREFIX);
  return app.db.tx({ role: 'operator' }, async (tx) => {
    const nicheId = await nicheOfCampaign(tx, input.campaignId);
    const now = new Date();
    const source: Source = {
      ...input,
      id: newId(),
      nicheId,
      tokenPrefix: tokenStart(token),
      active: true,
      version: 1,
      createdAt: now,
      updatedAt: now,
    };
    await insertSource(tx, source, tokenHash(token));
    sourceChanged(tx, 'source.created', { sourceId: source.id, nicheId });
    await audit(tx, [
      {
        actor: who,
        action: 'source.created',
        entityType: 'source',
        entityId: source.id,
        after: { ...input, tokenPrefix: source.tokenPrefix },
        description: `Source ${source.name} was created.`,
      },
    ]);
    return { source: (await readSource(tx, source.id))!, token };
  });
}

/** @throws Refusal source_not_found, version_stale, source_campaign_not_found */
export async function editSource(
  app: App,
  input: { id: string; expected: number; edit: Omit<SourceEdit, 'version'> },
  who: AuditActor,
): Promise<Source> {
  return app.db.tx({ role: 'operator' }, async (tx) => {
    const before = await sourceForEdit(tx, input.id);
    requireVersion(before, input.expected, input.edit);
    const given = Object.fromEntries(Object.entries(input.edit).filter(([, value]) => value !== undefined));
    const after: Source = { ...before, ...given, version: before.version + 1 };
    if (after.campaignId !== before.campaignId) await nicheOfCampaign(tx, after.campaignId);
    await updateSource(tx, after);
    const changed = Object.keys(given) as (keyof Source)[];
    sourceChanged(tx, 'source.changed', { sourceId: before.id, nicheId: before.nicheId });
    await audit(tx, [
      {
        actor: who,
        action: 'source.changed',
        entityType: 'source',
        entityId: after.id,
        before: pick(before, changed),
        after: pick(after, changed),
        description: `Source ${after.name} was changed: ${changed.join(', ')}.`,
      },
    ]);
    return (await readSource(tx, after.id))!;
  });
}

/**
 * Stops or starts a source. Needs no version: stopping must work from a stale page.
 * @throws Refusal source_not_found
 */
export async function pauseSource(
  app: App,
  input: { id: string; active: boolean },
  who: AuditActor,
): Promise<Source> {
  return app.db.tx({ role: 'operator' }, async (tx) => {
    const before = await sourceForEdit(tx, input.id);
    if (before.active === input.active) return before;
    await updateSource(tx, { ...before, active: input.active, version: before.version + 1 });
    sourceChanged(tx, input.active ? 'source.resumed' : 'source.paused', {
      sourceId: before.id,
      nicheId: before.nicheId,
    });
    await audit(tx, [
      {
        actor: who,
        action: input.active ? 'source.resumed' : 'source.paused',
        entityType: 'source',
        entityId: before.id,
        before: { active: before.active },
        after: { active: input.active },
        description: `Source ${before.name} was ${input.active ? 'started again' : 'paused'}.`,
      },
    ]);
    return (await readSource(tx, before.id))!;
  });
}

/**
 * Gives a source a new token; the former one ends at once. Needs no version: it is what one does after a leak.
 * @throws Refusal source_not_found
 */
export async function rotateSource(
  app: App,
  id: string,
  who: AuditActor,
): Promise<{ source: Source; token: string }> {
  const token = randomToken(TOKEN_PREFIX);
  return app.db.tx({ role: 'operator' }, async (tx) => {
    const before = await sourceForEdit(tx, id);
    await updateToken(tx, {
      sourceId: id,
      prefix: tokenStart(token),
      hash: tokenHash(token),
      version: before.version + 1,
    });
    sourceChanged(tx, 'source.token_rotated', { sourceId: before.id, nicheId: before.nicheId });
    await audit(tx, [
      {
        actor: who,
        action: 'source.token_rotated',
        entityType: 'source',
        entityId: id,
        before: { tokenPrefix: before.tokenPrefix },
        after: { tokenPrefix: tokenStart(token) },
        description: `Source ${before.name} got a new token; the former one no longer works.`,
      },
    ]);
    return { source: (await readSource(tx, id))!, token };
  });
}

async function sourceForEdit(tx: Tx, id: string): Promise<Source> {
  const source = await lockSource(tx, id);
  if (!source) throw refusals.source_not_found();
  return source;
}

async function nicheOfCampaign(tx: Tx, campaignId: string): Promise<string> {
  const campaign = await readCampaign(tx, campaignId);
  if (campaign && campaign.archivedAt === null) return campaign.nicheId;
  throw refusals.source_campaign_not_found({
    details: [{ field: 'campaign_id', message: 'There is no such campaign.' }],
  });
}

function pick(source: Source, keys: (keyof Source)[]): object {
  return Object.fromEntries(keys.map((key) => [key, source[key]]));
}
