import type { Currency } from '../../kernel/money.ts';
import type { DeliveredAssignment, DeliveredLead } from './payload.ts';
import type { ContentRow } from './store.ts';

/** What is read for a delivery, as the rules of the body take it. */

export const leadOf = (row: ContentRow): DeliveredLead => ({
  id: row.leadId,
  name: row.contact.name ?? '',
  email: row.contact.email ?? '',
  phone: row.contact.phone ?? '',
  country: row.country ?? '',
  niche: row.niche,
  leadType: row.leadType ?? 'raw',
  source: row.source ?? '',
  submittedAt: row.submittedAt,
  // An answer of the form goes before what was derived from it.
  answers: { ...row.utmOther, ...row.attribution, ...row.contact, ...answersOf(row.answers) },
});

export const assignmentOf = (row: ContentRow): DeliveredAssignment => ({
  id: row.assignmentId,
  price: { amount: row.amount, currency: row.currency as Currency },
  competitionLevel: row.level,
  subscriptionId: row.subscriptionId,
  test: row.test,
  consent:
    row.consentVersion === null || row.consentAt === null
      ? null
      : { textVersion: row.consentVersion, givenAt: row.consentAt },
  sharedWithMax: row.maxShared,
  utmOther: row.utmOther,
});

function answersOf(text: string | null): Record<string, unknown> {
  const read: unknown = text === null ? {} : JSON.parse(text);
  return typeof read === 'object' && read !== null ? (read as Record<string, unknown>) : {};
}
