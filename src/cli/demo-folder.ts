import { chmod, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lockDataDir } from '../platform/embedded-lock.ts';
import { stopOrphan } from '../platform/embedded-orphan.ts';
import { codeOf } from '../platform/startup-error.ts';

/** The temporary folder of a demo. One that was killed could not tidy up: the next one does it. */

const PREFIX = 'fairlead-demo-';
/** A folder this young may belong to a demo that is just beginning. */
const YOUNG_MS = 60_000;

export async function newDemoFolder(): Promise<string> {
  await removeOld();
  const folder = await mkdtemp(join(tmpdir(), PREFIX));
  // Run by root, the database server is another user, who must reach the folder.
  await chmod(folder, 0o755);
  return folder;
}

export const dataIn = (folder: string): string => join(folder, 'data');

async function removeOld(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    if (!name.startsWith(PREFIX)) continue;
    const folder = join(tmpdir(), name);
    try {
      if (Date.now() - (await stat(folder)).ctimeMs < YOUNG_MS) continue;
      const lock = await lockDataDir(dataIn(folder)).catch((error: unknown) => {
        if (codeOf(error) === 'ENOENT') return undefined;
        throw error;
      });
      if (lock) await stopOrphan(join(dataIn(folder), 'postgres'), () => {});
      await lock?.release();
      await rm(folder, { recursive: true, force: true });
    } catch (error) {
      // In use by a demo that runs, somebody else's, or removed by another one at this moment.
      if (!['data_dir_in_use', 'EACCES', 'EPERM', 'ENOENT'].includes(codeOf(error))) throw error;
    }
  }
}
