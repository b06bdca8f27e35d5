import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chown, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { connectionOptions } from '../../src/platform/database-url.ts';
import { NOBODY } from '../../src/platform/embedded-binaries.ts';
import { SOCKET_PATH_MAX_BYTES } from '../../src/platform/embedded-cluster.ts';
import { startOf } from '../../src/platform/embedded-lock.ts';
import {
  type EmbeddedOptions,
  type EmbeddedPostgres,
  startEmbeddedPostgres,
} from '../../src/platform/embedded-postgres.ts';
import { clean, openFolder, program, value } from '../support/embedded.ts';

const isRoot = process.getuid?.() === 0;
let root: string;
beforeEach(async () => {
  root = await openFolder();
});
afterEach(() => clean(root));

const dataDir = () => join(root, 'data');
const start = (more: Partial<EmbeddedOptions> = {}) => startEmbeddedPostgres({ dataDir: dataDir(), ...more });

test('a killed server is noticed at once, and the next start recovers what was committed', async () => {
  const first = await start();
  await value(first.ownerUrl, 'create table kept as select 42 as answer');
  process.kill(first.pid, 'SIGKILL');
  await first.ended;
  await expect(start()).rejects.toMatchObject({ code: 'data_dir_in_use' });
  await first.stop();
  await using second = await start();
  expect(await value(second.ownerUrl, 'select answer from kept')).toBe(42);
});

test('a killed program leaves a server behind that the next start stops cleanly and replaces', async () => {
  const { said, kill } = await program([dataDir()]);
  await value(said.ownerUrl, 'create table kept as select 42 as answer');
  const serverStartedAt = startOf(said.pid) ?? 'the server does not run';
  await kill('SIGKILL');
  // The server outlived its program: what was killed is the program alone.
  expect(startOf(said.pid)).toBe(serverStartedAt);
  const lines: string[] = [];
  await using next = await start({ log: (line) => lines.push(line) });
  expect(lines.join()).toContain(`Stopping the server ${said.pid}`);
  expect(startOf(said.pid)).toBeUndefined();
  expect(await value(next.ownerUrl, 'select answer from kept')).toBe(42);
  expect(await readFile(join(dataDir(), 'postgres.log'), 'utf8')).not.toContain('recovery');
});

test('a program that ends without stopping its server takes the server with it', async () => {
  const { said, kill } = await program([dataDir()]);
  await kill('SIGUSR2');
  await expect.poll(() => startOf(said.pid)).toBeUndefined();
  await (await start()).stop();
  expect(await readFile(join(dataDir(), 'postgres.log'), 'utf8')).not.toContain('recovery');
});

test('process ids of yesterday that belong to others today do not keep the server from starting', async () => {
  const first = await start();
  await first.stop();
  await first.stop();
  expect(await readdir(dataDir())).not.toContain('fairlead.lock');
  const pidFile = join(first.clusterDir, 'postmaster.pid');
  // PostgreSQL looks away when the id is its parent's or another user's: it takes a stranger of its own user.
  const user = isRoot ? NOBODY : undefined;
  const stranger = spawn('sleep', ['60'], { ...user, stdio: 'ignore' });
  await once(stranger, 'spawn');
  await writeFile(pidFile, `${stranger.pid}\n${first.clusterDir}\n0\n5432\n\n\n`);
  if (user) await chown(pidFile, user.uid, user.gid);
  const lock = { pid: process.pid, startedAt: 'long ago', host: hostname() };
  await writeFile(join(dataDir(), 'fairlead.lock'), JSON.stringify(lock));
  await (await start()).stop();
  expect(stranger.exitCode ?? stranger.signalCode).toBeNull();
  stranger.kill();
});

test('a data folder with a long path gets a short folder for its socket, removed at the end', async () => {
  const deep = join(root, 'a-folder-with-a-long-name'.repeat(4), 'data');
  const server = await start({ dataDir: deep });
  expect(Buffer.byteLength(join(server.socketDir, '.s.PGSQL.5432'))).toBeLessThan(SOCKET_PATH_MAX_BYTES);
  expect(await value(server.ownerUrl, 'select 1')).toBe(1);
  await server.stop();
  await expect(stat(server.socketDir)).rejects.toMatchObject({ code: 'ENOENT' });
});

test('a taken port is refused, a free one serves tools on this machine', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as { port: number };
  await expect(start({ tcpPort: port })).rejects.toMatchObject({ code: 'tcp_port_in_use' });
  other.close();
  await using server = await start({ tcpPort: 0 });
  const { username, password } = connectionOptions(server.ownerUrl);
  const url = `postgres://${username}:${password}@127.0.0.1:${server.port}/fairlead`;
  expect(await value(url, 'select 1')).toBe(1);
});

describe('a running server', () => {
  let folder: string;
  let server: EmbeddedPostgres;
  let users: string;
  beforeAll(async () => {
    folder = await openFolder();
    users = await readFile('/etc/passwd', 'utf8');
    server = await startEmbeddedPostgres({ dataDir: folder });
  });
  afterAll(async () => {
    await server.stop();
    await clean(folder);
  });

  test('refuses a second program on its folder, and is not harmed by the try', async () => {
    const again = startEmbeddedPostgres({ dataDir: folder });
    await expect(again).rejects.toMatchObject({ code: 'data_dir_in_use', exitCode: 3 });
    const { said } = await program([folder]);
    const message = expect.stringContaining(`Process ${process.pid}`);
    expect(said).toMatchObject({ code: 'data_dir_in_use', message });
    expect(await value(server.ownerUrl, 'select 1')).toBe(1);
  });

  test('keeps its passwords for itself, and none is left from making the cluster', async () => {
    expect((await stat(join(folder, 'logins.json'))).mode & 0o777).toBe(0o600);
    expect((await stat(server.clusterDir)).mode & 0o077).toBe(0);
    expect((await stat(server.socketDir)).mode & 0o077).toBe(0);
    const files = ['fairlead.lock', 'logins.json', 'postgres', 'postgres.log', 'socket'];
    expect((await readdir(folder)).sort()).toEqual(files);
    const wrong = server.ownerUrl.replace(/:[^:@]+@/, ':wrong@');
    await expect(value(wrong, 'select 1')).rejects.toMatchObject({ code: '28P01' });
  });

  test('sorts by code point, checks its pages and listens on no port', async () => {
    const show = (name: string) => value(server.superuserUrl, `show ${name}`);
    expect(await show('listen_addresses')).toBe('');
    expect(await show('data_checksums')).toBe('on');
    expect(await show('server_encoding')).toBe('UTF8');
    expect(await show('jit')).toBe('off');
    expect(await show('max_connections')).toBe('60');
    const ask = (statement: string) => value(server.superuserUrl, statement);
    const locale =
      'select datlocprovider::text || datlocale from pg_database where datname = current_database()';
    expect(await ask(locale)).toBe('bC.UTF-8');
    expect(await ask('select count(*) > 0 from pg_stat_statements')).toBe(true);
    expect(await ask("select string_agg(c, '' order by c) from unnest('{b,ä,a,B}'::text[]) c")).toBe('Babä');
  });

  test('makes and removes databases of the owner', async () => {
    await server.createDatabase('other');
    const url = server.ownerUrl.replace('/fairlead?', '/other?');
    await value(url, 'create table mine (id int)');
    await server.dropDatabase('other');
    await expect(value(url, 'select 1')).rejects.toMatchObject({ code: '3D000' });
  });

  test.runIf(isRoot)('runs as nobody when root starts it, and no user was added to the system', async () => {
    expect((await stat(`/proc/${server.pid}`)).uid).toBe(NOBODY.uid);
    expect(await readFile('/etc/passwd', 'utf8')).toBe(users);
  });
});
