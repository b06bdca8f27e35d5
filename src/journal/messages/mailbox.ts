import { Liquid } from 'liquidjs';
import type { App } from '../../platform/app.ts';
import { renderMessage } from './render.ts';
import { openParams } from './secret-params.ts';
import { type MailboxRow, selectMailbox } from './store.ts';

/** The development mailbox: what was written to people, readable without a mail server. */

export type MailboxEntry = {
  id: string;
  to: string;
  template: string;
  locale: string;
  state: string;
  error: string | null;
  createdAt: string;
  subject: string;
  text: string;
  html: string;
  /** Addresses in the text, in order: a script follows them. */
  links: string[];
};

const MAILS_MAX = 50;

/** The newest mails first, as they are or would be sent. */
export async function readMailbox(
  app: Pick<App, 'db' | 'config' | 'secrets'>,
  filter: { to?: string | undefined; id?: string | undefined },
): Promise<MailboxEntry[]> {
  const rows = await app.db.tx({ role: 'engine' }, (tx) => selectMailbox(tx, filter, MAILS_MAX), {
    readOnly: true,
  });
  return Promise.all(rows.map((row) => entryOf(app, row)));
}

async function entryOf(app: Pick<App, 'config' | 'secrets'>, row: MailboxRow): Promise<MailboxEntry> {
  const show = async () =>
    renderMessage({ ...row, params: openParams(row, app.secrets) }, app.config.PUBLIC_URL);
  const { subject, text, html } = await show().catch((error: Error) => ({
    subject: '(cannot be shown)',
    text: error.message,
    html: '',
  }));
  return {
    id: row.id,
    to: row.recipient,
    template: row.template,
    locale: row.locale,
    state: row.state,
    error: row.last_error,
    createdAt: row.created_at.toISOString(),
    subject,
    text,
    html,
    links: [...text.matchAll(/https?:\/\/\S+/g)].map(([link]) => link.replace(/[.,)]$/, '')),
  };
}

const engine = new Liquid({ outputEscape: 'escape', strictVariables: true });
const frame = (title: string, body: string) =>
  engine.parse(`<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${title}</title>
<meta name="viewport" content="width=device-width"><style>body{font:16px/1.5 system-ui;margin:2rem auto;max-width:60rem;
padding:0 1rem}table{border-collapse:collapse;width:100%}td,th{border-bottom:1px solid #ccc;padding:.4rem;text-align:left}
pre{white-space:pre-wrap}iframe{width:100%;height:32rem;border:1px solid #ccc}</style></head><body>${body}</body></html>`);

const listTemplate = frame(
  'Mailbox',
  `<h1>Development mailbox</h1>{% if mails.size == 0 %}<p>No mail yet.</p>{% else %}
<table><thead><tr><th>Time</th><th>To</th><th>Subject</th><th>State</th></tr></thead><tbody>{% for mail in mails %}
<tr><td>{{ mail.createdAt }}</td><td>{{ mail.to }}</td><td><a href="/dev/mail/{{ mail.id }}">{{ mail.subject }}</a></td>
<td>{{ mail.state }}</td></tr>{% endfor %}</tbody></table>{% endif %}`,
);
const mailTemplate = frame(
  'Mail',
  `<p><a href="/dev/mail">Mailbox</a></p><h1>{{ mail.subject }}</h1><p>To {{ mail.to }}, {{ mail.createdAt }},
{{ mail.state }} {{ mail.error }}</p><pre>{{ mail.text }}</pre>
<iframe title="HTML part" sandbox srcdoc="{{ mail.html }}"></iframe>`,
);

export const mailboxPage = (mails: MailboxEntry[]): Promise<string> => engine.render(listTemplate, { mails });
export const mailPage = (mail: MailboxEntry): Promise<string> => engine.render(mailTemplate, { mail });
