import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer, type Socket } from 'node:net';

/** What came in for one recipient: headers and body as they were sent. */
export type ReceivedMail = { to: string; source: string };

export type SmtpReceiver = {
  url: string;
  received: ReceivedMail[];
  /** What the server answers to RCPT from now on, for instance `450 busy`; undefined takes every mail. */
  answer: string | undefined;
  /** While true, a mail that came is not answered; each of these answers one of them. */
  holds: boolean;
  held: ((line: string) => void)[];
  [Symbol.asyncDispose](): Promise<void>;
};

/** A mail server on the loopback address: takes or refuses recipients as it is told. */
export async function startSmtpReceiver(): Promise<SmtpReceiver> {
  const sockets = new Set<Socket>();
  const receiver: SmtpReceiver = {
    url: '',
    received: [],
    answer: undefined,
    holds: false,
    held: [],
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    talk(socket, receiver);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  receiver.url = `smtp://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return receiver;
}

function talk(socket: Socket, receiver: SmtpReceiver): void {
  let waiting = '';
  let to = '';
  let inData = false;
  const say = (line: string) => socket.write(`${line}\r\n`);
  say('220 ready');
  socket.setEncoding('utf8').on('data', (chunk) => {
    waiting += chunk;
    for (;;) {
      const end = inData ? '\r\n.\r\n' : '\r\n';
      const at = waiting.indexOf(end);
      if (at === -1) return;
      const line = waiting.slice(0, at);
      waiting = waiting.slice(at + end.length);
      if (inData) {
        receiver.received.push({ to, source: line });
        inData = false;
        if (receiver.holds) receiver.held.push(say);
        else say('250 taken');
      } else if (line.startsWith('RCPT TO:')) {
        to = /<(.*)>/.exec(line)?.[1] ?? '';
        say(receiver.answer ?? '250 ok');
      } else if (line === 'DATA') {
        inData = true;
        say('354 go on');
      } else say(line === 'QUIT' ? '221 bye' : '250 ok');
    }
  });
}
