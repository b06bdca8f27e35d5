export { filterShape } from '../schema.ts';
export { activateFormSchema, previewActivation } from './activate-form.ts';
export { withAreas } from './area-lists.ts';
export { readCaps, shownCaps } from './check-terms.ts';
export { shownTerms, unsubscribe, updateFilters } from './edit-subscription.ts';
export { importPlaces, PlacesFileError } from './import-places.ts';
export { type ShownSubscription, showSubscription, showSubscriptions } from './list-subscriptions.ts';
export { takeOverOwnPrices } from './own-price.ts';
export { pause, resume } from './pause-subscription.ts';
export { nicheRules, nicheRulesAt } from './read-rules.ts';
export { subscriptionRoutes } from './routes.ts';
export type { Cap, CapWindow, Filter, NicheRules, RuleLevel, RuleSubscription, Terms } from './rules.ts';
export { subscriptionEditFor, subscriptionView as subscriptionShape } from './schema.ts';
export { readSubscription } from './store.ts';
export { type PostcodeOf, placesOf } from './store-areas.ts';
export { addSubscription, readTerms, subscribe } from './subscribe.ts';
export {
  isOperatorsPause,
  type State,
  type Subscription,
  sideOf,
  stateOf,
} from './subscription.ts';
export { subscriptionView } from './view.ts';
