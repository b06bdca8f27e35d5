export { newFormToken } from './form-token.ts';
export { type Received, receiveLead, type Submission } from './receive-lead.ts';
