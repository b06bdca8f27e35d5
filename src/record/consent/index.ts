export { type Consent, type ConsentMethod, type ConsentView, consentOf, consentRow } from './store.ts';
