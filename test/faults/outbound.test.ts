import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test, vi } from 'vitest';
import {
  createOutbound,
  type Exchange,
  type Outbound,
  type OutboundOptions,
} from '../../src/platform/outbound.ts';
import { selfSigned } from '../support/certificates.ts';
import { answer, type Conduct, type Receiver, startReceiver } from '../support/receivers.ts';

/** The guarded client against real sockets: hostile names, hostile receivers, and traps that nothing may reach. */

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  vi.unstubAllEnvs();
  await Promise.all(open.splice(0).map((thing) => thing.close()));
});

function client(options: Partial<OutboundOptions> = {}): Outbound {
  const outbound = createOutbound({ allow: [], dev: false, ownAddresses: [], ...options });
  open.push(outbound);
  return outbound;
}

async function receiver(conduct?: Conduct, options?: Parameters<typeof startReceiver>[1]): Promise<Receiver> {
  const started = await startReceiver(conduct, options);
  open.push(started);
  return started;
}

const developer = () => client({ dev: true });
const to = (receiver: Receiver, path = '/') => `http://127.0.0.1:${receiver.port}${path}`;
const bodyOf = (exchange: Exchange) => (exchange.outcome === 'answered' ? exchange.body : exchange);

describe('an honest receiver', () => {
  test('gets the method, path, headers and body as given, and its answer comes back', async () => {
    const crm = await receiver((socket) =>
      socket.write(answer('{"id":"7"}', '201 Created', ['x-ref: a', 'x-ref: b'])),
    );
    const exchange = await developer().request({
      url: to(crm, '/leads?x=1'),
      headers: { 'Content-Type': 'application/json', Host: 'evil.example', 'X-Key': 'k' },
      body: '{"lead":"Zoë"}',
    });
    expect(exchange).toMatchObject({
      outcome: 'answered',
      status: 201,
      body: '{"id":"7"}',
      truncated: false,
      incomplete: false,
      headers: { 'x-ref': 'a, b' },
    });
    const [request = ''] = crm.requests;
    expect(request).toMatch(/^POST \/leads\?x=1 HTTP\/1\.1\r\n/);
    expect(request).toContain(`host: 127.0.0.1:${crm.port}\r\n`);
    expect(request).not.toContain('evil.example');
    expect(request).toContain('x-key: k\r\n');
    expect(request).toContain('content-length: 15\r\n');
  });

  test('is reached over TLS by its name, which is asked of the certificate', async () => {
    const { key, cert } = selfSigned({ name: 'crm.example.test' });
    const names: unknown[] = [];
    const crm = await receiver(
      (socket) => {
        names.push((socket as { servername?: string | false }).servername);
        socket.write(answer('secure'));
      },
      { tls: { key, cert } },
    );
    const outbound = client({ dev: true, ca: cert, lookup: async () => ['127.0.0.1'] });
    expect(bodyOf(await outbound.request({ url: `https://crm.example.test:${crm.port}/` }))).toBe('secure');
    expect(names).toEqual(['crm.example.test']);
    expect(crm.requests[0]).toContain(`host: crm.example.test:${crm.port}\r\n`);
  });

  test('keeps its connections for calls in a row', async () => {
    const crm = await receiver();
    const outbound = developer();
    for (let call = 0; call < 5; call += 1)
      expect(bodyOf(await outbound.request({ url: to(crm) }))).toBe('ok');
    expect(crm.connections()).toBeLessThanOrEqual(2);
  });

  test('is reached at its second address when nothing listens at the first', async () => {
    const crm = await receiver();
    const outbound = client({ dev: true, lookup: async () => ['127.0.0.77', '127.0.0.1'] });
    expect(bodyOf(await outbound.request({ url: `http://two.example:${crm.port}/` }))).toBe('ok');
  });

  test('is reached directly although the environment names a proxy', async () => {
    const proxy = await receiver();
    const crm = await receiver();
    for (const name of ['HTTP_PROXY', 'http_proxy', 'HTTPS_PROXY', 'ALL_PROXY']) vi.stubEnv(name, to(proxy));
    vi.stubEnv('NODE_USE_ENV_PROXY', '1');
    expect(bodyOf(await developer().request({ url: to(crm) }))).toBe('ok');
    expect(proxy.connections()).toBe(0);
  });
});

describe('names that lead inside', () => {
  test('no spelling of loopback reaches a listener, on any guarded port', async () => {
    const trap = await receiver();
    const trap6 = await receiver(undefined, { host: '::1' }).catch(() => trap);
    const hosts =
      '127.0.0.1 127.1 127.0.1 2130706433 0x7f000001 0x7f.1 0177.1 017700000001 0 0.0.0.0 127.0.0.1. 127.1. ' +
      '[::1] [::] [::ffff:127.0.0.1] [::ffff:7f00:1] [::7f00:1] [::ffff:0:7f00:1] [64:ff9b::7f00:1] [2002:7f00:1::] ' +
      'localhost LOCALHOST localhost. a.localhost 127。0。0。1 ①②⑦.0.0.1 127%2e0%2e0%2e1';
    const ports = [trap.port, trap6.port];
    const outbound = client({ allow: ports.map((port) => `localhost:${port}`) });
    for (const host of hosts.split(' ')) {
      for (const url of [
        ...ports.map((port) => `https://${host}:${port}/`),
        `https://${host}/`,
        `http://${host}/`,
      ]) {
        expect([url, (await outbound.request({ url })).outcome]).toEqual([url, 'refused']);
        expect([url, (await outbound.check(url)).ok]).toEqual([url, false]);
      }
    }
    expect([trap.connections(), trap6.connections()]).toEqual([0, 0]);
  });

  test('one forbidden address among many refuses the whole name, wherever it stands', async () => {
    const trap = await receiver();
    const bad = [
      '127.0.0.1',
      '10.0.0.1',
      '169.254.169.254',
      '::1',
      '::ffff:10.0.0.1',
      'fd00::1',
      '168.63.129.16',
    ];
    for (const address of bad) {
      for (const answers of [[address], ['8.8.8.8', address], [address, '2606:4700:4700::1111']]) {
        const outbound = client({
          allow: [`mixed.example:${trap.port}`],
          dev: false,
          lookup: async () => answers,
        });
        const exchange = await outbound.request({ url: 'https://mixed.example/' });
        expect([answers, exchange.outcome]).toEqual([answers, 'refused']);
      }
    }
    expect(trap.connections()).toBe(0);
  });

  test('a name that is public when checked and private when called is refused at the call', async () => {
    const trap = await receiver();
    let asked = 0;
    const lookup = async () => {
      asked += 1;
      return asked % 2 === 1 ? ['93.184.215.14'] : ['127.0.0.1'];
    };
    const outbound = client({ lookup });
    for (let round = 0; round < 100; round += 1) {
      expect(await outbound.check('https://rebind.example/')).toEqual({ ok: true });
      expect(await outbound.request({ url: 'https://rebind.example/' })).toMatchObject({
        outcome: 'refused',
        reason: 'loopback_address',
        message: 'The address points to this machine itself.',
      });
    }
    expect(trap.connections()).toBe(0);
  });

  test('an open connection is not used once the name leads inside', async () => {
    const crm = await receiver();
    let inside = false;
    const outbound = client({ dev: true, lookup: async () => (inside ? ['10.0.0.1'] : ['127.0.0.1']) });
    const url = `http://moved.example:${crm.port}/`;
    expect(bodyOf(await outbound.request({ url }))).toBe('ok');
    inside = true;
    expect(await outbound.request({ url })).toMatchObject({ outcome: 'refused', reason: 'private_address' });
    expect(crm.requests).toHaveLength(1);
  });

  test('a name that cannot be resolved is never called', async () => {
    const code = (text: string) => Object.assign(new Error(text), { code: text });
    for (const [error, reason] of [
      ['ENOTFOUND', 'dns_not_found'],
      ['ETIMEOUT', 'dns_timeout'],
      ['ESERVFAIL', 'dns_failed'],
    ] as const) {
      const outbound = client({ lookup: async () => Promise.reject(code(error)) });
      const exchange = await outbound.request({ url: 'https://gone.example/' });
      expect(exchange).toMatchObject({ outcome: 'failed', phase: 'dns', bytesLeft: false, reason });
      expect(await outbound.check('https://gone.example/')).toMatchObject({ ok: false, reason });
    }
    const empty = client({ lookup: async () => [] });
    expect(await empty.request({ url: 'https://gone.example/' })).toMatchObject({ reason: 'dns_not_found' });
  });

  test('a hanging name server costs no more than the deadline', async () => {
    const outbound = client({ lookup: () => new Promise(() => undefined) });
    const exchange = await outbound.request({ url: 'https://slow.example/', timeoutMs: 100 });
    expect(exchange).toMatchObject({
      outcome: 'failed',
      phase: 'dns',
      reason: 'dns_timeout',
      bytesLeft: false,
    });
  });

  test.each([301, 302, 303, 307, 308])('a %i redirect is reported and not followed', async (status) => {
    const trap = await receiver();
    const crm = await receiver((socket) =>
      socket.write(answer('', `${status} Moved`, [`location: ${to(trap)}`])),
    );
    expect(await developer().request({ url: to(crm) })).toMatchObject({ outcome: 'answered', status });
    expect(trap.connections()).toBe(0);
  });
});

describe('hostile receivers', () => {
  const cases: [string, Conduct, object][] = [
    [
      'answers nothing at all',
      () => undefined,
      { outcome: 'failed', phase: 'answer', bytesLeft: true, reason: 'answer_timeout' },
    ],
    [
      'closes after the request',
      (socket) => socket.end(),
      { outcome: 'failed', phase: 'answer', bytesLeft: true, reason: 'connection_reset' },
    ],
    [
      'resets after the request',
      (socket) => socket.resetAndDestroy(),
      { outcome: 'failed', phase: 'answer', bytesLeft: true, reason: 'connection_reset' },
    ],
    [
      'stops in the middle of the status line',
      (socket) => socket.end('HTTP/1.1 2'),
      { outcome: 'failed', phase: 'answer', bytesLeft: true, reason: 'connection_reset' },
    ],
    [
      'sends something that is not HTTP',
      (socket) => socket.write('SSH-2.0-OpenSSH_9.9\r\n'),
      { outcome: 'failed', phase: 'answer', bytesLeft: true, reason: 'answer_invalid' },
    ],
    [
      'floods headers',
      (socket) => socket.write(`HTTP/1.1 200 OK\r\n${'x-flood: aaaaaaaaaaaaaaaaaaaa\r\n'.repeat(5_000)}`),
      { outcome: 'failed', phase: 'answer', bytesLeft: true, reason: 'answer_headers_too_large' },
    ],
    [
      'sends one endless header',
      (socket) => socket.write(`HTTP/1.1 200 OK\r\nx: ${'a'.repeat(200_000)}`),
      { outcome: 'failed', phase: 'answer', bytesLeft: true, reason: 'answer_headers_too_large' },
    ],
    [
      'floods interim answers',
      (socket) => socket.write('HTTP/1.1 102 Processing\r\n\r\n'.repeat(500)),
      { outcome: 'failed', phase: 'answer', bytesLeft: true, reason: 'answer_invalid' },
    ],
    [
      'switches the protocol unasked',
      (socket) => socket.write('HTTP/1.1 101 Switching\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n'),
      { outcome: 'failed', phase: 'answer', bytesLeft: true, reason: 'answer_invalid' },
    ],
    [
      'sends the body byte by byte for ever',
      (socket) => {
        socket.write('HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n');
        const drip = setInterval(() => socket.write('x'), 10);
        socket.on('close', () => clearInterval(drip));
      },
      { outcome: 'answered', status: 200, incomplete: true, truncated: false },
    ],
    [
      'closes in the middle of the body',
      (socket) => socket.end('HTTP/1.1 500 Oops\r\ncontent-length: 100\r\n\r\npart'),
      { outcome: 'answered', status: 500, incomplete: true, body: 'part' },
    ],
    [
      'sends an endless body',
      (socket) => {
        socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n');
        const pour = () => {
          while (!socket.destroyed && socket.write(`4000\r\n${'z'.repeat(0x4000)}\r\n`));
        };
        socket.on('drain', pour);
        pour();
      },
      { outcome: 'answered', status: 200, truncated: true, incomplete: false },
    ],
  ];
  test.each(cases)('one that %s ends as recorded, within the deadline', async (_name, conduct, expected) => {
    const crm = await receiver(conduct);
    const outbound = developer();
    const exchange = await outbound.request({
      url: to(crm),
      body: '{}',
      timeoutMs: 500,
      responseLimitBytes: 1_000,
    });
    expect(exchange).toMatchObject(expected);
    if (exchange.outcome === 'answered') expect(exchange.body.length).toBeLessThanOrEqual(1_000);
    if (exchange.outcome !== 'refused') expect(exchange.durationMs).toBeLessThan(2_000);
  });

  test('one that does not take the request is told apart from one that does not answer', async () => {
    const crm = await receiver((socket) => socket.pause());
    const exchange = await developer().request({ url: to(crm), body: 'x'.repeat(1_000_000), timeoutMs: 300 });
    expect(exchange).toMatchObject({ outcome: 'failed', bytesLeft: true });
  });

  test('one that packs a bomb is unpacked up to the limit and no further', async () => {
    const bomb = gzipSync(Buffer.alloc(30_000_000));
    const head = `HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: ${bomb.length}\r\n\r\n`;
    const crm = await receiver((socket) => socket.write(Buffer.concat([Buffer.from(head), bomb])));
    const exchange = await developer().request({ url: to(crm) });
    expect(exchange).toMatchObject({ outcome: 'answered', truncated: true });
    expect(String(bodyOf(exchange)).length).toBeLessThanOrEqual(64 * 1024);
  });

  test('one that packs an honest answer is read', async () => {
    const packed = gzipSync('{"ok":true}');
    const head = `HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: ${packed.length}\r\n\r\n`;
    const crm = await receiver((socket) => socket.write(Buffer.concat([Buffer.from(head), packed])));
    expect(bodyOf(await developer().request({ url: to(crm) }))).toBe('{"ok":true}');
  });

  test('one that answers bytes that are no text leaves a text that can be stored', async () => {
    const crm = await receiver((socket) =>
      socket.write(
        Buffer.concat([
          Buffer.from('HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n'),
          Buffer.from([65, 0, 255, 66, 0xc3]),
        ]),
      ),
    );
    expect(bodyOf(await developer().request({ url: to(crm) }))).toBe('A\ufffd\ufffdB');
  });

  test('one where nothing listens leaves no doubt that nothing was seen', async () => {
    const gone = await startReceiver();
    await gone.close();
    const exchange = await developer().request({ url: to(gone) });
    expect(exchange).toMatchObject({
      outcome: 'failed',
      phase: 'connect',
      bytesLeft: false,
      reason: 'connection_refused',
    });
  });

  test('calls beyond the connections of one destination wait, and end in time with nothing sent', async () => {
    const crm = await receiver(() => undefined);
    const outbound = developer();
    const calls = Array.from({ length: 25 }, () => outbound.request({ url: to(crm), timeoutMs: 400 }));
    const results = await Promise.all(calls);
    expect(crm.connections()).toBe(10);
    expect(results.filter((r) => r.outcome === 'failed' && r.bytesLeft)).toHaveLength(10);
    expect(results.filter((r) => r.outcome === 'failed' && !r.bytesLeft)).toHaveLength(15);
    expect(crm.requests).toHaveLength(10);
  });

  test('a hanging receiver does not hold up another', async () => {
    const hung = await receiver(() => undefined);
    const crm = await receiver();
    const outbound = developer();
    const stuck = Array.from({ length: 20 }, () => outbound.request({ url: to(hung), timeoutMs: 1_000 }));
    expect(await outbound.request({ url: to(crm) })).toMatchObject({ outcome: 'answered' });
    await Promise.all(stuck);
  });
});

describe('requests that are not sent', () => {
  test('a header that would split the request, and a body beyond the limit, are refused', async () => {
    const trap = await receiver();
    const outbound = developer();
    const split = await outbound.request({ url: to(trap), headers: { 'x-a': 'b\r\nx-evil: 1' } });
    expect(split).toMatchObject({ outcome: 'refused', reason: 'request_invalid' });
    const name = await outbound.request({ url: to(trap), headers: { 'x a': 'b' } });
    expect(name).toMatchObject({ outcome: 'refused', reason: 'request_invalid' });
    const large = await outbound.request({ url: to(trap), body: 'x'.repeat(1024 * 1024 + 1) });
    expect(large).toMatchObject({ outcome: 'refused', reason: 'request_too_large' });
    expect(trap.connections()).toBe(0);
  });

  test('after closing, calls are refused and those under way end', async () => {
    const hung = await receiver(() => undefined);
    const outbound = developer();
    const stuck = outbound.request({ url: to(hung) });
    await vi.waitFor(() => expect(hung.requests).toHaveLength(1));
    await outbound.close();
    expect(await stuck).toMatchObject({ outcome: 'failed', bytesLeft: true });
    expect(await outbound.request({ url: to(hung) })).toMatchObject({
      outcome: 'refused',
      reason: 'client_closed',
    });
  });
});
