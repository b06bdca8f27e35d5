import type { Dispatcher, Pool } from 'undici';
import { refused } from './address-guard.ts';
import { answerText, plainHeaders } from './outbound-answer.ts';
import { ConnectError } from './outbound-connect.ts';
import type { FailedReason, RefusedReason } from './outbound-reasons.ts';
import { FAILED_REASONS } from './outbound-reasons.ts';
import { codeOf } from './startup-error.ts';

/**
 * One request on the wire and what became of it. The question that later moves money is `bytesLeft`: whether the
 * receiver may have seen anything. It is false only while that is certain.
 */

const INTERIM_ANSWERS_MAX = 10;

export type Answered = {
  outcome: 'answered';
  status: number;
  headers: Record<string, string>;
  /** Text up to the limit; without NUL, so it can be stored. */
  body: string;
  /** The body was longer than the limit. */
  truncated: boolean;
  /** The connection broke or the time ran out after the status and before the end of the body. */
  incomplete: boolean;
  durationMs: number;
};
/** The guard said no: nothing left us. */
export type Refused = { outcome: 'refused'; reason: RefusedReason; message: string };
export type Failed = {
  outcome: 'failed';
  phase: 'dns' | 'connect' | 'tls' | 'send' | 'answer';
  /** False: the receiver certainly saw nothing of the request. True: it may have acted on it. */
  bytesLeft: boolean;
  reason: FailedReason;
  message: string;
  durationMs: number;
};
export type Exchange = Answered | Refused | Failed;
/** `deadlineMs` counts from the dispatch, `startedAt` (performance.now()) from the call. */
export type Limits = { startedAt: number; deadlineMs: number; limitBytes: number };

/** What is known of one request under way. `over` once its result is settled; everything later is ignored. */
type Flight = Limits & {
  settle: (result: Exchange) => void;
  controller: Dispatcher.DispatchController | null;
  timer: NodeJS.Timeout | undefined;
  sent: boolean;
  interim: number;
  status: number;
  headers: Record<string, string>;
  chunks: Buffer[];
  size: number;
  over: boolean;
};

/** Sends one request and settles once: by the answer, an error, the limit or the deadline. */
export function exchange(pool: Pool, options: Dispatcher.DispatchOptions, limits: Limits): Promise<Exchange> {
  const { promise, resolve: settle } = Promise.withResolvers<Exchange>();
  const flight: Flight = {
    ...limits,
    settle,
    controller: null,
    timer: undefined,
    sent: false,
    interim: 0,
    status: 0,
    headers: {},
    chunks: [],
    size: 0,
    over: false,
  };
  flight.timer = setTimeout(() => fail(flight, lateness(flight)), limits.deadlineMs);
  try {
    pool.dispatch(options, handlerOf(flight));
  } catch {
    fail(flight, refusal('request_invalid'));
  }
  return promise;
}

function handlerOf(flight: Flight): Dispatcher.DispatchHandler {
  return {
    // Called right before the first byte is written: from here on the receiver may have seen something.
    onRequestStart: (controller) => {
      flight.controller = controller;
      if (flight.over) controller.abort(new Error('over'));
    },
    onRequestSent: () => {
      flight.sent = true;
    },
    onResponseStart: (_controller, status, raw) => {
      flight.sent = true;
      if (status >= 200) {
        flight.status = status;
        flight.headers = plainHeaders(raw);
        return;
      }
      flight.interim += 1;
      if (flight.interim > INTERIM_ANSWERS_MAX) {
        fail(flight, failure('answer', true, 'answer_invalid', flight.startedAt));
      }
    },
    onResponseData: (_controller, chunk) => {
      if (flight.over) return;
      flight.chunks.push(Buffer.from(chunk));
      flight.size += chunk.length;
      if (flight.size > flight.limitBytes) finish(flight, 'limit');
    },
    onResponseEnd: () => finish(flight, 'ended'),
    onResponseError: (_controller, error) => fail(flight, networkFailure(error, flight)),
  };
}

function finish(flight: Flight, how: 'ended' | 'limit' | 'broken'): void {
  if (flight.over) return;
  flight.over = true;
  clearTimeout(flight.timer);
  if (how !== 'ended') flight.controller?.abort(new Error(how));
  const bytes = Buffer.concat(flight.chunks).subarray(0, flight.limitBytes);
  void answerText(bytes, flight.headers, flight.limitBytes).then(({ text, truncated }) =>
    flight.settle({
      outcome: 'answered',
      status: flight.status,
      headers: flight.headers,
      body: text,
      truncated: truncated || how === 'limit',
      incomplete: how === 'broken',
      durationMs: elapsed(flight.startedAt),
    }),
  );
}

/** Ends without an answer; a status that has come is an answer all the same. */
function fail(flight: Flight, result: Exchange): void {
  if (flight.status > 0) finish(flight, 'broken');
  if (flight.over) return;
  flight.over = true;
  clearTimeout(flight.timer);
  flight.settle(result);
  flight.controller?.abort(new Error('over'));
}

function lateness(flight: Flight): Failed {
  if (flight.controller === null) return failure('connect', false, 'connect_timeout', flight.startedAt);
  if (flight.sent) return failure('answer', true, 'answer_timeout', flight.startedAt);
  return failure('send', true, 'send_timeout', flight.startedAt);
}

function networkFailure(error: unknown, { controller, sent, startedAt }: Flight): Exchange {
  if (error instanceof ConnectError) {
    const { problem } = error;
    if (problem.kind === 'refused') return refusal(problem.reason);
    return failure(problem.phase, false, problem.reason, startedAt);
  }
  const code = codeOf(error);
  if (controller === null) {
    if (code === 'UND_ERR_DESTROYED' || code === 'UND_ERR_CLOSED') return refusal('client_closed');
    if (code === 'UND_ERR_INVALID_ARG' || code === 'UND_ERR_NOT_SUPPORTED') return refusal('request_invalid');
    return failure('connect', false, 'connect_failed', startedAt);
  }
  const phase = sent ? 'answer' : 'send';
  return failure(phase, true, answerReason(code, error), startedAt);
}

function answerReason(code: string, error: unknown): FailedReason {
  if (code === 'UND_ERR_HEADERS_OVERFLOW' || code === 'HPE_HEADER_OVERFLOW')
    return 'answer_headers_too_large';
  const { name, message } = error instanceof Error ? error : { name: '', message: '' };
  if (code.startsWith('HPE_') || name === 'HTTPParserError') return 'answer_invalid';
  if (message === 'bad response' || message === 'bad upgrade') return 'answer_invalid';
  return 'connection_reset';
}

function elapsed(startedAt: number): number {
  return Math.round(performance.now() - startedAt);
}

export function refusal(reason: RefusedReason): Refused {
  const { message } = refused(reason);
  return { outcome: 'refused', reason, message };
}

export function failure(
  phase: Failed['phase'],
  bytesLeft: boolean,
  reason: FailedReason,
  startedAt: number,
): Failed {
  const message = FAILED_REASONS[reason];
  return { outcome: 'failed', phase, bytesLeft, reason, message, durationMs: elapsed(startedAt) };
}
