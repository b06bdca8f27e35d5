import { type AuditActor, audit } from '../../journal/audit/index.ts';
import { newId } from '../../kernel/ids.ts';
import type { App } from '../../platform/app.ts';
import type { Tx } from '../../platform/db.ts';
import { nicheChanged } from '../events.ts';
import { userOf } from './create-niche.ts';
import { nicheForEdit } from './edit-niche.ts';
import { refusals } from './errors.ts';
import type { FormField } from './form-schema.ts';
import { type FormVersion, formAt, formsOf, insertForm, updateForm } from './store.ts';

type FormInput = { fields: FormField[]; changeSummary: string };

/**
 * A new version of a niche's form, not yet in use.
 * @throws Refusal niche_not_found, niche_archived
 */
export async function createFormSchema(
  app: App,
  input: FormInput & { nicheId: string },
  who: AuditActor,
): Promise<FormVersion> {
  return app.db.tx({ role: 'operator' }, async (tx) => {
    const { niche } = await nicheForEdit(tx, input.nicheId);
    const [newest] = await formsOf(tx, niche.id);
    const schemaVersion = (newest?.schemaVersion ?? 0) + 1;
    await insertForm(tx, { ...input, nicheId: niche.id, id: newId(), schemaVersion, createdBy: userOf(who) });
    nicheChanged(tx, 'form.created', niche.id);
    await audit(tx, [
      {
        actor: who,
        action: 'form.created',
        entityType: 'niche',
        entityId: niche.id,
        after: { schemaVersion, fields: input.fields.map((field) => field.id) },
        description: `Form ${schemaVersion} of niche ${niche.name} was created.`,
      },
    ]);
    return (await formAt(tx, niche.id, schemaVersion))!;
  });
}

/**
 * Changes a version that was never in use. One that was stays as it is: leads are read by it.
 * @throws Refusal niche_not_found, niche_archived, form_not_found, form_in_use
 */
export async function editFormSchema(
  app: App,
  input: Partial<FormInput> & { nicheId: string; schemaVersion: number },
  who: AuditActor,
): Promise<FormVersion> {
  return app.db.tx({ role: 'operator' }, async (tx) => {
    const { niche } = await nicheForEdit(tx, input.nicheId);
    const before = await formAt(tx, niche.id, input.schemaVersion);
    if (!before) throw refusals.form_not_found();
    if (before.activatedAt !== null) throw refusals.form_in_use();
    const fields = input.fields ?? before.fields;
    await updateForm(tx, {
      id: before.id,
      fields,
      changeSummary: input.changeSummary ?? before.changeSummary,
    });
    nicheChanged(tx, 'form.changed', niche.id);
    await audit(tx, [
      {
        actor: who,
        action: 'form.changed',
        entityType: 'niche',
        entityId: niche.id,
        before: { schemaVersion: before.schemaVersion, fields: before.fields.map((field) => field.id) },
        after: { schemaVersion: before.schemaVersion, fields: fields.map((field) => field.id) },
        description: `Form ${before.schemaVersion} of niche ${niche.name} was changed.`,
      },
    ]);
    return (await formAt(tx, niche.id, input.schemaVersion))!;
  });
}

/** A version that is to be put in use. @throws Refusal form_not_found */
export async function wantedForm(tx: Tx, nicheId: string, schemaVersion: number): Promise<FormVersion> {
  const form = await formAt(tx, nicheId, schemaVersion);
  if (!form) throw refusals.form_not_found();
  return form;
}
