import { describe, expect, it } from 'vitest';
import type { RecordedFacts, RecordedProvider } from './record-facts.ts';
import type { Cap } from './rules.ts';
import { sayVerdict } from './words.ts';

/** Friday, 20 November 2026, 13:00 in Berlin. */
const FRIDAY_MS = Date.UTC(2026, 10, 20, 12);
const daily = (value: bigint, more: Partial<Cap> = {}): Cap => ({
  ...{ window: 'day', kind: 'count', value, weekday: null, even: false },
  ...more,
});
type Said = Parameters<typeof sayVerdict>[1];
const said = (of: { caps?: Cap[]; used?: bigint[]; providerCaps?: Cap[]; providerUsed?: bigint[] }): Said =>
  ({
    subscription: { caps: of.caps ?? [], timezone: 'Europe/Berlin', price: 500n },
    price: 500n,
    facts: { used: of.used } as RecordedFacts,
    money: { used: of.providerUsed } as RecordedProvider,
    providerCaps: of.providerCaps && { caps: of.providerCaps, timezone: 'Europe/Berlin' },
    currency: 'EUR',
    clockMs: FRIDAY_MS,
  }) as unknown as Said;

describe('an explanation names the cap that had no room', () => {
  it('and not one of another weekday, which counts the same leads', () => {
    const caps = [daily(5n, { weekday: 1 }), daily(9n), daily(4_000n, { window: 'week', kind: 'spend' })];
    expect(sayVerdict('cap_reached', said({ caps, used: [7n, 7n, 3_600n] })).sentence).toBe(
      'had used its weekly budget: 36.00 EUR of 40.00 EUR',
    );
    expect(sayVerdict('cap_reached', said({ caps, used: [9n, 9n, 0n] })).sentence).toBe(
      'had used its daily cap: 9 of 9 leads',
    );
  });

  it('with the moment at which an evenly spread one has room again', () => {
    const caps = [daily(4n, { even: true })];
    expect(sayVerdict('paced', said({ caps, used: [3n] })).sentence).toBe(
      'spreads its daily cap evenly: 3 of 4 leads were used, the next one is due at 2026-11-20 17:00 UTC',
    );
  });

  it('also when it is one over all subscriptions of the provider', () => {
    const providerCaps = [daily(2n, { window: 'month' }), daily(1_000n, { kind: 'spend' })];
    expect(
      sayVerdict('provider_cap_reached', said({ providerCaps, providerUsed: [1n, 800n] })).sentence,
    ).toBe('had used its daily budget: 8.00 EUR of 10.00 EUR over all its subscriptions');
  });
});
