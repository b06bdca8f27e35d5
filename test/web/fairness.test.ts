import { expect, test } from 'vitest';
import { openDecided } from '../support/decided.ts';
import { openPortal } from '../support/portal.ts';

test('an operator sees the turns of a large level 20 at a time', async () => {
  await using portal = await openPortal({ MX_CHECK: '0' });
  const niche = await openDecided(portal.http.app, { levels: [{ maxProviders: 30 }] });
  for (let n = 0; n < 23; n += 1) await niche.join(`Company ${n}`);
  await niche.lead();
  const address = `/admin/fairness?niche_id=${niche.niche.id}`;
  const { page, errors } = await portal.as('operator', address);
  await page.getByText('20 of 23').waitFor();
  expect(await page.getByRole('link', { name: /^Company \d+$/ }).count()).toBe(20);
  await page.getByRole('button', { name: 'Show more' }).click();
  await page.getByRole('button', { name: 'Show more' }).waitFor({ state: 'detached' });
  const names = await page.getByRole('link', { name: /^Company \d+$/ }).allTextContents();
  expect(new Set(names).size).toBe(23);
  expect(errors).toEqual([]);
});
