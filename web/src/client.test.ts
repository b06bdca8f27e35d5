import { afterEach, expect, test, vi } from 'vitest';
import { api, hearSignedOut, newKey, Refusal, withQuery } from './client.ts';

/** The browser's `fetch` stands outside of what is tested; each test says what the server answers. */
function serverAnswers(status: number, body: unknown, headers: Record<string, string> = {}) {
  const fetch = vi.fn(async (_url: string, _init: RequestInit) => Response.json(body, { status, headers }));
  vi.stubGlobal('fetch', fetch);
  return fetch;
}

afterEach(() => vi.unstubAllGlobals());

const refusalOf = (promise: Promise<unknown>): Promise<Refusal> =>
  promise.then(
    () => {
      throw new Error('was not refused');
    },
    (error: unknown) => error as Refusal,
  );

test('an answer is given without its envelope, a list with its pagination', async () => {
  serverAnswers(200, { success: true, data: { id: 'a' } });
  expect(await api.get('/leads/a')).toEqual({ id: 'a' });
  const pagination = { page: 1, limit: 20, total: 1, totalPages: 1, nextCursor: null };
  serverAnswers(200, { success: true, data: [{ id: 'a' }], pagination });
  expect((await api.page('/leads')).pagination.total).toBe(1);
});

test('a refusal carries its code, the fields and the request id', async () => {
  const details = [{ field: 'email', message: 'Write it as name@example.com.' }];
  serverAnswers(422, {
    success: false,
    error: 'Some fields',
    code: 'input_invalid',
    details,
    requestId: 'r-1',
  });
  const refusal = await refusalOf(api.post('/leads', {}));
  expect(refusal).toBeInstanceOf(Refusal);
  expect(refusal).toMatchObject({ code: 'input_invalid', status: 422, details, requestId: 'r-1' });
});

test('an answer that is no envelope is told in plain words, with the request id of the header', async () => {
  serverAnswers(502, 'Bad gateway', { 'x-request-id': 'r-2' });
  expect(await refusalOf(api.get('/leads'))).toMatchObject({ code: 'unexpected_answer', requestId: 'r-2' });
});

test('a server that cannot be reached is a refusal without a status', async () => {
  vi.stubGlobal('fetch', () => Promise.reject(new TypeError('failed')));
  expect(await refusalOf(api.get('/leads'))).toMatchObject({ code: 'no_connection', status: 0 });
});

test('an ended session is told to whoever listens', async () => {
  const heard = vi.fn();
  const stop = hearSignedOut(heard);
  serverAnswers(401, { success: false, error: 'Sign in.', code: 'signed_out', details: [], requestId: 'r' });
  await refusalOf(api.get('/leads'));
  stop();
  await refusalOf(api.get('/leads'));
  expect(heard).toHaveBeenCalledOnce();
});

test('an edit names the version it was made on, and money its key', async () => {
  const fetch = serverAnswers(200, { success: true, data: null });
  const key = newKey();
  await api.post('/refunds', { leads: 3 }, { version: 7, key });
  const [url, init] = fetch.mock.calls[0]!;
  expect(url).toBe('/api/v1/refunds');
  expect(init.headers).toMatchObject({ 'if-match': '"7"', 'idempotency-key': key });
  expect(newKey()).not.toBe(key);
});

test('a query repeats lists and leaves out what is empty', () => {
  expect(withQuery('/leads', { state: ['unsold', 'expired'], q: '', page: 2, test: undefined })).toBe(
    '/leads?state=unsold&state=expired&page=2',
  );
});
