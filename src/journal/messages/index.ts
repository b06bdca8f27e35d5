export { enqueueMessages, type NewMessage } from './messages.ts';
