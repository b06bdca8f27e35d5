export { type MarkedBad, markBad, type RefundedOne, refundAssignment } from './mark-bad.ts';
export { returnRoutes } from './routes.ts';
