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
export { providerRoutes } from './routes.ts';
export { readProvider } from './store.ts';
