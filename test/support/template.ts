/** The migrated database that `global-setup.ts` makes and `database.ts` copies. */
export const TEMPLATE = 'fairlead_template';

export type TestServer = { appUrl: string; ownerUrl: string; superuserUrl: string };

declare module 'vitest' {
  export interface ProvidedContext {
    testServer: TestServer;
  }
}
