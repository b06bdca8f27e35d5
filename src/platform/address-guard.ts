import { networkInterfaces } from 'node:os';
import ipaddr from 'ipaddr.js';
import type { RefusedReason } from './outbound-reasons.ts';
import { REFUSED_REASONS } from './outbound-reasons.ts';

/**
 * Which URLs and addresses an outbound call may go to. Pure: no look-up and no socket here. The rule is a closed
 * list of forbidden ranges; three groups of them (cloud metadata, link-local, our own addresses) stay shut even when
 * OUTBOUND_ALLOW names them, because opening them gives away the keys of the machine.
 */

export const URL_LENGTH_MAX = 2_048;
const PORTS_ALLOWED = [443, 8443];
const ALLOW_ENTRIES_MAX = 200;

type Address = ipaddr.IPv4 | ipaddr.IPv6;
type Range = [Address, number];

const ranges = (...texts: string[]): Range[] => texts.map((text) => ipaddr.parseCIDR(text));

/** AWS, GCP, Azure (wire server), Alibaba, Oracle. The link-local 169.254.169.254 is named for its message. */
const METADATA = ranges(
  '169.254.169.254/32',
  '169.254.170.2/32',
  '100.100.100.200/32',
  '168.63.129.16/32',
  '192.0.0.192/32',
  'fd00:ec2::/32',
  'fd20:ce::254/128',
);
const LINK_LOCAL = ranges('169.254.0.0/16', 'fe80::/10');
const LOOPBACK = ranges('127.0.0.0/8', '::1/128');
const PRIVATE = ranges(
  '10.0.0.0/8',
  '100.64.0.0/10',
  '172.16.0.0/12',
  '192.168.0.0/16',
  'fc00::/7',
  'fec0::/10', // site-local: deprecated and still routed by some networks
);
/** Not one host: never a receiver, whatever the allow-list says. */
const NO_HOST = ranges('0.0.0.0/8', '224.0.0.0/4', '255.255.255.255/32', '::/128', 'ff00::/8', '100::/64');
const RESERVED = ranges(
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.31.196.0/24',
  '192.52.193.0/24',
  '192.88.99.0/24',
  '192.175.48.0/24',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '240.0.0.0/4',
  '::/96', // IPv4-compatible: carries an IPv4 address
  '::ffff:0:0:0/96', // IPv4-translated
  '64:ff9b::/96', // NAT64
  '64:ff9b:1::/48',
  '2001::/23', // IETF protocols, with Teredo 2001::/32
  '2001:db8::/32',
  '2002::/16', // 6to4
  '2620:4f:8000::/48',
  '3fff::/20',
  '5f00::/16',
);

/** One entry of OUTBOUND_ALLOW: a range, or a host (name or address) at one port. */
type AllowEntry = { kind: 'range'; range: Range } | { kind: 'host'; host: string; port: number };

export type AddressRules = {
  allow: AllowEntry[];
  /** Plain http, any port and loopback are open. */
  dev: boolean;
  own: Set<string>;
};

/** Where a call goes: the parts that the URL rules have passed. `host` is the bare name or address, no brackets. */
export type Target = { url: URL; host: string; port: number; isLiteral: boolean };

export type UrlVerdict = { ok: true; target: Target } | { ok: false; reason: RefusedReason; message: string };

/**
 * Reads the entries of OUTBOUND_ALLOW: `10.1.0.0/16`, `10.1.2.3`, `crm.internal:8443`, `[fd00::5]:9000`.
 * Throws one Error that names every faulty entry; an entry that could only open a forbidden range is faulty too.
 */
export function parseOutboundAllow(entries: readonly string[]): AllowEntry[] {
  if (entries.length > ALLOW_ENTRIES_MAX) {
    throw new Error(
      `OUTBOUND_ALLOW has more than ${ALLOW_ENTRIES_MAX} entries: name ranges instead of hosts`,
    );
  }
  const faulty: string[] = [];
  const parsed: AllowEntry[] = [];
  for (const entry of entries) {
    const read = readAllowEntry(entry.trim());
    if (read === null) faulty.push(entry);
    else parsed.push(read);
  }
  if (faulty.length > 0) {
    throw new Error(
      `OUTBOUND_ALLOW: write host:port (crm.internal:8443) or a range (10.1.0.0/16), not ${faulty.join(', ')}`,
    );
  }
  return parsed;
}

/** The rules of one process. Without `ownAddresses` the addresses of this machine's network cards are taken. */
export function addressRules(options: {
  allow: readonly string[];
  dev: boolean;
  ownAddresses?: readonly string[] | undefined;
}): AddressRules {
  const own = (options.ownAddresses ?? interfaceAddresses()).map(canonical).filter((text) => text !== null);
  return { allow: parseOutboundAllow(options.allow), dev: options.dev, own: new Set(own) };
}

/** Everything that can be said about a URL before its name is resolved. An IP literal is judged here and now. */
export function checkUrl(text: string, rules: AddressRules): UrlVerdict {
  // The URL parser silently drops tabs and line breaks and turns backslashes round: refuse what people do not mean.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  if (text.length > URL_LENGTH_MAX || /[\u0000-\u0020\u007f\\]/.test(text) || !URL.canParse(text)) {
    return refused('url_invalid');
  }
  const url = new URL(text);
  if (url.protocol !== 'https:' && !(rules.dev && url.protocol === 'http:')) return refused('https_required');
  if (url.username !== '' || url.password !== '') return refused('credentials_in_url');
  const host = bareHost(url.hostname);
  if (host === null) return refused('url_invalid');
  const port = url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port);
  const target = { url, host, port, isLiteral: canonical(host) !== null };
  if (!portAllowed(target, rules)) return refused('port_not_allowed');
  if (!target.isLiteral) return { ok: true, target };
  const reason = judgeAddress(host, port, host, rules);
  if (reason !== null) return refused(reason);
  if (!rules.dev && !allowed(host, port, host, rules)) return refused('ip_literal');
  return { ok: true, target };
}

/**
 * The one judgement of an address: null when a call to it may be made, else the reason why not. Anything that is no
 * address is `reserved_address`. `host` is the name it was resolved from (or the address itself).
 */
export function judgeAddress(
  address: string,
  port: number,
  host: string,
  rules: AddressRules,
): RefusedReason | null {
  const parsed = parse(address);
  if (parsed === null) return 'reserved_address';
  const faces = [parsed, ...embedded(parsed)];
  for (const face of faces) {
    if (within(face, METADATA)) return 'metadata_address';
    if (within(face, LINK_LOCAL)) return 'link_local_address';
    if (within(face, NO_HOST)) return 'reserved_address';
  }
  // In development the mock partner lives on our own loopback address; nowhere else may we call ourselves.
  if (within(parsed, LOOPBACK)) return rules.dev ? null : 'loopback_address';
  for (const face of faces) {
    if (within(face, LOOPBACK)) return 'loopback_address';
    if (rules.own.has(face.toString())) return 'own_address';
  }
  if (allowed(address, port, host, rules)) return null;
  if (within(parsed, PRIVATE)) return 'private_address';
  if (within(parsed, RESERVED) || parsed.range() !== 'unicast') return 'reserved_address';
  // Of IPv6 only 2000::/3 is given out: what is assigned later opens with an update, not by itself.
  return parsed.kind() === 'ipv6' && !within(parsed, GLOBAL_IPV6) ? 'reserved_address' : null;
}

/** True when OUTBOUND_ALLOW names this host and port: such names are resolved as the machine itself does. */
export function namedHost(host: string, port: number, rules: AddressRules): boolean {
  return rules.allow.some((entry) => entry.kind === 'host' && entry.host === host && entry.port === port);
}

/** One spelling per address (`::ffff:10.0.0.1` is `10.0.0.1`), or null when the text is no address. */
export function canonical(text: string): string | null {
  return parse(text)?.toString() ?? null;
}

function readAllowEntry(entry: string): AllowEntry | null {
  // `10.1/16` would be read as 0.0.0.10 by some and as 10.1.0.0 by others.
  const full = entry.includes(':') || /^\d+\.\d+\.\d+\.\d+(\/|$)/.test(entry);
  if (full && ipaddr.isValidCIDR(entry)) return { kind: 'range', range: ipaddr.parseCIDR(entry) };
  if (ipaddr.isValid(entry) && (ipaddr.IPv6.isValid(entry) || ipaddr.IPv4.isValidFourPartDecimal(entry))) {
    const address = ipaddr.process(entry);
    return { kind: 'range', range: [address, address.kind() === 'ipv4' ? 32 : 128] };
  }
  const match = /^(\[[0-9a-f:.]+\]|[a-z0-9]([a-z0-9.-]*[a-z0-9])?):([0-9]{1,5})$/i.exec(entry);
  if (match === null) return null;
  const port = Number(match[3]);
  if (port < 1 || port > 65_535 || !URL.canParse(`https://${match[1]}/`)) return null;
  const host = bareHost(new URL(`https://${match[1]}/`).hostname);
  return host === null ? null : { kind: 'host', host: canonical(host) ?? host, port };
}

/** The host without brackets and without the one trailing dot of a full name; null when nothing sensible is left. */
function bareHost(hostname: string): string | null {
  const bare = hostname.startsWith('[') ? hostname.slice(1, -1) : hostname.replace(/\.$/, '');
  if (bare === '' || bare.length > 253 || bare.includes('..') || bare.endsWith('.')) return null;
  return canonical(bare) ?? bare;
}

function portAllowed(target: Target, rules: AddressRules): boolean {
  return rules.dev || PORTS_ALLOWED.includes(target.port) || namedHost(target.host, target.port, rules);
}

function allowed(address: string, port: number, host: string, rules: AddressRules): boolean {
  const parsed = parse(address);
  if (parsed === null) return false;
  return (
    namedHost(host, port, rules) || rules.allow.some((e) => e.kind === 'range' && within(parsed, [e.range]))
  );
}

function parse(text: string): Address | null {
  // Zone ids (`fe80::1%eth0`) name an interface of ours; short and octal IPv4 forms are the URL parser's business.
  if (text.includes('%') || !ipaddr.isValid(text)) return null;
  if (!text.includes(':') && !ipaddr.IPv4.isValidFourPartDecimal(text)) return null;
  return ipaddr.process(text);
}

/** The IPv4 addresses that an IPv6 address carries inside: a translator on the way would go there. */
function embedded(address: Address): ipaddr.IPv4[] {
  if (address.kind() === 'ipv4') return [];
  const bytes = address.toByteArray();
  const at = (from: number, flip = 0) => new ipaddr.IPv4(bytes.slice(from, from + 4).map((b) => b ^ flip));
  if (within(address, SIX_TO_FOUR)) return [at(2)];
  if (within(address, TEREDO)) return [at(4), at(12, 0xff)];
  if (within(address, LAST_FOUR_BYTES) && !within(address, LOOPBACK)) return [at(12)];
  return [];
}
const SIX_TO_FOUR = ranges('2002::/16');
const TEREDO = ranges('2001::/32');
const GLOBAL_IPV6 = ranges('2000::/3');
const LAST_FOUR_BYTES = ranges('::/96', '::ffff:0:0:0/96', '64:ff9b::/96', '64:ff9b:1::/48');

function within(address: Address, list: Range[]): boolean {
  return list.some(([base, bits]) => base.kind() === address.kind() && address.match(base, bits));
}

/** Addresses of this machine's network cards, without loopback. */
export function interfaceAddresses(): string[] {
  const cards = Object.values(networkInterfaces()).flatMap((card) => card ?? []);
  return cards.filter((card) => !card.internal).map((card) => card.address.replace(/%.*$/, ''));
}

export function refused(reason: RefusedReason): { ok: false; reason: RefusedReason; message: string } {
  return { ok: false, reason, message: REFUSED_REASONS[reason] };
}
