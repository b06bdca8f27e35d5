import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { cookieName, type Role } from '../../src/access/index.ts';
import { buildPortal } from '../../web/build.ts';
import { openBrowser, pageErrors } from './browser.ts';
import { type HttpTest, httpTest, type Send, signedInAs } from './http.ts';

/** The portal in a real browser over a database of one's own. Dispose of it in `afterAll`. */
export type PortalTest = {
  http: HttpTest;
  browser: Browser;
  /** A page of somebody with this role; `send` speaks to the API as the same person. `errors` must stay empty. */
  as(role: Role, path: string, options?: PageOptions): Promise<{ page: Page; send: Send; errors: string[] }>;
  [Symbol.asyncDispose](): Promise<void>;
};
type PageOptions = BrowserContextOptions & { providerId?: string };

/** @param overrides settings of the program under test */
export async function openPortal(overrides: Record<string, string> = {}): Promise<PortalTest> {
  await buildPortal();
  const http = await httpTest(overrides);
  const origin = await http.api.server.listen({ host: '127.0.0.1', port: 0 });
  const browser = await openBrowser();
  return {
    http,
    browser,
    async as(role, path, { providerId, ...options } = {}) {
      const who = await signedInAs(http, role, providerId === undefined ? {} : { providerId });
      const context = await browser.newContext({ baseURL: origin, ...options });
      const cookie = { name: cookieName(http.app.config), value: who.secret, url: origin };
      await context.addCookies([cookie]);
      const page = await context.newPage();
      const errors = pageErrors(page);
      await page.goto(path);
      return { page, send: who.send, errors };
    },
    async [Symbol.asyncDispose]() {
      await browser.close();
      await http[Symbol.asyncDispose]();
    },
  };
}
