import { expect, test } from 'vitest';
import { accessibilityFaults, overhangOf } from '../support/browser.ts';
import { openDecided } from '../support/decided.ts';
import { openPortal } from '../support/portal.ts';

test('why, fairness, simulator and readiness have no accessibility fault and do not scroll sideways', async () => {
  await using portal = await openPortal({ MX_CHECK: '0' });
  const niche = await openDecided(portal.http.app, { levels: [{ maxProviders: 1, strategy: 'priority' }] });
  const filters = [{ field: 'budget', kind: 'range' as const, min: 100, missing: 'fail' as const }];
  const mine = await niche.join('A company with a name that is long enough to be cut on a phone', {
    filters,
  });
  await niche.join('Favourite', { priority: 9 });
  let lead = '';
  for (let n = 0; n < 24; n += 1) lead = await niche.lead({ budget: n * 20 });
  const nicheId = niche.niche.id;
  const pages = {
    admin: [
      `/admin/fairness?niche_id=${nicheId}`,
      `/admin/simulator?niche_id=${nicheId}`,
      `/admin/simulator?niche_id=${nicheId}&lead_id=${lead}`,
      `/admin/simulator?niche_id=${nicheId}&tab=draft`,
      `/admin/providers/${mine.providerId}?tab=subscriptions&open=${mine.id}`,
    ],
    provider_owner: ['/dashboard/why', `/dashboard/subscriptions?open=${mine.id}`],
  };
  for (const role of ['admin', 'provider_owner'] as const) {
    const who = role === 'admin' ? {} : { providerId: mine.providerId };
    const { page, errors } = await portal.as(role, pages[role][0]!, who);
    for (const path of pages[role]) {
      await page.setViewportSize({ width: 1440, height: 900 });
      await page.emulateMedia({ colorScheme: 'light' });
      await page.goto(path);
      await page.getByRole('heading', { level: 1 }).waitFor();
      const loading = page.locator('[aria-busy=true], [role=status]:has-text("Loading")');
      await expect.poll(() => loading.count(), { timeout: 20_000 }).toBe(0);
      expect([path, await accessibilityFaults(page), await overhangOf(page)]).toEqual([path, [], 0]);
      await page.setViewportSize({ width: 390, height: 844 });
      await page.emulateMedia({ colorScheme: 'dark' });
      await page.locator('html[data-theme=dark]').waitFor();
      expect([path, await accessibilityFaults(page), await overhangOf(page)]).toEqual([path, [], 0]);
    }
    expect(errors).toEqual([]);
  }
});

test('an operator tries a draft without a mouse and publishes it', async () => {
  await using portal = await openPortal({ MX_CHECK: '0' });
  const niche = await openDecided(portal.http.app, { levels: [{ name: 'Exclusive', maxProviders: 1 }] });
  for (const name of ['One', 'Two']) await niche.join(name);
  for (let n = 0; n < 4; n += 1) await niche.lead();
  const { page, send } = await portal.as('admin', `/admin/simulator?niche_id=${niche.niche.id}&tab=draft`);
  await page.getByLabel('Seats').fill('2');
  await page.getByRole('button', { name: 'Try the draft' }).focus();
  await page.keyboard.press('Enter');
  await page.getByText('4 of 4 leads would have had other takers.').waitFor();
  await page.getByRole('button', { name: 'Publish 1 change' }).focus();
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('alertdialog');
  await dialog.getByText('Exclusive: 2 seats instead of 1').waitFor();
  await dialog.getByRole('button', { name: 'Publish 1 change' }).focus();
  await page.keyboard.press('Enter');
  await page.getByText('Published. It holds from the next lead on.').first().waitFor();
  const { body } = await send('GET', `/api/v1/admin/niches/${niche.niche.id}`);
  expect(body.data.levels[0].max_providers).toBe(2);
});

test('the estimate follows the filters as they are edited', async () => {
  await using portal = await openPortal({ MX_CHECK: '0' });
  const niche = await openDecided(portal.http.app);
  const mine = await niche.join('Mine');
  for (let n = 0; n < 16; n += 1) await niche.lead({ budget: n < 14 ? 50 : 500 });
  const who = { providerId: mine.providerId };
  const { page } = await portal.as('provider_owner', `/dashboard/subscriptions?open=${mine.id}`, who);
  await page.getByRole('button', { name: 'Edit', exact: true }).last().click();
  await page.getByText('About 4 leads a week would match.').waitFor();
  await page
    .getByLabel(/Budget/)
    .first()
    .fill('100');
  await page.getByText('Fewer than 3 leads a week would match.').waitFor();
});
