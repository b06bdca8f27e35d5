import { chown, cp, lstat, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { NOBODY, packageDir } from '../../src/platform/embedded-binaries.ts';
import { type EmbeddedOptions, startEmbeddedPostgres } from '../../src/platform/embedded-postgres.ts';
import { clean, openFolder, program, value } from '../support/embedded.ts';

const isRoot = process.getuid?.() === 0;
let root: string;
beforeEach(async () => {
  root = await openFolder();
});
afterEach(() => clean(root));

const dataDir = () => join(root, 'data');
const start = (more: Partial<EmbeddedOptions> = {}) => startEmbeddedPostgres({ dataDir: dataDir(), ...more });

describe('what is on the disk', () => {
  test('an interrupted first start, a lost password file and a cluster of another version', async () => {
    await mkdir(join(dataDir(), 'postgres.new', 'base'), { recursive: true });
    await writeFile(join(dataDir(), 'postgres.new', 'PG_VERSION'), '18');
    const server = await start();
    expect(await value(server.ownerUrl, 'select 1')).toBe(1);
    await server.stop();
    await writeFile(join(server.clusterDir, 'PG_VERSION'), '15\n');
    await expect(start()).rejects.toMatchObject({ code: 'postgres_major_changed' });
    await rm(join(dataDir(), 'logins.json'));
    await expect(start()).rejects.toMatchObject({ code: 'postgres_passwords_missing' });
  });

  test('too little room is refused before anything is written, and says how much is needed', async () => {
    const seams = { statfs: (async () => ({ bavail: 511 * 256, bsize: 4096 })) as never };
    await expect(start({ seams })).rejects.toMatchObject({
      code: 'disk_almost_full',
      message: expect.stringMatching(/Only 511 MiB are free.*512 MiB are needed.*FAIRLEAD_DATA/),
    });
    expect(await readdir(dataDir())).toEqual([]);
  });

  test('a setting that the server does not take is told in its own words', async () => {
    await expect(start({ settings: { work_mem: 'lots' } })).rejects.toMatchObject({
      code: 'postgres_start_failed',
      message: expect.stringContaining('work_mem'),
    });
    expect(await readdir(dataDir())).not.toContain('fairlead.lock');
  });
});

describe('how npm left the programs', () => {
  const copyWithoutLinks = async () => {
    const copy = join(root, 'package');
    await cp(packageDir(), copy, { recursive: true, verbatimSymlinks: true });
    const list = await readFile(join(copy, 'native/pg-symlinks.json'), 'utf8');
    const links = (JSON.parse(list) as { target: string }[]).map(({ target }) => join(copy, target));
    for (const link of links) await rm(link, { force: true });
    return { copy, links };
  };

  test('installed without scripts: the missing links of the libraries are made', async () => {
    const { copy, links } = await copyWithoutLinks();
    await using server = await start({ seams: { packageDir: copy } });
    expect(await value(server.ownerUrl, 'select 1')).toBe(1);
    for (const link of links) expect((await lstat(link)).isSymbolicLink()).toBe(true);
  });

  test.runIf(isRoot)(
    'read only, without links, for an ordinary user: a copy in the data folder runs',
    async () => {
      const { copy, links } = await copyWithoutLinks();
      await mkdir(dataDir());
      await chown(dataDir(), NOBODY.uid, NOBODY.gid);
      const { said, kill } = await program([dataDir(), copy], NOBODY);
      expect(said).not.toHaveProperty('message');
      expect(await value(said.ownerUrl, 'select 1')).toBe(1);
      await expect(lstat(links[0] ?? '')).rejects.toMatchObject({ code: 'ENOENT' });
      expect((await stat(said.clusterDir)).uid).toBe(NOBODY.uid);
      await kill('SIGTERM');
    },
  );

  test('not at all: the message names npm ci and DATABASE_URL', async () => {
    await expect(start({ seams: { packageDir: join(root, 'nothing') } })).rejects.toMatchObject({
      code: 'postgres_binaries_missing',
      message: expect.stringMatching(/npm ci.*DATABASE_URL/),
    });
  });
});

describe.runIf(isRoot)('as root', () => {
  test('under a folder that only root may enter, database and programs go where the server reaches them, and are found again', async () => {
    const closed = join(root, 'closed');
    await mkdir(closed, { mode: 0o700 });
    await cp(packageDir(), join(closed, 'package'), { recursive: true, verbatimSymlinks: true });
    const seams = { packageDir: join(closed, 'package'), sharedHome: join(root, 'shared') };
    const project = { dataDir: join(closed, 'data'), seams };
    const first = await start(project);
    expect(first.clusterDir.startsWith(join(root, 'shared'))).toBe(true);
    await value(first.ownerUrl, 'create table kept as select 42 as answer');
    await first.stop();
    const second = await start(project);
    expect(second.clusterDir).toBe(first.clusterDir);
    expect(await value(second.ownerUrl, 'select answer from kept')).toBe(42);
    await second.stop();
    expect((await stat(join(closed, 'data', 'logins.json'))).uid).toBe(0);
    await rm(join(root, 'shared'), { recursive: true });
    await expect(start(project)).rejects.toMatchObject({ code: 'postgres_home_missing' });
  });

  test('the data folder of an ordinary user is run as that user, and one of root is refused to the user', async () => {
    const ann = { uid: 1, gid: 1 };
    await mkdir(dataDir());
    await chown(dataDir(), ann.uid, ann.gid);
    const first = await program([dataDir()], ann);
    await value(first.said.ownerUrl, 'create table kept as select 42 as answer');
    await first.kill('SIGTERM');
    const second = await start();
    expect((await stat(`/proc/${second.pid}`)).uid).toBe(ann.uid);
    expect(await value(second.ownerUrl, 'select answer from kept')).toBe(42);
    await second.stop();
    const third = await program([dataDir()], ann);
    expect(await value(third.said.ownerUrl, 'select answer from kept')).toBe(42);
    await third.kill('SIGTERM');
    await chown(join(dataDir(), 'postgres'), NOBODY.uid, NOBODY.gid);
    expect((await program([dataDir()], ann)).said).toMatchObject({ code: 'data_dir_of_other_user' });
    await chown(dataDir(), 0, 0);
    expect((await program([dataDir()], ann)).said).toMatchObject({ code: 'data_dir_not_writable' });
  });

  test('a user that the system does not know is told so', async () => {
    const stranger = { uid: 54_321, gid: 54_321 };
    await mkdir(dataDir());
    await chown(dataDir(), stranger.uid, stranger.gid);
    const { said } = await program([dataDir()], stranger);
    expect(said).toMatchObject({ code: 'postgres_user_unknown', message: expect.stringContaining('54321') });
  });

  test('with no folder that the server reaches, the message says which setting to change', async () => {
    const closed = join(root, 'closed');
    await mkdir(closed, { mode: 0o700 });
    const options = { dataDir: join(closed, 'data'), seams: { sharedHome: join(closed, 'shared') } };
    await expect(start(options)).rejects.toMatchObject({
      code: 'data_dir_unreachable',
      message: expect.stringContaining('FAIRLEAD_DATA'),
    });
  });
});
