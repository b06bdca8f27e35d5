import { afterAll, beforeAll, expect, test } from 'vitest';
import { accessibilityFaults, overhangOf } from '../support/browser.ts';
import { type Partner, startPartner } from '../support/deliveries.ts';
import { type Exchange, openExchange } from '../support/exchange.ts';
import { signedInAs } from '../support/http.ts';
import { openPortal, type PortalTest } from '../support/portal.ts';

let portal: PortalTest;
let partner: Partner;
let exchange: Exchange;

beforeAll(async () => {
  portal = await openPortal({ MX_CHECK: '0' });
  partner = await startPartner();
  exchange = await openExchange(portal.http.app, partner.url);
  await exchange.post({ name: 'Greta Gekauft', phone: '+49 30 5550009' });
  await exchange.work();
});

afterAll(async () => {
  await partner?.[Symbol.asyncDispose]();
  await portal?.[Symbol.asyncDispose]();
});

test('a provider sees and calls the person while the lead is charged, and only then', async () => {
  const as = { providerId: exchange.willing };
  const { page, send, errors } = await portal.as('provider_member', '/dashboard/leads', as);
  const row = page.getByRole('row', { name: /Greta Gekauft/ });
  await row.waitFor();
  expect(await row.getByRole('link', { name: '+49305550009' }).getAttribute('href')).toBe('tel:+49305550009');
  await row.focus();
  await page.keyboard.press('Enter');
  const sheet = page.getByRole('dialog');
  await sheet.getByRole('link', { name: 'Call' }).waitFor();
  await sheet.getByText('at most 3 providers, you included').waitFor();
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/dashboard\/leads\/[0-9a-f-]+$/);
  await page.getByText('Delivered to your system at the first try').waitFor();
  await page.getByText('I agree that my details are passed on').waitFor();

  const [{ assignment_id }] = (await send('GET', '/api/v1/providers/me/leads')).body.data;
  const operator = await signedInAs(portal.http, 'operator');
  await operator.send('POST', `/api/v1/admin/assignments/${assignment_id}/refund`, {
    reason: 'Wrong number',
  });
  // The page hears of it and masks the person by itself.
  await page.getByText('Refunded: the person is not shown any more').waitFor();
  await page.getByText('Reason: Wrong number.').waitFor();
  expect(await page.content()).not.toContain('Greta');
  expect(await page.getByRole('link', { name: 'Call' }).count()).toBe(0);
  await page.goto('/dashboard/leads');
  await page.getByRole('row', { name: /Refunded lead/ }).waitFor();
  expect(errors).toEqual([]);
});

test('what came since the last visit is marked until it is opened', async () => {
  const as = { providerId: exchange.second };
  const { page } = await portal.as('provider_owner', '/dashboard/leads', as);
  await page.getByRole('row', { name: /^Greta Gekauft/ }).waitFor();
  await exchange.post({ name: 'Nina Neu' });
  await exchange.work();
  const row = page.getByRole('row', { name: /New Nina Neu/ });
  await row.waitFor();
  await row.getByText('Nina Neu').click();
  await page.getByRole('dialog').getByRole('heading', { name: 'Nina Neu' }).waitFor();
  await page.getByRole('row', { name: /^Nina Neu/ }).waitFor();
});

for (const colorScheme of ['light', 'dark'] as const) {
  test(`own leads have no accessibility fault, ${colorScheme}, wide and on a phone`, async () => {
    for (const width of [1440, 390]) {
      const look = { colorScheme, viewport: { width, height: 900 }, providerId: exchange.second };
      const { page, errors } = await portal.as('provider_owner', '/dashboard/leads', look);
      const name = page.getByText('Greta Gekauft');
      await name.waitFor();
      expect(await accessibilityFaults(page), `list ${width}`).toEqual([]);
      expect(await overhangOf(page)).toBe(0);
      await name.click();
      await page.getByRole('dialog').getByRole('link', { name: 'Call' }).waitFor();
      await page.getByRole('link', { name: 'Open full page' }).click();
      await page.getByRole('heading', { name: 'What they agreed to' }).waitFor();
      expect(await accessibilityFaults(page), `lead ${width}`).toEqual([]);
      expect(await overhangOf(page)).toBe(0);
      expect(errors).toEqual([]);
      await page.context().close();
    }
  });
}
