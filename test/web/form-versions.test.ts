import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { accessibilityFaults, overhangOf } from '../support/browser.ts';
import { seedNiche, seedProvider, seedSubscription } from '../support/market.ts';
import { openPortal, type PortalTest } from '../support/portal.ts';

/** An operator changes a form: writes a version, says what becomes of the old questions, and puts it in use. */

let portal: PortalTest;
beforeAll(async () => {
  portal = await openPortal();
});
afterAll(async () => await portal?.[Symbol.asyncDispose]());

/** The page as it stands, in both themes, wide and on a phone. */
async function looksRight(page: Page) {
  for (const [scheme, width] of [
    ['dark', 390],
    ['light', 1440],
  ] as const) {
    await page.setViewportSize({ width, height: 900 });
    await page.emulateMedia({ colorScheme: scheme });
    await page.locator(`html[data-theme=${scheme}]`).waitFor();
    expect([scheme, await accessibilityFaults(page), await overhangOf(page)]).toEqual([scheme, [], 0]);
  }
}

async function withSubscribers() {
  const { niche, level } = await seedNiche(portal.http.app);
  const join = async (companyName: string, terms: Partial<Parameters<typeof seedSubscription>[1]>) => {
    const { id } = await seedProvider(portal.http.app, { companyName });
    return seedSubscription(portal.http.app, { providerId: id, levelId: level.id, ...terms });
  };
  const web = {
    ...({ kind: 'set', match: 'any', missing: 'fail' } as const),
    field: 'purpose',
    values: ['web'],
  };
  const rich = { kind: 'range', field: 'budget', min: 50, missing: 'fail' } as const;
  const carried = await join('Nordlicht GmbH', { filters: [web, rich] });
  const left = await join('Managed Minds', {
    filters: [{ kind: 'boolean', field: 'managed', value: true, missing: 'fail' }],
    requiredFields: ['note'],
  });
  return { niche, carried, left, address: `/admin/niches/${niche.id}?tab=form` };
}

test('a version is written, its mistakes are said where they are, and it is put in use with what becomes of filters', async () => {
  const { carried, left, address } = await withSubscribers();
  const { page, send, errors } = await portal.as('operator', address);
  const question = (name: string) => page.getByRole('button', { name: new RegExp(`^\\d+\\s*${name}`) });
  await page.getByRole('link', { name: 'New version' }).click();
  await page.getByRole('heading', { name: 'New version of the form' }).waitFor();
  await page.getByLabel('What changes').fill('Two budgets instead of one');
  const remove = async (name: string) => {
    await question(name).click();
    await page.getByRole('button', { name: 'Remove question' }).click();
  };
  await remove('Budget');
  await remove('Managed');
  await question('Purpose').click();
  await page.getByLabel('Name in the data').fill('usage');
  await page.getByLabel('Value of choice 1').fill('site');
  await question('Purpose').click();
  const add = async (kind: string) => {
    await page.getByRole('button', { name: 'Add question' }).click();
    await page.getByRole('menuitem', { name: kind, exact: true }).click();
  };
  await add('Number');
  await page.getByLabel('Question', { exact: true }).fill('Monthly budget (€)');
  expect(await page.getByLabel('Name in the data').inputValue()).toBe('monthly_budget');
  await page.getByLabel('From').fill('lots');
  await add('One choice');
  await page.getByRole('button', { name: 'Save version' }).click();
  await page.getByText('2 questions to mend').waitFor();
  await page.getByText('Write a number.').waitFor();
  await page.getByText('Write the question.').waitFor();
  await page.getByText('Write the choice, or remove it.').first().waitFor();
  await looksRight(page);
  await page.getByLabel('From').fill('10');
  const choice = page.getByRole('listitem').filter({ hasText: 'no name yet' });
  await choice.getByLabel('Question', { exact: true }).fill('Setup budget');
  await page.getByLabel('Kind of answer').last().click();
  await page.getByRole('option', { name: 'Number', exact: true }).click();
  // By keyboard to the head of the list: the question is asked first.
  await page.getByRole('button', { name: 'Move Setup budget' }).focus();
  for (const key of ['Space', 'Home', 'Space']) await page.keyboard.press(key);
  await page.getByRole('button', { name: 'Save version' }).click();
  await page.getByText('Version 2 saved').waitFor();
  const versions = page.getByRole('list', { name: 'Versions' });
  await versions.getByText('Draft').waitFor();
  expect(await page.getByRole('list', { name: 'Questions' }).locator('li').first().innerText()).toContain(
    'Setup budget',
  );
  await looksRight(page);

  await page.getByRole('link', { name: 'Put in use' }).click();
  await page.getByText('Say what becomes of 2 more questions', { exact: false }).waitFor();
  const choose = async (label: string, option: RegExp) => {
    await page.getByRole('combobox', { name: label, exact: true }).click();
    await page.getByRole('option', { name: option }).click();
    await page.getByRole('listbox').waitFor({ state: 'detached' });
  };
  await choose('What becomes of Managed', /^Asked no more/);
  await choose('What becomes of Budget', /^Became several/);
  const became = page.getByRole('combobox', { name: 'Became', exact: true });
  for (const name of ['Monthly', 'Setup']) {
    await became.fill(name);
    await page.getByRole('option', { name: new RegExp(name) }).click();
    await page.getByRole('button', { name: new RegExp(`^Remove ${name}`) }).waitFor();
  }
  await page.keyboard.press('Escape');
  await page.getByRole('listbox').waitFor({ state: 'detached' });
  // Once more: what was chosen stays.
  await page.keyboard.press('Escape');
  await page.getByText('Choose the one that takes over filters and older answers.').waitFor();
  const use = page.getByRole('button', { name: 'Put version 2 in use' });
  expect(await use.isDisabled()).toBe(true);
  await choose('Takes over filters and older answers', /Monthly/);
  const stuck = page.getByRole('region', { name: 'Cannot go along' });
  const along = page.getByRole('region', { name: 'Go along by themselves' });
  // A choice that is gone keeps its filter back, until somebody says how it is called now.
  await stuck.getByRole('link', { name: 'Nordlicht GmbH, Level 1' }).waitFor();
  await choose('New value of Web site', /^Web site/);
  await stuck.getByRole('link', { name: 'Nordlicht GmbH, Level 1' }).waitFor({ state: 'detached' });
  await along.getByText('Filter on Budget goes to Monthly budget (€)').waitFor();
  await along.getByText('Filter on purpose goes to usage').waitFor();
  await stuck.getByText('Gets no new lead').waitFor();
  await looksRight(page);
  const link = stuck.getByRole('link', { name: 'Managed Minds, Level 1' });
  expect(await link.getAttribute('href')).toContain(
    `/admin/providers/${left.providerId}?tab=subscriptions&open=${left.id}`,
  );
  const subscription = (id: string) => send('GET', `/api/v1/admin/subscriptions/${id}`);
  expect((await subscription(carried.id)).body.data.filters[0].field).toBe('purpose');
  await use.click();
  const dialog = page.getByRole('alertdialog');
  await dialog
    .getByText('1 subscription changes by itself; 1 thing cannot go along', { exact: false })
    .waitFor();
  await dialog.getByRole('button', { name: 'Put version 2 in use' }).click();
  await page.getByText('Version 2 is in use').waitFor();
  await versions.getByText('Was in use').waitFor();
  expect((await subscription(carried.id)).body.data.filters).toMatchObject([
    { field: 'usage', values: ['site'] },
    { field: 'monthly_budget', min: 50 },
  ]);
  expect(errors).toEqual([]);
});
