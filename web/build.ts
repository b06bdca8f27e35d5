/**
 * Builds the portal into `web/dist`, only when its inputs changed. `npm run build` runs this file;
 * `start` and `demo` call `buildPortal()`.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const WEB = dirname(fileURLToPath(import.meta.url));
const DIST = join(WEB, 'dist');
/** The stamp holds the hash of the inputs the present `dist` was made from. */
const STAMP = '.inputs';

export interface PortalBuild {
  /** False when `dist` was already made from exactly these inputs. */
  built: boolean;
  /** Folder to serve: `index.html` for every portal address, `assets/` as they are. */
  dist: string;
  ms: number;
}

/**
 * Makes sure `web/dist` shows the present source. The old portal stays whole until the new one is finished:
 * the build goes into a folder beside it and is put in place by renaming.
 * @throws when the build fails, or when a changed portal meets an installation without build tools; the old
 *   `dist` is then untouched.
 */
export async function buildPortal(): Promise<PortalBuild> {
  const started = performance.now();
  const wanted = await hashInputs();
  const present = await readFile(join(DIST, STAMP), 'utf8').catch(() => '');
  const took = () => Math.round(performance.now() - started);
  if (present === wanted) return { built: false, dist: DIST, ms: took() };

  const next = join(WEB, `dist-${process.pid}`);
  try {
    await runVite(next);
    await writeFile(join(next, STAMP), wanted);
    await rm(DIST, { recursive: true, force: true });
    await rename(next, DIST);
  } finally {
    await rm(next, { recursive: true, force: true });
  }
  return { built: true, dist: DIST, ms: took() };
}

/**
 * In a process of its own: the caller keeps its memory, and its NODE_ENV cannot put React's slow development
 * build into the portal.
 */
async function runVite(outDir: string): Promise<void> {
  const vite = fileURLToPath(new URL('bin/vite.js', import.meta.resolve('vite/package.json')));
  const args = [vite, 'build', WEB, '--outDir', outDir, '--emptyOutDir', '--logLevel', 'warn'];
  const env = { ...process.env, NODE_ENV: 'production' };
  const child = spawn(process.execPath, args, { cwd: WEB, env, stdio: ['ignore', 'inherit', 'inherit'] });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error('The portal could not be built; the reason stands above.');
}

/** Hash over the names and contents of everything that can change the result. */
async function hashInputs(): Promise<string> {
  const hash = createHash('sha256');
  const files = [...(await filesBelow(WEB)), join(WEB, '..', 'package-lock.json')].sort();
  for (const file of files) {
    hash.update(relative(WEB, file)).update('\0');
    hash.update(await readFile(file)).update('\0');
  }
  return hash.digest('hex');
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const nested = entries
    .filter((entry) => !/^dist(-\d+)?$/.test(entry.name) && !entry.name.endsWith('.test.ts'))
    .map((entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? filesBelow(path) : [path];
    });
  return (await Promise.all(nested)).flat();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { built, dist, ms } = await buildPortal();
  const place = relative(process.cwd(), dist);
  console.log(
    built ? `Portal built into ${place} in ${ms} ms.` : `Portal in ${place} is up to date (${ms} ms).`,
  );
}
