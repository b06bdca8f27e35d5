import { describe, expect, test } from 'vitest';
import { type CheckAdapter, runAdapters } from './adapter.ts';

const subject = { email: 'a@b.de', phone: null, name: null, country: 'DE', texts: [] };
const adapter = (name: string, run: CheckAdapter['run']): CheckAdapter => ({
  name,
  stage: 'intake',
  weight: 5,
  run,
});
const pass = adapter('good', async () => ({ check: 'good', result: 'pass', weight: 5 }));

describe('checks that ask somebody else', () => {
  test('a vendor that throws or hangs says unknown, and the others still count', async () => {
    const late = adapter('late', () => new Promise(() => {}));
    const broken = adapter('broken', () => Promise.reject(new Error('down')));
    const rude = adapter('rude', () => {
      throw new Error('at once');
    });
    expect(await runAdapters([pass, late, broken, rude], subject, { timeoutMs: 20 })).toEqual([
      { check: 'good', result: 'pass', weight: 5 },
      { check: 'late', result: 'unknown', reason: 'check_timeout', weight: 5 },
      { check: 'broken', result: 'unknown', reason: 'check_failed', weight: 5 },
      { check: 'rude', result: 'unknown', reason: 'check_failed', weight: 5 },
    ]);
  });

  test('a stop ends every check at once, and the adapter hears of it', async () => {
    const stop = new AbortController();
    let heard = false;
    const waiting = adapter('waiting', (_, { signal }) => {
      signal.addEventListener('abort', () => {
        heard = true;
      });
      stop.abort();
      return new Promise(() => {});
    });
    const [verdict] = await runAdapters([waiting], subject, { timeoutMs: 60_000, signal: stop.signal });
    expect([verdict!.reason, heard]).toEqual(['check_stopped', true]);
    expect((await runAdapters([pass], subject, { timeoutMs: 20, signal: stop.signal }))[0]!.reason).toBe(
      'check_stopped',
    );
  });

  test('an adapter is told its deadline, and there is a limit to how many run', async () => {
    let told = 0;
    const asks = adapter('asks', async (_, { deadlineMs }) => {
      told = deadlineMs;
      return { check: 'asks', result: 'pass', weight: 5 };
    });
    await runAdapters([asks], subject, { timeoutMs: 20, nowMs: 1_000 });
    expect(told).toBe(1_020);
    expect(() => runAdapters(Array(11).fill(pass), subject, { timeoutMs: 20 })).toThrow('at most');
  });
});
