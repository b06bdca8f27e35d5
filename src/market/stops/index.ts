export { stopRoutes } from './routes.ts';
export type { StopScope } from './schema.ts';
export { endStop, setStop, subjectOf } from './set-stop.ts';
export { findTargets, heldStop, type Stop } from './store.ts';
