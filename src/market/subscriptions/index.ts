export { nicheRules, nicheRulesAt } from './read-rules.ts';
export type { Cap, CapWindow, Filter, NicheRules, RuleLevel, RuleSubscription, Terms } from './rules.ts';
