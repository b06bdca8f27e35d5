import { expect, it } from 'vitest';
import { nothingKnown } from '../facts-memory.ts';
import type { DecisionRecord } from '../record.ts';
import { compileRules, type NicheConfiguration } from '../rules.ts';
import { checkRecord } from './check-record.ts';

const MONDAY_MS = Date.UTC(2026, 10, 23, 12);
const DAY_MS = 24 * 60 * 60 * 1_000;
const rules = compileRules({
  ...{ nicheId: 'n', configVersion: 1, currency: 'EUR', levelRotation: 'fixed', fillMode: 'cascade' },
  ...{ defaultLevelId: null, campaigns: [], countryFields: [] },
  levels: [
    {
      ...{ id: 'l', name: 'Gold', price: 500n, maxProviders: 1, priorityOrder: 1, active: true },
      ...{ strategy: 'longest_waiting', billOn: 'assigned' },
    },
  ],
  subscriptions: [
    {
      ...{ id: 's', providerId: 'p', levelId: 'l', timezone: 'UTC', countries: [], filters: [], priority: 0 },
      ...{ campaignIds: [], requiredFields: [], schedule: null, premiumRatio: null, priceOverride: null },
      createdAt: new Date(0),
      caps: [
        { window: 'day', kind: 'count', value: '9' },
        { window: 'day', kind: 'count', value: '5', weekday: 1 },
      ],
    },
  ],
} as unknown as NicheConfiguration);
const differences = (clockMs: number, used: bigint) => {
  const known = nothingKnown();
  known.subscriptions.set(0, { index: 0, used: [used, used] } as never);
  const record = {
    ...{
      clockMs,
      subscriptions: 1,
      turnBefore: null,
      test: false,
      lead: null,
      seats: [{ level: 0, seats: 1 }],
    },
    verdicts: [{ index: 0, verdict: 'chosen' }],
    chosen: [{ index: 0, price: 500n, receiptNo: 1, maxShared: 1 }],
  } as unknown as DecisionRecord;
  return checkRecord({ record, rules, known, before: undefined }).map(({ what }) => what);
};

it('a cap of one weekday is proven on that weekday, and finds nothing wrong on the others', () => {
  expect(differences(MONDAY_MS, 4n)).toEqual([]);
  expect(differences(MONDAY_MS, 5n)).toEqual(['use of the count cap per day of subscription s']);
  expect(differences(MONDAY_MS + DAY_MS, 5n)).toEqual([]);
  expect(differences(MONDAY_MS + DAY_MS, 9n)).toEqual(['use of the count cap per day of subscription s']);
});
