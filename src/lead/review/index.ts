export { attestLead, type Confirmed, confirmLead } from './confirm-lead.ts';
export { correctLead } from './correct-lead.ts';
export { approveLead, type Decided, rejectLead } from './decide-lead.ts';
export { expireConfirmations, expireDue, remindOfApprovals, runReview } from './expire-due.ts';
export { releaseLead } from './release-lead.ts';
export { resendConfirmation } from './resend-confirmation.ts';
export { retryLead } from './retry-lead.ts';
export { reviewRoutes } from './routes.ts';
