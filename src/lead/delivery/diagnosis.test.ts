import { expect, test } from 'vitest';
import type { Exchange } from '../../platform/outbound.ts';
import { classify } from './classify.ts';
import { diagnose } from './diagnosis.ts';

const answered = (status: number, body = ''): Exchange => ({
  outcome: 'answered',
  status,
  headers: {},
  body,
  truncated: false,
  incomplete: false,
  durationMs: 5,
});
const failed = (bytesLeft: boolean): Exchange => ({
  outcome: 'failed',
  phase: 'answer',
  bytesLeft,
  reason: 'answer_timeout',
  message: 'The server did not answer in time.',
  durationMs: 30_000,
});

test.each<[string, Exchange, string]>([
  ['takes it', answered(200), 'The endpoint took the lead.'],
  ['wants a password', answered(401), 'Check the header with the password'],
  ['is not at this path', answered(404), 'Check the path'],
  ['misses a field', answered(422), 'which field it misses'],
  ['is broken', answered(500), 'on the side of the endpoint'],
  ['moved', answered(302), 'enter the final address'],
  ['is too slow', failed(true), 'may have got the lead'],
  ['was not reached', failed(false), 'saw nothing'],
])('an endpoint that %s', (_name, exchange, words) => {
  expect(diagnose(exchange, classify(exchange, { rules: [], unknownBefore: false }))).toContain(words);
});
