import { type AuditActor, audit } from '../../journal/audit/index.ts';
import { enqueueMessages } from '../../journal/messages/index.ts';
import type { App } from '../../platform/app.ts';
import type { Tx } from '../../platform/db.ts';
import {
  activateForm,
  activeForm,
  type FieldMapping,
  type FormVersion,
  formAt,
  insertMappings,
  mappingProblems,
  type Niche,
  nicheForEdit,
  readMappings,
  retiredBy,
  userOf,
  wantedForm,
} from '../catalog/index.ts';
import { nicheChanged, subscriptionChanged } from '../events.ts';
import { type Carried, carryTerms, type Left, type Moved } from './carry-terms.ts';
import { refusals } from './errors.ts';
import { mailOf, renewTerms, subscriberNames, termsOfNiche } from './store-carry.ts';

export type Activation = {
  nicheId: string;
  schemaVersion: number;
  mappings: FieldMapping[];
  /** What was on the screen: the version in use, and what the new one held. Left out: whatever it is. */
  fromVersion?: number | undefined;
  revision?: string | undefined;
};
/** What becomes of the filters; the lists hold the first ones, with the names of who subscribes to what. */
export type CarriedNames = {
  changed: number;
  movedCount: number;
  moved: Named<Moved>[];
  leftCount: number;
  left: Named<Left>[];
};
type Named<T> = T & { provider: string; level: string };
export type Activated = { form: FormVersion; carried: CarriedNames };

const NAMED_MAX = 500;

/**
 * Puts a version of the form in use and carries filters and required fields of the niche's subscriptions over to it,
 * as one edit of the rules. Leads that came in before keep their answers; they are read by the mappings. What cannot be
 * carried over stays as it is, and its provider is told.
 * @throws Refusal niche_not_found, niche_archived, form_not_found, form_changed, form_use_changed, field_mapping_wrong
 */
export async function activateFormSchema(app: App, input: Activation, who: AuditActor): Promise<Activated> {
  return app.db.tx({ role: 'operator' }, async (tx) => {
    const { niche, configVersion } = await nicheForEdit(tx, input.nicheId);
    const { form, former, carried } = await plan(tx, input);
    await activateForm(tx, form, userOf(who));
    if (former && former.schemaVersion !== form.schemaVersion) {
      const versions = { from: former.schemaVersion, to: form.schemaVersion };
      await insertMappings(tx, { nicheId: niche.id, configVersion, ...versions, mappings: input.mappings });
    }
    await renewTerms(tx, { rows: carried.changed, configVersion });
    nicheChanged(tx, 'form.activated', niche.id);
    for (const { subscriptionId, providerId } of carried.changed)
      subscriptionChanged(tx, 'subscription.changed', { subscriptionId, providerId, nicheId: niche.id });
    await audit(tx, auditEntries({ niche, form, former, carried, configVersion, who }));
    await tellLeft(tx, niche, carried.left);
    const now = (await formAt(tx, niche.id, form.schemaVersion))!;
    return { form: now, carried: await withNames(tx, carried) };
  });
}

/**
 * What activating would do; changes nothing.
 * @throws Refusal form_not_found, form_changed, form_use_changed, field_mapping_wrong
 */
export async function previewActivation(app: App, input: Activation): Promise<CarriedNames> {
  return app.db.tx(
    { role: 'operator' },
    async (tx) => {
      return withNames(tx, (await plan(tx, input)).carried);
    },
    { readOnly: true },
  );
}

async function withNames(tx: Tx, { changed, moved, left }: Carried): Promise<CarriedNames> {
  const [firstMoved, firstLeft] = [moved.slice(0, NAMED_MAX), left.slice(0, NAMED_MAX)];
  const ids = new Set([...firstMoved, ...firstLeft].map(({ subscriptionId }) => subscriptionId));
  const names = await subscriberNames(tx, [...ids]);
  const named = <T extends { subscriptionId: string }>(one: T): Named<T> => ({
    ...one,
    ...(names.get(one.subscriptionId) ?? { provider: '', level: '' }),
  });
  return {
    changed: changed.length,
    movedCount: moved.length,
    moved: firstMoved.map(named),
    leftCount: left.length,
    left: firstLeft.map(named),
  };
}

async function plan(tx: Tx, { nicheId, mappings, fromVersion, ...wanted }: Activation) {
  const form = await wantedForm(tx, { nicheId, ...wanted });
  const former = await activeForm(tx, nicheId);
  if (fromVersion !== undefined && fromVersion !== former?.schemaVersion) throw refusals.form_use_changed();
  const again = former?.schemaVersion === form.schemaVersion;
  const retired = new Set(retiredBy(await readMappings(tx, nicheId)));
  const details =
    again && mappings.length === 0
      ? []
      : mappingProblems({ mappings, former: former?.fields ?? [], next: form.fields, retired });
  if (details.length > 0) throw refusals.field_mapping_wrong({ details });
  return { form, former, carried: carryTerms(await termsOfNiche(tx, nicheId), mappings, form.fields) };
}

function auditEntries(of: {
  niche: Niche;
  form: FormVersion;
  former: FormVersion | null;
  carried: Carried;
  configVersion: number;
  who: AuditActor;
}) {
  const { niche, form, former, carried, configVersion, who } = of;
  const { schemaVersion } = form;
  const counts = { subscriptions_changed: carried.changed.length, left_as_they_were: carried.left.length };
  return [
    {
      actor: who,
      action: 'form.activated',
      entityType: 'niche',
      entityId: niche.id,
      before: { schemaVersion: former?.schemaVersion ?? null },
      after: { schemaVersion, configVersion, ...counts },
      description: `Form ${schemaVersion} of niche ${niche.name} is now in use.`,
    },
    ...carried.changed.map(({ subscriptionId, filters, requiredFields }) => ({
      actor: who,
      action: 'subscription.changed',
      entityType: 'subscription',
      entityId: subscriptionId,
      after: { filters, requiredFields, configVersion },
      description: `Its filters and required fields were carried over to form ${schemaVersion} of niche ${niche.name}.`,
    })),
  ];
}

/** One mail to each provider with something that was left. */
async function tellLeft(tx: Tx, niche: Niche, left: readonly Left[]): Promise<void> {
  if (left.length === 0) return;
  const fields = Map.groupBy(left, ({ providerId }) => providerId);
  const recipients = await mailOf(tx, [...fields.keys()]);
  await enqueueMessages(
    tx,
    recipients.map(({ providerId, email, company }) => ({
      template: 'filters-left',
      recipient: email,
      providerId,
      params: {
        provider: company,
        niche: niche.name,
        fields: [...new Set(fields.get(providerId)!.map(({ field }) => field))].join(', '),
      },
    })),
  );
}
