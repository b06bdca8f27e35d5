import { expect, test } from 'vitest';
import { openDecided } from '../support/decided.ts';
import { openPortal } from '../support/portal.ts';

test('an operator drafts billing, a campaign’s price and the caps of a company, and publishes them', async () => {
  await using portal = await openPortal({ MX_CHECK: '0' });
  const niche = await openDecided(portal.http.app, { levels: [{ name: 'Gold', maxProviders: 1 }] });
  const one = await niche.join('Wide roofs');
  for (let n = 0; n < 3; n += 1) await niche.lead();
  const address = `/admin/simulator?niche_id=${niche.niche.id}&tab=draft`;
  const { page, send, errors } = await portal.as('admin', address);
  await page.getByRole('combobox', { name: 'When it is charged' }).click();
  await page.getByRole('option', { name: /When the endpoint accepts it/ }).click();
  await page.getByRole('combobox', { name: 'Change the prices of one more campaign' }).click();
  await page.getByRole('option').first().click();
  await page
    .getByRole('group', { name: /^Price of a lead of/ })
    .getByRole('textbox')
    .fill('4,50');
  await page.getByRole('combobox', { name: 'Change the caps of one more company' }).click();
  await page.getByRole('option', { name: 'Wide roofs' }).click();
  const companies = page.getByRole('region', { name: 'Caps over all subscriptions of a company' });
  await companies.getByRole('button', { name: 'Add cap' }).click();
  await page.getByRole('button', { name: 'Try the draft' }).click();
  await page.getByRole('button', { name: 'Publish 3 changes' }).click();
  const dialog = page.getByRole('alertdialog');
  await dialog.getByText('Gold: charged when the endpoint accepts a lead').waitFor();
  await dialog.getByText('Wide roofs: caps over all subscriptions').waitFor();
  await dialog.getByRole('button', { name: 'Publish 3 changes' }).click();
  await page.getByText('Published. It holds from the next lead on.').first().waitFor();
  const company = await send('GET', `/api/v1/admin/providers/${one.providerId}`);
  expect(company.body.data.caps).toHaveLength(1);
  const campaign = await send('GET', `/api/v1/admin/campaigns/${niche.campaignId}`);
  expect(campaign.body.data.level_prices).toEqual({ [niche.level.id]: '4.50' });
  expect(errors).toEqual([]);
});
