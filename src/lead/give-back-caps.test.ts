import { describe, expect, it } from 'vitest';
import { capKey, providerCapKey } from './cap-windows.ts';
import { countersToLower } from './give-back-caps.ts';
import type { PinnedCap, PinnedCaps } from './store-caps.ts';

const assigned = (at: string, more: Partial<PinnedCaps> = {}): PinnedCaps => ({
  ...{ subscriptionId: 's', providerId: 'p', assignedAt: new Date(at), amount: 1_250n, currency: 'EUR' },
  ...{ caps: [], timezone: 'Europe/Berlin', providerCaps: null, providerTimezone: null },
  ...more,
});
const cap = (window: PinnedCap['window'], kind: PinnedCap['kind'], more: object = {}): PinnedCap => ({
  ...{ window, kind, gives_back: true },
  ...more,
});
const lowered = (one: PinnedCaps) =>
  countersToLower([one]).map(({ scopeId, kind, windowKey, by }) => `${scopeId} ${kind}:${windowKey} -${by}`);

describe('a place is given back in the window in which it was taken', () => {
  it.each([
    // 23:30 UTC is the next day in Berlin, in summer and in winter, and another week on a Sunday.
    ['2026-06-07T22:30:00Z', cap('day', 'count'), 's count:day:2026-06-08 -1'],
    ['2026-06-07T21:30:00Z', cap('day', 'count'), 's count:day:2026-06-07 -1'],
    ['2026-06-07T22:30:00Z', cap('week', 'spend'), 's spend:week:2026-W24 -1250'],
    ['2026-01-31T23:30:00Z', cap('month', 'count'), 's count:month:2026-02 -1'],
    // The hour that comes twice when the clock is put back.
    ['2026-10-25T00:30:00Z', cap('hour', 'count'), 's count:hour:2026-10-25T02+02:00 -1'],
    ['2026-10-25T01:30:00Z', cap('hour', 'count'), 's count:hour:2026-10-25T02+01:00 -1'],
    ['2026-06-07T22:30:00Z', cap('total', 'spend'), 's spend:total -1250'],
  ])('at %s: %j', (at, one, expected) => {
    expect(lowered(assigned(at, { caps: [one] }))).toEqual([expected]);
  });

  it('only where the cap says so', () => {
    const caps = [
      cap('day', 'count', { gives_back: false }),
      cap('week', 'count'),
      { ...cap('month', 'count'), gives_back: undefined as never },
    ];
    expect(lowered(assigned('2026-06-05T10:00:00Z', { caps }))).toEqual(['s count:week:2026-W23 -1']);
  });

  it('by the cap that held on that day: one for the weekday goes before the other', () => {
    const caps = [cap('day', 'count', { gives_back: false }), cap('day', 'count', { weekday: 1 })];
    // A Monday in Berlin, still Sunday in UTC.
    expect(lowered(assigned('2026-06-07T22:30:00Z', { caps }))).toEqual(['s count:day:2026-06-08 -1']);
    expect(lowered(assigned('2026-06-09T10:00:00Z', { caps }))).toEqual([]);
  });

  it('of the whole provider, on its own calendar and in the currency paid', () => {
    const providerCaps = [cap('day', 'count'), cap('day', 'spend')];
    const one = assigned('2026-06-07T22:30:00Z', { providerCaps, providerTimezone: 'Europe/London' });
    expect(lowered(one)).toEqual(['p count:day:2026-06-07 -1', 'p spend:day:2026-06-07:EUR -1250']);
  });

  it('once for each assignment, added up', () => {
    const two = [
      assigned('2026-06-05T10:00:00Z', { caps: [cap('day', 'spend')] }),
      assigned('2026-06-05T12:00:00Z', { caps: [cap('day', 'spend')], amount: 50n }),
    ];
    expect(countersToLower(two)).toEqual([
      { scopeId: 's', kind: 'spend', windowKey: 'day:2026-06-05', by: 1_300n },
    ]);
  });
});

it('what was counted up under any caps, at any time, in any zone, is counted down to nothing', () => {
  const zones = ['UTC', 'Europe/Berlin', 'America/Toronto', 'Pacific/Auckland', 'Asia/Kathmandu'];
  const windows = ['hour', 'day', 'week', 'month', 'total'] as const;
  const used = new Map<string, bigint>();
  const add = (key: string, by: bigint) => used.set(key, (used.get(key) ?? 0n) + by);
  const all: PinnedCaps[] = [];
  for (let n = 0; n < 400; n += 1) {
    const timezone = zones[n % zones.length]!;
    const providerTimezone = zones[(n * 3) % zones.length]!;
    const caps = windows.flatMap((window) => (['count', 'spend'] as const).map((kind) => cap(window, kind)));
    // Steps of 37 hours and some minutes meet every hour of the day and both changes of the clock.
    const at = Date.UTC(2026, 0, 1) + n * 37 * 3_600_000 + n * 61_000;
    const amount = BigInt(100 + n);
    all.push({
      ...{ subscriptionId: 's', providerId: 'p', assignedAt: new Date(at), amount, currency: 'EUR' },
      ...{ caps, timezone, providerCaps: caps, providerTimezone },
    });
    for (const one of caps) {
      const by = one.kind === 'count' ? 1n : amount;
      add(`s ${capKey(one, at, timezone)}`, by);
      add(`p ${providerCapKey(one, at, providerTimezone, 'EUR')}`, by);
    }
  }
  expect(used.size).toBeGreaterThan(1_000);
  for (const { scopeId, kind, windowKey, by } of countersToLower(all))
    add(`${scopeId} ${kind}:${windowKey}`, -by);
  expect([...used].filter(([, left]) => left !== 0n)).toEqual([]);
});
