import { expect, test } from 'vitest';
import { accessibilityFaults, overhangOf } from '../support/browser.ts';
import { openDecided } from '../support/decided.ts';
import { openPortal } from '../support/portal.ts';

test('an operator keeps one provider from a lead and gives it to another; the page says who, why and by whom', async () => {
  await using portal = await openPortal({ MX_CHECK: '0' });
  const niche = await openDecided(portal.http.app);
  const lead = await niche.lead();
  await niche.join('Poor Pilots', { balance: 100n });
  await niche.join('Kept Keels');
  await niche.join('Given Galleys');
  const { page, errors } = await portal.as('operator', `/admin/leads/${lead}`);
  await page.getByRole('button', { name: 'Keep a provider away' }).click();
  const keep = page.getByRole('dialog', { name: 'Keep a provider from this lead?' });
  await keep.getByRole('combobox', { name: 'Provider' }).fill('Kept');
  await page.getByRole('option', { name: 'Kept Keels' }).click();
  await keep.getByLabel('Reason').fill('Sued this person once');
  expect(await accessibilityFaults(page)).toEqual([]);
  await keep.getByRole('button', { name: 'Keep away' }).click();
  await page.getByText('Kept Keels does not get it').waitFor();
  await page.getByText('Sued this person once').first().waitFor();

  await page.getByRole('button', { name: 'Give to somebody' }).click();
  const give = page.getByRole('dialog', { name: 'Give this lead to somebody?' });
  await give.getByRole('combobox', { name: 'Subscription' }).fill('Poor');
  await page.getByRole('option', { name: /Poor Pilots/ }).click();
  await give.getByLabel('Reason').fill('Asked by phone');
  await give.getByRole('button', { name: 'Give lead' }).click();
  await give.getByText('This subscription needed 10.00 EUR and had 1.00 EUR.').first().waitFor();
  await give.getByRole('combobox', { name: 'Subscription' }).fill('Given');
  await page.getByRole('option', { name: /Given Galleys/ }).click();
  await give.getByRole('button', { name: 'Give lead' }).click();
  await give.waitFor({ state: 'detached' });
  await page.getByRole('list', { name: 'Assignments' }).getByText('Given Galleys').waitFor();
  await page.getByText('Given by hand to Given Galleys by Test Person: Asked by phone').first().waitFor();

  for (const [scheme, width] of [
    ['light', 1440],
    ['dark', 390],
  ] as const) {
    await page.setViewportSize({ width, height: 844 });
    await page.emulateMedia({ colorScheme: scheme });
    await page.locator(`html[data-theme=${scheme}]`).waitFor();
    expect([await accessibilityFaults(page), await overhangOf(page)]).toEqual([[], 0]);
  }
  await page.getByRole('button', { name: 'Take back' }).click();
  await expect.poll(() => page.getByText('Kept Keels does not get it').count()).toBe(0);
  // What was refused is an answer like any other; the browser writes it down all the same.
  expect(errors.filter((error) => !error.includes('409'))).toEqual([]);
});

test('a lead is given to anybody who buys in the niche, however many there are', async () => {
  await using portal = await openPortal({ MX_CHECK: '0' });
  const niche = await openDecided(portal.http.app);
  const lead = await niche.lead();
  for (let n = 100; n <= 220; n += 1) await niche.join(`Buyer ${n}`, { balance: 0n });
  await niche.join('Zaanse Zeilen');
  const { page, errors } = await portal.as('operator', `/admin/leads/${lead}`);
  await page.getByRole('button', { name: 'Give to somebody' }).click();
  const give = page.getByRole('dialog', { name: 'Give this lead to somebody?' });
  const whom = give.getByRole('combobox', { name: 'Subscription' });
  await whom.click();
  await page.getByText('102 more: type a name to find them').waitFor();
  expect(await page.getByRole('option', { name: /Zaanse/ }).count()).toBe(0);
  await whom.fill('nobody at all');
  await page.getByText('Nobody matches.').waitFor();
  await whom.fill('zaanse');
  await page.getByRole('option', { name: /Zaanse Zeilen, Level 1/ }).waitFor();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect.poll(() => whom.inputValue()).toBe('Zaanse Zeilen, Level 1');
  expect(await accessibilityFaults(page)).toEqual([]);
  await give.getByLabel('Reason').fill('The only one in Zaandam');
  await give.getByRole('button', { name: 'Give lead' }).click();
  await give.waitFor({ state: 'detached' });
  await page.getByRole('list', { name: 'Assignments' }).getByText('Zaanse Zeilen').waitFor();
  await page.getByRole('button', { name: 'Keep a provider away' }).click();
  const keep = page.getByRole('dialog', { name: 'Keep a provider from this lead?' });
  await keep.getByRole('combobox', { name: 'Provider' }).fill('buyer 220');
  await page.getByRole('option', { name: 'Buyer 220' }).click();
  await keep.getByLabel('Reason').fill('Asked not to');
  await keep.getByRole('button', { name: 'Keep away' }).click();
  await page.getByText('Buyer 220 does not get it').waitFor();
  expect(errors).toEqual([]);
});
