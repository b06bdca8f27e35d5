export { ADAPTERS_MAX, type CheckAdapter, type CheckRun, runAdapters } from './adapter.ts';
export { MX_TIMEOUT_MS, MX_WEIGHT, type MxCache, type MxResolver, mxCheck } from './mx.ts';
export { checkCountryMismatch } from './rules/country-mismatch.ts';
export { checkDisposableDomain } from './rules/disposable-domain.ts';
export { checkPhone } from './rules/phone.ts';
export { checkShape } from './rules/shape.ts';
export { adaptersOf, runChecks } from './run-checks.ts';
export { allPassed, leadType, scoreOf } from './score.ts';
export type { CheckSubject, PhoneFacts, Verdict } from './verdict.ts';
