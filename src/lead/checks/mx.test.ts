import { describe, expect, test } from 'vitest';
import { type MxCache, type MxResolver, mxCheck } from './mx.ts';

const dnsError = (code: string) => Object.assign(new Error(code), { code });
const never = () => new Promise<never>(() => {});
const refuse = (code: string) => () => Promise.reject(dnsError(code));

/** A resolver that answers from a script; each question without one is a domain without that record. */
const scripted = (answers: Partial<MxResolver>): MxResolver => ({
  resolveMx: refuse('ENODATA'),
  resolve4: refuse('ENODATA'),
  resolve6: refuse('ENODATA'),
  ...answers,
});
const ask = (answers: Partial<MxResolver>, cache?: MxCache, email = 'Anna@Example.de') =>
  mxCheck({
    resolver: () => scripted(answers),
    timeoutMs: 20,
    ...(cache === undefined ? {} : { cache }),
  }).run(
    { email, phone: null, name: null, country: 'DE', texts: [] },
    { signal: new AbortController().signal, deadlineMs: 0 },
  );
const mail = async () => [{ exchange: 'mx.example.de', priority: 10 }];

describe('a domain that can receive mail', () => {
  test.each([
    ['has a mail server', { resolveMx: mail }, 'pass', undefined],
    ['has only an IPv4 address', { resolve4: async () => ['192.0.2.1'] }, 'pass', undefined],
    ['has only an IPv6 address', { resolve6: async () => ['2001:db8::1'] }, 'pass', undefined],
    [
      'an empty list counts as none',
      { resolveMx: async () => [], resolve4: async () => ['192.0.2.1'] },
      'pass',
      undefined,
    ],
    [
      'says that it takes no mail',
      { resolveMx: async () => [{ exchange: '', priority: 0 }] },
      'fail',
      'null_mx',
    ],
    ['says so with a dot', { resolveMx: async () => [{ exchange: '.', priority: 0 }] }, 'fail', 'null_mx'],
    ['does not exist', { resolveMx: refuse('ENOTFOUND') }, 'fail', 'domain_unknown'],
    ['has no server and no address', {}, 'fail', 'no_mail_server'],
    ['its name server is broken', { resolveMx: refuse('ESERVFAIL') }, 'unknown', 'dns_unavailable'],
    ['half of it cannot be found out', { resolve4: refuse('ESERVFAIL') }, 'unknown', 'dns_unavailable'],
    ['nobody answers', { resolveMx: never }, 'unknown', 'dns_timeout'],
    [
      'an error without a code',
      { resolveMx: () => Promise.reject(new Error('x')) },
      'unknown',
      'dns_unavailable',
    ],
  ] as const)('%s', async (_, answers, result, reason) => {
    const verdict = await ask(answers as Partial<MxResolver>);
    expect([verdict.check, verdict.result, verdict.reason]).toEqual(['mx', result, reason]);
  });

  test('a definite answer is remembered by domain and not asked again; an unknown one is', async () => {
    const kept = new Map<string, boolean>();
    const cache: MxCache = {
      get: async (domain) => kept.get(domain) ?? null,
      put: async (domain, acceptsMail) => void kept.set(domain, acceptsMail),
    };
    await ask({ resolveMx: refuse('ESERVFAIL') }, cache);
    expect(kept.size).toBe(0);
    await ask({ resolveMx: mail }, cache);
    expect([...kept]).toEqual([['example.de', true]]);
    expect(await ask({ resolveMx: refuse('ENOTFOUND') }, cache)).toMatchObject({
      result: 'pass',
      facts: { cached: true },
    });
    kept.set('example.de', false);
    expect(await ask({ resolveMx: mail }, cache)).toMatchObject({ result: 'fail', reason: 'no_mail_server' });
  });

  test('a cache that is down costs nobody a verdict', async () => {
    const down: MxCache = {
      get: () => Promise.reject(new Error('down')),
      put: () => Promise.reject(new Error('down')),
    };
    expect(await ask({ resolveMx: mail }, down)).toMatchObject({ result: 'pass' });
  });

  test('at the time limit the resolver is told to stop', async () => {
    const calls: string[] = [];
    const verdict = await ask({ resolveMx: never, cancel: () => void calls.push('cancel') });
    expect([verdict.reason, calls]).toEqual(['dns_timeout', ['cancel']]);
  });

  test('neither address nor domain is in the verdict', async () => {
    expect(JSON.stringify(await ask({ resolveMx: mail })).toLowerCase()).not.toContain('example');
  });
});
