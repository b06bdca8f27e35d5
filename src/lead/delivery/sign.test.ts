import { createHmac, timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import { describe, expect, test } from 'vitest';
import { isSigningSecret, newSigningSecret, signatureHeaders, verifySignature } from './sign.ts';

type Vector = {
  name: string;
  secrets: string[];
  id: string;
  timestamp: number;
  body: string;
  signature: string;
};
const vectors: Vector[] = JSON.parse(
  readFileSync(new URL('../../../docs/sample-events/signature-vectors.json', import.meta.url), 'utf8'),
).vectors;

test.each(vectors)('the published vector "$name" holds', ({ secrets, id, timestamp, body, signature }) => {
  const headers = signatureHeaders({ id, at: new Date(timestamp * 1000), body, secrets });
  expect(headers).toEqual({
    'webhook-id': id,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': signature,
  });
});

test("the standard's own library makes the published signatures too", () => {
  for (const { secrets, id, timestamp, body, signature } of vectors) {
    const theirs = secrets.map((secret) => new Webhook(secret).sign(id, new Date(timestamp * 1000), body));
    expect(theirs.join(' ')).toBe(signature);
  }
});

describe('a receiver with the standard library', () => {
  test('accepts every body we send, in text and in bytes', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const body = JSON.stringify({ value });
        const secret = newSigningSecret();
        for (const bytes of [body, Buffer.from(body)]) {
          const headers = signatureHeaders({ id: 'msg_1', at: new Date(), body: bytes, secrets: [secret] });
          expect(new Webhook(secret).verify(body, headers)).toEqual(JSON.parse(body));
        }
      }),
    );
  });

  test('accepts the old and the new secret during a rotation, and no other', () => {
    const [old, present, foreign] = [newSigningSecret(), newSigningSecret(), newSigningSecret()];
    const headers = signatureHeaders({ id: 'msg_1', at: new Date(), body: '{}', secrets: [present, old] });
    expect(new Webhook(old).verify('{}', headers)).toEqual({});
    expect(new Webhook(present).verify('{}', headers)).toEqual({});
    expect(() => new Webhook(foreign).verify('{}', headers)).toThrow();
    expect(() => new Webhook(present).verify('{ }', headers)).toThrow();
  });
});

describe('our own check of a signature', () => {
  const at = new Date('2026-11-20T10:00:00Z');
  const secret = newSigningSecret();
  const headers = signatureHeaders({ id: 'msg_1', at, body: '{}', secrets: [secret] });
  const check = (change: object = {}, now = at, body = '{}') =>
    verifySignature({ headers: { ...headers, ...change }, body, secrets: [secret], now });

  test('accepts what we signed within five minutes either way', () => {
    expect(check()).toBe(true);
    expect(check({}, new Date(at.getTime() + 300_000))).toBe(true);
    expect(check({}, new Date(at.getTime() + 301_000))).toBe(false);
    expect(check({}, new Date(at.getTime() - 301_000))).toBe(false);
  });

  test('refuses anything changed, missing or of another version', () => {
    expect(check({}, at, '{"a":1}')).toBe(false);
    expect(check({ 'webhook-id': 'msg_2' })).toBe(false);
    expect(check({ 'webhook-timestamp': '1' })).toBe(false);
    expect(check({ 'webhook-timestamp': 'x' })).toBe(false);
    expect(check({ 'webhook-signature': undefined })).toBe(false);
    expect(check({ 'webhook-signature': '' })).toBe(false);
    expect(check({ 'webhook-signature': headers['webhook-signature'].replace('v1', 'v2') })).toBe(false);
    expect(check({ 'webhook-signature': 'v1,AAAA' })).toBe(false);
  });
});

test('a secret is whsec_ and 24 to 64 bytes; nothing else signs', () => {
  const bytes = (count: number) => `whsec_${Buffer.alloc(count, 7).toString('base64')}`;
  expect([23, 24, 64, 65].map((count) => isSigningSecret(bytes(count)))).toEqual([false, true, true, false]);
  expect(isSigningSecret(newSigningSecret())).toBe(true);
  expect(newSigningSecret()).not.toBe(newSigningSecret());
  const sign =
    (secrets: string[], id = 'msg_1') =>
    () =>
      signatureHeaders({ id, at: new Date(), body: '', secrets });
  expect(sign([])).toThrow('1 to 5');
  expect(sign(['plain'])).toThrow('whsec_');
  expect(sign([newSigningSecret()], 'a.b')).toThrow('full stop');
});

test("the documentation's own lines verify what we send, and nothing else", () => {
  const page = readFileSync(new URL('../../../docs/delivery.md', import.meta.url), 'utf8');
  const [, code = ''] = /```js\nimport .+\n([\s\S]+?)```/.exec(page) ?? [];
  const run = new Function('createHmac', 'timingSafeEqual', `${code}; return isFromFairlead;`);
  const isFromFairlead = run(createHmac, timingSafeEqual);
  const secret = newSigningSecret();
  const secrets = [newSigningSecret(), secret];
  const headers = signatureHeaders({ id: 'dlv_1', at: new Date(), body: '{}', secrets });
  expect(isFromFairlead(headers, Buffer.from('{}'), secret)).toBe(true);
  expect(isFromFairlead(headers, Buffer.from('{ }'), secret)).toBe(false);
  expect(isFromFairlead(headers, Buffer.from('{}'), newSigningSecret())).toBe(false);
});
