import ipaddr from 'ipaddr.js';

const PRIVATE_RANGES = new Set(['loopback', 'private', 'uniqueLocal', 'linkLocal']);
const PRIVATE_NAMES = /^(localhost|[^.]+|.+\.(localhost|local|lan|internal|home\.arpa))$/;

/** Whether a host of a URL is this machine or a name or address inside one's own network. */
export function isPrivateHost(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, '').toLowerCase();
  if (ipaddr.isValid(host)) return PRIVATE_RANGES.has(ipaddr.process(host).range());
  return PRIVATE_NAMES.test(host);
}

/** The part of an address that stands for one customer line: the whole IPv4 address, the /64 of an IPv6 one. */
export function networkOf(address: string): string {
  if (!ipaddr.isValid(address)) return 'unknown';
  const parsed = ipaddr.process(address);
  if (parsed.kind() === 'ipv4') return parsed.toString();
  return `${(parsed as ipaddr.IPv6).toNormalizedString().split(':').slice(0, 4).join(':')}::/64`;
}
