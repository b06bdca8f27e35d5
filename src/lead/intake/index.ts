export { newFormToken } from './form-token.ts';
export { sweepRepeats } from './jobs.ts';
export { type Received, receiveLead, type Submission } from './receive-lead.ts';
export { intakeRoutes } from './routes.ts';
