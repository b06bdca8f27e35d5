import type { LeadType } from './lead.ts';

/**
 * Where a lead goes next by the campaign's policies. Pure: intake, confirmation, checks and release ask the same
 * questions and get the same answers.
 */
export type Policy = {
  confirmation: 'double_opt_in' | 'source_attested' | 'admin_attested';
  approval: 'manual' | 'auto' | 'auto_if';
  approvalScore: number | null;
  premiumScore: number;
};

/** Who has to confirm that the person asked for this; null: the source has attested it already. */
export function confirmedBy(policy: Policy, attestedSource: boolean): 'submitter' | 'operator' | null {
  if (policy.confirmation === 'admin_attested') return 'operator';
  return policy.confirmation === 'source_attested' && attestedSource ? null : 'submitter';
}

/** Whether a lead with this score is approved without anybody's word. */
export function approvesItself(policy: Policy, score: number): boolean {
  if (policy.approval === 'auto') return true;
  return policy.approval === 'auto_if' && policy.approvalScore !== null && score >= policy.approvalScore;
}

/** The type a lead has once it is confirmed and checked; a trusted source's own word counts before the score. */
export function typeOf(policy: Policy, score: number, declared: LeadType | null): LeadType {
  return declared ?? (score >= policy.premiumScore ? 'premium' : 'raw');
}

/** For the audit row of an approval without a person. */
export function whyApproved(policy: Policy): string {
  return policy.approval === 'auto'
    ? 'The lead was approved by itself: its campaign approves every checked lead.'
    : 'The lead was approved by itself: its score reaches the campaign’s limit.';
}
