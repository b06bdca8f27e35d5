import { afterAll, beforeAll, expect, test } from 'vitest';
import { seedNiche, seedProvider, seedSubscription, VPS_FORM } from '../support/market.ts';
import { openPortal, type PortalTest } from '../support/portal.ts';

let portal: PortalTest;
beforeAll(async () => {
  portal = await openPortal();
});
afterAll(async () => await portal?.[Symbol.asyncDispose]());

test('a provider writes its area as text, replaces it by a file, and draws a circle', async () => {
  const { app } = portal.http;
  const { level } = await seedNiche(app, {
    fields: [...VPS_FORM, { id: 'plz', label: 'Postcode', type: 'postcode', required: false }],
  });
  const provider = await seedProvider(app);
  const { id } = await seedSubscription(app, { providerId: provider.id, levelId: level.id });
  const { page, send, errors } = await portal.as('provider_owner', `/dashboard/subscriptions?open=${id}`, {
    providerId: provider.id,
  });
  const saved = async () => (await send('GET', `/api/v1/subscriptions/${id}`)).body.data.filters;
  const save = async () => {
    await page.getByRole('button', { name: 'Save changes' }).click();
    await page.getByRole('button', { name: 'Edit', exact: true }).waitFor();
  };

  await page.getByRole('button', { name: 'Edit', exact: true }).click();
  await page.getByLabel('Postcode, postcodes').fill('10115, 12*\n!12345');
  await page.getByText('3 entries.').waitFor();
  await save();
  await page.getByText('Postcode in !12345, 10115, 12*').waitFor();
  expect(await saved()).toMatchObject([{ kind: 'postcodes', field: 'plz', count: 3, missing: 'fail' }]);

  await page.getByRole('button', { name: 'Edit', exact: true }).click();
  const lines = Array.from({ length: 300 }, (_, n) => `Town ${n};${20_000 + n}`);
  await page.getByLabel('Postcode, CSV file').setInputFiles({
    ...{ name: 'area.csv', mimeType: 'text/csv' },
    buffer: Buffer.from(['Town;PLZ', ...lines].join('\r\n')),
  });
  await page.getByText('300 entries.').waitFor();
  await page.getByLabel('Distance, at most kilometres').fill('30');
  await page.getByText('Write a distance and the place it counts from.').waitFor();
  await page.getByRole('combobox', { name: 'Distance, from' }).click();
  await page.getByRole('option', { name: 'from coordinates' }).click();
  await page.getByLabel('Latitude').fill('52,52');
  await page.getByLabel('Longitude').fill('13.405');
  await save();
  await page.getByText('Postcode in 20000, 20001, 20002, 20003, 20004 and 295 more').waitFor();
  await page.getByText('Postcode within 30 km of 52.52, 13.405').waitFor();
  expect(await saved()).toMatchObject([
    { kind: 'postcodes', count: 300 },
    { kind: 'geo', lat: 52.52, lon: 13.405, radius_km: 30 },
  ]);

  // What is not touched stays as it is, beside another change.
  await page.getByRole('button', { name: 'Edit', exact: true }).click();
  await page.getByText('300 entries: 20000, 20001').waitFor();
  const file = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Download the list' }).click();
  expect((await file).suggestedFilename()).toBe('areas.csv');
  await page.getByRole('checkbox', { name: 'Also leads whose place nobody knows' }).click();
  await save();
  expect(await saved()).toMatchObject([{ count: 300 }, { kind: 'geo', missing: 'pass' }]);
  expect(errors).toEqual([]);
});
