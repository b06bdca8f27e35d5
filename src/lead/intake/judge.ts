import type { Contact } from '../../market/catalog/index.ts';
import {
  allPassed,
  checkCountryMismatch,
  checkDisposableDomain,
  checkPhone,
  checkShape,
  MX_WEIGHT,
  scoreOf,
  type Verdict,
} from '../checks/index.ts';

/** The pure checks of a lead, in the order in which they stop it, and what they come to. */
export type Judgement = {
  verdicts: Verdict[];
  score: number;
  /** The first check that stops the lead; null: it goes on. */
  stoppedBy: Verdict | null;
};

/** What the database knows about the person. */
export type PersonFacts = {
  /** An earlier lead of the same person that counts; null: none. */
  duplicateOf: string | null;
  /** Must not be contacted. */
  suppressed: boolean;
  /** Whether the mail domain takes mail, when that was found out lately; null: not known. */
  acceptsMail: boolean | null;
};

export function judge(
  lead: { contact: Contact; country: string | null; texts: string[]; campaignCountries: readonly string[] },
  person: PersonFacts,
): Judgement {
  const { contact, country } = lead;
  const verdicts: Verdict[] = [
    verdictOn('suppression', person.suppressed ? 'suppressed' : null),
    verdictOn('duplicate', person.duplicateOf === null ? null : 'duplicate'),
    checkDisposableDomain(contact.email),
    checkPhone(contact.phone),
    checkCountryMismatch({ country, phone: contact.phone, campaignCountries: lead.campaignCountries }),
    checkShape({ name: contact.name, texts: lead.texts }),
  ];
  if (person.acceptsMail !== null) {
    const mx = { check: 'mx', weight: MX_WEIGHT, facts: { cached: true } };
    verdicts.push(
      person.acceptsMail ? { ...mx, result: 'pass' } : { ...mx, result: 'fail', reason: 'no_mail_server' },
    );
  }
  const stoppedBy = verdicts.find(({ result }) => result === 'fail') ?? null;
  if ((stoppedBy === null) !== allPassed(verdicts))
    throw new Error('a check failed and nothing stopped the lead');
  return { verdicts, score: scoreOf(verdicts), stoppedBy };
}

/** What the database says weighs nothing in the score: it stops the lead or does not. */
function verdictOn(check: string, reason: string | null): Verdict {
  return reason === null
    ? { check, result: 'pass', weight: 0 }
    : { check, result: 'fail', reason, weight: 0 };
}
