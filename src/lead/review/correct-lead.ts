import { type AuditActor, audit } from '../../journal/audit/index.ts';
import { foldEmail, isCountry, normaliseEmail, readName } from '../../kernel/contact.ts';
import type { Detail } from '../../kernel/errors.ts';
import { readPhone } from '../../market/catalog/index.ts';
import type { App } from '../../platform/app.ts';
import { httpRefusals } from '../../platform/errors.ts';
import { requireVersion } from '../../platform/versions.ts';
import { personHashes } from '../person.ts';
import { lockLead, notWaiting, refuseEnded } from './decide-lead.ts';
import { refusals } from './errors.ts';
import { type ContactFields, readContactFields, updateContact } from './store.ts';

export type Correction = {
  name?: string | undefined;
  email?: string | undefined;
  phone?: string | null | undefined;
  country?: string | undefined;
};

/**
 * An operator mends the contact data of a lead in quarantine, for instance a mistyped number, before releasing it. What
 * the person typed stays in the receipt. The audit row names fields, never values.
 * @throws Refusal `review_lead_not_found`, `lead_already_distributed`, `lead_ended`, `lead_not_waiting`, `version_stale`,
 *   `input_invalid`
 */
export async function correctLead(
  app: App,
  input: { leadId: string; expected: number; edit: Correction },
  who: AuditActor,
): Promise<{ leadId: string; version: number }> {
  return app.db.tx({ role: 'operator' }, async (tx) => {
    const lead = await lockLead(tx, input.leadId);
    refuseEnded(lead);
    if (lead.state !== 'quarantined') throw notWaiting(lead, 'a correction');
    requireVersion(lead, input.expected);
    const before = await readContactFields(tx, lead.id);
    if (!before?.email)
      throw refusals.review_lead_not_found({ message: 'The person of this lead was erased.' });
    const after = corrected(before, input.edit);
    const hashes = personHashes(app.secrets, {
      emailFolded: foldEmail(after.email ?? ''),
      e164: after.phone,
    });
    await updateContact(tx, { ...after, leadId: lead.id, hashes });
    const changed = Object.keys(input.edit).filter(
      (name) => input.edit[name as keyof Correction] !== undefined,
    );
    await audit(tx, [
      {
        actor: who,
        action: 'lead.corrected',
        entityType: 'lead',
        entityId: lead.id,
        before: { version: lead.version },
        after: {
          version: lead.version + 1,
          fields: changed,
          emailHash: hashes.email,
          phoneHash: hashes.phone,
        },
        description: `An operator corrected: ${changed.join(', ')}.`,
      },
    ]);
    return { leadId: lead.id, version: lead.version + 1 };
  });
}

/** The fields as they are stored after the edit. @throws Refusal `input_invalid` naming each that cannot be taken */
function corrected(before: ContactFields, edit: Correction): ContactFields {
  const details: Detail[] = [];
  const after = { ...before };
  if (edit.country !== undefined) {
    if (isCountry(edit.country)) after.country = edit.country;
    else
      details.push({
        field: 'country',
        message: 'Give the country as two capital letters, for instance DE.',
      });
  }
  if (edit.name !== undefined) {
    const name = readName({ name: edit.name });
    if (name.ok) Object.assign(after, name.value);
    else details.push({ field: 'name', message: 'Write the name in letters only, at most 200.' });
  }
  if (edit.email !== undefined) {
    const email = normaliseEmail(edit.email);
    if (email.ok) after.email = email.email;
    else details.push({ field: 'email', message: 'Write the e-mail address like name@example.com.' });
  }
  if (edit.phone === null) {
    Object.assign(after, { phone: null, phoneTyped: null, callingCode: null });
  } else if (edit.phone !== undefined) {
    const read = readPhone(edit.phone, after.country);
    if (read.ok && read.phone.valid) {
      const { e164, typed, callingCode } = read.phone;
      Object.assign(after, { phone: e164, phoneTyped: typed, callingCode });
    } else {
      details.push({
        field: 'phone',
        message: 'Start with + and the country code, for example +49 30 901820.',
      });
    }
  }
  if (details.length > 0) throw httpRefusals.input_invalid({ details });
  return after;
}
