import { enqueueMessages } from '../../journal/messages/index.ts';
import { isId } from '../../kernel/ids.ts';
import type { App } from '../../platform/app.ts';
import type { Tx } from '../../platform/db.ts';
import { takeToken } from '../../platform/rate-limit.ts';
import { confirmUrl, newConfirmToken } from '../confirm-token.ts';
import { type CourseLead, lockCourses } from '../store-advance.ts';
import { leadOfReceipt, readPersonOf, setConfirmLink } from './store.ts';

const MINUTE_MS = 60_000;
const TEN_MINUTES_MS = 10 * MINUTE_MS;
const DAY_MS = 24 * 60 * MINUTE_MS;
const PER_DAY = 3;

/**
 * Sends the confirmation mail again, at most once in ten minutes and three times a day. It answers the same whatever
 * became of the lead, so nobody learns anything from it.
 */
export async function resendConfirmation(app: App, input: { receipt: string }): Promise<void> {
  if (!isId(input.receipt)) return;
  const leadId = await app.db.tx({ role: 'engine' }, (tx) => leadOfReceipt(tx, input.receipt));
  if (leadId === null) return;
  const soon = await takeToken(app, `resend:${leadId}`, 1, TEN_MINUTES_MS);
  if (!soon.granted) return;
  const today = await takeToken(app, `resend:${leadId}`, PER_DAY, DAY_MS);
  if (!today.granted) return;
  await app.db.tx({ role: 'engine' }, async (tx) => {
    const [lead] = await lockCourses(tx, [leadId]);
    if (lead?.state === 'pending_confirmation' && lead.confirmation !== 'admin_attested') {
      await sendConfirmLink(app, tx, lead);
    }
  });
}

/** A fresh link for a lead in `pending_confirmation`; a link sent before stops working. */
export async function sendConfirmLink(app: App, tx: Tx, lead: CourseLead): Promise<void> {
  const person = await readPersonOf(tx, lead.id);
  if (!person?.email) return;
  const expiresAt = new Date(lead.now.getTime() + app.config.CONFIRMATION_EXPIRY_MS);
  const { token, hash } = newConfirmToken(app.secrets, lead.id, expiresAt);
  await setConfirmLink(tx, { leadId: lead.id, hash, expiresAt });
  await enqueueMessages(tx, [
    {
      template: 'confirm-lead',
      recipient: person.email,
      locale: person.locale ?? 'en-GB',
      leadId: lead.id,
      params: {
        campaign: lead.nicheName,
        expiresOn: expiresAt.toISOString().slice(0, 10),
      },
      secret: { params: { confirmUrl: confirmUrl(app.config.PUBLIC_URL, token) }, by: app.secrets },
    },
  ]);
}
