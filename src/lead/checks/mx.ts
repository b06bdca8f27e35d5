/**
 * Can the e-mail's domain receive mail? RFC 5321 section 5.1 (MX, else the address itself) and RFC 7505 (null
 * MX).
 */
import { Resolver } from 'node:dns/promises';
import type { CheckAdapter } from './adapter.ts';
import type { Verdict } from './verdict.ts';

export const MX_TIMEOUT_MS = 2_000;
export const MX_WEIGHT = 30;

/**
 * The part of `node:dns/promises` that is used; errors carry DNS codes (`ENOTFOUND`, `ENODATA`, `ESERVFAIL`,
 * ...).
 */
export type MxResolver = {
  resolveMx(domain: string): Promise<{ exchange: string; priority: number }[]>;
  resolve4(domain: string): Promise<string[]>;
  resolve6(domain: string): Promise<string[]>;
  cancel?(): void;
};

/** Remembers definite answers by domain; how long one holds is the store's business. */
export type MxCache = {
  get(domain: string): Promise<boolean | null>;
  put(domain: string, acceptsMail: boolean): Promise<void>;
};

type Answer = { acceptsMail: boolean | null; reason?: string; facts?: Verdict['facts'] };

/**
 * The MX check. `resolver` makes a fresh one per look-up, because stopping a resolver stops all its
 * questions.
 */
export function mxCheck(
  options: { cache?: MxCache; resolver?: () => MxResolver; timeoutMs?: number; weight?: number } = {},
): CheckAdapter {
  const { cache, timeoutMs = MX_TIMEOUT_MS, weight = MX_WEIGHT } = options;
  const newResolver = options.resolver ?? (() => new Resolver({ timeout: timeoutMs, tries: 1 }));
  return {
    name: 'mx',
    stage: 'after_confirmation',
    weight,
    async run(subject, { signal }) {
      const domain = subject.email.slice(subject.email.lastIndexOf('@') + 1).toLowerCase();
      const cached = await remembered(cache, domain);
      if (cached !== null) {
        return {
          check: 'mx',
          weight,
          result: cached ? 'pass' : 'fail',
          ...(cached ? {} : { reason: 'no_mail_server' }),
          facts: { cached: true },
        };
      }
      const answer = await lookUp(
        newResolver(),
        domain,
        AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
      );
      // A cache that fails costs a second question some day; it must not cost the lead its verdict.
      if (answer.acceptsMail !== null) await cache?.put(domain, answer.acceptsMail).catch(() => {});
      const result = answer.acceptsMail === null ? 'unknown' : answer.acceptsMail ? 'pass' : 'fail';
      const { acceptsMail: _, ...found } = answer;
      return { check: 'mx', weight, result, ...found };
    },
  };
}

async function remembered(cache: MxCache | undefined, domain: string): Promise<boolean | null> {
  try {
    return (await cache?.get(domain)) ?? null;
  } catch {
    return null;
  }
}

/** Asks for MX, then for an address; ends at the signal even when the resolver does not. */
async function lookUp(resolver: MxResolver, domain: string, signal: AbortSignal): Promise<Answer> {
  const stopped = Promise.withResolvers<Answer>();
  const onAbort = () => {
    resolver.cancel?.();
    stopped.resolve({ acceptsMail: null, reason: 'dns_timeout' });
  };
  if (signal.aborted) onAbort();
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([stopped.promise, ask(resolver, domain)]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

async function ask(resolver: MxResolver, domain: string): Promise<Answer> {
  try {
    const servers = await resolver.resolveMx(domain);
    const named = servers.filter((server) => server.exchange !== '' && server.exchange !== '.');
    if (named.length > 0) return { acceptsMail: true, facts: { servers: named.length } };
    if (servers.length > 0) return { acceptsMail: false, reason: 'null_mx' };
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ENOTFOUND') return { acceptsMail: false, reason: 'domain_unknown' };
    if (code !== 'ENODATA') return { acceptsMail: null, reason: 'dns_unavailable', facts: { code } };
  }
  return askAddress(resolver, domain);
}

/** Without MX a mail goes to the domain's own address, IPv4 or IPv6. */
async function askAddress(resolver: MxResolver, domain: string): Promise<Answer> {
  const answers = await Promise.allSettled([resolver.resolve4(domain), resolver.resolve6(domain)]);
  if (answers.some((answer) => answer.status === 'fulfilled' && answer.value.length > 0)) {
    return { acceptsMail: true, facts: { addressOnly: true } };
  }
  const broken = answers
    .map((answer) => (answer.status === 'rejected' ? codeOf(answer.reason) : 'ENODATA'))
    .find((code) => code !== 'ENODATA' && code !== 'ENOTFOUND');
  if (broken !== undefined) return { acceptsMail: null, reason: 'dns_unavailable', facts: { code: broken } };
  return { acceptsMail: false, reason: 'no_mail_server' };
}

function codeOf(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' && /^[A-Z0-9_]{1,30}$/.test(code) ? code : 'UNKNOWN';
}
