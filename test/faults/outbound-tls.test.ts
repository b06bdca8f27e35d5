import { afterEach, describe, expect, test } from 'vitest';
import { createOutbound, type Outbound, type OutboundOptions } from '../../src/platform/outbound.ts';
import { selfSigned } from '../support/certificates.ts';
import { type Conduct, type Receiver, startReceiver } from '../support/receivers.ts';

/** The guarded client and bad TLS: nothing of a lead may leave before the certificate is good. */

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
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

describe('certificates', () => {
  const past = new Date('2020-01-01');
  const later = new Date('2020-02-01');
  const far = new Date('2090-01-01');
  const cases: [string, Parameters<typeof selfSigned>[0], boolean, string][] = [
    ['self-signed', { name: 'crm.example.test' }, false, 'certificate_self_signed'],
    ['expired', { name: 'crm.example.test', validFrom: past, validTo: later }, true, 'certificate_expired'],
    [
      'not valid yet',
      { name: 'crm.example.test', validFrom: far, validTo: new Date('2091-01-01') },
      true,
      'certificate_not_yet_valid',
    ],
    ['for another name', { name: 'other.example.test' }, true, 'certificate_wrong_name'],
  ];
  test.each(cases)(
    'one that is %s ends the call before a byte of the lead leaves',
    async (_name, options, trusted, reason) => {
      const { key, cert } = selfSigned(options);
      const crm = await receiver(undefined, { tls: { key, cert } });
      const outbound = client({
        dev: true,
        lookup: async () => ['127.0.0.1'],
        ...(trusted ? { ca: cert } : {}),
      });
      const exchange = await outbound.request({
        url: `https://crm.example.test:${crm.port}/`,
        body: 'secret',
      });
      expect(exchange).toMatchObject({ outcome: 'failed', phase: 'tls', bytesLeft: false, reason });
      const tried = await outbound.tryConnection(`https://crm.example.test:${crm.port}/`);
      expect(tried).toMatchObject({ ok: false, reason });
      expect(crm.requests).toHaveLength(0);
    },
  );

  test('a try says that somebody listens behind a good certificate, and asks nothing', async () => {
    const { key, cert } = selfSigned({ name: 'crm.example.test' });
    const crm = await receiver(undefined, { tls: { key, cert } });
    const outbound = client({ dev: true, ca: cert, lookup: async () => ['127.0.0.1'] });
    const url = `https://crm.example.test:${crm.port}/`;
    expect(await outbound.tryConnection(url)).toEqual({ ok: true });
    await crm.close();
    expect(await outbound.tryConnection(url)).toMatchObject({ ok: false, reason: 'connection_refused' });
    expect(crm.requests).toHaveLength(0);
  });

  test('a server that speaks no TLS, only an old one, or only HTTP/2 ends the call with nothing sent', async () => {
    const { key, cert } = selfSigned({ name: 'crm.example.test' });
    const plain = await receiver((socket) => socket.end('HTTP/1.1 400 Bad\r\n\r\n'));
    const old = await receiver(undefined, { tls: { key, cert, minVersion: 'TLSv1', maxVersion: 'TLSv1.1' } });
    const h2 = await receiver(undefined, { tls: { key, cert, ALPNProtocols: ['h2'] } });
    const outbound = client({ dev: true, ca: cert, lookup: async () => ['127.0.0.1'] });
    for (const server of [old, h2, plain]) {
      const url = `https://crm.example.test:${server.port}/`;
      const exchange = await outbound.request({ url, body: 'secret', timeoutMs: 1_000 });
      expect(exchange).toMatchObject({ outcome: 'failed', bytesLeft: false });
      expect(server.requests).toHaveLength(0);
    }
  });
});
