import { type AuditActor, audit } from '../../journal/audit/index.ts';
import { newId } from '../../kernel/ids.ts';
import type { App } from '../../platform/app.ts';
import type { Tx } from '../../platform/db.ts';
import { nicheChanged } from '../events.ts';
import { userOf } from './create-niche.ts';
import { nicheForEdit } from './edit-niche.ts';
import { refusals } from './errors.ts';
import { revisionOf } from './form-revision.ts';
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
 * @throws Refusal niche_not_found, niche_archived, form_not_found, form_in_use, form_changed
 */
export async function editFormSchema(
  app: App,
  input: Partial<FormInput> & { nicheId: string; schemaVersion: number; revision?: string | undefined },
  who: AuditActor,
): Promise<FormVersion> {
  return app.db.tx({ role: 'operator' }, async (tx) => {
    const { niche } = await nicheForEdit(tx, input.nicheId);
    const before = await formAt(tx, niche.id, input.schemaVersion);
    if (!before) throw refusals.form_not_found();
    if (before.activatedAt !== null) throw refusals.form_in_use();
    requireRevision(before, input.revision);
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

/** @param seen the revision that was on the screen; undefined: any */
function requireRevision(form: FormVersion, seen: string | undefined): void {
  if (seen !== undefined && seen !== revisionOf(form)) throw refusals.form_changed();
}

/** A version that is to be put in use. @throws Refusal form_not_found, form_changed */
export async function wantedForm(
  tx: Tx,
  of: { nicheId: string; schemaVersion: number; revision?: string | undefined },
): Promise<FormVersion> {
  const form = await formAt(tx, of.nicheId, of.schemaVersion);
  if (!form) throw refusals.form_not_found();
  requireRevision(form, of.revision);
  return form;
}
