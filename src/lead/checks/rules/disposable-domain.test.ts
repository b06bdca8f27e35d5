import { describe, expect, test } from 'vitest';
import { checkDisposableDomain } from './disposable-domain.ts';

describe('throw-away mail', () => {
  test.each([
    ['anna@example.de', 'pass', undefined],
    ['anna@gmail.com', 'pass', undefined],
    ['anna@mailinator.com', 'fail', 'disposable_domain'],
    ['anna@MAILINATOR.COM', 'fail', 'disposable_domain'],
    ['anna@team.mailinator.com', 'fail', 'disposable_domain'],
    ['anna@notmailinator.example', 'pass', undefined],
    ['anna@__proto__', 'pass', undefined],
    ['', 'pass', undefined],
    [`anna@${'a.'.repeat(100_000)}com`, 'pass', undefined],
  ])('%# is judged', (email, result, reason) => {
    const verdict = checkDisposableDomain(email);
    expect([verdict.result, verdict.reason]).toEqual([result, reason]);
  });

  test('the operator adds domains and makes exceptions', () => {
    const own = { refused: new Set(['spam.example']), allowed: new Set(['mailinator.com']) };
    expect(checkDisposableDomain('a@x.spam.example', own)).toMatchObject({
      result: 'fail',
      reason: 'refused_by_operator',
    });
    expect(checkDisposableDomain('a@mailinator.com', own)).toMatchObject({
      result: 'pass',
      reason: 'allowed_by_operator',
    });
  });

  test('the address is in no verdict', () => {
    expect(JSON.stringify(checkDisposableDomain('anna@mailinator.com'))).not.toContain('mailinator');
  });
});
