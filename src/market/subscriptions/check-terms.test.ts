import { describe, expect, test } from 'vitest';
import type { FormField } from '../catalog/index.ts';
import { checkFilters, readCaps, readPriceOverride, shownCaps } from './check-terms.ts';
import type { Filter } from './rules.ts';
import { type StateFacts, stateOf } from './subscription.ts';

const fields: FormField[] = [
  { id: 'email', label: 'E-mail', type: 'email', required: true },
  { id: 'rooms', label: 'Rooms', type: 'number', required: false },
  { id: 'plz', label: 'Postcode', type: 'postcode', required: false },
];

describe('filters', () => {
  const check = (filter: Filter) => () => checkFilters([filter], fields);
  test('of a kind that fits the field are taken', () => {
    expect(check({ field: 'rooms', kind: 'range', min: 2, missing: 'fail' })).not.toThrow();
    expect(
      check({ field: 'plz', kind: 'set', values: ['10115'], match: 'any', missing: 'fail' }),
    ).not.toThrow();
  });
  test('over the person’s address in the net are refused: that is no wish, it is a person', () => {
    const filter: Filter = { field: 'email', kind: 'text', op: 'contains', value: 'gmail', missing: 'pass' };
    expect(check(filter)).toThrowError(expect.objectContaining({ code: 'filter_kind_wrong' }));
  });
});

test('caps are kept in whole numbers and shown as they were written', () => {
  const caps = readCaps(
    [
      { window: 'day', kind: 'count', value: '050' },
      { window: 'week', kind: 'spend', value: '12.5' },
      { window: 'total', kind: 'count', value: 0 },
    ],
    'EUR',
  );
  expect(caps.map((cap) => cap.value)).toEqual(['50', '1250', '0']);
  expect(shownCaps(caps, 'EUR').map((cap) => cap.value)).toEqual(['50', '12.50', '0']);
});

test('an own price is in minor units of the niche’s currency, or none', () => {
  expect([
    readPriceOverride('900', 'JPY'),
    readPriceOverride('9.00', 'EUR'),
    readPriceOverride(null, 'EUR'),
  ]).toEqual([900n, 900n, null]);
});

describe('the state that is shown', () => {
  const facts: StateFacts = {
    ...{ cancelled: false, paused: false, providerStatus: 'active', providerPaused: false },
    ...{
      providerStopped: false,
      nicheStopped: false,
      nicheActive: true,
      levelActive: true,
      endpointTakes: true,
      spendable: 1_000n,
      price: 1_000n,
    },
  };
  test.each<[Partial<StateFacts>, string]>([
    [{}, 'active'],
    [{ spendable: 999n }, 'auto_deactivated'],
    [{ endpointTakes: false, spendable: 0n }, 'endpoint_down'],
    [{ levelActive: false, endpointTakes: false }, 'level_off'],
    [{ nicheStopped: true, levelActive: false }, 'niche_stopped'],
    [{ nicheActive: false, nicheStopped: true, levelActive: false }, 'niche_off'],
    [{ providerPaused: true, nicheActive: false }, 'provider_paused'],
    [{ paused: true, providerPaused: true }, 'paused'],
    [{ providerStopped: true, paused: true }, 'provider_stopped'],
    [{ providerStatus: 'inactive', providerStopped: true }, 'provider_inactive'],
    [{ providerStatus: 'pending', spendable: 0n }, 'provider_pending'],
    [{ cancelled: true, providerStatus: 'inactive' }, 'cancelled'],
  ])('with %o it is %s', (seen, word) => {
    expect(stateOf({ ...facts, ...seen })).toBe(word);
  });
});
