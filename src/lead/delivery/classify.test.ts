import { describe, expect, test } from 'vitest';
import type { Exchange } from '../../platform/outbound.ts';
import { FAILED_REASONS, REFUSED_REASONS } from '../../platform/outbound.ts';
import { classify } from './classify.ts';
import { findReference, type ResponseRule, ruleProblems, statusFits } from './response-rules.ts';

const answered = (
  status: number,
  body = '',
  more: Partial<Extract<Exchange, { outcome: 'answered' }>> = {},
): Exchange => ({
  outcome: 'answered',
  status,
  headers: {},
  body,
  truncated: false,
  incomplete: false,
  durationMs: 12,
  ...more,
});
const failed = (
  phase: 'dns' | 'connect' | 'tls' | 'send' | 'answer',
  bytesLeft: boolean,
  reason: keyof typeof FAILED_REASONS,
): Exchange => ({
  outcome: 'failed',
  phase,
  bytesLeft,
  reason,
  message: FAILED_REASONS[reason],
  durationMs: 12,
});
const blocked = (reason: keyof typeof REFUSED_REASONS): Exchange => ({
  outcome: 'refused',
  reason,
  message: REFUSED_REASONS[reason],
});
const rule = (
  kind: ResponseRule['kind'],
  status: string,
  more: Partial<ResponseRule> = {},
): ResponseRule => ({
  kind,
  status,
  path: null,
  test: null,
  value: null,
  ...more,
});
/** The verdict in one word: kind, and the reason where there is one. */
const verdictOf = (exchange: Exchange, rules: ResponseRule[] = [], unknownBefore = false): string => {
  const verdict = classify(exchange, { rules, unknownBefore });
  if (verdict.kind === 'delivered') return verdict.duplicate ? 'delivered again' : 'delivered';
  return `${verdict.kind} ${verdict.reason}`;
};

describe('without rules', () => {
  const table: [string, Exchange, string][] = [
    ['200', answered(200), 'delivered'],
    ['201', answered(201, '{"id":1}'), 'delivered'],
    ['202', answered(202), 'delivered'],
    ['204', answered(204), 'delivered'],
    ['299', answered(299), 'delivered'],
    ['200 with a body that says error', answered(200, '{"error":"no"}'), 'delivered'],
    ['200 with a cut body', answered(200, '{"a', { incomplete: true }), 'delivered'],
    ['200 with an endless body', answered(200, 'x', { truncated: true }), 'delivered'],
    ['300', answered(300), 'refused redirect'],
    ['301', answered(301), 'refused redirect'],
    ['302', answered(302), 'refused redirect'],
    ['303', answered(303), 'refused redirect'],
    ['304', answered(304), 'refused redirect'],
    ['307', answered(307), 'refused redirect'],
    ['308', answered(308), 'refused redirect'],
    ['400', answered(400), 'refused status_400'],
    ['401', answered(401), 'refused status_401'],
    ['402', answered(402), 'refused status_402'],
    ['403', answered(403), 'refused status_403'],
    ['404', answered(404), 'refused status_404'],
    ['405', answered(405), 'refused status_405'],
    ['408', answered(408), 'retry status_408'],
    ['409', answered(409), 'refused duplicate'],
    ['410', answered(410), 'disabled gone'],
    ['413', answered(413), 'refused status_413'],
    ['415', answered(415), 'refused status_415'],
    ['418', answered(418), 'refused status_418'],
    ['422', answered(422), 'refused status_422'],
    ['425', answered(425), 'retry status_425'],
    ['429', answered(429), 'retry status_429'],
    ['451', answered(451), 'refused status_451'],
    ['500', answered(500), 'retry status_500'],
    ['501', answered(501), 'retry status_501'],
    ['502', answered(502), 'retry status_502'],
    ['503', answered(503), 'retry status_503'],
    ['504', answered(504), 'retry status_504'],
    ['599', answered(599), 'retry status_599'],
    ['999', answered(999), 'retry status_999'],
    ['name not found', failed('dns', false, 'dns_not_found'), 'retry dns_not_found'],
    ['connection refused', failed('connect', false, 'connection_refused'), 'retry connection_refused'],
    ['connect time-out', failed('connect', false, 'connect_timeout'), 'retry connect_timeout'],
    ['expired certificate', failed('tls', false, 'certificate_expired'), 'retry certificate_expired'],
    ['time-out while sending', failed('send', true, 'send_timeout'), 'unknown send_timeout'],
    ['time-out while waiting', failed('answer', true, 'answer_timeout'), 'unknown answer_timeout'],
    ['reset after sending', failed('answer', true, 'connection_reset'), 'unknown connection_reset'],
    ['an answer that is no HTTP', failed('answer', true, 'answer_invalid'), 'unknown answer_invalid'],
    ['a name that leads inside', blocked('private_address'), 'blocked private_address'],
    ['a URL without https', blocked('https_required'), 'blocked https_required'],
    ['a stopping program', blocked('client_closed'), 'blocked client_closed'],
    ['a body that is too large', blocked('request_too_large'), 'refused request_too_large'],
  ];
  test.each(table)('%s', (_name, exchange, expected) => {
    expect(verdictOf(exchange)).toBe(expected);
  });

  test('409 after an attempt without an answer means that one arrived', () => {
    expect(verdictOf(answered(409), [], true)).toBe('delivered again');
  });

  test('Retry-After is passed on as it came', () => {
    const verdict = classify(answered(429, '', { headers: { 'retry-after': '120' } }), {
      rules: [],
      unknownBefore: false,
    });
    expect(verdict).toMatchObject({ kind: 'retry', retryAfter: '120' });
  });

  test('a receiver that says no is healthy, one that fails or misleads is not', () => {
    const healthy = (exchange: Exchange, rules: ResponseRule[] = []) =>
      classify(exchange, { rules, unknownBefore: false }).healthy;
    expect(healthy(answered(200))).toBe(true);
    expect(healthy(answered(409))).toBe(true);
    expect(healthy(answered(200, 'no'), [rule('rejected', '2xx')])).toBe(true);
    for (const status of [302, 401, 404, 410, 429, 500]) expect(healthy(answered(status))).toBe(false);
    expect(healthy(failed('answer', true, 'answer_timeout'))).toBe(false);
    expect(healthy(blocked('private_address'))).toBe(false);
  });
});

describe('with rules', () => {
  const accepted = rule('accepted', '2xx', { path: 'result.success', test: 'equals', value: 'true' });
  const rejected = rule('rejected', '2xx', {
    path: 'errors',
    test: 'exists',
    reasonPath: 'errors.0.message',
  });
  const known = rule('duplicate', '200,422', { path: 'code', test: 'in', value: ['DUP', 'EXISTS'] });
  const table: [string, Exchange, ResponseRule[], string][] = [
    ['JSON that says yes', answered(200, '{"result":{"success":true}}'), [accepted], 'delivered'],
    ['JSON that says no', answered(200, '{"result":{"success":false}}'), [accepted], 'refused not_accepted'],
    ['JSON without the member', answered(200, '{}'), [accepted], 'refused not_accepted'],
    ['an empty answer where a yes is asked for', answered(200, ''), [accepted], 'refused not_accepted'],
    [
      'a web page in place of JSON',
      answered(200, '<!doctype html><p>Down</p>'),
      [accepted],
      'unknown answer_unreadable',
    ],
    ['plain text in place of JSON', answered(200, 'busy'), [accepted], 'unknown answer_unreadable'],
    [
      'JSON cut off',
      answered(200, '{"result":{"succ', { incomplete: true }),
      [accepted],
      'unknown answer_unreadable',
    ],
    [
      'JSON nested too deep to be meant',
      answered(200, `${'['.repeat(60_000)}`),
      [accepted],
      'unknown answer_unreadable',
    ],
    [
      'a status the rule does not name',
      answered(500, '{"result":{"success":true}}'),
      [accepted],
      'retry status_500',
    ],
    [
      'a rejection with its reason',
      answered(200, '{"errors":[{"message":"bad phone"}]}'),
      [rejected, accepted],
      'refused rejected',
    ],
    ['no rejection', answered(200, '{"id":5}'), [rejected], 'delivered'],
    ['an empty answer where only a no is looked for', answered(200, ''), [rejected], 'delivered'],
    ['a duplicate by code', answered(422, '{"code":"DUP"}'), [known], 'refused duplicate'],
    ['another code', answered(422, '{"code":"PHONE"}'), [known], 'refused status_422'],
    [
      'a cut 500 stays a 500',
      answered(500, '{"a', { incomplete: true }),
      [rule('accepted', '500', { path: 'a', test: 'exists' })],
      'retry status_500',
    ],
    ['a status rule before the default', answered(302), [rule('accepted', '302')], 'delivered'],
    ['409 as a yes', answered(409), [rule('accepted', '409')], 'delivered'],
    ['410 as a rejection', answered(410), [rule('rejected', '410')], 'refused rejected'],
    [
      'the first rule that fits wins',
      answered(200, 'ok'),
      [rule('rejected', '200'), rule('accepted', '200')],
      'refused rejected',
    ],
    [
      'text that contains the word',
      answered(200, 'Lead ACCEPTED 7'),
      [rule('accepted', '200', { test: 'contains', value: 'ACCEPTED' })],
      'delivered',
    ],
    [
      'text that does not',
      answered(200, 'Lead refused'),
      [rule('accepted', '200', { test: 'contains', value: 'ACCEPTED' })],
      'refused not_accepted',
    ],
    [
      'cut text that does not contain it yet',
      answered(200, 'Lead ', { incomplete: true }),
      [rule('accepted', '200', { test: 'contains', value: 'ACCEPTED' })],
      'unknown answer_unreadable',
    ],
    [
      'text that is the word, with blanks around',
      answered(200, ' OK\r\n'),
      [rule('accepted', '200', { test: 'equals', value: 'OK' })],
      'delivered',
    ],
    [
      'a list that contains the value',
      answered(200, '{"tags":["a","ok"]}'),
      [rule('accepted', '200', { path: 'tags', test: 'contains', value: 'ok' })],
      'delivered',
    ],
    [
      'XML that says yes',
      answered(200, '<r xmlns="x"><status code="1">Accepted</status></r>'),
      [rule('accepted', '200', { path: 'r.status.code', test: 'equals', value: '1' })],
      'delivered',
    ],
    [
      'SOAP with prefixes',
      answered(200, '<s:Env><s:Body><r>ok</r></s:Body></s:Env>'),
      [rule('accepted', '200', { path: 'Env.Body.r', test: 'equals', value: 'ok' })],
      'delivered',
    ],
    [
      'XML with entities of its own',
      answered(200, '<!DOCTYPE r [<!ENTITY a "yes">]><r>&a;</r>'),
      [rule('accepted', '200', { path: 'r', test: 'equals', value: 'yes' })],
      'unknown answer_unreadable',
    ],
    [
      'XML cut off',
      answered(200, '<r><a>1</a>', { incomplete: true }),
      [rule('accepted', '200', { path: 'r.b', test: 'exists' })],
      'unknown answer_unreadable',
    ],
    [
      'a path into what every object has',
      answered(200, '{"a":1}'),
      [rule('accepted', '200', { path: 'constructor', test: 'exists' })],
      'refused not_accepted',
    ],
    [
      'a number compared exactly',
      answered(200, '{"id":12345678901234567890}'),
      [rule('accepted', '200', { path: 'id', test: 'equals', value: '12345678901234567890' })],
      'delivered',
    ],
    [
      'null is not there',
      answered(200, '{"error":null}'),
      [rule('rejected', '200', { path: 'error', test: 'exists' })],
      'delivered',
    ],
  ];
  test.each(table)('%s', (_name, exchange, rules, expected) => {
    expect(verdictOf(exchange, rules)).toBe(expected);
  });

  test('a duplicate after an attempt without an answer is an acceptance', () => {
    expect(verdictOf(answered(422, '{"code":"DUP"}'), [known], true)).toBe('delivered again');
  });

  test("the receiver's reason is one short line", () => {
    const body = JSON.stringify({ errors: [{ message: `bad\r\nphone\u0000${'x'.repeat(900)}` }] });
    const verdict = classify(answered(200, body), { rules: [rejected], unknownBefore: false });
    expect(verdict.kind === 'refused' && verdict.message).toMatch(/^bad phone x{190}$/);
    const fixed = classify(answered(200), {
      rules: [rule('rejected', '200', { reason: 'No more leads' })],
      unknownBefore: false,
    });
    expect(fixed).toMatchObject({ message: 'No more leads' });
  });

  test("the receiver's own reference is read, whatever else is said", () => {
    const rules = [
      rule('reference', '2xx', { path: 'data.id' }),
      rule('reference', '2xx', { path: 'lead.@id' }),
      rule('reference', '2xx', { path: 'r.id' }),
    ];
    const read = (body: string) => findReference(rules, { status: 200, body, complete: true });
    expect(read('{"data":{"id":9007199254740993}}')).toBe('9007199254740993');
    expect(read('{"data":{"id":"A-1"}}')).toBe('A-1');
    expect(read('<r><id>77</id></r>')).toBe('77');
    expect(read('{"data":{}}')).toBeNull();
    expect(read('not json')).toBeNull();
    const verdict = classify(answered(201, '{"data":{"id":5}}'), { rules, unknownBefore: false });
    expect(verdict).toMatchObject({ kind: 'delivered', reference: '5' });
  });
});

describe('rules that are saved', () => {
  test.each([
    ['200', 200, true],
    ['2xx', 204, true],
    ['2XX', 300, false],
    ['200, 201', 201, true],
    ['400-422', 409, true],
    ['400-422', 423, false],
    ['', 200, false],
    ['abc', 200, false],
  ])('the set %j and status %i: %s', (set, status, expected) => {
    expect(statusFits(set, status)).toBe(expected);
  });

  test('are fine when they can decide', () => {
    const path = 'a.b';
    const rules = [
      rule('accepted', '2xx'),
      rule('accepted', '200-299', { path, test: 'equals', value: 'x' }),
      rule('rejected', '200, 422', { path, test: 'in', value: ['x', 'y'] }),
      rule('duplicate', '409', { path, test: 'exists' }),
      rule('reference', '2xx', { path }),
    ];
    expect(ruleProblems(rules)).toEqual([]);
    expect(ruleProblems(Array.from({ length: 20 }, () => rules[0]!))).toEqual([]);
  });

  test.each([
    rule('accepted', 'all'),
    rule('accepted', '2xx,'),
    rule('accepted', '200', { path: 'a', test: 'equals' }),
    rule('accepted', '200', { path: 'a', test: 'in', value: 'x' }),
    rule('accepted', '200', { test: 'exists' }),
    rule('accepted', '200', { path: '', test: 'exists' }),
    rule('accepted', '200', { path: 'a.'.repeat(21), test: 'exists' }),
    rule('accepted', '200', { path: 'a', test: 'equals', value: 'x'.repeat(200) }),
    rule('reference', '200'),
    rule('other' as 'accepted', '200'),
    rule('accepted', '200', { path: 'a', test: 'matches' as 'equals', value: 'x' }),
  ])('%j is refused with a sentence', (faulty) => {
    expect(ruleProblems([faulty])).toEqual([
      { field: 'response_rules.0', message: expect.stringMatching(/\.$/) },
    ]);
  });

  test('more than 20 are refused', () => {
    expect(ruleProblems(Array.from({ length: 21 }, () => rule('accepted', '2xx')))).toHaveLength(1);
  });
});
