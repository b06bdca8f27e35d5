import { createTransport } from 'nodemailer';
import type { Config } from './config.ts';

/** Sending mail: one interface, and a file of settings decides who stands behind it. */

export type Mail = {
  /** Id of the message; it makes the Message-ID, so a repeat can be recognised by the receiver. */
  id: string;
  to: string;
  subject: string;
  text: string;
  html: string;
};

export type MailDriver = {
  name: string;
  /** Mails that are sent at the same time. */
  batchMax: number;
  /** @throws MailError */
  send(mail: Mail): Promise<void>;
  close(): void;
};

/** A mail that was not taken. `final`: trying again cannot help. The reason holds codes, never an address. */
export class MailError extends Error {
  override readonly name = 'MailError';
  readonly final: boolean;
  constructor(reason: string, final: boolean) {
    super(reason);
    this.final = final;
  }
}

const CONNECT_TIMEOUT_MS = 10_000;
const SOCKET_TIMEOUT_MS = 20_000;
const CONNECTIONS_MAX = 5;

/** SMTP when `SMTP_URL` is set, else the development mailbox: mails stay in the table, shown at /dev/mail. */
export function createMailDriver(config: Pick<Config, 'SMTP_URL' | 'MAIL_FROM'>): MailDriver {
  return config.SMTP_URL === undefined ? mailbox : smtp(config.SMTP_URL, config.MAIL_FROM);
}

const mailbox: MailDriver = { name: 'mailbox', batchMax: 200, send: async () => {}, close: () => {} };

function smtp(url: string, from: string): MailDriver {
  const { hostname, port, protocol, username, password } = new URL(url);
  const secure = protocol === 'smtps:';
  const transport = createTransport({
    host: hostname,
    port: port === '' ? (secure ? 465 : 587) : Number(port),
    secure,
    ...(username === ''
      ? {}
      : { auth: { user: decodeURIComponent(username), pass: decodeURIComponent(password) } }),
    pool: true,
    maxConnections: CONNECTIONS_MAX,
    connectionTimeout: CONNECT_TIMEOUT_MS,
    greetingTimeout: CONNECT_TIMEOUT_MS,
    socketTimeout: SOCKET_TIMEOUT_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const domain = /@([^>\s]+)/.exec(from)?.[1] ?? 'localhost';
  return {
    name: 'smtp',
    batchMax: CONNECTIONS_MAX,
    async send({ id, to, subject, text, html }) {
      try {
        // An address object: a comma in the text must not make two recipients of it.
        const receiver = { name: '', address: to };
        await transport.sendMail({ from, to: receiver, subject, text, html, messageId: `<${id}@${domain}>` });
      } catch (error) {
        const { code, responseCode } = error as { code?: string; responseCode?: number };
        const final = responseCode !== undefined && responseCode >= 500;
        throw new MailError(`smtp ${responseCode ?? code ?? 'failed'}`, final);
      }
    },
    close: () => transport.close(),
  };
}
