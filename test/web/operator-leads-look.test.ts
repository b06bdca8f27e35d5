import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { accessibilityFaults, overhangOf } from '../support/browser.ts';
import { type Partner, startPartner } from '../support/deliveries.ts';
import { openExchange } from '../support/exchange.ts';
import { openPortal, type PortalTest } from '../support/portal.ts';

let portal: PortalTest;
let partner: Partner;
let sold: string;

beforeAll(async () => {
  portal = await openPortal({ MX_CHECK: '0' });
  partner = await startPartner();
  const exchange = await openExchange(portal.http.app, partner.url);
  sold = await exchange.post({ name: 'Berta Kühn', budget: 80 });
  await exchange.work();
});

afterAll(async () => {
  await partner?.[Symbol.asyncDispose]();
  await portal?.[Symbol.asyncDispose]();
});

const pages: [name: string, path: () => string, ready: (page: Page) => Promise<void>][] = [
  ['home', () => '/admin', (page) => page.getByText('Berta Kühn').waitFor()],
  ['list', () => '/admin/leads', (page) => page.getByText('Berta Kühn').waitFor()],
  ['lead', () => `/admin/leads/${sold}`, (page) => page.getByText('below its minimum').first().waitFor()],
];

for (const colorScheme of ['light', 'dark'] as const) {
  test(`home, list and lead have no accessibility fault, ${colorScheme}, wide and on a phone`, async () => {
    for (const width of [1440, 390]) {
      const look = { colorScheme, viewport: { width, height: 900 } };
      const { page, errors } = await portal.as('operator', '/admin', look);
      for (const [name, path, ready] of pages) {
        await page.goto(path());
        await ready(page);
        expect(await accessibilityFaults(page), `${name} ${width}`).toEqual([]);
        expect(await overhangOf(page), `${name} ${width}`).toBe(0);
      }
      expect(errors).toEqual([]);
      await page.context().close();
    }
  });
}
