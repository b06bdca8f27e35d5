import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startApi } from '../../src/api/start.ts';
import { testApp } from '../support/app.ts';
import { type HttpTest, httpTest, type Send, signedInAs } from '../support/http.ts';

let http: HttpTest;
let send: Send;
beforeAll(async () => {
  http = await httpTest();
  send = (await signedInAs(http, 'admin')).send;
});
afterAll(async () => await http?.[Symbol.asyncDispose]());

const LOGIN = '/api/v1/auth/login';
const post = (payload: string | Buffer, type = 'application/json') =>
  http.api.server.inject({ method: 'POST', url: LOGIN, payload, headers: { 'content-type': type } });

test('a refusal has one shape, with the request id of the header', async () => {
  const answer = await http.send('GET', '/api/v1/nothing-here');
  expect(answer.status).toBe(404);
  expect(answer.body).toEqual({
    success: false,
    error: 'There is nothing at this address.',
    code: 'route_not_found',
    details: [],
    requestId: answer.headers['x-request-id'],
  });
});

describe('input is refused by naming the field', () => {
  test.each([
    ['a missing field', { email: 'a@example.com' }, 'password'],
    ['a field of another type', { email: 'a@example.com', password: 7 }, 'password'],
    ['an e-mail that is none', { email: 'a@', password: 'x' }, 'email'],
    ['a field that is not known', { email: 'a@example.com', password: 'x', admin: true }, 'admin'],
  ])('%s', async (_what, body, field) => {
    const answer = await http.send('POST', LOGIN, body);
    expect(answer.status).toBe(422);
    expect(answer.body).toMatchObject({ code: 'input_invalid', details: [{ field }] });
  });

  test('a page that does not exist and an id that is none', async () => {
    const page = await send('GET', '/api/v1/admin/users?limit=101');
    expect(page.body).toMatchObject({ code: 'input_invalid', details: [{ field: 'limit' }] });
    const deep = await send('GET', '/api/v1/admin/users?page=9999');
    expect(deep.body).toMatchObject({ code: 'input_invalid', details: [{ field: 'page' }] });
    const id = await send('PATCH', '/api/v1/admin/users/7', { version: 1 });
    expect(id.body).toMatchObject({ code: 'input_invalid', details: [{ field: 'id' }] });
  });
});

test.each([
  ['text', '{"email"', 'application/json', 400, 'body_not_json'],
  ['nothing', '', 'application/json', 422, 'input_invalid'],
  [
    'a name twice',
    '{"email":"a@example.com","email":"b@example.com"}',
    'application/json',
    400,
    'body_duplicate_key',
  ],
  ['a number beyond all', '{"email":1e400}', 'application/json', 400, 'body_unsafe_number'],
  ['__proto__', '{"__proto__":{"admin":true}}', 'application/json', 400, 'body_unsafe_key'],
  ['NUL', '{"email":"a\\u0000@example.com"}', 'application/json', 422, 'input_not_storable'],
  ['XML', '<a/>', 'application/xml', 415, 'body_type_unknown'],
  ['a form with broken encoding', 'email=%ff', 'application/x-www-form-urlencoded', 400, 'body_not_form'],
  [
    'a form with too many fields',
    'a=1&'.repeat(201),
    'application/x-www-form-urlencoded',
    400,
    'body_too_many_keys',
  ],
  [
    'a form that reaches into objects',
    '__proto__=1',
    'application/x-www-form-urlencoded',
    400,
    'body_unsafe_key',
  ],
])('a body that is %s is refused', async (_what, body, type, status, code) => {
  const answer = await post(body, type);
  expect(answer.statusCode).toBe(status);
  expect(answer.json()).toMatchObject({ success: false, code });
});

test('a body that is no UTF-8, too large, or nested without end is refused', async () => {
  const invalid = await post(Buffer.from([0x22, 0xff, 0xfe, 0x22]));
  expect(invalid.json()).toMatchObject({ code: 'body_not_text' });
  const large = await post(`"${'x'.repeat(300_000)}"`);
  expect(large.statusCode).toBe(413);
  expect(large.json()).toMatchObject({ code: 'body_too_large' });
  const deep = await post('['.repeat(100_000) + ']'.repeat(100_000));
  expect(deep.json()).toMatchObject({ code: 'body_too_deep' });
});

test('an address that cannot be read, or is endless, is refused', async () => {
  const broken = await http.send('GET', '/api/v1/auth/%zz');
  expect(broken.status).toBe(400);
  expect(broken.body).toMatchObject({ success: false, code: 'request_malformed' });
  const endless = await http.send('GET', `/healthz?q=${'x'.repeat(5_000)}`);
  expect(endless.body).toMatchObject({ code: 'input_invalid' });
});

test('every answer forbids foreign scripts and frames', async () => {
  for (const url of ['/healthz', '/api/v1/nothing', '/login']) {
    const { headers } = await http.send('GET', url);
    const policy = String(headers['content-security-policy']);
    expect(policy, url).toContain("script-src 'self'");
    expect(policy, url).toContain("frame-ancestors 'none'");
    expect(policy, url).not.toContain('unsafe');
    expect(headers['x-content-type-options']).toBe('nosniff');
    // On plain http: a trial must not lock the browser out of this host.
    expect(headers['strict-transport-security']).toBeUndefined();
  }
});

test('who sends no HTTP at all gets an answer and is hung up on', async () => {
  await using app = await testApp(http.database, { PORT: '0' });
  const running = await startApi(app);
  try {
    const port = Number(new URL(running.address).port);
    const said = await new Promise<string>((resolve, reject) => {
      let text = '';
      const socket = connect(port, '127.0.0.1', () => socket.write('\u0016\u0003\u0001 hello\r\n\r\n'));
      socket.on('data', (bytes) => {
        text += bytes.toString();
      });
      socket.on('close', () => resolve(text));
      socket.on('error', reject);
    });
    expect(said).toMatch(/^HTTP\/1.1 400 /);
  } finally {
    await running.stop();
  }
});
