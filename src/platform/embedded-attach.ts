import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { databaseUrl } from './database-url.ts';
import type { Logins } from './embedded-cluster.ts';
import { APP_LOGIN, OWNER_LOGIN } from './roles.ts';

/** Lines of postmaster.pid, counted from 0. */
const PORT_LINE = 3;
const SOCKET_LINE = 4;

/**
 * The owner's address of the server that another program of ours runs on this data folder, for a command that reads
 * beside it (`audit`). Throws an `ENOENT` when no server runs there.
 */
export const runningOwnerUrl = (dataDir: string): Promise<string> =>
  runningUrl(dataDir, OWNER_LOGIN, ({ owner }) => owner);

/** The program's own address of that server, for a command that acts beside it. Throws an `ENOENT` likewise. */
export const runningAppUrl = (dataDir: string): Promise<string> =>
  runningUrl(dataDir, APP_LOGIN, ({ app }) => app);

async function runningUrl(
  dataDir: string,
  username: string,
  passwordOf: (logins: Logins) => string,
): Promise<string> {
  const folder = resolve(dataDir);
  const home = await readFile(join(folder, 'postgres-home'), 'utf8').catch(() => folder);
  const lines = (await readFile(join(home.trim(), 'postgres', 'postmaster.pid'), 'utf8')).split('\n');
  const logins = JSON.parse(await readFile(join(folder, 'logins.json'), 'utf8')) as Logins;
  const socketDir = lines[SOCKET_LINE]?.trim() ?? '';
  return databaseUrl({
    host: socketDir === '' ? '127.0.0.1' : socketDir,
    port: Number(lines[PORT_LINE]),
    database: 'fairlead',
    username,
    password: passwordOf(logins),
  });
}
