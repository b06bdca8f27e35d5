import type { Currency } from '../../kernel/money.ts';
import { SecretError, type Secrets } from '../../platform/secrets.ts';
import { openAnswers } from '../sealed-answers.ts';
import type { DeliveredAssignment, DeliveredLead } from './payload.ts';
import type { ContentRow } from './store.ts';

/** What is read for a delivery, as the rules of the body take it. */

const leadOf = (row: ContentRow, secrets: Pick<Secrets, 'decryptText'>): DeliveredLead => ({
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
  answers: {
    ...row.utmOther,
    ...row.attribution,
    ...row.contact,
    ...openAnswers(secrets, row.leadId, row.answers),
  },
});

/** The lead with its sensitive answers in clear; null when their data key is missing. */
export function readableLead(row: ContentRow, secrets: Pick<Secrets, 'decryptText'>): DeliveredLead | null {
  try {
    return leadOf(row, secrets);
  } catch (error) {
    if (error instanceof SecretError) return null;
    throw error;
  }
}

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
