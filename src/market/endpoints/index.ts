export {
  type Endpoint,
  type EndpointTerms,
  type Health,
  healthOf,
  type ResponseRule,
  sealedPlace,
} from './endpoint.ts';
export { readEndpoint } from './store.ts';
