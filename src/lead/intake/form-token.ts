import { randomBytes } from 'node:crypto';
import type { App } from '../../platform/app.ts';
import type { Secrets } from '../../platform/secrets.ts';
import { refusals } from './errors.ts';

/** A form may stay open in a tab for a day. */
const FORM_TOKEN_LIFE_MS = 24 * 60 * 60_000;
const PURPOSE = 'lead form';

/**
 * A token for one showing of a campaign's form. It makes a second click on "send" the same submission; nothing is
 * stored until the form comes back.
 */
export function newFormToken(app: Pick<App, 'secrets'>, campaignId: string): string {
  const nonce = randomBytes(16).toString('base64url');
  return app.secrets.sign(PURPOSE, `${campaignId} ${nonce}`, new Date(Date.now() + FORM_TOKEN_LIFE_MS));
}

/** The nonce of a form token. @throws Refusal `form_token_invalid` also when it belongs to another campaign. */
export function nonceOf(secrets: Secrets, token: string, campaignId: string): string {
  const verified = secrets.verify(PURPOSE, token, new Date());
  const [campaign, nonce] = verified.ok ? verified.payload.split(' ') : [];
  if (campaign !== campaignId || nonce === undefined) {
    throw refusals.form_token_invalid({
      details: [{ field: 'form_token', message: 'Load the form again and send it once more.' }],
    });
  }
  return nonce;
}
