import { afterAll, beforeAll, expect, test } from 'vitest';
import { seedNiche, seedProvider, seedSubscription, VPS_FORM } from '../support/market.ts';
import { openPortal, type PortalTest } from '../support/portal.ts';

/** Forms that several people change, that go back, and that somebody only reads. */

let portal: PortalTest;
beforeAll(async () => {
  portal = await openPortal();
});
afterAll(async () => await portal?.[Symbol.asyncDispose]());

async function oneNiche() {
  const { niche, level } = await seedNiche(portal.http.app);
  const { id: providerId } = await seedProvider(portal.http.app, { companyName: 'Nordlicht GmbH' });
  const filters = [{ kind: 'range' as const, field: 'budget', min: 50, missing: 'fail' as const }];
  await seedSubscription(portal.http.app, { providerId, levelId: level.id, filters });
  return { niche, address: `/admin/niches/${niche.id}?tab=form` };
}

test('of two people at one form the second is told so and can load it again', async () => {
  const { niche, address } = await oneNiche();
  const { page, send, errors } = await portal.as('operator', address);
  const at = `/api/v1/admin/niches/${niche.id}/schema`;
  const shorter = VPS_FORM.filter(({ id }) => id !== 'budget');
  await send('POST', at, { fields: shorter, change_summary: 'Shorter' });
  await page.goto(`/admin/niches/${niche.id}/forms/2`);
  await page.getByLabel('What changes').fill('Mine');
  await send('PATCH', `${at}/2`, { change_summary: 'Theirs' });
  await page.getByRole('button', { name: 'Save version' }).click();
  await page.getByText('Somebody changed this version of the form meanwhile', { exact: false }).waitFor();
  expect(await page.getByLabel('What changes').inputValue()).toBe('Mine');
  await page.getByRole('button', { name: 'Show theirs, drop mine' }).click();
  await expect.poll(() => page.getByLabel('What changes').inputValue()).toBe('Theirs');

  await page.goto(`/admin/niches/${niche.id}/forms/2/use`);
  await page.getByRole('combobox', { name: 'What becomes of Budget' }).click();
  await page.getByRole('option', { name: /^Asked no more/ }).click();
  await page.getByRole('region', { name: 'Cannot go along' }).waitFor();
  await send('PATCH', `${at}/2`, { change_summary: 'Again theirs' });
  await page.getByRole('button', { name: 'Put version 2 in use' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Put version 2 in use' }).click();
  await page.getByText('Somebody changed this version of the form meanwhile', { exact: false }).waitFor();
  await page.getByRole('button', { name: 'Load again' }).click();
  await page.getByText('Say what becomes of 1 more question', { exact: false }).waitFor();
  expect(errors.filter((error) => !error.includes('409'))).toEqual([]);
});

test('a question that is asked again must be the same; who only reads is offered nothing', async () => {
  const { niche, address } = await oneNiche();
  const { page, send } = await portal.as('operator', address);
  const at = `/api/v1/admin/niches/${niche.id}/schema`;
  await send('POST', at, { fields: VPS_FORM.filter(({ id }) => id !== 'note') });
  await send('POST', `${at}/2/activate`, { field_mappings: [{ kind: 'deprecated', from: 'note' }] });
  await page.goto(`/admin/niches/${niche.id}/forms/1/use`);
  const use = page.getByRole('button', { name: 'Put version 1 in use' });
  await page.getByText('Say what becomes of 1 more question', { exact: false }).waitFor();
  await page.getByRole('checkbox', { name: /“Note” asks the same as before/ }).click();
  await expect.poll(() => use.isDisabled()).toBe(false);
  await use.click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Put version 1 in use' }).click();
  await page.getByText('Version 1 is in use').waitFor();
  await page.goto(`/admin/niches/${niche.id}/forms/1/use`);
  await page.getByText('This version is in use already').waitFor();
  await page.goto(`/admin/niches/${niche.id}/forms/1`);
  await page.getByText('This version has been in use').waitFor();

  const reader = await portal.as('auditor', address);
  await reader.page.getByRole('list', { name: 'Versions' }).waitFor();
  expect(await reader.page.getByRole('link', { name: /New version|Put in use|Edit/ }).count()).toBe(0);
});
