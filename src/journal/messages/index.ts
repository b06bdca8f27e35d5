export { enqueueMessages, type NewMessage } from './messages.ts';
export { messageRoutes } from './routes.ts';
export { sendDueMessages } from './send-messages.ts';
