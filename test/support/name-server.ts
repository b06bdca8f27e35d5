import dgram from 'node:dgram';
import type { AddressInfo } from 'node:net';
import ipaddr from 'ipaddr.js';

/** What the name server says to one question. `silent` says nothing. Every answer has a time to live of 0. */
export type Said = { alias?: string; addresses?: string[]; code?: 'SERVFAIL' | 'NXDOMAIN' } | 'silent';

const CODES = { SERVFAIL: 2, NXDOMAIN: 3 };
const TYPES = { A: 1, CNAME: 5, AAAA: 28 };

/** A name server on loopback (UDP) that a test holds in its hand. */
export async function startNameServer(say: (name: string, type: 'A' | 'AAAA') => Said) {
  const socket = dgram.createSocket('udp4');
  let questions = 0;
  socket.on('message', (message, from) => {
    questions += 1;
    const { name, type, end } = readQuestion(message);
    const said = say(name, type === TYPES.AAAA ? 'AAAA' : 'A');
    if (said !== 'silent') socket.send(reply(message, end, type, said), from.port, from.address);
  });
  await new Promise<void>((ready) => socket.bind(0, '127.0.0.1', ready));
  return {
    server: `127.0.0.1:${(socket.address() as AddressInfo).port}`,
    questions: () => questions,
    close: () => new Promise<void>((closed) => socket.close(() => closed())),
  };
}

function readQuestion(message: Buffer): { name: string; type: number; end: number } {
  const labels: string[] = [];
  let at = 12;
  for (let length = message[at]!; length > 0; length = message[at]!) {
    labels.push(message.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { name: labels.join('.').toLowerCase(), type: message.readUInt16BE(at + 1), end: at + 5 };
}

function reply(question: Buffer, end: number, type: number, said: Exclude<Said, 'silent'>): Buffer {
  const records: Buffer[] = [];
  let owner: Buffer = Buffer.from([0xc0, 12]);
  if (said.alias !== undefined) {
    records.push(record(owner, TYPES.CNAME, nameBytes(said.alias)));
    owner = nameBytes(said.alias);
  }
  for (const address of said.addresses ?? []) {
    const parsed = ipaddr.parse(address);
    const kind = parsed.kind() === 'ipv4' ? TYPES.A : TYPES.AAAA;
    if (kind === type) records.push(record(owner, kind, Buffer.from(parsed.toByteArray())));
  }
  const head = Buffer.alloc(12);
  question.copy(head, 0, 0, 2);
  head.writeUInt16BE(0x8180 | (said.code === undefined ? 0 : CODES[said.code]), 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt16BE(records.length, 6);
  return Buffer.concat([head, question.subarray(12, end), ...records]);
}

function record(owner: Buffer, type: number, data: Buffer): Buffer {
  const fixed = Buffer.alloc(10);
  fixed.writeUInt16BE(type, 0);
  fixed.writeUInt16BE(1, 2);
  fixed.writeUInt16BE(data.length, 8);
  return Buffer.concat([owner, fixed, data]);
}

function nameBytes(name: string): Buffer {
  const labels = name
    .split('.')
    .map((label) => Buffer.concat([Buffer.from([label.length]), Buffer.from(label)]));
  return Buffer.concat([...labels, Buffer.from([0])]);
}
