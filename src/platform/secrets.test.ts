import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { loadKeys, newKey, parseKeys } from './secret-keys.ts';
import { createSecrets, type DataKey, randomToken, sameSecret, tokenHash, tokenStart } from './secrets.ts';

const key = (id: string): DataKey => ({ id, key: randomBytes(32) });
const old = key('k1');
const present = key('k2');
const sessionSecret = 's'.repeat(40);
const secrets = createSecrets({ keys: [present, old], sessionSecret });
const place = { table: 'endpoints', row: '0190', column: 'secret' };

describe('encryption at rest', () => {
  test('what goes in comes out, for every text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const plain = Buffer.from(text);
        return secrets.decrypt(secrets.encrypt(plain, place), place).equals(plain);
      }),
    );
    expect(secrets.decryptText(secrets.encrypt('Zoë 🦊', place), place)).toBe('Zoë 🦊');
  });

  test('the same text never looks the same twice and the plain text is not inside', () => {
    const [a, b] = [secrets.encrypt('whsec_visible', place), secrets.encrypt('whsec_visible', place)];
    expect(a.equals(b)).toBe(false);
    expect(a.includes('visible')).toBe(false);
  });

  test.each([
    { ...place, table: 'providers' },
    { ...place, row: '0191' },
    { ...place, column: 'secret_previous' },
    { table: 'endpoint', row: 's0190', column: 'secret' },
  ])('a ciphertext moved to %j does not open', (elsewhere) => {
    const sealed = secrets.encrypt('x', place);
    expect(() => secrets.decrypt(sealed, elsewhere)).toThrow('does not open');
  });

  test('no single changed bit goes unnoticed', () => {
    const sealed = secrets.encrypt('secret', place);
    for (let bit = 0; bit < sealed.length * 8; bit += 1) {
      const changed = Buffer.from(sealed);
      changed[bit >> 3] = changed[bit >> 3]! ^ (1 << (bit & 7));
      expect(() => secrets.decrypt(changed, place)).toThrow();
    }
    for (let length = 0; length < sealed.length; length += 1) {
      expect(() => secrets.decrypt(sealed.subarray(0, length), place)).toThrow();
    }
  });

  test('after a new key came, old rows still open and new ones use the new key', () => {
    const before = createSecrets({ keys: [old], sessionSecret });
    const sealed = before.encrypt('old row', place);
    expect(secrets.decryptText(sealed, place)).toBe('old row');
    expect(secrets.keyIdOf(sealed)).toBe('k1');
    expect(secrets.keyIdOf(secrets.encrypt('new row', place))).toBe('k2');
    expect(() => before.decrypt(secrets.encrypt('new row', place), place)).toThrow('k2');
  });
});

describe('keyed hashes', () => {
  test('are stable, differ by key, and look-ups get one per key, newest first', () => {
    const hash = secrets.keyedHash('anna@example.com');
    expect(hash).toEqual(secrets.keyedHashes('anna@example.com')[0]);
    expect(secrets.keyedHashes('anna@example.com').map((each) => each.keyId)).toEqual(['k2', 'k1']);
    expect(new Set(secrets.keyedHashes('anna@example.com').map((each) => each.hash)).size).toBe(2);
    expect(hash.hash).toMatch(/^[0-9a-f]{64}$/);
    expect(hash.hash).not.toBe(secrets.keyedHash('anna@example.co').hash);
  });
});

describe('link tokens', () => {
  const now = new Date('2026-11-20T10:00:00Z');
  const later = new Date('2026-11-27T10:00:00Z');

  test('carry their payload until they expire, and for their own purpose only', () => {
    const token = secrets.sign('confirm', 'lead:1', later);
    expect(token).toMatch(/^[\w.-]+$/);
    expect(secrets.verify('confirm', token, now)).toEqual({ ok: true, payload: 'lead:1' });
    expect(secrets.verify('withdraw', token, now)).toEqual({ ok: false, reason: 'invalid' });
    expect(secrets.verify('confirm', token, later)).toEqual({ ok: false, reason: 'expired' });
    const endless = secrets.sign('confirm', 'x');
    expect(secrets.verify('confirm', endless, new Date('2099-01-01'))).toEqual({ ok: true, payload: 'x' });
  });

  test('made under the previous session secret are still accepted, older ones are not', () => {
    const token = secrets.sign('confirm', 'lead:1');
    const next = createSecrets({
      keys: [old],
      sessionSecret: 'n'.repeat(40),
      sessionSecretPrevious: sessionSecret,
    });
    const afterNext = createSecrets({ keys: [old], sessionSecret: 'm'.repeat(40) });
    expect(next.verify('confirm', token, now).ok).toBe(true);
    expect(afterNext.verify('confirm', token, now).ok).toBe(false);
    expect(secrets.verify('confirm', next.sign('confirm', 'lead:1'), now).ok).toBe(false);
  });

  test('that were changed or invented are refused', () => {
    const token = secrets.sign('confirm', 'lead:1', later);
    const [expires, payload, mac] = token.split('.');
    const forged = [
      '',
      '.',
      '..',
      'x',
      `0.${payload}.${mac}`,
      `${expires}.${Buffer.from('lead:2').toString('base64url')}.${mac}`,
      `${token}A`,
      token.slice(0, -1),
      `${token}\n`,
      'a'.repeat(100_000),
    ];
    for (const each of forged)
      expect(secrets.verify('confirm', each, now)).toEqual({ ok: false, reason: 'invalid' });
  });
});

describe('random tokens', () => {
  test('carry a visible prefix and 256 bits, and are stored as a hash', () => {
    const token = randomToken('fl_key');
    expect(token).toMatch(/^fl_key_[\w-]{43}$/);
    expect(randomToken('fl_key')).not.toBe(token);
    expect(tokenHash(token)).toMatch(/^[0-9a-f]{64}$/);
    expect(tokenStart(token)).toBe(token.slice(0, 'fl_key_'.length + 6));
    expect(sameSecret(token, token)).toBe(true);
    expect(sameSecret(token, `${token}x`)).toBe(false);
  });
});

describe('key files', () => {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-keys-'));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'data', 'keys');

  test('a missing file is made once, for its owner only, and read again after', () => {
    const first = loadKeys({ file, create: true });
    expect(first).toHaveLength(1);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readdirSync(join(folder, 'data'))).toEqual(['keys']);
    expect(loadKeys({ file, create: true })).toEqual(first);
  });

  test('a missing file that must not be made says what to do', () => {
    expect(() => loadKeys({ file })).toThrow('Set FAIRLEAD_KEYS');
    expect(() => loadKeys({})).toThrow('Set FAIRLEAD_KEYS');
  });

  test.skipIf(process.platform === 'win32')(
    'a file that others can read is refused with the command that mends it',
    () => {
      loadKeys({ file, create: true });
      chmodSync(file, 0o644);
      expect(() => loadKeys({ file, create: true })).toThrow('chmod 600');
    },
  );

  test('FAIRLEAD_KEYS wins over the file and is read newest first', () => {
    const text = `${newKey('b')},${newKey('a')}`;
    expect(loadKeys({ text, file, create: true }).map((each) => each.id)).toEqual(['b', 'a']);
  });

  test.each(['', 'nonsense', 'a:short', `${newKey('a')},${newKey('a')}`, `a b:${'A'.repeat(43)}=`])(
    'faulty keys (%#) are refused without repeating them',
    (text) => {
      let message = '';
      try {
        parseKeys(text, 'FAIRLEAD_KEYS');
      } catch (error) {
        message = (error as Error).message;
      }
      expect(message).toContain('FAIRLEAD_KEYS');
      const part = text.split(':')[1]?.slice(0, 20);
      if (part !== undefined) expect(message).not.toContain(part);
    },
  );

  test('a file that is no key file stops the start', () => {
    const damaged = join(folder, 'keys');
    loadKeys({ file: damaged, create: true });
    writeFileSync(damaged, 'hello');
    expect(() => loadKeys({ file: damaged, create: true })).toThrow('cannot be read');
  });
});
