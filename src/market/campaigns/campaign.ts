/** A campaign sells leads of one niche; the policies of confirmation, approval and consent live here. */
export type Confirmation = 'double_opt_in' | 'source_attested' | 'admin_attested';
export type Approval = 'manual' | 'auto' | 'auto_if';
/** What happens to a lead that nobody has approved 25 minutes after it was ready. */
export type LateApproval = 'alert' | 'approve';
/** What providers may buy themselves: nothing, leads that nobody took, or also seats that stayed open. */
export type PurchaseMode = 'off' | 'unsold' | 'open_seats';

export type CampaignPolicy = {
  /** Alpha-2 codes; empty: every country. */
  countries: string[];
  confirmation: Confirmation;
  approval: Approval;
  /** 0 to 100, with `auto_if` only: from this score on a lead needs nobody's word. */
  approvalScore: number | null;
  /** `alert` when left out. */
  lateApproval?: LateApproval | undefined;
  /** 0 to 100: from this score on a confirmed lead is premium. */
  premiumScore: number;
  consentText: string;
  /** `off` when left out. */
  purchase?: PurchaseMode | undefined;
  /** How many providers the form tells the person about; never exceeded. */
  recipientsTold: number;
};

/** Level id to minor units as text: instead of the level's price for the leads of a campaign. */
export type LevelPrices = Record<string, string>;

export type Campaign = CampaignPolicy & {
  id: string;
  lateApproval: LateApproval;
  purchase: PurchaseMode;
  nicheId: string;
  name: string;
  slug: string;
  isDefault: boolean;
  /** The niche's: what the prices are written in. */
  currency: string;
  levelPrices: LevelPrices;
  /** What it names from a moment on, instead of all its prices until then; null: nothing is announced. */
  comingLevelPrices: LevelPrices | null;
  comingLevelPricesAt: Date | null;
  /** Counts the texts that people were shown; every one is kept. */
  consentVersion: number;
  active: boolean;
  archivedAt: Date | null;
  version: number;
  createdAt: Date;
  updatedAt: Date;
};

/** Policies that contradict each other, as field and sentence. */
export function policyProblems(policy: CampaignPolicy): { field: string; message: string }[] {
  const problems: { field: string; message: string }[] = [];
  if (policy.approval === 'auto_if' && policy.approvalScore === null) {
    problems.push({
      field: 'approval_score',
      message: 'Say from which score on a lead is approved by itself.',
    });
  }
  if (policy.approval !== 'auto_if' && policy.approvalScore !== null) {
    problems.push({ field: 'approval_score', message: 'Leave it empty unless approval is auto_if.' });
  }
  return problems;
}

/** What to tell an operator whose form names fewer recipients than a level sells. Empty when all is well. */
export function recipientWarnings(recipientsTold: number, seats: number): string[] {
  if (seats <= recipientsTold) return [];
  return [
    `A level of this niche sells a lead to ${seats} providers, but the form tells the person about ` +
      `${recipientsTold}: no lead goes to more than ${recipientsTold}.`,
  ];
}

/** The text of a new campaign until somebody writes a better one. */
export const plainConsentText = (nicheName: string, recipientsTold: number): string =>
  `I agree that my details are passed on to ${recipientsTold === 1 ? 'one company' : `up to ${recipientsTold} companies`} ` +
  `for my request (${nicheName}), and that they contact me by e-mail or phone about it. ` +
  'I can withdraw this at any time.';
