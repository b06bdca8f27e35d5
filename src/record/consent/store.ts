import { newId } from '../../kernel/ids.ts';
import type { Part, Tx } from '../../platform/db.ts';

/** Who says that the person agreed: the person's own form, a source that attests it, an operator. */
export type ConsentMethod = 'form' | 'source' | 'admin';

export type Consent = {
  leadId: string;
  campaignId: string;
  /** Version of the campaign's text that the person saw. */
  textVersion: number;
  /** When the person agreed; null: now. */
  givenAt: Date | null;
  method: ConsentMethod;
  ip: string | null;
  userAgent: string | null;
  pageUrl: string | null;
  locale: string | null;
  /** How many providers the person was told of at most. */
  recipientsTold: number;
};

/** The insert of a consent, to stand inside the statement that writes the lead. */
export const consentRow = (tx: Tx, consent: Consent): Part => tx`
    insert into consents (id, lead_id, campaign_id, text_version, given_at, method, ip, user_agent, page_url, locale,
      recipients_told)
    values (${newId()}, ${consent.leadId}, ${consent.campaignId}, ${consent.textVersion},
      coalesce(${consent.givenAt}, clock_timestamp()), ${consent.method}, ${consent.ip}, ${consent.userAgent},
      ${consent.pageUrl}, ${consent.locale}, ${consent.recipientsTold})`;

export type ConsentView = Omit<Consent, 'givenAt' | 'recipientsTold'> & { givenAt: Date; text: string };

/** What the person of a lead agreed to, with the words. Index: consents_lead. */
export async function consentOf(tx: Tx, leadId: string): Promise<ConsentView | null> {
  const [consent] = await tx<ConsentView[]>`
    select c.lead_id as "leadId", c.campaign_id as "campaignId", c.text_version as "textVersion",
      c.given_at as "givenAt", c.method, host(c.ip) as ip, c.user_agent as "userAgent", c.page_url as "pageUrl",
      c.locale, t.text
    from consents c join consent_texts t on t.campaign_id = c.campaign_id and t.text_version = c.text_version
    where c.lead_id = ${leadId}`;
  return consent ?? null;
}
