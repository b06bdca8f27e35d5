import { type AuditActor, audit } from '../../journal/audit/index.ts';
import { newId } from '../../kernel/ids.ts';
import type { App } from '../../platform/app.ts';
import type { Actor, Tx } from '../../platform/db.ts';
import { requireVersion } from '../../platform/versions.ts';
import { providerChanged } from '../events.ts';
import { bumpConfig, countSoFar, renewProviderCaps, TurnMissed } from '../store.ts';
import { isOperatorsPause, shownCaps, sideOf } from '../subscriptions/index.ts';
import { refusals } from './errors.ts';
import type { Provider, ProviderStatus } from './provider.ts';
import { readProviderCaps } from './provider-caps.ts';
import type { NewProvider, ProviderEdit } from './schema.ts';
import {
  currenciesOf,
  databaseTime,
  flagSubscriptions,
  insertProvider,
  lockProvider,
  nichesJoined,
  readProvider,
  updateProvider,
} from './store.ts';

const OPERATOR: Actor = { role: 'operator' };
const PREFERENCES = { new_lead: true, bad_lead_decision: true, low_balance: true };

/** A provider without endpoint and subscription. */
export async function createProvider(app: App, input: NewProvider, who: AuditActor): Promise<Provider> {
  return app.db.tx(OPERATOR, (tx) => addProvider(tx, input, who));
}

/** Adds a provider inside a transaction of others. */
export async function addProvider(tx: Tx, input: NewProvider, who: AuditActor): Promise<Provider> {
  const now = new Date();
  const id = newId();
  await insertProvider(tx, {
    ...input,
    id,
    lowBalanceThreshold: BigInt(input.lowBalanceThreshold),
    notificationPreferences: { ...PREFERENCES, ...given(input.notificationPreferences) },
    caps: [],
    paused: false,
    pausedUntil: null,
    pausedBy: null,
    version: 1,
    createdAt: now,
    updatedAt: now,
    stopped: false,
    archivedAt: null,
  });
  await audit(tx, [
    {
      actor: who,
      action: 'provider.created',
      entityType: 'provider',
      entityId: id,
      after: { country: input.country, timezone: input.timezone, status: input.status },
      description: `Provider ${input.companyName} was created.`,
    },
  ]);
  providerChanged(tx, 'provider.created', id);
  return (await readProvider(tx, id))!;
}

/**
 * Changes what a provider is called and how it is told things. Provider and operator use the same door.
 * @throws Refusal provider_not_found, version_stale, cap_invalid, cap_currency_unused
 */
export async function editProvider(
  app: App,
  input: { id: string; expected: number; edit: Omit<ProviderEdit, 'version'> },
  who: AuditActor,
  actor: Actor = OPERATOR,
): Promise<Provider> {
  return app.db.tx(actor, async (tx) => {
    const turns = await turnsForEdit(tx, input.id, input.edit);
    const before = await providerForEdit(tx, input.id);
    requireVersion(
      {
        ...before,
        lowBalanceThreshold: Number(before.lowBalanceThreshold),
        caps: shownCaps(before.caps, ''),
      } as never,
      input.expected,
      input.edit,
    );
    const { lowBalanceThreshold, notificationPreferences, caps, ...rest } = input.edit;
    const after: Provider = {
      ...before,
      ...(given(rest) as Partial<Provider>),
      notificationPreferences: { ...before.notificationPreferences, ...given(notificationPreferences ?? {}) },
      version: before.version + 1,
    };
    if (lowBalanceThreshold !== undefined) after.lowBalanceThreshold = BigInt(lowBalanceThreshold);
    if (caps !== undefined) after.caps = readProviderCaps(caps, await currenciesOf(tx, after.id));
    await updateProvider(tx, after);
    if (turns !== null) {
      await renewCaps(tx, after.id, turns);
      await countSoFar(tx, {
        ...{ providerId: after.id, subscriptionId: null, caps: after.caps, timezone: after.timezone },
        at: await databaseTime(tx),
      });
    }
    const changed = Object.keys(given(input.edit));
    await audit(tx, [
      {
        actor: who,
        action: 'provider.changed',
        entityType: 'provider',
        entityId: after.id,
        before: pick(before, changed),
        after: pick(after, changed),
        metadata: { changed },
        description: `Provider ${after.companyName} was changed: ${changed.join(', ')}.`,
      },
    ]);
    providerChanged(tx, 'provider.changed', after.id);
    return (await readProvider(tx, after.id))!;
  });
}

/**
 * Caps are rules of every niche in which the provider subscribes, and its zone is the calendar of their days: begins an
 * edit of these niches, before the provider's own lock. null: the edit touches neither.
 */
async function turnsForEdit(
  tx: Tx,
  providerId: string,
  edit: Pick<ProviderEdit, 'caps' | 'timezone'>,
): Promise<Map<string, number> | null> {
  if (edit.caps === undefined && edit.timezone === undefined) return null;
  const turns = new Map<string, number>();
  for (const nicheId of await nichesJoined(tx, providerId)) turns.set(nicheId, await bumpConfig(tx, nicheId));
  return turns;
}

async function renewCaps(tx: Tx, providerId: string, turns: ReadonlyMap<string, number>): Promise<void> {
  const niches = await nichesJoined(tx, providerId);
  if (niches.some((nicheId) => !turns.has(nicheId))) throw new TurnMissed('the provider joined a niche');
  for (const [nicheId, configVersion] of turns) {
    await renewProviderCaps(tx, { providerId, nicheId, configVersion });
  }
  await flagSubscriptions(tx, providerId);
}

/**
 * Approves a provider (`active`) or takes it out of the distribution (`inactive`); its money and history stay. Needs
 * no version: stopping must work from a stale page.
 * @throws Refusal provider_not_found
 */
export async function setProviderStatus(
  app: App,
  input: { id: string; status: Exclude<ProviderStatus, 'pending'> },
  who: AuditActor,
): Promise<Provider> {
  const approved = input.status === 'active';
  return change(app, input.id, { status: input.status }, OPERATOR, who, {
    action: approved ? 'provider.approved' : 'provider.deactivated',
    says: approved ? 'was approved' : 'was deactivated',
    flags: approved,
  });
}

/**
 * Pauses everything of a provider until a time, or until further notice. Needs no version.
 * @throws Refusal provider_not_found, provider_paused_by_operator, provider_pause_end_passed
 */
export async function pauseProvider(
  app: App,
  input: { id: string; until: Date | null },
  who: AuditActor,
  actor: Actor = OPERATOR,
): Promise<Provider> {
  const to = { paused: true, pausedUntil: input.until, pausedBy: sideOf(who) };
  return change(app, input.id, to, actor, who, {
    action: 'provider.paused',
    says: `was paused${input.until ? ` until ${input.until.toISOString()}` : ''}`,
    flags: false,
  });
}

/**
 * Ends a pause of a provider. An operator's pause is the operator's to end.
 * @throws Refusal provider_not_found, provider_paused_by_operator
 */
export async function resumeProvider(
  app: App,
  id: string,
  who: AuditActor,
  actor: Actor = OPERATOR,
): Promise<Provider> {
  const to = { paused: false, pausedUntil: null, pausedBy: null };
  return change(app, id, to, actor, who, {
    action: 'provider.resumed',
    says: 'was resumed',
    flags: true,
  });
}

/** A change of state under the provider's lock, on which distribution waits before it writes. */
async function change(
  app: App,
  id: string,
  to: Partial<Pick<Provider, 'status' | 'paused' | 'pausedUntil' | 'pausedBy'>>,
  actor: Actor,
  who: AuditActor,
  event: { action: string; says: string; flags: boolean },
): Promise<Provider> {
  return app.db.tx(actor, async (tx) => {
    const before = await providerForEdit(tx, id);
    const now = await databaseTime(tx);
    if (sideOf(who) === 'provider' && isOperatorsPause(before, now)) {
      throw refusals.provider_paused_by_operator();
    }
    if (to.pausedUntil && to.pausedUntil <= now) {
      throw refusals.provider_pause_end_passed({
        details: [{ field: 'until', message: 'Choose a later time.' }],
      });
    }
    await updateProvider(tx, { ...before, ...to, version: before.version + 1 });
    if (event.flags) await flagSubscriptions(tx, id);
    const { status, paused, pausedUntil } = before;
    await audit(tx, [
      {
        actor: who,
        action: event.action,
        entityType: 'provider',
        entityId: id,
        before: { status, paused, pausedUntil },
        after: to,
        description: `Provider ${before.companyName} ${event.says}.`,
      },
    ]);
    providerChanged(tx, event.action, id);
    return (await readProvider(tx, id))!;
  });
}

async function providerForEdit(tx: Tx, id: string): Promise<Provider> {
  const provider = await lockProvider(tx, id);
  if (!provider || provider.archivedAt !== null) throw refusals.provider_not_found();
  return provider;
}

/** Names and addresses of people stay out of the log: that they changed is enough. */
const PERSONAL = new Set(['contactEmail', 'lowBalanceAlertEmail']);

function pick(provider: Provider, keys: string[]): object {
  const row = provider as unknown as Record<string, unknown>;
  const shown = (value: unknown) => (typeof value === 'bigint' ? value.toString() : value);
  return Object.fromEntries(keys.filter((key) => !PERSONAL.has(key)).map((key) => [key, shown(row[key])]));
}

/** Without the fields that were left out. */
function given<T extends object>(edit: T): Record<string, never> {
  return Object.fromEntries(Object.entries(edit).filter(([, value]) => value !== undefined)) as Record<
    string,
    never
  >;
}
