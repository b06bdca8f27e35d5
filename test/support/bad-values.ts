/** Values that systems trip over, and addresses that must not be called. Made, not listed: each is a case of its own. */

export type Bad = { name: string; value: unknown };

const DEEP = 60;
const nested = (depth: number): unknown => Array.from({ length: depth }).reduce((inner) => ({ inner }), 'x');

/** For any field. Those that are texts may be taken; then they must come back as they were. */
export const BAD_VALUES: Bad[] = [
  { name: 'NUL', value: 'a\u0000b' },
  { name: 'a lone high surrogate', value: 'a\ud800' },
  { name: 'a lone low surrogate', value: '\udfffb' },
  { name: 'a line break', value: 'a\r\nBcc: x@example.org' },
  { name: 'an escape character', value: '\u001b[31mred' },
  { name: 'a right-to-left override', value: 'abc\u202ecod.exe' },
  { name: 'zero-width blanks', value: 'a\u200bb\u2060c' },
  { name: 'a family emoji', value: '\u{1f469}\u200d\u{1f469}\u200d\u{1f467}\u200d\u{1f466}' },
  { name: 'composed and decomposed letters', value: 'Zo\u00eb Zoe\u0308' },
  { name: 'a private-use character', value: '\ue000\u{10ffff}' },
  { name: 'only blanks', value: '   ' },
  { name: 'nothing', value: '' },
  { name: 'markup', value: '<script>alert(1)</script>' },
  { name: 'a quote of SQL', value: "'; drop table leads; --" },
  { name: 'a template', value: `{{ 7 | times: 7 }}${'$'}{7*7}` },
  { name: 'a formula', value: '=HYPERLINK("https://x.test","x")' },
  { name: 'a path', value: '../../../../etc/passwd' },
  { name: '20,000 letters', value: 'x'.repeat(20_000) },
  { name: 'null', value: null },
  { name: 'true', value: true },
  { name: 'a fraction', value: 0.1 },
  { name: 'minus zero', value: -0 },
  { name: 'the largest safe number', value: Number.MAX_SAFE_INTEGER },
  { name: 'an empty list', value: [] },
  { name: 'a list of everything', value: ['a', 1, null, { a: 1 }] },
  { name: 'an object', value: { toString: 'x', valueOf: 1, length: 3 } },
  { name: 'a deep object', value: nested(20) },
  { name: 'an object that is too deep', value: nested(DEEP) },
];

/** Whole bodies, as text or bytes. */
export const BAD_BODIES: { name: string; body: string | Buffer; type?: string }[] = [
  { name: 'nothing', body: '' },
  { name: 'a blank', body: ' ' },
  { name: 'cut off', body: '{"answers": {"email": "a@b' },
  { name: 'a text', body: '"hello"' },
  { name: 'a number', body: '42' },
  { name: 'null', body: 'null' },
  { name: 'a list', body: '[{"answers": {}}]' },
  { name: 'two values', body: '{} {}' },
  { name: 'a key twice', body: '{"niche": "a", "niche": "b"}' },
  { name: 'an inner key twice', body: '{"answers": {"email": "a@b.de", "email": "c@d.de"}}' },
  { name: 'an escaped key twice', body: '{"answers": {"email": "a@b.de", "\\u0065mail": "c@d.de"}}' },
  { name: '__proto__', body: '{"__proto__": {"test": true}, "answers": {}}' },
  { name: 'an inner constructor', body: '{"answers": {"constructor": {"prototype": {}}}}' },
  { name: '1e400', body: '{"answers": {"amount": 1e400}}' },
  { name: 'a long integer', body: '{"answers": {"amount": 12345678901234567890}}' },
  { name: 'a byte order mark', body: '\ufeff{"answers": {}}' },
  { name: 'broken UTF-8', body: Buffer.from([0x7b, 0x22, 0xc3, 0x28, 0x22, 0x3a, 0x31, 0x7d]) },
  { name: 'overlong UTF-8', body: Buffer.from([0x7b, 0x22, 0xc0, 0xaf, 0x22, 0x3a, 0x31, 0x7d]) },
  { name: 'UTF-16', body: Buffer.from('{"answers": {}}', 'utf16le') },
  { name: '100 levels', body: `${'['.repeat(100)}${']'.repeat(100)}` },
  { name: '100,000 levels', body: `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}` },
  { name: '5,000 keys', body: `{${Array.from({ length: 5_000 }, (_, at) => `"k${at}":1`).join(',')}}` },
  { name: '1 MiB', body: `{"answers": {"note": "${'x'.repeat(1_048_576)}"}}` },
  { name: 'plain text', body: 'answers=1', type: 'text/plain' },
  { name: 'XML', body: '<answers/>', type: 'application/xml' },
  { name: 'a file upload', body: '--x\r\n\r\n--x--', type: 'multipart/form-data; boundary=x' },
  { name: 'no known type', body: '{}', type: 'nonsense' },
  { name: 'a form with a broken escape', body: 'email=%ZZ', type: 'application/x-www-form-urlencoded' },
  { name: 'a form with NUL', body: 'email=a%00b', type: 'application/x-www-form-urlencoded' },
  { name: 'a form with broken UTF-8', body: 'email=%C3%28', type: 'application/x-www-form-urlencoded' },
  { name: 'a form with __proto__', body: '__proto__=1', type: 'application/x-www-form-urlencoded' },
  { name: 'a form of 1,000 fields', body: Array.from({ length: 1_000 }, (_, at) => `k${at}=1`).join('&'), type: 'application/x-www-form-urlencoded' }, // biome-ignore format: one line
];

/** Addresses inside, in every writing: metadata, loopback, private ranges, our own machine. */
const INSIDE = [
  '127.0.0.1',
  '10.0.0.1',
  '192.168.1.1',
  '172.16.0.1',
  '169.254.169.254',
  '0.0.0.0',
  '100.64.0.1',
];

function writingsOf(address: string): string[] {
  const parts = address.split('.').map(Number);
  const [a = 0, b = 0, c = 0, d = 0] = parts;
  const whole = ((a << 24) >>> 0) + (b << 16) + (c << 8) + d;
  const hex = (number: number) => number.toString(16);
  const mapped = `${hex(a * 256 + b)}:${hex(c * 256 + d)}`;
  return [
    address,
    String(whole),
    `0x${hex(whole)}`,
    parts.map((part) => `0x${hex(part)}`).join('.'),
    parts.map((part) => `0${part.toString(8)}`).join('.'),
    `${a}.${b}.${c * 256 + d}`,
    `${a}.${(b << 16) + c * 256 + d}`,
    `[::ffff:${address}]`,
    `[::ffff:${mapped}]`,
    `[64:ff9b::${mapped}]`,
    `[2002:${mapped}::1]`,
    parts
      .map((part) => String(part).replace(/\d/g, (digit) => String.fromCodePoint(0xff10 + Number(digit))))
      .join('.'),
    parts.join('\u3002'),
    `${address}.`,
    `user:secret@${address}`,
  ];
}

/** Over 100 addresses that an endpoint must not have. */
export const BAD_URLS: string[] = [
  ...INSIDE.flatMap((address) => writingsOf(address).map((host) => `https://${host}/hook`)),
  ...[
    '[::1]',
    '[::]',
    '[fe80::1]',
    '[fc00::1]',
    '[fd00:ec2::254]',
    'localhost',
    'LOCALHOST',
    'localhost.',
    'x.localhost',
  ].map((host) => `https://${host}/hook`),
  ...['ftp', 'file', 'gopher', 'data', 'javascript', 'ws', 'blob', 'unix', 'jar'].map(
    (scheme) => `${scheme}://example.com/x`,
  ),
  ...[
    '',
    ' ',
    'https://',
    'https:///x',
    '//example.com/x',
    'example.com',
    '/hook',
    'https://exa mple.com/',
    'https://[::1/',
  ],
  ...[
    'https://example.com:0/',
    'https://example.com:65536/',
    'https://example.com:-1/',
    'https://user@example.com/',
  ],
  ...[
    'https://example.com:22/',
    'https://example.com:25/',
    'https://example.com:5432/',
    'https://example.com:6379/',
  ],
  'http://example.com/hook',
  `https://example.com/${'x'.repeat(3_000)}`,
];
