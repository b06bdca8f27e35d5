/**
 * Checks that ask somebody else: DNS, a vendor of e-mail or phone data. They run outside every transaction
 * and fail open: who does not answer in time says `unknown`, and the lead goes on with fewer points.
 */
import type { CheckSubject, Verdict } from './verdict.ts';

export type CheckRun = {
  /** Aborted at the deadline and on shutdown; pass it on to every call. */
  signal: AbortSignal;
  /** Unix time in ms by which the verdict must be there. */
  deadlineMs: number;
};

export type CheckAdapter = {
  /** Unique, snake_case; the `check` of its verdicts. */
  name: string;
  /** Paid checks run after confirmation only. */
  stage: 'intake' | 'after_confirmation';
  weight: number;
  run(subject: CheckSubject, run: CheckRun): Promise<Verdict>;
};

/** Adapters that run at the same time for one lead. */
export const ADAPTERS_MAX = 10;

/**
 * Runs the adapters side by side. Never rejects and never outlasts the deadline: an adapter that throws,
 * hangs or is stopped gives `unknown` with the reason `check_failed`, `check_timeout` or `check_stopped`.
 */
export function runAdapters(
  adapters: readonly CheckAdapter[],
  subject: CheckSubject,
  options: { timeoutMs: number; signal?: AbortSignal; nowMs?: number },
): Promise<Verdict[]> {
  if (adapters.length > ADAPTERS_MAX) throw new RangeError(`at most ${ADAPTERS_MAX} adapters`);
  return Promise.all(adapters.map((adapter) => runAdapter(adapter, subject, options)));
}

async function runAdapter(
  adapter: CheckAdapter,
  subject: CheckSubject,
  {
    timeoutMs,
    signal: stop,
    nowMs = Date.now(),
  }: { timeoutMs: number; signal?: AbortSignal; nowMs?: number },
): Promise<Verdict> {
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(), timeoutMs);
  const signal = stop === undefined ? deadline.signal : AbortSignal.any([deadline.signal, stop]);
  const given = Promise.withResolvers<Verdict>();
  const unknown = (reason: string): Verdict => ({
    check: adapter.name,
    result: 'unknown',
    reason,
    weight: adapter.weight,
  });
  const onAbort = () => given.resolve(unknown(stop?.aborted === true ? 'check_stopped' : 'check_timeout'));
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    if (signal.aborted) return unknown('check_stopped');
    const ask = async () => adapter.run(subject, { signal, deadlineMs: nowMs + timeoutMs });
    ask().then(given.resolve, () => given.resolve(unknown('check_failed')));
    return await given.promise;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
  }
}
