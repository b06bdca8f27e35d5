/** The operator's pages. Each one is loaded when it is first opened; its address is checked here. */
import { leadPages } from './lead-routes.ts';
import { marketPages } from './market-routes.ts';

export const adminPages = [...leadPages, ...marketPages];
