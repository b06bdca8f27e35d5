export { type Consent, type ConsentMethod, type ConsentView, consentOf, insertConsent } from './store.ts';
