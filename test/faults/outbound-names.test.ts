import { afterEach, expect, test } from 'vitest';
import { createOutbound } from '../../src/platform/outbound.ts';
import { createLookup } from '../../src/platform/outbound-lookup.ts';
import { type Said, startNameServer } from '../support/name-server.ts';
import { startReceiver } from '../support/receivers.ts';

/** Hostile name servers, over real UDP: what they say decides nothing but whether a call is refused. */

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((thing) => thing.close()));
});

async function clientOf(say: (name: string, type: 'A' | 'AAAA') => Said, dev = false) {
  const names = await startNameServer(say);
  const lookup = createLookup({ servers: [names.server], timeoutMs: 150 });
  const outbound = createOutbound({ allow: [], dev, ownAddresses: [], lookup });
  open.push(outbound, names);
  return { outbound, names };
}

const PUBLIC = '93.184.215.14';
const inside: [string, Said][] = [
  ['a private A record', { addresses: ['10.0.0.1'] }],
  ['a loopback AAAA record only', { addresses: ['::1'] }],
  ['a public A and a private AAAA record', { addresses: [PUBLIC, 'fd00::1'] }],
  ['a private address among public ones', { addresses: [PUBLIC, '8.8.8.8', '192.168.0.1'] }],
  ['an alias to a private address', { alias: 'inside.example', addresses: ['10.0.0.1'] }],
  ['the metadata service', { addresses: ['169.254.169.254'] }],
  ['loopback inside IPv6', { addresses: ['::ffff:127.0.0.1'] }],
];
test.each(inside)('a name with %s is refused', async (_name, said) => {
  const { outbound } = await clientOf(() => said);
  expect(await outbound.request({ url: 'https://crm.example/' })).toMatchObject({ outcome: 'refused' });
  expect(await outbound.check('https://crm.example/')).toMatchObject({ ok: false });
});

test('a name that turns inside after the check is refused each of 200 times, and no trap is touched', async () => {
  const trap = await startReceiver();
  open.push(trap);
  let turn = 0;
  const { outbound, names } = await clientOf((_name, type) => {
    if (type === 'AAAA') return { addresses: [] };
    turn += 1;
    return { addresses: [turn % 2 === 1 ? PUBLIC : '127.0.0.1'] };
  });
  for (let round = 0; round < 200; round += 1) {
    expect(await outbound.check('https://rebind.example/')).toEqual({ ok: true });
    const exchange = await outbound.request({ url: 'https://rebind.example/' });
    expect(exchange).toMatchObject({ outcome: 'refused', reason: 'loopback_address' });
  }
  expect(trap.connections()).toBe(0);
  expect(names.questions()).toBeGreaterThanOrEqual(800);
});

test('a name that does not exist, a broken server and a silent one each end with nothing sent', async () => {
  const cases: [Said, string][] = [
    [{ code: 'NXDOMAIN' }, 'dns_not_found'],
    [{ addresses: [] }, 'dns_not_found'],
    [{ code: 'SERVFAIL' }, 'dns_failed'],
    ['silent', 'dns_timeout'],
  ];
  for (const [said, reason] of cases) {
    const { outbound } = await clientOf(() => said);
    const exchange = await outbound.request({ url: 'https://crm.example/', timeoutMs: 5_000 });
    expect(exchange).toMatchObject({ outcome: 'failed', phase: 'dns', bytesLeft: false, reason });
  }
});

test('a receiver whose IPv6 answer is broken is still reached by IPv4', async () => {
  const crm = await startReceiver();
  open.push(crm);
  const say = (_name: string, type: 'A' | 'AAAA'): Said =>
    type === 'A' ? { addresses: ['127.0.0.1'] } : { code: 'SERVFAIL' };
  const { outbound } = await clientOf(say, true);
  const exchange = await outbound.request({ url: `http://crm.example:${crm.port}/` });
  expect(exchange).toMatchObject({ outcome: 'answered', body: 'ok' });
});
