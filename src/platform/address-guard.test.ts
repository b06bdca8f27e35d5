import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addressRules, canonical, checkUrl, judgeAddress, parseOutboundAllow } from './address-guard.ts';

const live = addressRules({ allow: [], dev: false, ownAddresses: ['93.184.216.34'] });
const dev = addressRules({ allow: [], dev: true, ownAddresses: [] });
const allowing = (...allow: string[]) => addressRules({ allow, dev: false, ownAddresses: ['10.9.9.9'] });
const reasonOf = (url: string, rules = live) => {
  const verdict = checkUrl(url, rules);
  return verdict.ok ? null : verdict.reason;
};

describe('addresses', () => {
  const shut: [string, string][] = [
    ['0.0.0.0', 'reserved_address'],
    ['10.0.0.1', 'private_address'],
    ['100.64.0.1', 'private_address'],
    ['100.100.100.200', 'metadata_address'],
    ['127.0.0.1', 'loopback_address'],
    ['127.255.255.254', 'loopback_address'],
    ['168.63.129.16', 'metadata_address'],
    ['169.254.169.254', 'metadata_address'],
    ['169.254.1.1', 'link_local_address'],
    ['172.16.0.1', 'private_address'],
    ['172.31.255.255', 'private_address'],
    ['192.0.0.1', 'reserved_address'],
    ['192.0.2.1', 'reserved_address'],
    ['192.88.99.1', 'reserved_address'],
    ['192.168.1.1', 'private_address'],
    ['198.18.0.1', 'reserved_address'],
    ['198.51.100.7', 'reserved_address'],
    ['203.0.113.7', 'reserved_address'],
    ['224.0.0.1', 'reserved_address'],
    ['240.0.0.1', 'reserved_address'],
    ['255.255.255.255', 'reserved_address'],
    ['93.184.216.34', 'own_address'],
    ['::', 'reserved_address'],
    ['::1', 'loopback_address'],
    ['::7f00:1', 'loopback_address'],
    ['::ffff:127.0.0.1', 'loopback_address'],
    ['::ffff:7f00:1', 'loopback_address'],
    ['::ffff:0:7f00:1', 'loopback_address'],
    ['::ffff:10.0.0.1', 'private_address'],
    ['::ffff:169.254.169.254', 'metadata_address'],
    ['64:ff9b::7f00:1', 'loopback_address'],
    ['64:ff9b::a9fe:a9fe', 'metadata_address'],
    ['64:ff9b:1::1', 'reserved_address'],
    ['2002:7f00:1::', 'loopback_address'],
    ['2002:a00:1::1', 'reserved_address'],
    ['2001:0:4136:e378:8000:63bf:3fff:fdd2', 'reserved_address'],
    ['2001:db8::1', 'reserved_address'],
    ['3fff::1', 'reserved_address'],
    ['5f00::1', 'reserved_address'],
    ['4000::1', 'reserved_address'],
    ['100::1', 'reserved_address'],
    ['fc00::1', 'private_address'],
    ['fd00:ec2::254', 'metadata_address'],
    ['fe80::1', 'link_local_address'],
    ['fec0::1', 'private_address'],
    ['ff02::1', 'reserved_address'],
    ['fe80::1%eth0', 'reserved_address'],
    ['not an address', 'reserved_address'],
    ['', 'reserved_address'],
  ];
  test.each(shut)('%s is shut: %s', (address, reason) => {
    expect(judgeAddress(address, 443, 'crm.example', live)).toBe(reason);
  });

  test.each(['8.8.8.8', '1.1.1.1', '2606:4700:4700::1111', '2a00:1450:4001:81b::200e', '::ffff:8.8.8.8'])(
    '%s is a public address and open',
    (address) => {
      expect(judgeAddress(address, 443, 'crm.example', live)).toBeNull();
    },
  );

  test('every IPv4 address inside a translated IPv6 form is at least as shut as it is alone', () => {
    fc.assert(
      fc.property(fc.ipV4(), fc.constantFrom('::', '::ffff:', '::ffff:0:', '64:ff9b::'), (v4, prefix) => {
        const alone = judgeAddress(v4, 443, 'x.example', live);
        const inside = judgeAddress(prefix + v4, 443, 'x.example', live);
        return alone === null || inside !== null;
      }),
      { numRuns: 500 },
    );
  });

  test('an allowed range opens private receivers, but never metadata, link-local or our own addresses', () => {
    const all = allowing('0.0.0.0/0', '::/0');
    expect(judgeAddress('10.0.0.1', 443, 'crm', all)).toBeNull();
    expect(judgeAddress('fd12::1', 443, 'crm', all)).toBeNull();
    expect(judgeAddress('169.254.169.254', 443, 'crm', all)).toBe('metadata_address');
    expect(judgeAddress('168.63.129.16', 443, 'crm', all)).toBe('metadata_address');
    expect(judgeAddress('fe80::1', 443, 'crm', all)).toBe('link_local_address');
    expect(judgeAddress('10.9.9.9', 443, 'crm', all)).toBe('own_address');
    expect(judgeAddress('64:ff9b::a09:909', 443, 'crm', all)).toBe('own_address');
    expect(judgeAddress('127.0.0.1', 443, 'crm', all)).toBe('loopback_address');
    expect(judgeAddress('64:ff9b::a9fe:a9fe', 443, 'crm', all)).toBe('metadata_address');
  });

  test('an allowed host opens private addresses for that host and port only', () => {
    const rules = allowing('crm.internal:9443');
    expect(judgeAddress('10.0.0.1', 9443, 'crm.internal', rules)).toBeNull();
    expect(judgeAddress('10.0.0.1', 443, 'crm.internal', rules)).toBe('private_address');
    expect(judgeAddress('10.0.0.1', 9443, 'other.internal', rules)).toBe('private_address');
  });

  test('in development loopback is open and other private addresses stay shut', () => {
    expect(judgeAddress('127.0.0.1', 80, 'localhost', dev)).toBeNull();
    expect(judgeAddress('10.0.0.1', 80, 'x', dev)).toBe('private_address');
    expect(judgeAddress('169.254.169.254', 80, 'x', dev)).toBe('metadata_address');
  });

  test('each address has one spelling', () => {
    expect(canonical('::FFFF:7F00:1')).toBe('127.0.0.1');
    expect(canonical('0:0:0:0:0:0:0:1')).toBe('::1');
    expect(canonical('127.1')).toBeNull();
    expect(canonical('0177.0.0.1')).toBeNull();
  });
});

describe('URLs', () => {
  const table: [string, string | null][] = [
    ['https://crm.example.com/leads', null],
    ['https://crm.example.com:443/', null],
    ['https://crm.example.com:8443/', null],
    ['https://crm.example.com./', null],
    ['HTTPS://CRM.EXAMPLE.COM', null],
    ['https://bücher.example/', null],
    ['http://crm.example.com/', 'https_required'],
    ['ftp://crm.example.com/', 'https_required'],
    ['file:///etc/passwd', 'https_required'],
    ['gopher://127.0.0.1:6379/_x', 'https_required'],
    ['javascript:alert(1)', 'https_required'],
    ['data:text/plain,x', 'https_required'],
    ['', 'url_invalid'],
    ['crm.example.com', 'url_invalid'],
    ['https://', 'url_invalid'],
    ['https:///', 'url_invalid'],
    ['https://./', 'url_invalid'],
    ['https://a..b/', 'url_invalid'],
    ['https://crm.example.com../', 'url_invalid'],
    ['https://crm.example.com:99999/', 'url_invalid'],
    ['https://crm.example.com\\@10.0.0.1/', 'url_invalid'],
    ['https://crm.exa\tmple.com/', 'url_invalid'],
    ['https://crm.example.com/\r\nX: y', 'url_invalid'],
    [' https://crm.example.com/', 'url_invalid'],
    ['https://crm example.com/', 'url_invalid'],
    [`https://crm.example.com/${'a'.repeat(2100)}`, 'url_invalid'],
    ['https://user:secret@crm.example.com/', 'credentials_in_url'],
    ['https://crm.example.com@10.0.0.1/', 'credentials_in_url'],
    ['https://crm.example.com:22/', 'port_not_allowed'],
    ['https://crm.example.com:80/', 'port_not_allowed'],
    ['https://8.8.8.8/', 'ip_literal'],
    ['https://[2606:4700:4700::1111]/', 'ip_literal'],
  ];
  test.each(table)('%j gives %s', (url, reason) => {
    expect(reasonOf(url)).toBe(reason);
  });

  const internal = ['127.0.0.1', '10.0.0.1', '169.254.169.254', '192.168.0.1', '172.16.5.4'];
  const encodings: ((quads: number[], whole: number) => string)[] = [
    (q) => q.join('.'),
    (q) => `${q.join('.')}.`,
    (_q, n) => String(n),
    (_q, n) => `0x${n.toString(16)}`,
    (_q, n) => `0${n.toString(8)}`,
    (q) => q.map((x) => `0x${x.toString(16)}`).join('.'),
    (q) => q.map((x) => `0${x.toString(8)}`).join('.'),
    (q) => q.map((x) => `000${x.toString(8)}`).join('.'),
    (q) => `${q[0]}.${((q[1]! << 16) | (q[2]! << 8) | q[3]!) >>> 0}`,
    (q) => `${q[0]}.${q[1]}.${(q[2]! << 8) | q[3]!}`,
    (q) => q.join('.').replaceAll('.', '%2e'),
    (q) => q.join('.').replaceAll('.', '。'),
    (q) => q.join('.').replaceAll('1', '①'),
    (q) => `[::ffff:${q.join('.')}]`,
    (q) => `[::${q.join('.')}]`,
    (q) => `[64:ff9b::${q.join('.')}]`,
  ];
  for (const address of internal) {
    const quads = address.split('.').map(Number);
    const whole = quads.reduce((n, quad) => n * 256 + quad, 0);
    test(`no spelling of ${address} passes`, () => {
      for (const encode of encodings) {
        const host = encode(quads, whole);
        expect([host, reasonOf(`https://${host}/`)]).not.toEqual([host, null]);
        if (address !== '127.0.0.1')
          expect([host, reasonOf(`http://${host}/`, dev)]).not.toEqual([host, null]);
      }
    });
  }

  test('an allowed host may use its own port and an allowed address may be written as a literal', () => {
    expect(reasonOf('https://crm.internal:9443/', allowing('crm.internal:9443'))).toBeNull();
    expect(reasonOf('https://CRM.internal.:9443/', allowing('crm.internal:9443'))).toBeNull();
    expect(reasonOf('https://10.1.2.3:8443/', allowing('10.1.0.0/16'))).toBeNull();
    expect(reasonOf('https://10.1.2.3:9000/', allowing('10.1.2.3:9000'))).toBeNull();
    expect(reasonOf('https://[fd00::5]:9000/', allowing('[fd00::5]:9000'))).toBeNull();
    expect(reasonOf('https://10.2.2.3/', allowing('10.1.0.0/16'))).toBe('private_address');
    expect(reasonOf('https://169.254.169.254/', allowing('169.254.169.254/32'))).toBe('metadata_address');
  });

  test('in development plain http, any port and loopback pass', () => {
    expect(reasonOf('http://127.0.0.1:4100/dev/partner', dev)).toBeNull();
    expect(reasonOf('http://localhost:4100/', dev)).toBeNull();
    expect(reasonOf('http://[::1]:4100/', dev)).toBeNull();
    expect(reasonOf('ftp://localhost/', dev)).toBe('https_required');
  });
});

test('faulty entries of OUTBOUND_ALLOW are all named in one message', () => {
  expect(() => parseOutboundAllow(['10.0.0.0/8', 'nonsense', 'a:b', 'x:70000', '10.1/16'])).toThrow(
    /nonsense, a:b, x:70000, 10\.1\/16/,
  );
  expect(parseOutboundAllow(['10.0.0.0/8', 'crm.internal:443', '10.0.0.1', '::1'])).toHaveLength(4);
});
