export { createSource, editSource, pauseSource, rotateSource } from './edit-source.ts';
export { sourceRoutes } from './routes.ts';
export type { Source, SourceType } from './source.ts';
export { readSource, sourceByToken } from './store.ts';
