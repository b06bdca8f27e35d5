import { describe, expect, test } from 'vitest';
import { checkNewPassword, hashPassword, verifyPassword } from './password.ts';

const codeOf = (password: string, email = 'mia.berg@example.com') => {
  try {
    checkNewPassword(password, email);
    return 'fine';
  } catch (error) {
    return (error as { code: string }).code;
  }
};

describe('a new password', () => {
  test.each([
    ['1234567', 'password_too_short'],
    ['🙂🙂🙂🙂🙂🙂🙂', 'password_too_short'],
    ['x'.repeat(129), 'password_too_long'],
    ['Mia.Berg@Example.com', 'password_is_email'],
    ['mia.berg', 'password_is_email'],
    ['Passwort', 'password_too_common'],
    ['zzzzzzzzzz', 'password_too_common'],
    ['a quiet harbour', 'fine'],
    ['ünïcödé ✓ über', 'fine'],
  ])('%s is judged %s', (password, judged) => {
    expect(codeOf(password)).toBe(judged);
  });
});

test('a password is found again however the keyboard composes its letters, and nothing else is', async () => {
  const stored = await hashPassword('Müller am See');
  expect(stored).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  expect(await verifyPassword(stored, 'Müller am See')).toBe(true);
  expect(await verifyPassword(stored, 'Muller am See')).toBe(false);
  expect(await verifyPassword(null, 'Müller am See')).toBe(false);
  expect(await verifyPassword(stored, 'x'.repeat(100_000))).toBe(false);
});
