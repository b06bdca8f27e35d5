import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { accessibilityFaults, overhangOf } from '../support/browser.ts';
import { seedNiche, seedProvider, seedSubscription } from '../support/market.ts';
import { openPortal, type PortalTest } from '../support/portal.ts';

/** Orders that people choose: of levels, and of who comes first at a level that goes by priority. */

let portal: PortalTest;
beforeAll(async () => {
  portal = await openPortal();
});
afterAll(async () => await portal?.[Symbol.asyncDispose]());

const NAMES = ['Exclusive', 'Shared', 'Rest'];
const threeLevels = () =>
  seedNiche(portal.http.app, { levels: NAMES.map((name) => ({ name, strategy: 'priority' as const })) });
const levelNames = (page: Page) =>
  page
    .getByRole('button', { name: /^Move / })
    .evaluateAll((grips) => grips.map((one) => one.getAttribute('aria-label')?.slice('Move '.length)));

/** Pulls one row by its grip over another, in steps as a hand does. */
async function drag(page: Page, from: Locator, to: Locator) {
  const [start, end] = [(await from.boundingBox())!, (await to.boundingBox())!];
  await page.mouse.move(start.x + start.width / 2, start.y + start.height / 2);
  await page.mouse.down();
  await page.mouse.move(end.x + end.width / 2, end.y + end.height / 2, { steps: 8 });
}

test('levels are put in order with the mouse and by keyboard; the order is a version and survives a reload', async () => {
  const { niche } = await threeLevels();
  const { page, send, errors } = await portal.as('operator', `/admin/niches/${niche.id}`);
  const order = () => levelNames(page);
  const stored = async () => {
    const { data } = (await send('GET', `/api/v1/admin/niches/${niche.id}`)).body;
    const names = data.levels.map(({ name }: { name: string }) => name);
    return { names, version: data.niche.config_version };
  };
  const grip = (name: string) => page.getByRole('button', { name: `Move ${name}`, exact: true });
  await grip('Rest').waitFor();
  await drag(page, grip('Rest'), grip('Exclusive'));
  expect(await accessibilityFaults(page)).toEqual([]);
  await page.mouse.up();
  await page.getByText('Order saved').waitFor();
  expect(await order()).toEqual(['Rest', 'Exclusive', 'Shared']);
  expect(await stored()).toEqual({
    names: ['Rest', 'Exclusive', 'Shared'],
    version: niche.configVersion + 1,
  });
  await page.reload();
  await grip('Rest').waitFor();
  expect(await order()).toEqual(['Rest', 'Exclusive', 'Shared']);

  await grip('Rest').focus();
  await page.keyboard.press('Space');
  await page.getByText('Rest lifted from place 1 of 3', { exact: false }).waitFor({ state: 'attached' });
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Escape');
  await page.getByText('Rest is back at place 1').waitFor({ state: 'attached' });
  await page.keyboard.press('Space');
  await page.keyboard.press('End');
  await page.getByText('Rest, place 3 of 3').waitFor({ state: 'attached' });
  await page.keyboard.press('Space');
  await expect.poll(async () => (await stored()).names).toEqual(NAMES);
  // Whoever moves by keyboard goes on where the row is now.
  const focused = () => page.evaluate("document.activeElement.getAttribute('aria-label')");
  await expect.poll(focused).toBe('Move Rest');
  expect((await stored()).version).toBe(niche.configVersion + 2);
  // Without dragging, and taken back.
  await page.reload();
  await page.getByRole('button', { name: 'More actions for Shared' }).click();
  await page.getByRole('menuitem', { name: 'Move up' }).click();
  await expect.poll(async () => (await stored()).names).toEqual(['Shared', 'Exclusive', 'Rest']);
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.getByText('Former order is back').waitFor();
  expect((await stored()).names).toEqual(NAMES);
  expect(errors).toEqual([]);
});

test('who drops a level after somebody else has ordered them is told so and sees the order that holds', async () => {
  const { niche, levels } = await threeLevels();
  const { page, send } = await portal.as('operator', `/admin/niches/${niche.id}`);
  const grip = (name: string) => page.getByRole('button', { name: `Move ${name}`, exact: true });
  await grip('Rest').waitFor();
  await drag(page, grip('Rest'), grip('Exclusive'));
  const [a, b, c] = levels.map(({ id }) => id);
  const theirs = { niche_id: niche.id, level_ids: [b, a, c] };
  expect((await send('POST', '/api/v1/admin/competition-levels/reorder', theirs)).status).toBe(200);
  await page.mouse.up();
  await page.getByText('Somebody put the levels in another order meanwhile', { exact: false }).waitFor();
  await page.getByText('The order is now: Shared, Exclusive, Rest.', { exact: false }).waitFor();
  await expect.poll(() => levelNames(page)).toEqual(['Shared', 'Exclusive', 'Rest']);
});

test('who comes first at a level is searched, ordered and saved; a late save is told, not lost', async () => {
  const { level, niche } = await threeLevels();
  const ids: string[] = [];
  for (const companyName of ['Alster', 'Brenner', 'Cuxhaven']) {
    const { id } = await seedProvider(portal.http.app, { companyName });
    ids.push((await seedSubscription(portal.http.app, { providerId: id, levelId: level.id })).id);
  }
  const { page, send } = await portal.as('operator', `/admin/niches/${niche.id}`);
  const url = `/api/v1/admin/competition-levels/${level.id}/priorities`;
  const stored = async () =>
    (await send('GET', url)).body.data.first.map((one: { provider_name: string }) => one.provider_name);
  await page.getByRole('button', { name: 'Who comes first' }).first().click();
  const dialog = page.getByRole('dialog', { name: 'Who comes first at Exclusive' });
  await dialog.getByText('all 3 take turns', { exact: false }).waitFor();
  for (const name of ['Cux', 'Als', 'Bren']) {
    await dialog.getByRole('combobox').fill(name);
    await page.getByRole('option', { name: new RegExp(name) }).click();
    await dialog.getByText(new RegExp(name)).waitFor();
  }
  const grip = (name: string) => dialog.getByRole('button', { name: `Move ${name}`, exact: true });
  await drag(page, grip('Brenner'), grip('Cuxhaven'));
  await page.mouse.up();
  await grip('Cuxhaven').focus();
  for (const key of ['Space', 'ArrowDown', 'Escape', 'Space', 'ArrowDown', 'Space'])
    await page.keyboard.press(key);
  await dialog.getByRole('button', { name: 'Save order' }).click();
  await dialog.waitFor({ state: 'detached' });
  expect(await stored()).toEqual(['Brenner', 'Alster', 'Cuxhaven']);

  await page.getByRole('button', { name: 'Who comes first' }).first().click();
  await dialog.getByRole('button', { name: 'Let Alster take turns' }).click();
  await send('PUT', url, { subscription_ids: [ids[2]] });
  await dialog.getByRole('button', { name: 'Save order' }).click();
  await dialog.getByText('First come now: Cuxhaven.', { exact: false }).waitFor();
  for (const [scheme, width] of [
    ['light', 1440],
    ['dark', 390],
  ] as const) {
    await page.setViewportSize({ width, height: 844 });
    await page.emulateMedia({ colorScheme: scheme });
    await page.locator(`html[data-theme=${scheme}]`).waitFor();
    expect([await accessibilityFaults(page), await overhangOf(page)]).toEqual([[], 0]);
  }
  await dialog.getByRole('button', { name: 'Show theirs' }).click();
  await dialog.getByText('2 others take turns after them.').waitFor();
  expect(await stored()).toEqual(['Cuxhaven']);
});
