export {
  addEndpoint,
  checkUrl,
  createEndpoint,
  editEndpoint,
  type NewlySealed,
  rotateSecret,
} from './edit-endpoint.ts';
export {
  type Endpoint,
  type EndpointTerms,
  type Health,
  healthOf,
  type ResponseRule,
  sealedPlace,
} from './endpoint.ts';
export { refusals } from './errors.ts';
export { BASE_FIELDS, EXTRAS_KEY, isXmlName, knownNames, unfillable, unfillableWords } from './fields.ts';
export { endpointRoutes } from './routes.ts';
export { endpointView as endpointShape } from './schema.ts';
export { headersOf, signingSecrets } from './sealed.ts';
export { endpointsOf, readEndpoint } from './store.ts';
export { endpointView } from './view.ts';
