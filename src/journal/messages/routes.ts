import { z } from 'zod';
import type { App } from '../../platform/app.ts';
import { dataOf, ok, refusals, type Server } from '../../platform/http.ts';
import { type MailboxEntry, mailboxPage, mailPage, readMailbox } from './mailbox.ts';

const query = z.object({ to: z.string().max(320).optional() });
const entry = z.object({
  id: z.string(),
  to: z.string(),
  template: z.string(),
  locale: z.string(),
  state: z.string(),
  error: z.string().nullable(),
  createdAt: z.string(),
  subject: z.string(),
  text: z.string(),
  html: z.string(),
  links: z.array(z.string()),
}) satisfies z.ZodType<MailboxEntry>;
const HTML = 'text/html; charset=utf-8';

/** The development mailbox; with FAIRLEAD_DEV=1 only, which a public address refuses. */
export function messageRoutes(server: Server, app: App): void {
  if (!app.config.FAIRLEAD_DEV) return;
  const tags = ['development'];

  server.route({
    method: 'GET',
    url: '/dev/mail',
    config: { access: 'public', raw: true },
    schema: { tags, summary: 'Development mailbox: a page', querystring: query },
    handler: async (request, reply) =>
      reply.type(HTML).send(await mailboxPage(await readMailbox(app, request.query))),
  });
  server.route({
    method: 'GET',
    url: '/dev/mail.json',
    config: { access: 'public' },
    schema: {
      tags,
      summary: 'Development mailbox',
      querystring: query,
      response: { 200: dataOf(z.array(entry)) },
    },
    handler: async (request) => ok(await readMailbox(app, request.query)),
  });
  server.route({
    method: 'GET',
    url: '/dev/mail/:id',
    config: { access: 'public', raw: true },
    schema: { tags, summary: 'Development mailbox: one mail', params: z.object({ id: z.uuid() }) },
    handler: async (request, reply) => {
      const [mail] = await readMailbox(app, request.params);
      if (!mail) throw refusals.route_not_found();
      return reply.type(HTML).send(await mailPage(mail));
    },
  });
}
