import { Resolver, lookup as systemLookup } from 'node:dns/promises';
import { codeOf } from './startup-error.ts';

/**
 * Name to addresses. Names that the operator listed are resolved as the machine does (hosts file, short names); all
 * others by the name server alone, because the system's resolver holds one of four threads of the whole process for
 * as long as a hostile name server likes.
 */

/** All addresses of a name. Rejects with a Node dns error code; an empty list means the name does not exist. */
export type Lookup = (host: string, options: { system: boolean }) => Promise<string[]>;

const SERVER_TIMEOUT_MS = 2_000;
const SERVER_TRIES = 2;
export const ADDRESSES_MAX = 64;

/** `servers` (`127.0.0.1:5353`) instead of those of the machine. */
export function createLookup(options: { servers?: readonly string[]; timeoutMs?: number } = {}): Lookup {
  const resolver = new Resolver({ timeout: options.timeoutMs ?? SERVER_TIMEOUT_MS, tries: SERVER_TRIES });
  if (options.servers !== undefined) resolver.setServers(options.servers);
  return async (host, { system }) => {
    // These names mean this machine by definition; no name server is asked.
    if (host === 'localhost' || host.endsWith('.localhost')) return ['127.0.0.1', '::1'];
    if (system) return (await systemLookup(host, { all: true })).map((entry) => entry.address);
    const answers = await Promise.allSettled([resolver.resolve4(host), resolver.resolve6(host)]);
    const addresses = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
    // One family may be broken; without any address the more telling of the two errors is passed on.
    const errors = answers.filter((answer) => answer.status === 'rejected').map((answer) => answer.reason);
    if (addresses.length === 0) throw errors.find((error) => codeOf(error) !== 'ENODATA') ?? errors[0];
    return addresses;
  };
}

export function lookupReason(error: unknown): 'dns_not_found' | 'dns_timeout' | 'dns_failed' {
  const code = codeOf(error);
  if (code === 'ENOTFOUND' || code === 'ENODATA' || code === 'EBADNAME') return 'dns_not_found';
  return code === 'ETIMEOUT' || code === 'EAI_AGAIN' ? 'dns_timeout' : 'dns_failed';
}
