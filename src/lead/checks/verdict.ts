/**
 * What one check says about a lead. Verdicts are kept for years, so they hold codes and figures, no person
 * data.
 */
export type Verdict = {
  /** Name of the check: `phone`, `mx`, a vendor's name. */
  check: string;
  /** `warn` costs points, `fail` stops the lead in quarantine, `unknown` could not be found out. */
  result: 'pass' | 'warn' | 'fail' | 'unknown';
  /** snake_case code of what was found. */
  reason?: string;
  facts?: Record<string, string | number | boolean>;
  /** Share in the score, 0 to 100; 0 counts nothing. */
  weight: number;
};

/** What the checks may look at. The form has been read before: e-mail and phone are normalised. */
export type CheckSubject = {
  email: string;
  phone: PhoneFacts | null;
  name: string | null;
  /** Alpha-2 that the person gave, else the page's. */
  country: string | null;
  /** Free texts the person wrote, without name and contact data. */
  texts: readonly string[];
};

/** The part of a form's phone (`market/catalog`) that checks use. */
export type PhoneFacts = {
  e164: string;
  country: string | null;
  callingCode: string;
  type: string;
  valid: boolean;
  possible: boolean;
  doubtful: boolean;
};
