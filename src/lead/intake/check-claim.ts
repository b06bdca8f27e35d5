import type { Detail } from '../../kernel/errors.ts';
import type { Claim } from './read-body.ts';
import type { IntakeContext } from './store.ts';

/** What must hold between a submission and its campaign, besides the answers of the form. */
export function checkClaim(claim: Claim, context: IntakeContext): Detail[] {
  return [
    ...checkConsent(claim, context),
    ...(context.sourceId === null ? formOnly(claim) : sourceOnly(claim, context)),
  ];
}

/** Without consent there is no lead. A source that attests it may leave the words out. */
function checkConsent({ consent }: Claim, context: IntakeContext): Detail[] {
  const details: Detail[] = [];
  if (!consent.accepted && !context.attested) {
    details.push({
      field: 'consent.accepted',
      message: 'Please agree to the consent text; nothing is sent without it.',
    });
  }
  if (consent.textVersion === null && context.sourceId === null) {
    details.push({
      field: 'consent.text_version',
      message: `Say which consent text was shown; the present one is ${context.consentVersion}.`,
    });
  }
  if (consent.textVersion !== null && consent.textVersion > context.consentVersion) {
    details.push({
      field: 'consent.text_version',
      message: `There is no such text; the present one is ${context.consentVersion}.`,
    });
  }
  return details;
}

/** A public form proves nothing about its sender, so it may say nothing beyond the form. */
function formOnly(claim: Claim): Detail[] {
  const message = 'Only a source may send this; leave it out.';
  const { consent } = claim;
  const said: [string, boolean][] = [
    ['test', claim.test],
    ['lead_type', claim.leadType !== null],
    ['wait', claim.waitMs > 0],
    ['consent.given_at', consent.givenAt !== null],
    ['consent.ip', consent.ip !== null],
    ['consent.user_agent', consent.userAgent !== null],
  ];
  return said.filter(([, given]) => given).map(([field]) => ({ field, message }));
}

/** A source belongs to one campaign; a body that names another was sent to the wrong address. */
function sourceOnly(claim: Claim, context: IntakeContext): Detail[] {
  const details: Detail[] = [];
  if (claim.niche !== null && claim.niche !== context.nicheSlug) {
    details.push({ field: 'niche', message: `This source sends for ${context.nicheSlug}.` });
  }
  if (claim.campaign !== null && claim.campaign !== context.campaignSlug) {
    details.push({ field: 'campaign', message: `This source sends for ${context.campaignSlug}.` });
  }
  if (claim.leadType !== null && !context.attested) {
    details.push({ field: 'lead_type', message: 'Only a source that attests its leads may say this.' });
  }
  return details;
}
