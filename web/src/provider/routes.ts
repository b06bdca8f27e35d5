/** The provider's pages. Each one is loaded when it is first opened; its address is checked here. */
import { ownLeadPages } from './lead-routes.ts';
import { ownPages } from './own-routes.ts';

export const providerPages = [ownLeadPages, ...ownPages];
