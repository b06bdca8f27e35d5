export { type AddedPartner, addPartner } from './add-partner.ts';
export {
  addProvider,
  createProvider,
  editProvider,
  pauseProvider,
  resumeProvider,
  setProviderStatus,
} from './edit-provider.ts';
export type { Provider, ProviderStatus } from './provider.ts';
export { readProviderCaps } from './provider-caps.ts';
export { providerRoutes } from './routes.ts';
export { providerEdit } from './schema.ts';
export { currenciesOf, nichesJoined, readProvider } from './store.ts';
