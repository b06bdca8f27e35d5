import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** From a clone, the portal is built when its sources changed; an image brings it built, without the sources. */
const SOURCES = join(import.meta.dirname, '..', '..', 'web', 'build.ts');

/** Never throws: without the portal the API still works, and the line says what is missing. */
export async function buildPortalIfNeeded(say: (line: string) => void): Promise<void> {
  if (!existsSync(SOURCES)) return;
  try {
    const { buildPortal } = await import('../../web/build.ts');
    const { built, ms } = await buildPortal();
    if (built) say(`The portal was built in ${(ms / 1000).toFixed(1)} s.`);
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n')[0] : String(error);
    say(`The portal could not be built (${reason}). The API runs all the same; "npm run build" shows more.`);
  }
}
