import { expect, test } from 'vitest';
import { attentionOf } from './attention.ts';
import type { OwnProvider } from './queries.ts';

const subscription = (more: object) =>
  ({
    id: 's',
    state: 'active',
    leads_today: 0,
    leads_per_day_max: 50,
    ...more,
  }) as OwnProvider['subscriptions'][number];
const provider = (more: object) => ({ subscriptions: [], endpoints: [], ...more }) as unknown as OwnProvider;
const wallet = { currency: 'EUR', available: '12.00', low: true };

test('nothing is said when nothing needs a look', () => {
  const quiet = provider({ subscriptions: [subscription({})] });
  expect(attentionOf({ provider: quiet, wallets: [{ ...wallet, low: false }], failed: 0 })).toEqual([]);
});

test('what stops leads comes before what is only good to know', () => {
  const troubled = provider({
    endpoints: [{ id: 'e', name: 'CRM', health: 'failing' }],
    subscriptions: [subscription({ leads_today: 50 })],
  });
  const items = attentionOf({ provider: troubled, wallets: [wallet], failed: 2 });
  expect(items.map(({ tone }) => tone)).toEqual(['bad', 'warn', 'warn', 'info']);
  expect(items[1]?.sentence).toContain('2 leads were not taken');
});

test('who cannot buy a lead is told so once, not also that the balance is low', () => {
  const poor = provider({ subscriptions: [subscription({ state: 'auto_deactivated' })] });
  const items = attentionOf({ provider: poor, wallets: [wallet], failed: 0 });
  expect(items.map(({ id }) => id)).toEqual(['poor']);
});

test('a niche that the operator stopped is named once, however many subscriptions it has there', () => {
  const there = { state: 'niche_stopped', niche_name: 'Solar' };
  const stopped = provider({ subscriptions: [subscription(there), subscription(there)] });
  const items = attentionOf({ provider: stopped, wallets: [{ ...wallet, low: false }], failed: 0 });
  expect(items.map(({ sentence }) => sentence)).toEqual([
    'The operator has stopped Solar for now. No leads of it come until that ends.',
  ]);
});
