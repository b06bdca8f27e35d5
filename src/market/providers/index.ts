export type { Provider, ProviderStatus } from './provider.ts';
export { readProvider } from './store.ts';
