import type { AuditActor, AuditEntry } from '../../journal/audit/index.ts';
import { SYSTEM } from '../../journal/audit/index.ts';
import { approvesItself, confirmedBy, type Policy, typeOf, whyApproved } from '../course.ts';
import { APPROVAL_WARNING_MS, type LeadState, type LeadType } from '../lead.ts';
import type { Judgement } from './judge.ts';

/** How far a lead gets in the transaction that takes it in, and what each step leaves in the audit log. Pure. */
export type Plan = {
  state: LeadState;
  stoppedAt: LeadState | null;
  reason: string | null;
  /** States in the order in which the lead passed them, `received` first. */
  passed: LeadState[];
  confirmedBy: 'source' | null;
  /** The person has to be asked by mail. */
  asksByMail: boolean;
  approvedBy: 'system' | null;
  leadType: LeadType | null;
  dueInMs: number;
};

export type PlanInput = {
  policy: Policy;
  attested: boolean;
  /** Only from a source that the campaign trusts. */
  declaredType: LeadType | null;
  judgement: Judgement;
  /** Outside checks are configured and have not been answered yet. */
  checksOutstanding: boolean;
  confirmationExpiryMs: number;
  quarantineExpiryMs: number;
};

export function planLead(input: PlanInput): Plan {
  const { policy, judgement } = input;
  const confirmer = confirmedBy(policy, input.attested);
  const next: LeadState = confirmer === null ? 'checking' : 'pending_confirmation';
  const plan: Plan = {
    state: next,
    stoppedAt: null,
    reason: null,
    passed: ['received', next],
    confirmedBy: confirmer === null ? 'source' : null,
    asksByMail: confirmer === 'submitter',
    approvedBy: null,
    leadType: input.declaredType,
    dueInMs: confirmer === null ? 0 : input.confirmationExpiryMs,
  };
  const { stoppedBy, score } = judgement;
  if (stoppedBy !== null) {
    return {
      ...plan,
      state: 'quarantined',
      stoppedAt: next,
      reason: stoppedBy.reason ?? stoppedBy.check,
      passed: ['received', 'quarantined'],
      asksByMail: false,
      dueInMs: input.quarantineExpiryMs,
    };
  }
  if (confirmer !== null || input.checksOutstanding) return plan;
  const checked = { ...plan, leadType: typeOf(policy, score, input.declaredType) };
  if (!approvesItself(policy, score)) {
    return {
      ...checked,
      state: 'pending_approval',
      passed: [...plan.passed, 'pending_approval'],
      dueInMs: APPROVAL_WARNING_MS,
    };
  }
  return {
    ...checked,
    state: 'approved',
    passed: [...plan.passed, 'pending_approval', 'approved'],
    approvedBy: 'system',
    dueInMs: 0,
  };
}

/** One row per state that was passed; the first is the sender's act, the others are the program's. */
export function auditOf(
  plan: Plan,
  lead: { id: string; who: AuditActor; policy: Policy; test: boolean },
): AuditEntry[] {
  return plan.passed.map((state, at) => ({
    actor: at === 0 ? lead.who : SYSTEM,
    action: `lead.${state}`,
    entityType: 'lead',
    entityId: lead.id,
    before: at === 0 ? null : { state: plan.passed[at - 1] },
    after: {
      state,
      ...(state === 'quarantined' ? { reason: plan.reason } : {}),
      ...(lead.test ? { test: true } : {}),
    },
    description: sentenceOf(state, plan, lead.policy),
  }));
}

function sentenceOf(state: LeadState, plan: Plan, policy: Policy): string {
  switch (state) {
    case 'received':
      return 'A lead came in.';
    case 'pending_confirmation':
      return plan.asksByMail
        ? 'The person was asked by mail to confirm.'
        : 'The lead waits for an operator to confirm it.';
    case 'checking':
      return 'The source attests that the person agreed; the checks go on.';
    case 'pending_approval':
      return 'All checks passed.';
    case 'approved':
      return whyApproved(policy);
    default:
      return 'A check stopped the lead; it waits for an operator.';
  }
}
